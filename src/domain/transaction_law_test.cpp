// Goal: whatever the order, repetition and grouping of facts, the state, its summary and the sum of
// the appended ledger entries are the same, and they are what a plain reading of the whole history
// says. The same law must catch every planted mistake.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/detail/TestListenerAdapter.h>

#include <random>
#include <set>

#include "base/json.h"
#include "domain/transaction_history.h"
#include "domain/transaction_join.h"

namespace domain {
namespace {

using test::currency;
using test::history_from;

using Sums = std::map<std::pair<LedgerKind, Currency>, std::int64_t>;

// The plain reading: looks at the whole history at once, shares no code with the join.
struct Reading {
  TransactionSummary summary;
  Sums ledger;
};

template <class F>
std::vector<std::pair<base::Time, F>> all_of(const std::vector<Fact>& facts) {
  std::vector<std::pair<base::Time, F>> out;
  for (const auto& fact : facts) {
    if (const auto* what = std::get_if<F>(&fact.what)) out.emplace_back(fact.at, *what);
  }
  return out;
}

struct Refunded {
  std::int64_t gross = 0;
  std::int64_t returned = 0;
};

Refunded read_refunds(const std::vector<Fact>& facts) {
  struct One {
    std::int64_t amount = 0;
    bool gave_back = false;
  };
  std::map<std::string, One> refunds;
  for (const auto& [at, seen] : all_of<RefundSeen>(facts)) {
    auto& one = refunds[seen.refund_ref];
    one.amount = seen.amount_minor;
    if (seen.status == RefundStatus::failed || seen.status == RefundStatus::canceled) {
      one.gave_back = true;
    }
  }
  Refunded out;
  for (const auto& [ref, one] : refunds) {
    out.gross += one.amount;
    if (one.gave_back) out.returned += one.amount;
  }
  for (const auto& [at, seen] : all_of<RefundedCumulative>(facts)) {
    out.gross = std::max(out.gross, seen.amount_minor);
  }
  return out;
}

void read_disputes(const std::vector<Fact>& facts, Reading& out) {
  std::map<std::string, std::set<DisputeStatus>> seen;
  std::map<std::string, DisputeSeen> last;
  for (const auto& [at, dispute] : all_of<DisputeSeen>(facts)) {
    seen[dispute.dispute_ref].insert(dispute.status);
    last[dispute.dispute_ref] = dispute;
  }
  for (const auto& [ref, statuses] : seen) {
    const auto& dispute = last[ref];
    const bool won = statuses.contains(DisputeStatus::won);
    const bool taken = won || statuses.contains(DisputeStatus::needs_response) ||
                       statuses.contains(DisputeStatus::under_review) ||
                       statuses.contains(DisputeStatus::lost);
    if (!taken) continue;
    out.ledger[{LedgerKind::dispute, dispute.currency}] -= dispute.amount_minor * 10'000;
    if (won) {
      out.ledger[{LedgerKind::adjustment, dispute.currency}] += dispute.amount_minor * 10'000;
    } else if (dispute.currency == out.summary.currency) {
      out.summary.disputed_minor += dispute.amount_minor;
    }
  }
}

void read_fees(const std::vector<Fact>& facts, Reading& out) {
  std::map<std::string, ChargeFee> fees;
  for (const auto& [at, fee] : all_of<ChargeFee>(facts)) {
    auto& known = fees[fee.balance_transaction];
    if (known.fee_micros < fee.fee_micros) known = fee;
  }
  for (const auto& [ref, fee] : fees) {
    out.ledger[{LedgerKind::provider_fee, fee.currency}] -= fee.fee_micros;
  }
  if (fees.empty()) return;
  out.summary.fee_currency = fees.begin()->second.currency;
  out.summary.fee_micros = fees.begin()->second.fee_micros;
  if (fees.size() > 1) out.summary.flags |= kTransactionMixedFees;
}

bool contradicts(const std::vector<Fact>& facts) {
  std::set<std::string> refs;
  std::set<std::int64_t> amounts;
  for (const auto& [at, created] : all_of<SessionCreated>(facts)) refs.insert(created.provider_ref);
  for (const auto& [at, paid] : all_of<SessionPaid>(facts)) amounts.insert(paid.amount_minor);
  return !all_of<Mismatch>(facts).empty() || refs.size() > 1 || amounts.size() > 1;
}

Reading read(const std::vector<Fact>& facts) {
  Reading out;
  auto& summary = out.summary;
  const auto paid = all_of<SessionPaid>(facts);
  const bool failed = !all_of<AsyncFailed>(facts).empty();
  const bool expired = !all_of<SessionExpired>(facts).empty();
  if (contradicts(facts)) summary.flags |= kTransactionQuarantined;
  if (!all_of<Declined>(facts).empty()) summary.flags |= kTransactionDeclined;
  if (paid.empty()) {
    if (contradicts(facts)) {
      summary.status = TransactionStatus::quarantined;
    } else if (failed) {
      summary.status = TransactionStatus::failed;
    } else if (expired) {
      summary.status = TransactionStatus::expired;
    } else if (!all_of<SessionUnpaid>(facts).empty()) {
      summary.status = TransactionStatus::processing;
    }
    return out;
  }
  summary.status = TransactionStatus::succeeded;
  summary.currency = currency("EUR");
  for (const auto& [at, one] : paid) {
    summary.amount_minor = std::max(summary.amount_minor, one.amount_minor);
    if (!summary.paid_at || at < *summary.paid_at) summary.paid_at = at;
  }
  if (failed || expired) summary.flags |= kTransactionPaidAfterEnd;
  const auto refunded = read_refunds(facts);
  summary.refunded_minor = refunded.gross - refunded.returned;
  if (summary.refunded_minor > summary.amount_minor) summary.flags |= kTransactionOverRefunded;
  out.ledger[{LedgerKind::charge, currency("EUR")}] = summary.amount_minor * 10'000;
  out.ledger[{LedgerKind::refund, currency("EUR")}] = -refunded.gross * 10'000;
  out.ledger[{LedgerKind::adjustment, currency("EUR")}] += refunded.returned * 10'000;
  read_fees(facts, out);
  read_disputes(facts, out);
  std::erase_if(out.ledger, [](const auto& entry) { return entry.second == 0; });
  return out;
}

Sums sum(const std::vector<LedgerEntry>& entries) {
  Sums sums;
  for (const auto& entry : entries) sums[{entry.kind, entry.currency}] += entry.amount_micros;
  std::erase_if(sums, [](const auto& item) { return item.second == 0; });
  return sums;
}

template <class Rules>
TransactionState reduce_with(const std::vector<Fact>& facts) {
  TransactionState state;
  for (const auto& fact : facts) TransactionJoin<Rules>::apply(state, fact);
  return state;
}

// The same facts, some of them repeated, in another order.
std::vector<Fact> disturb(const std::vector<Fact>& facts, std::mt19937_64& random) {
  std::vector<Fact> out = facts;
  const auto count = facts.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (random() % 3 == 0) out.push_back(facts[random() % count]);
  }
  std::shuffle(out.begin(), out.end(), random);
  return out;
}

// Reduces random runs of the facts apart and merges the parts in another order.
template <class Rules>
TransactionState reduce_grouped(const std::vector<Fact>& facts, std::mt19937_64& random) {
  std::vector<TransactionState> parts;
  for (std::size_t at = 0; at < facts.size();) {
    const auto size = std::min<std::size_t>(facts.size() - at, 1 + random() % 4);
    const auto begin = facts.begin() + static_cast<std::ptrdiff_t>(at);
    parts.push_back(reduce_with<Rules>({begin, begin + static_cast<std::ptrdiff_t>(size)}));
    at += size;
  }
  std::shuffle(parts.begin(), parts.end(), random);
  while (parts.size() > 1) {
    const auto into = random() % (parts.size() - 1);
    TransactionJoin<Rules>::merge_into(parts[into], parts.back());
    parts.pop_back();
  }
  return parts.empty() ? TransactionState{} : parts.front();
}

// The ledger as it grows when the facts are handled in batches.
template <class Rules>
Sums append_in_batches(const std::vector<Fact>& facts, std::mt19937_64& random) {
  std::vector<LedgerEntry> ledger;
  TransactionState state;
  TransactionState before;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    TransactionJoin<Rules>::apply(state, facts[i]);
    if (i + 1 < facts.size() && random() % 3 == 0) continue;
    for (auto& entry : TransactionJoin<Rules>::delta(before, state, {true, facts[i].at})) {
      ledger.push_back(entry);
    }
    before = state;
  }
  return sum(ledger);
}

