#include "sandbox/control/control.h"
#include "sandbox/core/html.h"
#include "sandbox/core/json_out.h"
#include "sandbox/stripe/currency.h"

namespace sandbox {
namespace {

using stripe::Account;
using stripe::Session;
using Texts = std::vector<std::string>;
using TextByName = std::map<std::string, std::string>;

struct AccountBody {
  std::string key;
  std::optional<std::string> account_id, webhook_url, webhook_secret;
  std::optional<Texts> webhook_secrets, webhook_events;
  std::optional<bool> livemode;
  std::optional<std::int64_t> fee_bp, fee_fixed_minor, async_delay_ms;
};
BOOST_DESCRIBE_STRUCT(AccountBody, (),
                      (key, account_id, webhook_url, webhook_secret, webhook_secrets,
                       webhook_events, livemode, fee_bp, fee_fixed_minor, async_delay_ms))

struct SeedBody {
  std::string session_id, key;
  std::int64_t amount_minor = 0;
  std::string currency;
  std::optional<std::string> client_reference_id, payment_intent;
  std::optional<TextByName> metadata;
  std::optional<bool> paid;
  std::optional<base::Time> completed_at;
};
BOOST_DESCRIBE_STRUCT(SeedBody, (),
                      (session_id, key, amount_minor, currency, client_reference_id, payment_intent,
                       metadata, paid, completed_at))

struct SeedListBody {
  std::vector<SeedBody> sessions;
  std::optional<bool> events;
};
BOOST_DESCRIBE_STRUCT(SeedListBody, (), (sessions, events))

struct ActionBody {
  std::optional<std::string> card_number;
};
BOOST_DESCRIBE_STRUCT(ActionBody, (), (card_number))

struct BulkBody {
  std::string action;
  Texts sessions;
};
BOOST_DESCRIBE_STRUCT(BulkBody, (), (action, sessions))

struct DisputeBody {
  std::optional<std::string> charge, payment_intent, session, reason;
  std::optional<std::int64_t> amount_minor;
  std::optional<bool> inquiry;
};
BOOST_DESCRIBE_STRUCT(DisputeBody, (),
                      (charge, payment_intent, session, reason, amount_minor, inquiry))

struct RefundModeBody {
  std::string mode;
  std::optional<std::string> account_id;
  std::optional<std::int64_t> delay_ms;
};
BOOST_DESCRIBE_STRUCT(RefundModeBody, (), (mode, account_id, delay_ms))

struct FlushBody {
  std::optional<std::string> account_id, type, event_id;
  std::optional<bool> all;
};
BOOST_DESCRIBE_STRUCT(FlushBody, (), (account_id, type, event_id, all))

struct NoBody {};
BOOST_DESCRIBE_STRUCT(NoBody, (), ())

constexpr std::size_t kSeedMax = 20'000;
constexpr std::size_t kSeedBytesMax = 32 * 1024 * 1024;

void show_account(JsonOut& out, const Account& account) {
  out.object().field("account_id", account.id).array("keys");
  for (const auto& key : account.keys) out.value(key);
  out.end_array().field("livemode", account.livemode).field("webhook_url", account.webhook_url);
  out.field("fee_bp", account.fee_bp).field("fee_fixed_minor", account.fee_fixed_minor);
  out.field("sessions", account.sessions.items().size());
  out.field("events", account.events.items().size()).end_object();
}

net::Response change_account(stripe::Stripe& stripe, AccountBody body) {
  if (body.key.size() < 9) return control_error(400, "key", "a secret or restricted key");
  stripe::AccountChange change;
  change.key = std::move(body.key);
  change.account_id = std::move(body.account_id);
  change.livemode = body.livemode;
  change.webhook_url = std::move(body.webhook_url);
  change.webhook_secrets = std::move(body.webhook_secrets);
  change.webhook_events = std::move(body.webhook_events);
  if (body.webhook_secret) change.webhook_secrets = Texts{*body.webhook_secret};
  change.fee_bp = body.fee_bp;
  change.fee_fixed_minor = body.fee_fixed_minor;
  change.async_delay_ms = body.async_delay_ms;
  JsonOut out;
  show_account(out, stripe.change_account(change));
  return json_response(out.take());
}

net::Response list_accounts(stripe::Stripe& stripe) {
  JsonOut out;
  out.object().array("accounts");
  for (const auto& account : stripe.accounts()) show_account(out, *account);
  return json_response(out.end_array().end_object().take());
}

bool act(stripe::Stripe& stripe, Session& session, std::string_view action,
         const ActionBody& body) {
  stripe::Payer payer{session.customer_email, "Sandbox Payer", "4242424242424242",
                      "DE89370400440532013000"};
  if (payer.email.empty()) payer.email = "payer@example.com";
  if (body.card_number) payer.card_number = *body.card_number;
  using stripe::PayOutcome;
  if (action == "complete") return stripe.pay_card(session, payer) == PayOutcome::paid;
  if (action == "decline") {
    if (!body.card_number) payer.card_number = "4000000000000002";
    return stripe.pay_card(session, payer) == PayOutcome::declined;
  }
  if (action == "bank_debit") return stripe.pay_bank(session, payer) == PayOutcome::processing;
  if (action == "async_succeed" || action == "async_fail") {
    if (session.status == stripe::SessionStatus::open) stripe.pay_bank(session, payer);
    return stripe.settle(session, action == "async_succeed");
  }
  return action == "expire" && stripe.expire(session);
}

bool is_action(std::string_view action) {
  static constexpr std::string_view kActions[] = {"complete",      "decline",    "bank_debit",
                                                  "async_succeed", "async_fail", "expire"};
  return std::find(std::begin(kActions), std::end(kActions), action) != std::end(kActions);
}

net::Response checkout_action(stripe::Stripe& stripe, const net::Request& request,
                              const ActionBody& body) {
  const auto& action = request.path_params[1];
  if (!is_action(action)) return control_error(404, "action", "no such action");
  auto* session = stripe.find_session(request.path_params[0]);
  if (!session) return control_error(404, "session", "no such session");
  if (!act(stripe, *session, action, body)) {
    return control_error(409, "session", "its state does not allow that");
  }
  return json_response(to_json(*session, {}, stripe.context()));
}

net::Response checkout_bulk(stripe::Stripe& stripe, const BulkBody& body) {
  if (!is_action(body.action)) return control_error(400, "action", "no such action");
  std::int64_t done = 0;
  for (const auto& id : body.sessions) {
    auto* session = stripe.find_session(id);
    done += session && act(stripe, *session, body.action, {}) ? 1 : 0;
  }
  JsonOut out;
  out.object().field("done", done).field("refused", std::ssize(body.sessions) - done).end_object();
  return json_response(out.take());
}

net::Response seed(stripe::Stripe& stripe, SeedListBody body) {
  if (body.sessions.size() > kSeedMax) return control_error(400, "sessions", "at most 20000");
  std::int64_t seeded = 0;
  for (auto& item : body.sessions) {
    stripe::SeedSession wanted;
    wanted.session_id = std::move(item.session_id);
    wanted.key = std::move(item.key);
    wanted.currency = std::move(item.currency);
    for (char& c : wanted.currency) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (wanted.session_id.empty() || wanted.key.empty() ||
        !stripe::is_supported_currency(wanted.currency)) {
      return control_error(400, "sessions", "session_id, key and a known currency are required");
    }
    wanted.client_reference_id = item.client_reference_id.value_or("");
    wanted.payment_intent = item.payment_intent.value_or("");
    wanted.amount_minor = item.amount_minor;
    if (item.metadata) wanted.metadata.assign(item.metadata->begin(), item.metadata->end());
    wanted.paid = item.paid.value_or(true);
    wanted.completed_at = item.completed_at;
    seeded += stripe.seed(wanted, body.events.value_or(false)) ? 1 : 0;
  }
  JsonOut out;
  out.object().field("seeded", seeded).field("accounts", stripe.accounts().size()).end_object();
  return json_response(out.take());
}

net::Response refusal_response(const stripe::Refusal& refusal) {
  return control_error(409, refusal.param, refusal.message);
}

net::Response dispute(stripe::Stripe& stripe, const DisputeBody& body) {
  const auto id = body.charge           ? body.charge
                  : body.payment_intent ? body.payment_intent
                                        : body.session;
  if (!id) return control_error(400, "charge", "charge, payment_intent or session");
  auto* charge = stripe.find_charge(*id);
  if (!charge) return control_error(404, "charge", "no such charge");
  stripe::DisputeOrder order;
  order.amount = body.amount_minor.value_or(0);
  order.reason = body.reason.value_or("fraudulent");
  order.inquiry = body.inquiry.value_or(false);
  const auto made = stripe.open_dispute(*charge, order);
  if (!made) return refusal_response(made.error());
  return json_response(to_json(**made, {}, stripe.context()), 201);
}

net::Response dispute_action(stripe::Stripe& stripe, const net::Request& request) {
  auto* dispute = stripe.find_dispute(request.path_params[0]);
  if (!dispute) return control_error(404, "dispute", "no such dispute");
  if (!stripe.change_dispute(*dispute, request.path_params[1])) {
    return control_error(409, "dispute", "its state does not allow that");
  }
  return json_response(to_json(*dispute, {}, stripe.context()));
}

net::Response refund_mode(stripe::Stripe& stripe, const RefundModeBody& body) {
  if (body.mode != "succeeded" && body.mode != "pending" && body.mode != "failed_later") {
    return control_error(400, "mode", "succeeded, pending or failed_later");
  }
  stripe.set_refund_mode(body.mode, std::chrono::milliseconds(body.delay_ms.value_or(0)),
                         body.account_id.value_or(""));
  return json_response("{}");
}

net::Response refund_action(stripe::Stripe& stripe, const net::Request& request) {
  const auto& action = request.path_params[1];
  auto* refund = stripe.find_refund(request.path_params[0]);
  if (!refund || (action != "succeed" && action != "fail")) {
    return control_error(404, "refund", "no such refund or action");
  }
  if (!stripe.finish_refund(*refund, action == "succeed")) {
    return control_error(409, "refund", "its state does not allow that");
  }
  return json_response(to_json(*refund, {}, stripe.context()));
}

net::Response flush(stripe::Stripe& stripe, const FlushBody& body) {
  std::int64_t queued = 0;
  for (const auto& account : stripe.accounts()) {
    if (body.account_id && account->id != *body.account_id) continue;
    for (auto& event : account->events.items()) {
      if (body.event_id && event.id != *body.event_id) continue;
      if (body.type && !glob_match(*body.type, event.type)) continue;
      if (event.accepted && !body.all.value_or(false) && !body.event_id) continue;
      queued += stripe.redeliver(*account, event) ? 1 : 0;
    }
  }
  return json_response("{\"queued\":" + std::to_string(queued) + "}");
}

}  // namespace

void add_stripe_control(net::Router& router, Realm realm) {
  using net::Request;
  auto& world = realm.world;
  auto& stripe = realm.stripe;
  control_post<AccountBody>(router, world, "/control/accounts",
                            [&stripe](const Request&, AccountBody body) {
                              return change_account(stripe, std::move(body));
                            });
  add_plain_route(router, world, net::Method::get, "/control/accounts",
                  [&stripe](const Request&) { return list_accounts(stripe); });
  control_post<ActionBody>(router, world, "/control/checkout/{session}/{action}",
                           [&stripe](const Request& request, ActionBody body) {
                             return checkout_action(stripe, request, body);
                           });
  control_post<BulkBody>(
      router, world, "/control/checkout",
      [&stripe](const Request&, BulkBody body) { return checkout_bulk(stripe, body); },
      kSeedBytesMax);
  const auto seed_sessions = [&stripe](const Request&, SeedListBody body) {
    return seed(stripe, std::move(body));
  };
  control_post<SeedListBody>(router, world, "/control/sessions/seed", seed_sessions, kSeedBytesMax);
  control_post<DisputeBody>(
      router, world, "/control/disputes",
      [&stripe](const Request&, DisputeBody body) { return dispute(stripe, body); });
  control_post<NoBody>(
      router, world, "/control/disputes/{id}/{action}",
      [&stripe](const Request& request, NoBody) { return dispute_action(stripe, request); });
  control_post<RefundModeBody>(
      router, world, "/control/refunds/mode",
      [&stripe](const Request&, RefundModeBody body) { return refund_mode(stripe, body); });
  control_post<NoBody>(
      router, world, "/control/refunds/{id}/{action}",
      [&stripe](const Request& request, NoBody) { return refund_action(stripe, request); });
  control_post<FlushBody>(
      router, world, "/control/events/flush",
      [&stripe](const Request&, FlushBody body) { return flush(stripe, body); });
}

}  // namespace sandbox
