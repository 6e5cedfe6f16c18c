#pragma once
#include <algorithm>
#include <concepts>

#include "domain/transaction.h"

// Inside the module only: the join behind apply(), merge() and summarize(), with its decisions as
// one set of rules. The product has exactly one set, JoinRules; tests plant broken ones to show
// that the laws catch them.
namespace domain {

struct JoinRules {
  static std::optional<base::Time> earliest(const std::optional<base::Time>& a,
                                            const std::optional<base::Time>& b) {
    if (!a || !b) return a ? a : b;
    return std::min(*a, *b);
  }
  static std::int64_t cumulative(std::int64_t a, std::int64_t b) { return std::max(a, b); }
  static PaymentSeen payment(const PaymentSeen& a, const PaymentSeen& b) { return std::max(a, b); }
  static FeeState fee(const FeeState& a, const FeeState& b) { return std::max(a, b); }
  static RefundState refund(const RefundState& a, const RefundState& b) {
    return {std::max(a.amount_minor, b.amount_minor), std::max(a.status, b.status)};
  }
  static DisputeState dispute(const DisputeState& a, const DisputeState& b) {
    return {std::max(a.amount_minor, b.amount_minor), std::max(a.currency, b.currency),
            std::max(a.status, b.status)};
  }
  static DeclineSeen decline(const DeclineSeen& a, const DeclineSeen& b) { return std::max(a, b); }
  // The merchant's money was taken at some time; a won dispute gave it back.
  static bool took_money(DisputeStatus status) { return status >= DisputeStatus::needs_response; }
  static bool gave_back(RefundStatus status) { return status >= RefundStatus::canceled; }
  static TransactionStatus status(const TransactionState& state) {
    if (state.payment) return TransactionStatus::succeeded;
    if (!state.mismatches.empty()) return TransactionStatus::quarantined;
    if (state.failed_at) return TransactionStatus::failed;
    if (state.expired_at) return TransactionStatus::expired;
    return state.processing_at ? TransactionStatus::processing : TransactionStatus::open;
  }
};

// What one fact alone says.
TransactionState lift(const Fact& fact);
void add_mismatch(std::vector<std::string>& into, std::string what);

namespace join {

template <class T, class F>
void optionals(std::optional<T>& into, const std::optional<T>& from, F&& rule) {
  if (!from) return;
  into = into ? rule(*into, *from) : *from;
}

template <class T, class F>
void maps(std::map<std::string, T>& into, const std::map<std::string, T>& from, F&& rule) {
  for (const auto& [key, value] : from) {
    const auto [at, inserted] = into.try_emplace(key, value);
    if (!inserted) at->second = rule(at->second, value);
  }
}

// A sum of amounts that bad data can't push out of the range of one amount.
inline std::int64_t saturate(__int128 sum) {
  if (sum > kAmountMinorMax) return kAmountMinorMax;
  return sum < 0 ? 0 : static_cast<std::int64_t>(sum);
}

}  // namespace join

template <class Rules>
struct TransactionJoin {
  static void merge_into(TransactionState& into, const TransactionState& from) {
    if (!from.provider_ref.empty()) {
      if (!into.provider_ref.empty() && into.provider_ref != from.provider_ref) {
        add_mismatch(into.mismatches, "conflicting_provider_ref");
      }
      into.provider_ref = std::max(into.provider_ref, from.provider_ref);
    }
    if (into.payment && from.payment && *into.payment != *from.payment) {
      add_mismatch(into.mismatches, "conflicting_payment");
    }
    into.created_at = Rules::earliest(into.created_at, from.created_at);
    into.processing_at = Rules::earliest(into.processing_at, from.processing_at);
    into.paid_at = Rules::earliest(into.paid_at, from.paid_at);
    into.failed_at = Rules::earliest(into.failed_at, from.failed_at);
    into.expired_at = Rules::earliest(into.expired_at, from.expired_at);
    join::optionals(into.last_decline, from.last_decline, Rules::decline);
    join::optionals(into.payment, from.payment, Rules::payment);
    join::maps(into.fees, from.fees, Rules::fee);
    join::maps(into.refunds, from.refunds, Rules::refund);
    join::maps(into.disputes, from.disputes, Rules::dispute);
    into.refunded_cumulative_minor =
        Rules::cumulative(into.refunded_cumulative_minor, from.refunded_cumulative_minor);
    for (const auto& what : from.mismatches) add_mismatch(into.mismatches, what);
  }

  static void apply(TransactionState& state, const Fact& fact) { merge_into(state, lift(fact)); }

  struct Refunds {
    std::int64_t gross_minor = 0;     // ever taken from the merchant
    std::int64_t returned_minor = 0;  // of it, given back by refunds that failed later
  };
  // The provider's running sum covers refunds whose own facts are still missing. It never counts
  // a refund twice, because it is at most the sum of all refunds ever made.
  static Refunds refunds(const TransactionState& state) {
    __int128 all = 0;
    __int128 returned = 0;
    for (const auto& [ref, refund] : state.refunds) {
      all += refund.amount_minor;
      if (Rules::gave_back(refund.status)) returned += refund.amount_minor;
    }
    const auto gross = std::max(join::saturate(all), state.refunded_cumulative_minor);
    return {join::saturate(gross), join::saturate(returned)};
  }

