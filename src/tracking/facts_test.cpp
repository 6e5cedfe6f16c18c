// Goal: an answer of the provider is believed only when session, tenant, request, amount, currency
// and mode agree; each state of a session becomes the facts that it is evidence for.
#include <gtest/gtest.h>

#include "tracking/transactions.h"

namespace tracking {
namespace {

const Time kNow = base::from_micros(1'760'000'000'000'000);

template <class IdType>
IdType id_of(std::uint8_t n) {
  IdType id;
  id.value.bytes[15] = n;
  return id;
}

Transaction asked() {
  Transaction row;
  row.tenant_id = id_of<domain::TenantId>(1);
  row.id = id_of<domain::TransactionId>(2);
  row.request_id = id_of<domain::RequestId>(3);
  row.livemode = true;
  row.provider_ref = "cs_1";
  row.amount_minor = 1250;
  row.currency = *domain::Currency::parse("EUR");
  return row;
}

providers::CheckoutSnapshot paid_answer() {
  providers::CheckoutSnapshot a;
  a.provider_ref = "cs_1";
  a.client_reference_id = id_of<domain::CheckoutSessionId>(2).text();
  a.tenant_id = id_of<domain::TenantId>(1).text();
  a.request_id = id_of<domain::RequestId>(3).text();
  a.amount_minor = 1250;
  a.amount_received_minor = 1250;
  a.currency = "EUR";
  a.livemode = true;
  a.status = providers::CheckoutStatus::complete;
  a.payment = providers::CheckoutPayment::paid;
  a.payment_intent = "pi_1";
  a.payment_intent_status = "succeeded";
  a.created_at = kNow;
  a.expires_at = kNow + std::chrono::hours(23);
  a.paid_at = kNow;
  a.fee = providers::FeeSnapshot{"txn_1", 44, "EUR", 440'000};
  return a;
}

domain::TransactionSummary summary_of(const providers::CheckoutSnapshot& answer) {
  return domain::summarize(domain::reduce(facts_of(asked(), answer, kNow)));
}

TEST(Facts, BelievesAPaymentThatAgrees) {
  const auto summary = summary_of(paid_answer());
  EXPECT_EQ(summary.status, domain::TransactionStatus::succeeded);
  EXPECT_EQ(summary.amount_minor, 1250);
  EXPECT_EQ(summary.fee_micros, 440'000);
}

struct Lie {
  const char* what;
  std::function<void(providers::CheckoutSnapshot&)> tell;
};

TEST(Facts, QuarantinesEveryContradiction) {
  const std::vector<Lie> lies = {
      {"amount", [](auto& a) { a.amount_minor = 1249; }},
      {"amount received", [](auto& a) { a.amount_received_minor = 1; }},
      {"currency", [](auto& a) { a.currency = "USD"; }},
      {"unknown currency", [](auto& a) { a.currency = "eur"; }},
      {"tenant", [](auto& a) { a.tenant_id = id_of<domain::TenantId>(9).text(); }},
      {"no tenant", [](auto& a) { a.tenant_id.clear(); }},
      {"session",
       [](auto& a) { a.client_reference_id = id_of<domain::CheckoutSessionId>(9).text(); }},
      {"provider's session", [](auto& a) { a.provider_ref = "cs_2"; }},
      {"request", [](auto& a) { a.request_id = id_of<domain::RequestId>(9).text(); }},
      {"mode", [](auto& a) { a.livemode = false; }},
      {"nothing to pay",
       [](auto& a) { a.payment = providers::CheckoutPayment::no_payment_required; }},
  };
  for (const Lie& lie : lies) {
    auto answer = paid_answer();
    lie.tell(answer);
    const auto summary = summary_of(answer);
    EXPECT_EQ(summary.status, domain::TransactionStatus::quarantined) << lie.what;
    EXPECT_EQ(summary.amount_minor, 0) << lie.what;
    EXPECT_TRUE(domain::balances(domain::reduce(facts_of(asked(), answer, kNow)), true).empty())
        << lie.what;
  }
}

TEST(Facts, TellsTheStatesOfASession) {
  auto open = paid_answer();
  open.status = providers::CheckoutStatus::open;
  open.payment = providers::CheckoutPayment::unpaid;
  open.amount_received_minor = 0;
  EXPECT_EQ(summary_of(open).status, domain::TransactionStatus::open);
  open.decline_code = "insufficient_funds";
  EXPECT_EQ(summary_of(open).status, domain::TransactionStatus::open)
      << "a declined card leaves the session open";
  auto delayed = open;
  delayed.status = providers::CheckoutStatus::complete;
  delayed.payment_intent_status = "processing";
  EXPECT_EQ(summary_of(delayed).status, domain::TransactionStatus::processing);
  delayed.payment_intent_status = "requires_payment_method";
  EXPECT_EQ(summary_of(delayed).status, domain::TransactionStatus::failed);
  auto expired = open;
  expired.status = providers::CheckoutStatus::expired;
  EXPECT_EQ(summary_of(expired).status, domain::TransactionStatus::expired);
}

TEST(Facts, RepeatedAnswersChangeNothing) {
  auto open = paid_answer();
  open.status = providers::CheckoutStatus::open;
  open.payment = providers::CheckoutPayment::unpaid;
  open.decline_code = "card_declined";
  const auto first = domain::reduce(facts_of(asked(), open, kNow));
  auto again = first;
  for (const auto& fact : facts_of(asked(), open, kNow + std::chrono::minutes(5)))
    domain::apply(again, fact);
  EXPECT_EQ(first, again);
}

TEST(Schedule, EndsForEverySession) {
  // Followed step by step, an open session is asked for a bounded number of times until its end and
  // never forgotten before.
  Transaction row = asked();
  row.created_at = kNow;
  const Time end = kNow + std::chrono::hours(23);
  Time now = kNow;
  int steps = 0;
  while (now <= end) {
    const auto next = next_verification(row, {}, end, now);
    ASSERT_TRUE(next);
    ASSERT_GT(*next, now);
    now = *next;
    row.verify_step += 1;
    ASSERT_LT(++steps, 20);
  }
  EXPECT_LE(now, end + std::chrono::minutes(1));
  row.status = domain::TransactionStatus::expired;
  EXPECT_FALSE(next_verification(row, {}, end, now));
}

TEST(Schedule, IsFastAfterAHint) {
  Transaction row = asked();
  row.hinted_at = kNow;
  const auto next =
      next_verification(row, {}, kNow + std::chrono::hours(23), kNow + std::chrono::seconds(1));
  ASSERT_TRUE(next);
  EXPECT_LE(*next - kNow, std::chrono::seconds(5));
}

TEST(Schedule, AsksForAMissingFeeButNotForever) {
  Transaction row = asked();
  row.status = domain::TransactionStatus::succeeded;
  int asks = 0;
  while (next_verification(row, {}, std::nullopt, kNow)) {
    row.verify_step += 1;
    ASSERT_LT(++asks, 20);
  }
  EXPECT_GT(asks, 2);
}

}  // namespace
}  // namespace tracking
