#include "sandbox/core/html.h"
#include "sandbox/stripe/listing.h"
#include "sandbox/stripe/stripe.h"

// Refunds. Source: docs.stripe.com/api/refunds and /refunds (failed refunds).
namespace sandbox::stripe {
namespace {

bool is_reason(std::string_view reason) {
  return reason.empty() || reason == "duplicate" || reason == "fraudulent" ||
         reason == "requested_by_customer";
}

}  // namespace

Charge* Stripe::find_charge(std::string_view id) const {
  if (const auto* session = find_session(id)) {
    return session->intent ? session->intent->latest_charge : nullptr;
  }
  for (const auto& account : accounts_) {
    if (auto* charge = account->charges.find(id)) return charge;
    if (const auto* intent = account->intents.find(id)) return intent->latest_charge;
  }
  return nullptr;
}

Refund* Stripe::find_refund(std::string_view id) const {
  for (const auto& account : accounts_) {
    if (auto* refund = account->refunds.find(id)) return refund;
  }
  return nullptr;
}

Answer<std::string> Stripe::create_refund(Call& call) {
  const auto charge_id = call.params.text("charge");
  const auto intent_id = call.params.text("payment_intent");
  TRY(const auto amount, call.integer("amount"));
  auto reason = call.params.text("reason").value_or("");
  auto metadata = call.params.map("metadata");
  for (auto name : {"refund_application_fee", "reverse_transfer", "instructions_email"}) {
    call.params.accept(name);
  }
  TRY_STATUS(call.no_more());
  if (!is_reason(reason)) {
    return invalid("reason",
                   "Invalid reason: must be one of duplicate, fraudulent, or "
                   "requested_by_customer");
  }
  if (amount && *amount < 1) {
    return invalid("amount", "Invalid positive integer", "parameter_invalid_integer");
  }
  Charge* charge = nullptr;
  if (intent_id) {
    const auto* intent = call.account->intents.find(*intent_id);
    if (!intent) return no_such("payment_intent", *intent_id, "payment_intent");
    charge = intent->latest_charge;
    if (!charge || charge->status == "failed") {
      return invalid("payment_intent", "This PaymentIntent (" + *intent_id +
                                           ") does not have a successful charge to refund.");
    }
  } else if (charge_id) {
    charge = call.account->charges.find(*charge_id);
    if (!charge) return no_such("charge", *charge_id, "charge");
  } else {
    return missing("payment_intent");
  }
  const auto left = charge->amount - charge->amount_refunded;
  TRY(const auto* made,
      refund(*charge, amount.value_or(left), std::move(reason), std::move(metadata)));
  return to_json(*made, call.expand, context());
}

Answer<Refund*> Stripe::refund(Charge& charge, std::int64_t amount, std::string reason,
                               TextMap metadata) {
  const auto left = charge.amount - charge.amount_refunded;
  const auto& currency = charge.intent->currency;
  if (charge.status != "succeeded") {
    return invalid("charge", "Charge " + charge.id + " is " + charge.status + ", not succeeded.");
  }
  if (charge.disputed) {
    return invalid("", "Charge " + charge.id + " has been charged back; cannot issue a refund.",
                   "charge_disputed");
  }
  if (left == 0) {
    return invalid("", "Charge " + charge.id + " has already been refunded.",
                   "charge_already_refunded");
  }
  if (amount > left) {
    return invalid("amount", "Refund amount (" + show_amount(amount, currency) +
                                 ") is greater than unrefunded amount on charge (" +
                                 show_amount(left, currency) + ")");
  }
  auto& account = *charge.intent->session->account;
  Refund refund;
  refund.id = make_id(charge.method == "card" ? "re_3" : "pyr_1");
  refund.amount = amount;
  refund.charge = &charge;
  refund.status = account.refund_mode == "pending" ? "pending" : "succeeded";
  refund.reason = std::move(reason);
  refund.metadata = std::move(metadata);
  refund.created = world_.now();
  auto& kept = account.refunds.add(std::move(refund));
  BalanceTransaction transaction;
  transaction.amount = -amount;
  transaction.currency = currency;
  transaction.type = charge.method == "card" ? "refund" : "payment_refund";
  transaction.source = kept.id;
  kept.transaction = &add_transaction(account, std::move(transaction));
  charge.amount_refunded += amount;
  charge.refunds.push_back(&kept);
  emit(account, "charge.refunded", charge);
  emit(account, "refund.created", kept);
  if (account.refund_mode != "succeeded" && account.refund_delay > base::Duration{}) {
    const bool success = account.refund_mode == "pending";
    world_.at(world_.now() + account.refund_delay,
              [this, &kept, success] { finish_refund(kept, success); });
  }
  return &kept;
}

bool Stripe::finish_refund(Refund& refund, bool success) {
  if (refund.status == "failed" || refund.status == "canceled") return false;
  if (success && refund.status == "succeeded") return false;
  auto& charge = *refund.charge;
  auto& account = *charge.intent->session->account;
  const auto previous = R"({"status":")" + refund.status + R"("})";
  refund.status = success ? "succeeded" : "failed";
  if (!success) {
    refund.failure_reason = "lost_or_stolen_card";
    charge.amount_refunded -= refund.amount;
    BalanceTransaction transaction;
    transaction.amount = refund.amount;
    transaction.currency = charge.intent->currency;
    transaction.type = "refund_failure";
    transaction.source = refund.id;
    refund.failure_transaction = &add_transaction(account, std::move(transaction));
  }
  emit(account, "refund.updated", refund, previous);
  emit(account, "charge.refund.updated", refund, previous);
  if (!success) emit(account, "refund.failed", refund);
  return true;
}

void Stripe::set_refund_mode(const std::string& mode, base::Duration delay,
                             std::string_view account_id) {
  if (account_id.empty()) {
    refund_mode_ = mode;
    refund_delay_ = delay;
  }
  for (const auto& account : accounts_) {
    if (!account_id.empty() && account->id != account_id) continue;
    account->refund_mode = mode;
    account->refund_delay = delay;
  }
}

Answer<std::string> Stripe::retrieve_refund(Call& call) {
  TRY_STATUS(call.no_more());
  const auto* refund = call.account->refunds.find(call.path[0]);
  if (!refund) return no_such("refund", call.path[0], "id");
  return to_json(*refund, call.expand, context());
}

Answer<std::string> Stripe::list_refunds(Call& call) {
  const auto charge = call.params.text("charge");
  const auto intent = call.params.text("payment_intent");
  const auto keep = [&](const Refund& refund) {
    return (!charge || refund.charge->id == *charge) &&
           (!intent || refund.charge->intent->id == *intent);
  };
  return list_page(call, call.account->refunds, "/v1/refunds", "refund", context(), keep);
}

Answer<std::string> Stripe::cancel_refund(Call& call) {
  TRY_STATUS(call.no_more());
  const auto* refund = call.account->refunds.find(call.path[0]);
  if (!refund) return no_such("refund", call.path[0], "id");
  return invalid("", "This refund cannot be canceled: its status is " + refund->status +
                         ", and only refunds in requires_action can.");
}

}  // namespace sandbox::stripe
