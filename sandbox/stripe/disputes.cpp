#include "sandbox/stripe/listing.h"
#include "sandbox/stripe/stripe.h"

// Disputes and inquiries. Source: docs.stripe.com/disputes/how-disputes-work.
namespace sandbox::stripe {
namespace {

constexpr std::int64_t kDisputeFeeMinor = 1'500;

}  // namespace

Dispute* Stripe::find_dispute(std::string_view id) const {
  for (const auto& account : accounts_) {
    if (auto* dispute = account->disputes.find(id)) return dispute;
  }
  return nullptr;
}

Answer<Dispute*> Stripe::open_dispute(Charge& charge, const DisputeOrder& order) {
  if (charge.status != "succeeded") return invalid("charge", "The charge is not paid.");
  if (charge.disputed) return invalid("charge", "The charge is disputed already.");
  const auto amount = order.amount == 0 ? charge.amount : order.amount;
  if (amount < 1 || amount > charge.amount) return invalid("amount_minor", "Out of range.");
  auto& account = *charge.intent->session->account;
  Dispute dispute;
  dispute.id = "du_1" + world_.random_text(23);
  dispute.amount = amount;
  dispute.charge = &charge;
  dispute.status = order.inquiry ? "warning_needs_response" : "needs_response";
  dispute.reason = order.reason;
  dispute.inquiry = order.inquiry;
  dispute.created = world_.now();
  auto& kept = account.disputes.add(std::move(dispute));
  if (!order.inquiry) {
    charge.disputed = true;
    BalanceTransaction withdrawal;
    withdrawal.amount = -amount;
    withdrawal.fee = kDisputeFeeMinor;
    withdrawal.currency = charge.intent->currency;
    withdrawal.type = "adjustment";
    withdrawal.fee_text = "Dispute fee";
    withdrawal.source = kept.id;
    kept.transactions.push_back(&add_transaction(account, std::move(withdrawal)));
  }
  emit(account, "charge.dispute.created", kept);
  if (!order.inquiry) emit(account, "charge.dispute.funds_withdrawn", kept);
  return &kept;
}

bool Stripe::change_dispute(Dispute& dispute, std::string_view verb) {
  auto& charge = *dispute.charge;
  auto& account = *charge.intent->session->account;
  const bool warning = dispute.status == "warning_needs_response";
  const bool open = warning || dispute.status == "needs_response";
  if (!open) return false;
  if (verb == "warning_closed" && warning) {
    dispute.status = "warning_closed";
    emit(account, "charge.dispute.closed", dispute);
    return true;
  }
  BalanceTransaction movement;
  movement.currency = charge.intent->currency;
  movement.type = "adjustment";
  movement.source = dispute.id;
  if (verb == "escalate" && warning) {
    dispute.status = "needs_response";
    dispute.inquiry = false;
    charge.disputed = true;
    movement.amount = -dispute.amount;
    movement.fee = kDisputeFeeMinor;
    movement.fee_text = "Dispute fee";
    dispute.transactions.push_back(&add_transaction(account, std::move(movement)));
    emit(account, "charge.dispute.updated", dispute, R"({"status":"warning_needs_response"})");
    emit(account, "charge.dispute.funds_withdrawn", dispute);
    return true;
  }
  if (warning || (verb != "won" && verb != "lost")) return false;
  dispute.status = std::string(verb);
  if (verb == "won") {
    movement.amount = dispute.amount;
    movement.fee = 0;
    dispute.transactions.push_back(&add_transaction(account, std::move(movement)));
  }
  emit(account, "charge.dispute.closed", dispute);
  if (verb == "won") emit(account, "charge.dispute.funds_reinstated", dispute);
  return true;
}

Answer<std::string> Stripe::retrieve_dispute(Call& call) {
  TRY_STATUS(call.no_more());
  const auto* dispute = call.account->disputes.find(call.path[0]);
  if (!dispute) return no_such("dispute", call.path[0], "id");
  return to_json(*dispute, call.expand, context());
}

Answer<std::string> Stripe::list_disputes(Call& call) {
  const auto charge = call.params.text("charge");
  const auto intent = call.params.text("payment_intent");
  const auto keep = [&](const Dispute& dispute) {
    return (!charge || dispute.charge->id == *charge) &&
           (!intent || dispute.charge->intent->id == *intent);
  };
  return list_page(call, call.account->disputes, "/v1/disputes", "dispute", context(), keep);
}

Answer<std::string> Stripe::close_dispute(Call& call) {
  TRY_STATUS(call.no_more());
  auto* dispute = call.account->disputes.find(call.path[0]);
  if (!dispute) return no_such("dispute", call.path[0], "id");
  if (!change_dispute(*dispute, "lost")) {
    return invalid("", "This dispute is already closed or is an inquiry.");
  }
  return to_json(*dispute, call.expand, context());
}

}  // namespace sandbox::stripe
