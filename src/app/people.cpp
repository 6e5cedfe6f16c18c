#include "app/people.h"

#include "templates/templates.h"

namespace app {

namespace {

// The demo's accounts exist only in the sandbox, which takes any of this form.
constexpr const char* kStripeKey = "sk_test_demoNordlichtStudio0001";
constexpr const char* kStripeWebhookSecret = "whsec_demoNordlichtStudio0001";
constexpr const char* kTwilioAccountSid = "AC0123456789abcdef0123456789abcdef";
constexpr const char* kTwilioAuthToken = "0123456789abcdef0123456789abcdef";
constexpr const char* kTwilioFrom = "+4915735980000";
constexpr const char* kApiKey = "qk_test_demoNordlichtStudioOnlyForTheSandbox0001";

std::string host_of(const std::string& url) {
  const std::size_t start = url.find("://");
  const std::string rest = start == std::string::npos ? url : url.substr(start + 3);
  return rest.substr(0, rest.find_first_of(":/"));
}

identity::TenantChange demo_tenant() {
  identity::TenantChange t;
  t.name = "Nordlicht Studio";
  t.brand_color = "#1f3a5f";
  t.accent_color = "#0b7a75";
  t.reply_to = std::optional<std::string>("hello@nordlicht.example");
  t.locale = "en";
  t.time_zone = "Europe/Berlin";
  const auto euro = domain::Currency::parse("EUR");
  if (euro) t.currency = *euro;
  t.country = "DE";
  t.allowed_countries = std::vector<std::string>{"AT", "CH", "DE", "FR", "GB", "NL", "US"};
  t.daily_message_cap = 1000;
  return t;
}

}  // namespace

People::People(Core& c)
    : core(c),
      users(c.ids, c.outside.runtime.clock(), [this] { credentials->forget(); }),
      tenants(c.ids, c.outside.runtime.clock(), c.tenants,
              {[this](store::Tx& tx, domain::TenantId tenant) {
                 return core.templates.install_starters(tx, tenant);
               },
               [this](store::Tx& tx, const identity::Tenant& tenant) -> base::Status {
                 TRY(const auto zone, core.zones.find(tenant.time_zone));
                 return core.totals.rebuild_days(tx, tenant.id, *zone);
               }}),
      api_keys(c.ids, c.outside.runtime.clock(), [this] { credentials->forget(); }),
      credentials(identity::make_authenticator(c.outside.runtime, c.outside.store, users)),
      sessions(c.outside.runtime, c.outside.store, c.ids, users, [this] { credentials->forget(); }),
      connections(c.ids, c.outside.runtime.clock(), c.outside.runtime.random(), c.seals,
                  c.connections),
      clients(c.ids, c.outside.runtime.clock()) {}

void People::start() {
  credentials->start();
  sessions.start();
}

base::Result<DemoAccounts> People::seed_demo(const Options& options) {
  // Hashing takes tens of milliseconds, so only for the start that makes the user.
  auto look = [this](store::Tx& tx) { return users.find_by_email(tx, kDemoEmail); };
  TRY(const auto known, core.outside.store.snapshot_blocking(look));
  std::string hash;
  if (!known) hash = base::hash_password(options.demo_password, core.outside.runtime.random());
  auto body = [this, &options, &hash](store::Tx& tx) { return seed_rows(tx, options, hash); };
  auto seeded = core.outside.store.transact_blocking(body);
  // Several processes may start at once on an empty database: the others find what the first one
  // made.
  if (!seeded && seeded.error().code == base::Code::conflict) {
    seeded = core.outside.store.transact_blocking(body);
  }
  return seeded;
}

base::Result<DemoAccounts> People::seed_rows(store::Tx& tx, const Options& options,
                                             const std::string& password_hash) {
  DemoAccounts out;
  out.api_key = kApiKey;
  out.stripe_key = kStripeKey;
  out.stripe_webhook_secret = kStripeWebhookSecret;
  out.twilio_account_sid = kTwilioAccountSid;
  out.twilio_auth_token = kTwilioAuthToken;
  out.twilio_from = kTwilioFrom;
  TRY(auto user, users.find_by_email(tx, kDemoEmail));
  domain::TenantId tenant_id;
  if (!user) {
    const identity::NewUser order{kDemoEmail, "Demo", base::Secret<std::string>(password_hash),
                                  true};
    TRY(const auto created, users.create(tx, order));
    identity::TenantChange change = demo_tenant();
    TRY_STATUS(tenants.check(change));
    TRY(const auto tenant, tenants.create(tx, change));
    TRY_STATUS(users.add_member(tx, tenant.id, {order, identity::Role::owner}));
    TRY_STATUS(api_keys.ensure(tx, {tenant.id, "Demo", false, identity::Role::owner}, kApiKey));
    tenant_id = tenant.id;
  } else {
    TRY(const auto memberships, users.memberships(tx, user->id));
    if (memberships.empty())
      return base::error(base::Code::conflict, "the demo user is in no tenant");
    tenant_id = memberships.front().tenant_id;
  }
  // Put at every start: the sandbox may listen elsewhere than last time.
  using Kind = identity::ConnectionKind;
  TRY(const auto stripe, connections.put(tx, {{tenant_id, Kind::stripe, false},
                                              {{"base_url", options.sandbox_url}},
                                              {{"secret_key", kStripeKey},
                                               {"webhook_secret", kStripeWebhookSecret}}}));
  TRY(const auto twilio, connections.put(tx, {{tenant_id, Kind::twilio, false},
                                              {{"account_sid", kTwilioAccountSid},
                                               {"messaging_service_sid", nullptr},
                                               {"from", kTwilioFrom},
                                               {"base_url", options.sandbox_url}},
                                              {{"auth_token", kTwilioAuthToken}}}));
  TRY_STATUS(connections.put(tx, {{tenant_id, Kind::smtp, false},
                                  {{"host", host_of(options.sandbox_url)},
                                   {"port", static_cast<std::int64_t>(options.sandbox_smtp_port)},
                                   {"security", "none"},
                                   {"username", nullptr},
                                   {"from_address", "billing@nordlicht.example"},
                                   {"fee_micros", static_cast<std::int64_t>(400)},
                                   {"fee_currency", "EUR"}},
                                  {{"password", nullptr}}}));
  out.stripe_connection = stripe.id;
  out.twilio_connection = twilio.id;
  return out;
}

}  // namespace app