// The name of the first broken law, or empty.
template <class Rules>
std::string broken_law(const std::vector<Fact>& facts, std::uint64_t seed) {
  using Join = TransactionJoin<Rules>;
  std::mt19937_64 random(seed);
  const auto state = reduce_with<Rules>(facts);
  const auto other = disturb(facts, random);
  if (reduce_with<Rules>(other) != state) return "order and repetition";
  if (reduce_grouped<Rules>(other, random) != state) return "grouping";
  const auto expected = read(facts);
  if (Join::summarize(state) != expected.summary) return "summary";
  const auto balances = sum(Join::balances(state, true));
  if (balances != expected.ledger) return "balances";
  if (append_in_batches<Rules>(other, random) != balances) return "ledger";
  return {};
}

constexpr int kHistories = 20'000;

template <class Rules>
rc::detail::TestResult check_laws(int histories) {
  rc::detail::TestParams params;
  params.seed = 20261123;
  params.maxSuccess = histories;
  params.maxSize = 14;
  params.disableShrinking = !std::is_same_v<Rules, JoinRules>;
  // Silent: a caught mutant is no failure to report.
  rc::detail::TestListenerAdapter listener;
  return rc::detail::checkTestable(
      [] {
        // The size grows the history; the single facts always come from their whole world.
        using Codes = std::vector<std::uint32_t>;
        const auto code = rc::gen::resize(100, rc::gen::arbitrary<std::uint32_t>());
        const auto facts = history_from(*rc::gen::container<Codes>(code));
        const auto seed =
            *rc::gen::noShrink(rc::gen::resize(100, rc::gen::arbitrary<std::uint64_t>()));
        const auto law = broken_law<Rules>(facts, seed);
        if (!law.empty()) RC_FAIL(law + " broken by: " + test::show(facts));
      },
      rc::detail::TestMetadata{"laws", "laws"}, params, listener);
}

