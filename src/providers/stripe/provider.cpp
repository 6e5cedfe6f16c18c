#include <algorithm>

#include "base/assert.h"
#include "base/json.h"
#include "providers/stripe/api.h"
#include "providers/stripe/currency.h"
#include "providers/stripe/parse.h"
#include "providers/stripe/signature.h"

namespace providers::stripe {

using base::Code;
using boost::json::value;
using net::Method;

namespace {

constexpr std::int64_t kPageSize = 100;  // Stripe's largest
constexpr int kRefundPagesMax = 10;
constexpr std::size_t kCallbackDepthMax = 48;

// The changes that can move a request, a refund, a dispute or a fee. Stripe takes at most 20 types.
constexpr std::array<std::string_view, 17> kEventTypes = {
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.payment_failed",
    "charge.updated",  // the balance transaction came later
    "charge.refunded",
    "charge.refund.updated",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "payment_intent.succeeded"};

constexpr std::int64_t seconds_of(Time t) { return base::micros(t) / 1'000'000; }

base::Error bad_ref(std::string field) {
  return base::field_error(std::move(field), "malformed", "not an id of Stripe");
}

// The effect was carried out, but its answer cannot be read: the caller must look again.
base::Error unreadable(base::Error error) {
  error.code = Code::ambiguous;
  return error;
}

const boost::json::array* items_of(const value& page) {
  const value* data = base::json::find(page, "data");
  return data != nullptr && data->is_array() ? &data->get_array() : nullptr;
}

Result<Call> checkout_call(const PaymentAccount& account, const CreateCheckout& order) {
  if (order.description.empty()) {
    return base::field_error("description", "required", "the checkout shows what is paid");
  }
  TRY(const std::int64_t amount, to_stripe(order.amount));
  std::string currency = order.amount.currency.text();
  for (char& c : currency) c = static_cast<char>(c - 'A' + 'a');

  Call call{.method = Method::post, .path = "/v1/checkout/sessions"};
  call.idempotency_key = order.id.text();
  call.form.add("mode", "payment")
      .add("client_reference_id", order.id.text())
      .add("line_items[0][quantity]", 1)
      .add("line_items[0][price_data][currency]", currency)
      .add("line_items[0][price_data][unit_amount]", amount)
      .add("line_items[0][price_data][product_data][name]", order.description)
      .add("success_url", order.success_url)
      .add("cancel_url", order.cancel_url)
      .add("expires_at", seconds_of(order.expires_at))
      .add_if(!order.payer_email.empty(), "customer_email", order.payer_email)
      .add_if(!order.locale.empty(), "locale", order.locale);
  // On the intent as well, so that charges and their events can be traced without the session.
  for (const std::string place : {"metadata", "payment_intent_data[metadata]"}) {
    call.form.add(place + "[tenant_id]", account.tenant_id.text())
        .add(place + "[request_id]", order.request_id.text())
        .add(place + "[session_id]", order.id.text());
  }
  return call;
}

class StripeProvider final : public PaymentProvider {
 public:
  StripeProvider(base::Runtime& runtime, net::HttpClient& http, Options options)
      : api_(runtime, http, options) {}

  Awaitable<Result<CheckoutSnapshot>> create_checkout(PaymentAccount account,
                                                      CreateCheckout order) override;
  Awaitable<Result<CheckoutSnapshot>> retrieve_checkout(PaymentAccount account,
                                                        std::string provider_ref) override;
  Awaitable<Result<CheckoutSnapshot>> expire_checkout(PaymentAccount account,
                                                      std::string provider_ref) override;
  Awaitable<Result<RefundSnapshot>> create_refund(PaymentAccount account,
                                                  CreateRefund refund) override;
  Awaitable<Result<EventPage>> list_events(PaymentAccount account, Time since,
                                           std::string starting_after) override;
  Awaitable<Result<std::string>> check(PaymentAccount account) override;
  Result<PaymentEvent> read_callback(std::string_view body, std::string_view signature_header,
                                     std::span<const Secret<std::string>> secrets,
                                     Time now) const override;

