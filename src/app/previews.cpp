#include "app/previews.h"

#include "reads/pages.h"

namespace app {

namespace {

constexpr std::int64_t kSampleAmountMinor = 125'000;
constexpr base::Duration kSampleDue = std::chrono::hours(14 * 24);
constexpr base::Duration kSampleOverdue = std::chrono::hours(5 * 24);

// A sample's dates tell the story of its kind: reminders are late, receipts are paid.
void set_sample_request(messaging::SendContext& c, const api::PreviewSubject& subject,
                        base::Time now, domain::Currency currency) {
  using domain::MessageKind;
  const bool german = c.locale == domain::Locale::de;
  const MessageKind kind = subject.purpose.kind;
  c.amount = {kSampleAmountMinor, currency};
  c.description = german ? "Website, zweite Teilzahlung" : "Website, second instalment";
  c.reference = "2026-0042";
  const bool late = kind == MessageKind::reminder || kind == MessageKind::last_reminder ||
                    kind == MessageKind::expired;
  c.due_at = late ? now - kSampleOverdue : now + kSampleDue;
  if (kind == MessageKind::receipt || kind == MessageKind::refund ||
      kind == MessageKind::thank_you) {
    c.paid_at = now;
    c.request_status = domain::RequestStatus::paid;
  }
  if (kind == MessageKind::refund) c.refund = messaging::RefundContext{c.amount, now};
}

void set_client(messaging::SendContext& c, const clients::Client& client) {
  c.client_name = client.name;
  c.client_email = client.email.value_or("");
  c.client_phone = client.phone.value_or("");
  c.client_country = client.country;
  c.client_custom_fields = client.custom_fields.text;
  if (client.locale) c.locale = domain::locale_from_tag(*client.locale).value_or(c.locale);
}

base::Result<messaging::SendContext> sample(Core& core, store::Tx& tx,
                                            const api::PreviewSubject& subject) {
  TRY(const auto tenant, core.tenants.find(tx, subject.tenant_id));
  TRY(const auto zone, core.tenants.find_zone(tx, subject.tenant_id));
  messaging::SendContext c;
  c.locale = domain::locale_from_tag(subject.locale).value_or(domain::Locale::en);
  c.client_name = c.locale == domain::Locale::de ? "Anna Berg" : "Anna Hill";
  c.client_email = "anna@example.com";
  c.client_phone = "+43660555010";
  c.client_country = tenant->country;
  c.merchant_name = tenant->name;
  c.sender_name = tenant->sender_name.value_or(tenant->name);
  c.reply_to = tenant->reply_to.value_or("");
  c.brand_color = tenant->brand_color;
  c.zone = zone;
  c.policy.allowed_countries = identity::split_countries(tenant->allowed_countries);
  // The logo's address belongs to a pay page, and a sample has none.
  set_sample_request(c, subject, core.outside.runtime.clock().now(), tenant->currency);
  return c;
}

base::Result<messaging::SendContext> context_of(Core& core, People& people, store::Tx& tx,
                                                const api::PreviewSubject& subject) {
  if (subject.payment_request_id) {
    TRY(auto row, reads::message_context(tx, subject.tenant_id, *subject.payment_request_id));
    if (!row) return base::field_error("payment_request_id", "unknown", "no such payment request");
    return core.context_of(*std::move(row), subject.purpose.channel);
  }
  TRY(auto c, sample(core, tx, subject));
  if (!subject.client_id) return c;
  const auto client = people.clients.find(tx, subject.tenant_id, *subject.client_id);
  if (!client && client.error().code == base::Code::not_found)
    return base::field_error("client_id", "unknown", "no such client");
  if (!client) return client.error();
  set_client(c, *client);
  return c;
}

struct Route {
  identity::User user;
  messaging::Accounts accounts;
};

base::Result<Route> route_of(Core& core, People& people, store::Tx& tx, const api::TestMail& test) {
  Route out;
  TRY(out.user, people.users.find(tx, test.user_id));
  messaging::Message asked;
  asked.tenant_id = test.tenant_id;
  asked.channel = domain::Channel::email;
  asked.livemode = test.livemode;
  auto accounts = core.directory.message_accounts(tx, asked);
  if (!accounts && accounts.error().code == base::Code::not_found)
    return base::error(base::Code::conflict, "no_connection", "no mail relay is connected");
  TRY(out.accounts, std::move(accounts));
  return out;
}

// Not a message to a client: it is not recorded, and a relay that may or may not have taken it is
// asked again only by the person.
base::Awaitable<base::Result<std::string>> send_test(Core& core, People& people,
                                                     api::TestMail test) {
  auto body = [&core, &people, &test](store::Tx& tx) { return route_of(core, people, tx, test); };
  CO_TRY(auto route, co_await core.outside.store.with_snapshot(body));
  providers::MailAccount account = *std::move(route.accounts.mail);
  const std::string from = account.envelope_from;
  test.mail.from.address = from;
  test.mail.to = {route.user.name, route.user.email};
  test.mail.message_id =
      core.ids.make<domain::AttemptId>().text() + "@" + from.substr(from.find('@') + 1);
  auto sent = co_await core.outside.mail.send(std::move(account), std::move(test.mail));
  if (!sent)
    co_return base::error(base::Code::unavailable, "relay_failed",
                          "the mail relay did not take it: " + sent.error().detail);
  co_return route.user.email;
}

}  // namespace

api::KnownImages known_images(Core& core) {
  return [&core](store::Tx& tx, domain::TenantId tenant_id, std::span<const std::string> names)
             -> base::Result<std::vector<messaging::ImageAddress>> {
    TRY(const auto rows, core.images.named(tx, tenant_id, names, assets::Use::preview));
    std::vector<messaging::ImageAddress> out;
    for (const assets::Image& image : rows) out.push_back({image.name, core.image_url(image)});
    return out;
  };
}

api::TemplatePreviewDeps preview_deps(Core& core, People& people) {
  api::TemplatePreviewDeps deps{core.outside.store,
                                core.outside.runtime,
                                core.outside.compiler,
                                core.options.public_url,
                                {},
                                {},
                                {}};
  deps.context = [&core, &people](store::Tx& tx, const api::PreviewSubject& subject) {
    return context_of(core, people, tx, subject);
  };
  deps.sms_price = [&core](domain::TenantId tenant_id, bool livemode, std::string country) {
    return core.sms_prices.find(tenant_id, livemode, std::move(country));
  };
  deps.images = known_images(core);
  deps.send_test = [&core, &people](api::TestMail test) {
    return send_test(core, people, std::move(test));
  };
  return deps;
}

}  // namespace app