TEST(TransactionLaw, HoldsForManyHistories) {
  const auto result = check_laws<JoinRules>(kHistories);
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  ASSERT_TRUE(result.is<rc::detail::SuccessResult>()) << text.str();
  EXPECT_EQ(result.get<rc::detail::SuccessResult>().numSuccess, kHistories);
}

// Planted mistakes: one per rule that matters.
struct LastTimeWins : JoinRules {
  static std::optional<base::Time> earliest(const std::optional<base::Time>& a,
                                            const std::optional<base::Time>& b) {
    return b ? b : a;
  }
};
struct FirstPaymentWins : JoinRules {
  static PaymentSeen payment(const PaymentSeen& a, const PaymentSeen&) { return a; }
};
struct LastDeclineWins : JoinRules {
  static DeclineSeen decline(const DeclineSeen&, const DeclineSeen& b) { return b; }
};
struct SumInsteadOfMax : JoinRules {
  static std::int64_t cumulative(std::int64_t a, std::int64_t b) { return a + b; }
};
struct FeeAddedTwice : JoinRules {
  static FeeState fee(const FeeState& a, const FeeState& b) {
    return {a.fee_micros + b.fee_micros, a.currency};
  }
};
struct RefundRankIgnored : JoinRules {
  static RefundState refund(const RefundState&, const RefundState& b) { return b; }
};
struct DisputeRankIgnored : JoinRules {
  static DisputeState dispute(const DisputeState&, const DisputeState& b) { return b; }
};
struct InquiryMovesMoney : JoinRules {
  static bool took_money(DisputeStatus) { return true; }
};
struct WonDisputeNeverTook : JoinRules {
  static bool took_money(DisputeStatus status) {
    return status >= DisputeStatus::needs_response && status != DisputeStatus::won;
  }
};
struct CanceledRefundStays : JoinRules {
  static bool gave_back(RefundStatus status) { return status == RefundStatus::failed; }
};
struct SucceededRefundReturns : JoinRules {
  static bool gave_back(RefundStatus status) { return status != RefundStatus::pending; }
};
struct PaidOverwrittenByExpired : JoinRules {
  static TransactionStatus status(const TransactionState& state) {
    return state.expired_at ? TransactionStatus::expired : JoinRules::status(state);
  }
};
struct ContradictionHidesPayment : JoinRules {
  static TransactionStatus status(const TransactionState& state) {
    if (!state.mismatches.empty()) return TransactionStatus::quarantined;
    return JoinRules::status(state);
  }
};
struct ProcessingHidesFailure : JoinRules {
  static TransactionStatus status(const TransactionState& state) {
    const bool open_end = !state.payment && state.mismatches.empty() && state.processing_at;
    return open_end ? TransactionStatus::processing : JoinRules::status(state);
  }
};

template <class Rules>
class TransactionLawMutant : public testing::Test {};
using Mutants =
    testing::Types<LastTimeWins, FirstPaymentWins, LastDeclineWins, SumInsteadOfMax, FeeAddedTwice,
                   RefundRankIgnored, DisputeRankIgnored, InquiryMovesMoney, WonDisputeNeverTook,
                   CanceledRefundStays, SucceededRefundReturns, PaidOverwrittenByExpired,
                   ContradictionHidesPayment, ProcessingHidesFailure>;
TYPED_TEST_SUITE(TransactionLawMutant, Mutants);

TYPED_TEST(TransactionLawMutant, IsCaught) {
  const auto result = check_laws<TypeParam>(kHistories);
  ASSERT_TRUE(result.template is<rc::detail::FailureResult>()) << "the laws missed this mistake";
  const auto& failure = result.template get<rc::detail::FailureResult>();
  this->RecordProperty("caught_after", std::to_string(failure.numSuccess));
  this->RecordProperty("law", failure.description);
}

// What is stored must come back whole, or the next fact would be merged into something else.
TEST(TransactionLaw, StateSurvivesItsJson) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 500; ++i) {
    std::vector<std::uint32_t> codes(random() % 14);
    for (auto& code : codes) code = static_cast<std::uint32_t>(random());
    const auto facts = history_from(codes);
    const auto state = reduce(facts);
    const auto text = base::json::write(state);
    const auto back = base::json::read<TransactionState>(text);
    ASSERT_TRUE(back.has_value()) << text << ' ' << back.error().detail;
    ASSERT_EQ(*back, state) << text;
    ASSERT_LE(text.size(), 2'000U) << "the stored form must stay small";
  }
}

}  // namespace
}  // namespace domain
