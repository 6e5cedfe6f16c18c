#include "tracking/transactions.h"

namespace tracking {

namespace {

using domain::Fact;

// Everything about the answer that must agree with what was asked before any of it is believed.
std::vector<std::string> contradictions(const Transaction& asked,
                                        const providers::CheckoutSnapshot& answer) {
  const auto currency = domain::Currency::parse(answer.currency);
  const domain::PaymentIdentity ours{asked.tenant_id.text(),
                                     domain::CheckoutSessionId{asked.id.value}.text(),
                                     asked.amount_minor, asked.currency, asked.livemode};
  const domain::PaymentIdentity theirs{answer.tenant_id, answer.client_reference_id,
                                       answer.amount_minor,
                                       currency ? *currency : domain::Currency{}, answer.livemode};
  auto out = domain::mismatches(ours, theirs);
  if (asked.provider_ref && *asked.provider_ref != answer.provider_ref)
    out.emplace_back("provider_ref");
  if (answer.request_id != asked.request_id.text()) out.emplace_back("request");
  const bool paid = answer.payment == providers::CheckoutPayment::paid;
  if (paid && answer.amount_received_minor != asked.amount_minor)
    out.emplace_back("amount_received");
  if (answer.payment == providers::CheckoutPayment::no_payment_required)
    out.emplace_back("payment");
  return out;
}

// A fee in a currency that we do not know can't be booked; the charge counts all the same.
void add_fee(std::vector<Fact>& facts, const providers::FeeSnapshot& fee, Time at) {
  const auto currency = domain::Currency::parse(fee.currency);
  if (currency)
    facts.push_back({at, domain::ChargeFee{fee.balance_transaction, fee.amount_micros, *currency}});
}

void add_money_facts(std::vector<Fact>& facts, const Transaction& asked,
                     const providers::CheckoutSnapshot& answer) {
  const Time paid_at = answer.paid_at.value_or(answer.created_at);
  facts.push_back(
      {paid_at, domain::SessionPaid{answer.amount_minor, asked.currency, answer.payment_intent}});
  if (answer.fee) add_fee(facts, *answer.fee, paid_at);
  for (const auto& refund : answer.refunds) {
    domain::RefundStatus status = domain::RefundStatus::pending;
    base::enum_from_name(refund.status, status);
    facts.push_back(
        {refund.created_at, domain::RefundSeen{refund.provider_ref, refund.amount_minor, status}});
  }
  if (answer.refunded_minor > 0)
    facts.push_back({paid_at, domain::RefundedCumulative{answer.refunded_minor}});
  for (const auto& dispute : answer.disputes) {
    const auto currency = domain::Currency::parse(dispute.currency);
    domain::DisputeStatus status = domain::DisputeStatus::needs_response;
    base::enum_from_name(dispute.status, status);
    const domain::Currency known = currency ? *currency : asked.currency;
    facts.push_back({dispute.created_at, domain::DisputeSeen{dispute.provider_ref,
                                                             dispute.amount_minor, known, status}});
    for (const auto& fee : dispute.fees) add_fee(facts, fee, dispute.created_at);
  }
}

}  // namespace

std::vector<Fact> facts_of(const Transaction& asked, const providers::CheckoutSnapshot& answer,
                           Time now) {
  std::vector<Fact> facts;
  for (auto& what : contradictions(asked, answer))
    facts.push_back({now, domain::Mismatch{std::move(what)}});
  if (!facts.empty()) return facts;
  facts.push_back({answer.created_at, domain::SessionCreated{answer.provider_ref}});
  if (answer.payment == providers::CheckoutPayment::paid) {
    add_money_facts(facts, asked, answer);
    return facts;
  }
  switch (answer.status) {
    case providers::CheckoutStatus::open:
      if (!answer.decline_code.empty())
        facts.push_back({answer.created_at, domain::Declined{answer.decline_code}});
      break;
    case providers::CheckoutStatus::expired:
      facts.push_back({answer.expires_at, domain::SessionExpired{}});
      break;
    case providers::CheckoutStatus::complete: {
      facts.push_back({answer.created_at, domain::SessionUnpaid{}});
      const bool failed = answer.payment_intent_status == "requires_payment_method" ||
                          answer.payment_intent_status == "canceled";
      if (failed) facts.push_back({now, domain::AsyncFailed{}});
      break;
    }
  }
  return facts;
}

}  // namespace tracking