  static std::vector<LedgerEntry> balances(const TransactionState& state, bool livemode);
  static TransactionSummary summarize(const TransactionState& state);
  static std::vector<LedgerEntry> delta(const TransactionState& before,
                                        const TransactionState& after,
                                        const LedgerContext& context);

 private:
  using Sums = std::map<std::pair<LedgerKind, Currency>, __int128>;
  static Sums sums(const TransactionState& state);
  static std::int64_t disputed_minor(const TransactionState& state);
};

inline std::int64_t to_entry_micros(__int128 sum) {
  constexpr __int128 kMax = std::int64_t{9'000'000'000'000'000'000};
  return static_cast<std::int64_t>(std::clamp(sum, -kMax, kMax));
}

template <class Rules>
auto TransactionJoin<Rules>::sums(const TransactionState& state) -> Sums {
  Sums out;
  if (!state.payment) return out;
  const auto own = state.payment->currency;
  const auto micros = [](std::int64_t amount_minor, Currency currency) -> __int128 {
    return to_micros(Money{join::saturate(amount_minor), currency}).value().value;
  };
  out[{LedgerKind::charge, own}] = micros(state.payment->amount_minor, own);
  const auto refunded = refunds(state);
  out[{LedgerKind::refund, own}] -= micros(refunded.gross_minor, own);
  out[{LedgerKind::adjustment, own}] += micros(refunded.returned_minor, own);
  for (const auto& [ref, fee] : state.fees) {
    out[{LedgerKind::provider_fee, fee.currency}] -= fee.fee_micros;
  }
  for (const auto& [ref, dispute] : state.disputes) {
    if (!Rules::took_money(dispute.status)) continue;
    const auto amount = micros(dispute.amount_minor, dispute.currency);
    out[{LedgerKind::dispute, dispute.currency}] -= amount;
    if (dispute.status == DisputeStatus::won) {
      out[{LedgerKind::adjustment, dispute.currency}] += amount;
    }
  }
  return out;
}

template <class Rules>
std::vector<LedgerEntry> TransactionJoin<Rules>::balances(const TransactionState& state,
                                                          bool livemode) {
  return delta({}, state, {livemode, {}});
}

template <class Rules>
std::vector<LedgerEntry> TransactionJoin<Rules>::delta(const TransactionState& before,
                                                       const TransactionState& after,
                                                       const LedgerContext& context) {
  auto differences = sums(after);
  // The clamp comes before the difference: what is appended must add up to what is shown.
  for (auto& [key, sum] : differences) sum = to_entry_micros(sum);
  for (const auto& [key, sum] : sums(before)) differences[key] -= to_entry_micros(sum);
  std::vector<LedgerEntry> entries;
  for (const auto& [key, sum] : differences) {
    if (sum == 0) continue;
    const bool is_charge = key.first == LedgerKind::charge;
    const auto at = is_charge && after.paid_at ? *after.paid_at : context.at;
    entries.push_back({key.first, key.second, to_entry_micros(sum), context.livemode, at});
  }
  return entries;
}

template <class Rules>
std::int64_t TransactionJoin<Rules>::disputed_minor(const TransactionState& state) {
  __int128 sum = 0;
  for (const auto& [ref, dispute] : state.disputes) {
    if (dispute.currency != state.payment->currency) continue;
    if (Rules::took_money(dispute.status) && dispute.status != DisputeStatus::won) {
      sum += dispute.amount_minor;
    }
  }
  return join::saturate(sum);
}

template <class Rules>
TransactionSummary TransactionJoin<Rules>::summarize(const TransactionState& state) {
  TransactionSummary out;
  out.status = Rules::status(state);
  if (!state.mismatches.empty()) out.flags |= kTransactionQuarantined;
  if (state.last_decline) out.flags |= kTransactionDeclined;
  if (!state.payment) return out;
  out.amount_minor = state.payment->amount_minor;
  out.currency = state.payment->currency;
  out.paid_at = state.paid_at;
  const auto refunded = refunds(state);
  out.refunded_minor = refunded.gross_minor - refunded.returned_minor;
  out.disputed_minor = disputed_minor(state);
  __int128 fee = 0;
  for (const auto& [ref, part] : state.fees) {
    if (!out.fee_currency) out.fee_currency = part.currency;
    if (part.currency == *out.fee_currency) {
      fee += part.fee_micros;
    } else {
      out.flags |= kTransactionMixedFees;
    }
  }
  out.fee_micros = to_entry_micros(fee);
  if (out.refunded_minor > out.amount_minor) out.flags |= kTransactionOverRefunded;
  if (state.failed_at || state.expired_at) out.flags |= kTransactionPaidAfterEnd;
  return out;
}

}  // namespace domain
