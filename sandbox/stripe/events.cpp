#include "base/crypto.h"
#include "base/encoding.h"
#include "sandbox/stripe/listing.h"
#include "sandbox/stripe/stripe.h"

// Events, their signed webhooks, and accounts. Source: docs.stripe.com/webhooks and /api/events.
namespace sandbox::stripe {
namespace {

// The waits of docs.stripe.com/webhooks#retries are hours; these show a retry while somebody
// watches.
std::vector<base::Duration> webhook_backoff() {
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  return {seconds(1), seconds(5), seconds(30), minutes(2), minutes(10),
          hours(1),   hours(3),   hours(5),    hours(6),   hours(6),
          hours(6),   hours(6),   hours(6),    hours(12),  hours(12)};
}

// Whether the account's endpoint is told of this type.
bool wants(const Account& account, std::string_view type) {
  if (account.webhook_url.empty()) return false;
  const auto matches = [&](const std::string& glob) { return glob_match(glob, type); };
  const auto& globs = account.webhook_events;
  return globs.empty() || std::any_of(globs.begin(), globs.end(), matches);
}

void sign_webhook(const Account& account, const std::string& body, net::Headers& headers,
                  base::Time now) {
  const auto time = std::to_string(unix_seconds(now));
  std::string signature = "t=" + time;
  for (const auto& secret : account.webhook_secrets) {
    signature += ",v1=" + base::to_hex(base::hmac_sha256(secret, time + "." + body));
  }
  headers.set("Stripe-Signature", std::move(signature));
  headers.set("User-Agent", "Stripe/1.0 (sandbox)");
}

}  // namespace

void Stripe::emit_json(Account& account, std::string_view type, std::string object,
                       std::string_view previous) {
  Event event;
  event.id = "evt_1" + world_.random_text(23);
  event.type = type;
  event.created = world_.now();
  JsonOut out;
  out.object().field("id", event.id).field("object", "event").field("api_version", kApiVersion);
  out.field("created", unix_seconds(event.created)).object("data").name("object").raw(object);
  if (!previous.empty()) out.name("previous_attributes").raw(previous);
  out.end_object().field("livemode", account.livemode);
  out.field("pending_webhooks", wants(account, type) ? 1 : 0).object("request");
  out.text_or_null("id", request_id_).text_or_null("idempotency_key", idempotency_key_);
  out.end_object().field("type", type).end_object();
  event.payload = std::make_shared<const std::string>(out.take());
  auto& kept = account.events.add(std::move(event));
  if (wants(account, kept.type)) world_.post(webhook(account, kept));
}

std::shared_ptr<Account> Stripe::share(const Account& account) const {
  const auto same = [&](const auto& item) { return item.get() == &account; };
  return *std::find_if(accounts_.begin(), accounts_.end(), same);
}

Callback Stripe::webhook(Account& account, Event& event) {
  Callback callback;
  callback.provider = "stripe";
  callback.event = event.type;
  callback.id = event.id;
  callback.url = account.webhook_url;
  callback.content_type = "application/json; charset=utf-8";
  callback.body = *event.payload;
  callback.backoff = webhook_backoff();
  const auto owner = share(account);
  callback.sign = [owner, payload = event.payload](net::Headers& headers, base::Time now) {
    sign_webhook(*owner, *payload, headers, now);
  };
  callback.done = [owner, &event](bool accepted) { event.accepted |= accepted; };
  return callback;
}

bool Stripe::redeliver(Account& account, Event& event) {
  if (!wants(account, event.type)) return false;
  world_.callbacks().queue(webhook(account, event));
  world_.wake();
  return true;
}

Answer<std::string> Stripe::retrieve_event(Call& call) {
  TRY_STATUS(call.no_more());
  const auto* event = call.account->events.find(call.path[0]);
  if (!event) return no_such("event", call.path[0], "id");
  return *event->payload;
}

Answer<std::string> Stripe::list_events(Call& call) {
  const auto type = call.params.text("type");
  const auto types = call.params.list("types");
  const auto delivered = call.params.text("delivery_success");
  if (type && !types.empty()) {
    return invalid("types", "You may pass either type or types, but not both.");
  }
  const auto keep = [&](const Event& event) {
    if (type && !glob_match(*type, event.type)) return false;
    if (delivered && event.accepted != (*delivered == "true")) return false;
    const auto same = [&](const std::string& wanted) { return glob_match(wanted, event.type); };
    return types.empty() || std::any_of(types.begin(), types.end(), same);
  };
  return list_page(call, call.account->events, "/v1/events", "event", context(), keep);
}

Account& Stripe::account_of(std::string_view key) {
  const auto known = by_key_.find(std::string(key));
  if (known != by_key_.end()) return *known->second;
  auto& account = *accounts_.emplace_back(std::make_shared<Account>());
  account.id = "acct_1" + world_.random_text(15);
  account.keys.emplace_back(key);
  account.livemode = key.find("_live_") != key.npos;
  account.fee_bp = world_.options().fee_bp;
  account.fee_fixed_minor = world_.options().fee_fixed_minor;
  account.async_delay = world_.options().async_delay;
  account.refund_mode = refund_mode_;
  account.refund_delay = refund_delay_;
  by_key_.emplace(key, &account);
  return account;
}

Account& Stripe::change_account(const AccountChange& change) {
  Account* account = nullptr;
  if (change.account_id) {
    const auto same = [&](const auto& item) { return item->id == *change.account_id; };
    const auto it = std::find_if(accounts_.begin(), accounts_.end(), same);
    if (it != accounts_.end()) account = it->get();
  }
  if (!account) {
    account = &account_of(change.key);
    if (change.account_id) account->id = *change.account_id;
  } else if (!by_key_.contains(change.key)) {
    account->keys.push_back(change.key);
    by_key_.emplace(change.key, account);
  }
  if (change.livemode) account->livemode = *change.livemode;
  if (change.webhook_url) account->webhook_url = *change.webhook_url;
  if (change.webhook_secrets) account->webhook_secrets = *change.webhook_secrets;
  if (change.webhook_events) account->webhook_events = *change.webhook_events;
  if (change.fee_bp) account->fee_bp = *change.fee_bp;
  if (change.fee_fixed_minor) account->fee_fixed_minor = *change.fee_fixed_minor;
  if (change.async_delay_ms) {
    account->async_delay = std::chrono::milliseconds(*change.async_delay_ms);
  }
  return *account;
}

void Stripe::clear() {
  sessions_.clear();
  by_key_.clear();
  accounts_.clear();
  refund_mode_ = "succeeded";
  refund_delay_ = {};
}

}  // namespace sandbox::stripe
