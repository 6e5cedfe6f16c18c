#include "domain/transaction.h"

#include "domain/transaction_join.h"

namespace domain {
namespace {

using Join = TransactionJoin<JoinRules>;

constexpr std::int64_t kFeeMicrosMax = kAmountMinorMax * 1'000'000;

std::int64_t amount(std::int64_t amount_minor) {
  return std::clamp<std::int64_t>(amount_minor, 0, kAmountMinorMax);
}

// Amounts without a currency can't be kept, but they must not go unseen.
template <class T>
bool has_currency(TransactionState& state, const T& fact, const char* what) {
  if (!fact.currency.is_nil()) return true;
  add_mismatch(state.mismatches, what);
  return false;
}

struct Lift {
  base::Time at;
  TransactionState& out;

  void operator()(const SessionCreated& fact) const {
    out.created_at = at;
    out.provider_ref = fact.provider_ref;
  }
  void operator()(const SessionUnpaid&) const { out.processing_at = at; }
  void operator()(const SessionPaid& fact) const {
    if (!has_currency(out, fact, "payment_without_currency")) return;
    out.paid_at = at;
    out.payment = PaymentSeen{amount(fact.amount_minor), fact.currency, fact.payment_intent};
  }
  void operator()(const AsyncFailed&) const { out.failed_at = at; }
  void operator()(const SessionExpired&) const { out.expired_at = at; }
  void operator()(const Declined& fact) const { out.last_decline = {at, fact.decline_code}; }
  void operator()(const ChargeFee& fact) const {
    if (!has_currency(out, fact, "fee_without_currency")) return;
    const auto fee = std::clamp(fact.fee_micros, -kFeeMicrosMax, kFeeMicrosMax);
    out.fees[fact.balance_transaction] = {fee, fact.currency};
  }
  void operator()(const RefundSeen& fact) const {
    out.refunds[fact.refund_ref] = {amount(fact.amount_minor), fact.status};
  }
  void operator()(const RefundedCumulative& fact) const {
    out.refunded_cumulative_minor = amount(fact.amount_minor);
  }
  void operator()(const DisputeSeen& fact) const {
    if (!has_currency(out, fact, "dispute_without_currency")) return;
    out.disputes[fact.dispute_ref] = {amount(fact.amount_minor), fact.currency, fact.status};
  }
  void operator()(const Mismatch& fact) const { add_mismatch(out.mismatches, fact.what); }
};

struct Key {
  using Text = std::string;
  Text operator()(const SessionCreated& fact) const { return "created:" + fact.provider_ref; }
  Text operator()(const SessionUnpaid&) const { return "unpaid"; }
  Text operator()(const SessionPaid& fact) const { return "paid:" + fact.payment_intent; }
  Text operator()(const AsyncFailed&) const { return "async_failed"; }
  Text operator()(const SessionExpired&) const { return "expired"; }
  Text operator()(const Declined& fact) const { return "declined:" + fact.decline_code; }
  Text operator()(const ChargeFee& fact) const { return "fee:" + fact.balance_transaction; }
  Text operator()(const RefundSeen& fact) const {
    return "refund:" + fact.refund_ref + ':' + Text(base::enum_name(fact.status));
  }
  Text operator()(const RefundedCumulative& fact) const {
    return "refunded:" + std::to_string(fact.amount_minor);
  }
  Text operator()(const DisputeSeen& fact) const {
    return "dispute:" + fact.dispute_ref + ':' + Text(base::enum_name(fact.status));
  }
  Text operator()(const Mismatch& fact) const { return "mismatch:" + fact.what; }
};

}  // namespace

TransactionState lift(const Fact& fact) {
  TransactionState state;
  std::visit(Lift{fact.at, state}, fact.what);
  return state;
}

// Keeps the smallest kMismatchesMax of all that were ever added, which no order can change.
void add_mismatch(std::vector<std::string>& into, std::string what) {
  const auto at = std::lower_bound(into.begin(), into.end(), what);
  if (at != into.end() && *at == what) return;
  into.insert(at, std::move(what));
  if (into.size() > kMismatchesMax) into.pop_back();
}

void apply(TransactionState& state, const Fact& fact) { Join::apply(state, fact); }

TransactionState merge(TransactionState a, const TransactionState& b) {
  Join::merge_into(a, b);
  return a;
}

TransactionState reduce(std::span<const Fact> facts) {
  TransactionState state;
  for (const auto& fact : facts) apply(state, fact);
  return state;
}

TransactionSummary summarize(const TransactionState& state) { return Join::summarize(state); }

std::vector<LedgerEntry> balances(const TransactionState& state, bool livemode) {
  return Join::balances(state, livemode);
}

std::vector<LedgerEntry> ledger_delta(const TransactionState& before, const TransactionState& after,
                                      const LedgerContext& context) {
  return Join::delta(before, after, context);
}

std::string fact_key(const Fact& fact) { return std::visit(Key{}, fact.what); }

std::vector<std::string> mismatches(const PaymentIdentity& asked, const PaymentIdentity& answered) {
  std::vector<std::string> out;
  if (asked.tenant_id != answered.tenant_id) out.emplace_back("tenant");
  if (asked.session != answered.session) out.emplace_back("session");
  if (asked.amount_minor != answered.amount_minor) out.emplace_back("amount");
  if (asked.currency != answered.currency) out.emplace_back("currency");
  if (asked.livemode != answered.livemode) out.emplace_back("livemode");
  return out;
}

}  // namespace domain
