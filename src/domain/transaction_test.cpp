#include "domain/transaction.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "domain/transaction_history.h"

namespace domain {
namespace {

using test::currency;
using test::minute;

const Fact kCreated{minute(1), SessionCreated{"cs_1"}};
const Fact kUnpaid{minute(2), SessionUnpaid{}};
const Fact kPaid{minute(3), SessionPaid{5000, currency("EUR"), "pi_1"}};
const Fact kPaidAgain{minute(9), SessionPaid{5000, currency("EUR"), "pi_1"}};
const Fact kPaidOther{minute(4), SessionPaid{4000, currency("EUR"), "pi_1"}};
const Fact kPaidNoCurrency{minute(4), SessionPaid{4000, {}, "pi_1"}};
const Fact kFailed{minute(5), AsyncFailed{}};
const Fact kExpired{minute(5), SessionExpired{}};
const Fact kDeclined{minute(2), Declined{"insufficient_funds"}};
const Fact kWrongAmount{minute(4), Mismatch{"amount"}};

// Goal: every status and flag, and what wins over what.
TEST(Transaction, StatusOfFacts) {
  struct Row {
    const char* name;
    std::vector<Fact> facts;
    TransactionStatus status;
    std::int64_t flags;
    std::int64_t amount_minor;
  };
  using S = TransactionStatus;
  const std::vector<Row> rows = {
      {"nothing yet", {}, S::open, 0, 0},
      {"created", {kCreated}, S::open, 0, 0},
      {"declined stays open", {kCreated, kDeclined}, S::open, kTransactionDeclined, 0},
      {"completed but unpaid", {kCreated, kUnpaid}, S::processing, 0, 0},
      {"paid", {kCreated, kPaid}, S::succeeded, 0, 5000},
      {"paid before created", {kPaid, kCreated}, S::succeeded, 0, 5000},
      {"declined, then paid", {kDeclined, kPaid}, S::succeeded, kTransactionDeclined, 5000},
      {"delayed failed", {kUnpaid, kFailed}, S::failed, 0, 0},
      {"late unpaid after failed", {kFailed, kUnpaid}, S::failed, 0, 0},
      {"expired", {kCreated, kExpired}, S::expired, 0, 0},
      {"paid after expired", {kExpired, kPaid}, S::succeeded, kTransactionPaidAfterEnd, 5000},
      {"expired after paid", {kPaid, kExpired}, S::succeeded, kTransactionPaidAfterEnd, 5000},
      {"failed after paid", {kPaid, kFailed}, S::succeeded, kTransactionPaidAfterEnd, 5000},
      {"mismatch alone", {kWrongAmount}, S::quarantined, kTransactionQuarantined, 0},
      {"mismatch beats expired",
       {kWrongAmount, kExpired},
       S::quarantined,
       kTransactionQuarantined,
       0},
      {"mismatch after paid only flags",
       {kPaid, kWrongAmount},
       S::succeeded,
       kTransactionQuarantined,
       5000},
      {"two payments contradict", {kPaid, kPaidOther}, S::succeeded, kTransactionQuarantined, 5000},
      {"payment without a currency", {kPaidNoCurrency}, S::quarantined, kTransactionQuarantined, 0},
  };
  for (const auto& row : rows) {
    const auto summary = summarize(reduce(row.facts));
    EXPECT_EQ(summary.status, row.status) << row.name;
    EXPECT_EQ(summary.flags, row.flags) << row.name;
    EXPECT_EQ(summary.amount_minor, row.amount_minor) << row.name;
  }
}

TEST(Transaction, PaidAtIsTheEarliestTheProviderTold) {
  EXPECT_EQ(summarize(reduce(std::vector{kPaidAgain, kPaid})).paid_at, minute(3));
  EXPECT_EQ(summarize(reduce(std::vector{kPaid, kPaidAgain})).paid_at, minute(3));
}

TEST(Transaction, AnotherSessionsReferenceIsQuarantined) {
  const Fact other{minute(1), SessionCreated{"cs_2"}};
  const auto state = reduce(std::vector{kCreated, other});
  EXPECT_EQ(state.mismatches, std::vector<std::string>{"conflicting_provider_ref"});
  EXPECT_EQ(summarize(state).status, TransactionStatus::quarantined);
}

Fact refund(const char* ref, std::int64_t amount, RefundStatus status) {
  return {minute(10), RefundSeen{ref, amount, status}};
}
Fact cumulative(std::int64_t amount) { return {minute(10), RefundedCumulative{amount}}; }

// Goal: the cumulative amount and the single refunds never count one refund twice, and a refund
// that fails later is given back.
TEST(Transaction, Refunds) {
  using R = RefundStatus;
  struct Row {
    const char* name;
    std::vector<Fact> facts;
    std::int64_t refunded_minor;
    std::int64_t flags;
  };
  const std::vector<Row> rows = {
      {"none", {}, 0, 0},
      {"pending counts", {refund("re_1", 300, R::pending)}, 300, 0},
      {"succeeded", {refund("re_1", 300, R::pending), refund("re_1", 300, R::succeeded)}, 300, 0},
      {"fails later", {refund("re_1", 300, R::succeeded), refund("re_1", 300, R::failed)}, 0, 0},
      {"late success after failure",
       {refund("re_1", 300, R::failed), refund("re_1", 300, R::succeeded)},
       0,
       0},
      {"canceled", {refund("re_1", 300, R::canceled)}, 0, 0},
      {"two", {refund("re_1", 300, R::succeeded), refund("re_2", 700, R::pending)}, 1000, 0},
      {"cumulative alone", {cumulative(300)}, 300, 0},
      {"cumulative is a maximum", {cumulative(1000), cumulative(300)}, 1000, 0},
      {"cumulative and its refund", {cumulative(300), refund("re_1", 300, R::succeeded)}, 300, 0},
      {"cumulative ahead", {cumulative(1000), refund("re_1", 300, R::succeeded)}, 1000, 0},
      {"cumulative, then the refund fails",
       {cumulative(300), refund("re_1", 300, R::failed)},
       0,
       0},
      {"one failed, one more made",
       {cumulative(300), refund("re_1", 300, R::failed), refund("re_2", 300, R::succeeded)},
       300,
       0},
      {"more than paid", {cumulative(6000)}, 6000, kTransactionOverRefunded},
      {"negative is no refund", {cumulative(-5), refund("re_1", -5, R::succeeded)}, 0, 0},
  };
  for (const auto& row : rows) {
    auto facts = row.facts;
    facts.push_back(kPaid);
    const auto summary = summarize(reduce(facts));
    EXPECT_EQ(summary.refunded_minor, row.refunded_minor) << row.name;
    EXPECT_EQ(summary.flags, row.flags) << row.name;
  }
}

// Goal: inquiries move no money, disputes do, a won one gives it back, whatever came in between.
TEST(Transaction, Disputes) {
  using D = DisputeStatus;
  struct Row {
    const char* name;
    std::vector<DisputeStatus> seen;
    std::int64_t disputed_minor;
    std::int64_t net_micros;  // of dispute and adjustment entries
  };
  const std::vector<Row> rows = {
      {"inquiry", {D::warning_needs_response}, 0, 0},
      {"inquiry under review", {D::warning_under_review}, 0, 0},
      {"inquiry closed", {D::warning_needs_response, D::warning_closed}, 0, 0},
      {"dispute", {D::needs_response}, 5000, -50'000'000},
      {"inquiry became a dispute", {D::warning_closed, D::needs_response}, 5000, -50'000'000},
      {"under review", {D::under_review, D::needs_response}, 5000, -50'000'000},
      {"lost", {D::needs_response, D::lost}, 5000, -50'000'000},
      {"won", {D::needs_response, D::won}, 0, 0},
      {"won, told late", {D::won, D::needs_response}, 0, 0},
      {"lost, won late", {D::won, D::lost}, 0, 0},
  };
  for (const auto& row : rows) {
    std::vector<Fact> facts = {kPaid};
    for (const auto status : row.seen) {
      facts.push_back({minute(20), DisputeSeen{"dp_1", 5000, currency("EUR"), status}});
    }
    const auto state = reduce(facts);
    EXPECT_EQ(summarize(state).disputed_minor, row.disputed_minor) << row.name;
    std::int64_t net = 0;
    for (const auto& entry : balances(state, true)) {
      if (entry.kind != LedgerKind::charge) net += entry.amount_micros;
    }
    EXPECT_EQ(net, row.net_micros) << row.name;
  }
}

TEST(Transaction, LedgerDeltaOfAPayment) {
  const Fact fee{minute(3), ChargeFee{"txn_1", 325'000, currency("EUR")}};
  const auto before = reduce(std::vector{kCreated});
  const auto after = reduce(std::vector{kCreated, kPaid, fee});
  const auto entries = ledger_delta(before, after, {true, minute(30)});
  const std::vector<LedgerEntry> expected = {
      {LedgerKind::charge, currency("EUR"), 50'000'000, true, minute(3)},
      {LedgerKind::provider_fee, currency("EUR"), -325'000, true, minute(30)},
  };
  EXPECT_EQ(entries, expected);
  EXPECT_TRUE(ledger_delta(after, after, {true, minute(31)}).empty());
}

TEST(Transaction, NothingMovesBeforeTheVerifiedPayment) {
  const std::vector<Fact> facts = {
      {minute(1), ChargeFee{"txn_1", 325'000, currency("EUR")}},
      refund("re_1", 300, RefundStatus::succeeded),
      {minute(1), DisputeSeen{"dp_1", 5000, currency("EUR"), DisputeStatus::lost}},
  };
  const auto state = reduce(facts);
  EXPECT_TRUE(balances(state, true).empty());
  EXPECT_EQ(summarize(state).refunded_minor, 0);
  auto paid = state;
  apply(paid, kPaid);
  EXPECT_EQ(ledger_delta(state, paid, {true, minute(2)}).size(), 4U);
}

// Goal: numbers at and over every limit neither overflow nor wrap.
TEST(Transaction, HugeAmountsSaturate) {
  const auto max = std::numeric_limits<std::int64_t>::max();
  std::vector<Fact> facts = {{minute(1), SessionPaid{max, currency("JPY"), "pi_1"}}};
  for (int i = 0; i < 40; ++i) {
    const auto n = std::to_string(i);
    facts.push_back({minute(1), RefundSeen{"re_" + n, max, RefundStatus::failed}});
    facts.push_back({minute(1), DisputeSeen{"dp_" + n, max, currency("JPY"), DisputeStatus::won}});
    facts.push_back({minute(1), ChargeFee{"txn_" + n, i % 2 ? max : -max, currency("JPY")}});
  }
  const auto state = reduce(facts);
  const auto summary = summarize(state);
  EXPECT_EQ(summary.amount_minor, kAmountMinorMax);
  EXPECT_EQ(summary.refunded_minor, 0);
  EXPECT_EQ(summary.fee_micros, 0);
  for (const auto& entry : balances(state, true)) {
    EXPECT_LE(std::abs(entry.amount_micros), std::int64_t{9'000'000'000'000'000'000});
  }
}

TEST(Transaction, MismatchesAreBounded) {
  TransactionState state;
  for (int i = 0; i < 100; ++i) apply(state, {minute(1), Mismatch{"what_" + std::to_string(i)}});
  EXPECT_EQ(state.mismatches.size(), kMismatchesMax);
}

TEST(Transaction, IdentityIsComparedMemberByMember) {
  const PaymentIdentity asked{"tn_1", "cs_1", 5000, currency("EUR"), true};
  EXPECT_TRUE(mismatches(asked, asked).empty());
  struct Row {
    PaymentIdentity answered;
    std::vector<std::string> expected;
  };
  const std::vector<Row> rows = {
      {{"tn_2", "cs_1", 5000, currency("EUR"), true}, {"tenant"}},
      {{"tn_1", "cs_2", 5000, currency("EUR"), true}, {"session"}},
      {{"tn_1", "cs_1", 4999, currency("EUR"), true}, {"amount"}},
      {{"tn_1", "cs_1", 5000, currency("USD"), true}, {"currency"}},
      {{"tn_1", "cs_1", 5000, currency("EUR"), false}, {"livemode"}},
      {{"", "", 0, {}, false}, {"tenant", "session", "amount", "currency", "livemode"}},
  };
  for (const auto& row : rows) EXPECT_EQ(mismatches(asked, row.answered), row.expected);
}

TEST(Transaction, FactKeysAreStable) {
  EXPECT_EQ(fact_key(refund("re_1", 300, RefundStatus::failed)), "refund:re_1:failed");
  EXPECT_EQ(fact_key(kPaid), fact_key(kPaidAgain));
  EXPECT_EQ(fact_key(kCreated), "created:cs_1");
}

}  // namespace
}  // namespace domain