 private:
  Awaitable<Result<std::vector<RefundSnapshot>>> list_refunds(PaymentAccount account,
                                                              std::string intent);
  Awaitable<Result<std::vector<DisputeSnapshot>>> list_disputes(PaymentAccount account,
                                                                std::string intent);
  Api api_;
};

Awaitable<Result<CheckoutSnapshot>> StripeProvider::create_checkout(PaymentAccount account,
                                                                    CreateCheckout order) {
  CO_TRY(Call call, checkout_call(account, order));
  CO_TRY(const value session, co_await api_.send(std::move(account), std::move(call)));
  auto snapshot = read_checkout(session);
  if (!snapshot) co_return unreadable(std::move(snapshot).error());
  co_return snapshot;
}

Awaitable<Result<CheckoutSnapshot>> StripeProvider::retrieve_checkout(PaymentAccount account,
                                                                      std::string provider_ref) {
  if (!is_ref(provider_ref)) co_return bad_ref("provider_ref");
  Call call{.method = Method::get, .path = "/v1/checkout/sessions/" + provider_ref};
  call.form.add("expand[]", "payment_intent.latest_charge.balance_transaction")
      .add("expand[]", "payment_intent.latest_charge.refunds");
  CO_TRY(const value session, co_await api_.send(account, std::move(call)));
  CO_TRY(CheckoutSnapshot snapshot, read_checkout(session));
  if (snapshot.provider_ref != provider_ref) {
    co_return base::error(Code::corrupt, "bad_answer", "stripe answered with another session");
  }
  if (!snapshot.payment_intent.empty() && snapshot.payment_intent_status.empty()) {
    co_return base::error(Code::corrupt, "bad_answer", "stripe did not expand the intent");
  }
  if (refunds_are_cut(session)) {
    CO_TRY(snapshot.refunds, co_await list_refunds(account, snapshot.payment_intent));
  }
  if (is_disputed(session)) {
    CO_TRY(snapshot.disputes, co_await list_disputes(account, snapshot.payment_intent));
  }
  co_return snapshot;
}

Awaitable<Result<CheckoutSnapshot>> StripeProvider::expire_checkout(PaymentAccount account,
                                                                    std::string provider_ref) {
  if (!is_ref(provider_ref)) co_return bad_ref("provider_ref");
  Call call{.method = Method::post, .path = "/v1/checkout/sessions/" + provider_ref + "/expire"};
  // A new key for each call: a stored "no" must not answer a later, justified attempt.
  call.idempotency_key = api_.one_time_key("expire");
  CO_TRY(const value session, co_await api_.send(std::move(account), std::move(call)));
  auto snapshot = read_checkout(session);
  if (!snapshot) co_return unreadable(std::move(snapshot).error());
  co_return snapshot;
}

Awaitable<Result<RefundSnapshot>> StripeProvider::create_refund(PaymentAccount account,
                                                                CreateRefund refund) {
  if (!is_ref(refund.payment_intent)) co_return bad_ref("payment_intent");
  CO_TRY(const std::int64_t amount, to_stripe(refund.amount));
  Call call{.method = Method::post, .path = "/v1/refunds"};
  call.idempotency_key = refund.id.text();
  call.form.add("payment_intent", refund.payment_intent)
      .add("amount", amount)
      .add_if(!refund.reason.empty(), "reason", refund.reason)
      .add("metadata[refund_id]", refund.id.text())
      .add("metadata[tenant_id]", account.tenant_id.text());
  CO_TRY(const value answer, co_await api_.send(std::move(account), std::move(call)));
  auto snapshot = read_refund(answer);
  if (!snapshot) co_return unreadable(std::move(snapshot).error());
  co_return snapshot;
}

Awaitable<Result<EventPage>> StripeProvider::list_events(PaymentAccount account, Time since,
                                                         std::string starting_after) {
  if (!starting_after.empty() && !is_ref(starting_after)) co_return bad_ref("starting_after");
  Call call{.method = Method::get, .path = "/v1/events"};
  call.form.add("limit", kPageSize).add("created[gte]", seconds_of(since));
  for (const auto type : kEventTypes) call.form.add("types[]", std::string(type));
  call.form.add_if(!starting_after.empty(), "starting_after", starting_after);
  CO_TRY(const value page, co_await api_.send(std::move(account), std::move(call)));
  const auto* items = items_of(page);
  if (items == nullptr) co_return base::error(Code::corrupt, "bad_answer", "not a list of events");
  EventPage out;
  out.has_more = base::json::find_bool(page, "has_more").value_or(false);
  out.events.reserve(items->size());
  for (const value& item : *items) {
    auto event = read_event(item);
    if (!event) co_return base::error(Code::corrupt, "bad_answer", event.error().detail);
    out.events.push_back(std::move(*event));
  }
  co_return out;
}

Awaitable<Result<std::string>> StripeProvider::check(PaymentAccount account) {
  Call whoami{.method = Method::get, .path = "/v1/account"};
  const Result<value> answer = co_await api_.send(account, std::move(whoami));
  if (answer) {
    for (const auto path : {"settings.dashboard.display_name", "business_profile.name", "id"}) {
      const auto name = base::json::find_string(*answer, path);
      if (name && !name->empty()) co_return std::string(*name);
    }
    co_return base::error(Code::corrupt, "bad_answer", "stripe's account has no id");
  }
  // A restricted key need not read the account; it must read what we work with.
  if (answer.error().code != Code::unauthenticated) co_return answer.error();
  Call probe{.method = Method::get, .path = "/v1/checkout/sessions"};
  probe.form.add("limit", 1);
  CO_TRY(const value sessions, co_await api_.send(std::move(account), std::move(probe)));
  if (items_of(sessions) == nullptr) {
    co_return base::error(Code::corrupt, "bad_answer", "not a list of sessions");
  }
  co_return std::string{};
}

Result<PaymentEvent> StripeProvider::read_callback(std::string_view body,
                                                   std::string_view signature_header,
                                                   std::span<const Secret<std::string>> secrets,
                                                   Time now) const {
  TRY_STATUS(verify_signature(body, signature_header, secrets, now));
  TRY(const value event, base::json::parse(body, kCallbackDepthMax));
  return read_event(event);
}

Awaitable<Result<std::vector<RefundSnapshot>>> StripeProvider::list_refunds(PaymentAccount account,
                                                                            std::string intent) {
  std::vector<RefundSnapshot> out;
  for (int pages = 0; pages < kRefundPagesMax; ++pages) {
    Call call{.method = Method::get, .path = "/v1/refunds"};
    call.form.add("payment_intent", intent).add("limit", kPageSize);
    if (!out.empty()) call.form.add("starting_after", out.back().provider_ref);
    CO_TRY(const value page, co_await api_.send(account, std::move(call)));
    const auto* items = items_of(page);
    if (items == nullptr)
      co_return base::error(Code::corrupt, "bad_answer", "not a list of refunds");
    for (const value& item : *items) {
      CO_TRY(auto refund, read_refund(item));
      out.push_back(std::move(refund));
    }
    if (items->empty() || !base::json::find_bool(page, "has_more").value_or(false)) break;
  }
  co_return out;
}

Awaitable<Result<std::vector<DisputeSnapshot>>> StripeProvider::list_disputes(
    PaymentAccount account, std::string intent) {
  Call call{.method = Method::get, .path = "/v1/disputes"};
  call.form.add("payment_intent", intent).add("limit", kPageSize);
  CO_TRY(const value page, co_await api_.send(std::move(account), std::move(call)));
  const auto* items = items_of(page);
  if (items == nullptr)
    co_return base::error(Code::corrupt, "bad_answer", "not a list of disputes");
  std::vector<DisputeSnapshot> out;
  for (const value& item : *items) {
    CO_TRY(auto dispute, read_dispute(item));
    out.push_back(std::move(dispute));
  }
  co_return out;
}

}  // namespace

std::unique_ptr<PaymentProvider> payment_provider(base::Runtime& runtime, net::HttpClient& http,
                                                  Options options) {
  return std::make_unique<StripeProvider>(runtime, http, options);
}

}  // namespace providers::stripe
