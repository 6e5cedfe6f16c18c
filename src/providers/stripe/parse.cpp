#include "providers/stripe/parse.h"

#include "base/json.h"
#include "providers/stripe/api.h"
#include "providers/stripe/currency.h"

namespace providers::stripe {

using base::Code;
using base::json::find;
using base::json::find_bool;
using base::json::find_int;
using base::json::find_string;
using boost::json::value;

namespace {

constexpr std::int64_t kSecondsMax = 253'402'300'799;  // the end of the year 9999

base::Error lacks(std::string_view what) {
  return base::error(Code::corrupt, "bad_answer", "stripe's answer lacks " + std::string(what));
}

Result<std::string> text_at(const value& from, std::string_view path) {
  const auto text = find_string(from, path);
  if (!text) return lacks(path);
  return std::string(*text);
}

std::string text_or_empty(const value& from, std::string_view path) {
  return std::string(find_string(from, path).value_or(std::string_view{}));
}

Result<std::int64_t> int_at(const value& from, std::string_view path) {
  const auto number = find_int(from, path);
  if (!number) return lacks(path);
  return *number;
}

Result<Time> time_at(const value& from, std::string_view path) {
  const auto seconds = find_int(from, path);
  if (!seconds || *seconds < 0 || *seconds > kSecondsMax) return lacks(path);
  return Time{std::chrono::seconds(*seconds)};
}

// The id of something that is either its id or, when expanded, the whole object.
std::string ref_at(const value& from, std::string_view path) {
  const value* found = find(from, path);
  if (found == nullptr) return {};
  if (found->is_object()) return text_or_empty(*found, "id");
  return found->is_string() ? std::string(found->get_string()) : std::string{};
}

Result<std::string> own_ref(const value& object, std::string_view kind) {
  if (find_string(object, "object") != kind) return lacks(std::string(kind) + " object");
  TRY(auto ref, text_at(object, "id"));
  if (!is_ref(ref)) return lacks("id");
  return ref;
}

Result<FeeSnapshot> read_fee(const value& transaction) {
  TRY(auto ref, own_ref(transaction, "balance_transaction"));
  TRY(const auto fee, int_at(transaction, "fee"));
  TRY(const auto currency, text_at(transaction, "currency"));
  TRY(const auto settled, settled_from_stripe(fee, currency));
  return FeeSnapshot{.balance_transaction = std::move(ref),
                     .amount_minor = settled.minor_rounded,
                     .currency = settled.currency.text(),
                     .amount_micros = settled.micros};
}

Status read_status(const value& session, CheckoutSnapshot& out) {
  TRY(const auto status, text_at(session, "status"));
  if (!base::enum_from_name(status, out.status)) return lacks("a known status");
  TRY(const auto payment, text_at(session, "payment_status"));
  if (!base::enum_from_name(payment, out.payment)) return lacks("a known payment_status");
  const auto livemode = find_bool(session, "livemode");
  if (!livemode) return lacks("livemode");
  out.livemode = *livemode;
  return {};
}

Status read_charge(const value& charge, CheckoutSnapshot& out) {
  TRY(const auto currency, text_at(charge, "currency"));
  TRY(const auto refunded, int_at(charge, "amount_refunded"));
  TRY(const auto money, from_stripe(refunded, currency));
  out.refunded_minor = money.amount_minor;
  if (find_string(charge, "status") == "succeeded") {
    TRY(const auto paid_at, time_at(charge, "created"));
    out.paid_at = paid_at;
  }
  // Absent for a while where Stripe computes fees after the capture; charge.updated tells of it.
  const value* transaction = find(charge, "balance_transaction");
  if (transaction != nullptr && transaction->is_object()) {
    TRY(auto fee, read_fee(*transaction));
    out.fee = std::move(fee);
  }
  const value* refunds = find(charge, "refunds.data");
  if (refunds == nullptr || !refunds->is_array()) return {};
  for (const value& item : refunds->get_array()) {
    TRY(auto refund, read_refund(item));
    out.refunds.push_back(std::move(refund));
  }
  return {};
}

Status read_intent(const value& intent, CheckoutSnapshot& out) {
  TRY(out.payment_intent, own_ref(intent, "payment_intent"));
  TRY(out.payment_intent_status, text_at(intent, "status"));
  TRY(const auto currency, text_at(intent, "currency"));
  TRY(const auto received, int_at(intent, "amount_received"));
  TRY(const auto money, from_stripe(received, currency));
  if (money.currency.view() != out.currency) return lacks("one currency");
  out.amount_received_minor = money.amount_minor;
  out.decline_code = text_or_empty(intent, "last_payment_error.decline_code");
  if (out.decline_code.empty()) out.decline_code = text_or_empty(intent, "last_payment_error.code");
  const value* charge = find(intent, "latest_charge");
  if (charge != nullptr && charge->is_object()) return read_charge(*charge, out);
  return {};
}

}  // namespace

Result<CheckoutSnapshot> read_checkout(const value& session) {
  CheckoutSnapshot out;
  TRY(out.provider_ref, own_ref(session, "checkout.session"));
  TRY_STATUS(read_status(session, out));
  TRY(const auto amount, int_at(session, "amount_total"));
  TRY(const auto currency, text_at(session, "currency"));
  TRY(const auto money, from_stripe(amount, currency));
  out.amount_minor = money.amount_minor;
  out.currency = money.currency.text();
  TRY(out.created_at, time_at(session, "created"));
  TRY(out.expires_at, time_at(session, "expires_at"));
  out.url = text_or_empty(session, "url");
  out.client_reference_id = text_or_empty(session, "client_reference_id");
  out.tenant_id = text_or_empty(session, "metadata.tenant_id");
  out.request_id = text_or_empty(session, "metadata.request_id");
  out.session_id = text_or_empty(session, "metadata.session_id");
  out.payment_intent = ref_at(session, "payment_intent");
  const value* intent = find(session, "payment_intent");
  if (intent != nullptr && intent->is_object()) TRY_STATUS(read_intent(*intent, out));
  return out;
}

Result<RefundSnapshot> read_refund(const value& refund) {
  RefundSnapshot out;
  TRY(out.provider_ref, own_ref(refund, "refund"));
  TRY(const auto amount, int_at(refund, "amount"));
  TRY(const auto currency, text_at(refund, "currency"));
  TRY(const auto money, from_stripe(amount, currency));
  out.amount_minor = money.amount_minor;
  out.currency = money.currency.text();
  out.status = text_or_empty(refund, "status");
  if (out.status.empty()) out.status = "pending";  // null while a bank has not answered
  out.own_id = text_or_empty(refund, "metadata.refund_id");
  TRY(out.created_at, time_at(refund, "created"));
  return out;
}

Result<DisputeSnapshot> read_dispute(const value& dispute) {
  DisputeSnapshot out;
  TRY(out.provider_ref, own_ref(dispute, "dispute"));
  TRY(const auto amount, int_at(dispute, "amount"));
  TRY(const auto currency, text_at(dispute, "currency"));
  TRY(const auto money, from_stripe(amount, currency));
  out.amount_minor = money.amount_minor;
  out.currency = money.currency.text();
  TRY(out.status, text_at(dispute, "status"));
  out.reason = text_or_empty(dispute, "reason");
  TRY(out.created_at, time_at(dispute, "created"));
  const value* transactions = find(dispute, "balance_transactions");
  if (transactions == nullptr || !transactions->is_array()) return out;
  for (const value& item : transactions->get_array()) {
    TRY(auto fee, read_fee(item));
    if (fee.amount_micros != 0) out.fees.push_back(std::move(fee));
  }
  return out;
}

Result<PaymentEvent> read_event(const value& event) {
  const auto malformed = [](std::string_view what) {
    return base::error(Code::invalid_argument, "not_an_event",
                       "the event's " + std::string(what) + " is missing or malformed");
  };
  PaymentEvent out;
  if (find_string(event, "object") != "event") return malformed("object");
  out.provider_event_id = text_or_empty(event, "id");
  if (!is_ref(out.provider_event_id)) return malformed("id");
  out.type = text_or_empty(event, "type");
  if (out.type.empty() || out.type.size() > 100) return malformed("type");
  const auto livemode = find_bool(event, "livemode");
  if (!livemode) return malformed("livemode");
  out.livemode = *livemode;
  auto created = time_at(event, "created");
  if (!created) return malformed("created");
  out.created_at = *created;

  const value* object = find(event, "data.object");
  if (object == nullptr || !object->is_object()) return malformed("data.object");
  const auto kind = find_string(*object, "object").value_or(std::string_view{});
  if (kind == "checkout.session") out.session_ref = text_or_empty(*object, "id");
  // Charges, refunds, disputes and sessions all point to their intent by this name.
  out.payment_intent =
      kind == "payment_intent" ? text_or_empty(*object, "id") : ref_at(*object, "payment_intent");
  out.session_id = text_or_empty(*object, "metadata.session_id");
  if (!out.session_ref.empty() && !is_ref(out.session_ref)) return malformed("session");
  if (!out.payment_intent.empty() && !is_ref(out.payment_intent)) return malformed("intent");
  if (!is_ref(out.session_id)) out.session_id.clear();
  return out;
}

bool refunds_are_cut(const value& session) {
  return find_bool(session, "payment_intent.latest_charge.refunds.has_more").value_or(false);
}

bool is_disputed(const value& session) {
  return find_bool(session, "payment_intent.latest_charge.disputed").value_or(false);
}

}  // namespace providers::stripe
