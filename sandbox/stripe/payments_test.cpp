// Goal: whatever a payer does on the page, session, intent, charge, fee and events agree.
#include "sandbox/testing.h"

namespace sandbox::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PaymentsTest : public Lab {
 protected:
  void SetUp() override { register_account(); }
  Reply pay(const std::string& session, const std::string& card) {
    return submit("/c/pay/" + session, "method=card&email=p@example.com&card_number=" + card);
  }
  Reply read(const std::string& session) {
    return stripe_get("checkout/sessions/" + session +
                      "?expand[]=payment_intent.latest_charge.balance_transaction");
  }
};

TEST_F(PaymentsTest, ACardPays) {
  const auto session = new_session();
  EXPECT_THAT(page("/c/pay/" + session).body, HasSubstr("12.50 EUR"));
  const auto paid = pay(session, "4242+4242+4242+4242");
  EXPECT_EQ(paid.status, 303);
  EXPECT_EQ(paid.headers.get("Location"), "http://product.test/done?s=" + session);
  const auto now = read(session);
  EXPECT_EQ(now.text("status"), "complete");
  EXPECT_EQ(now.text("payment_status"), "paid");
  EXPECT_EQ(now.text("customer_details.email"), "p@example.com");
  EXPECT_EQ(now.text("payment_intent.status"), "succeeded");
  const std::string charge = "payment_intent.latest_charge.";
  EXPECT_EQ(now.text(charge + "payment_method_details.card.last4"), "4242");
  EXPECT_EQ(now.number(charge + "balance_transaction.fee"), 44);  // 1.5 % of 1250, rounded, and 25
  EXPECT_EQ(now.number(charge + "balance_transaction.net"), 1206);
  settle();
  EXPECT_THAT(hook_types(), ElementsAre("payment_intent.created", "charge.succeeded",
                                        "payment_intent.succeeded", "checkout.session.completed"));
}

TEST_F(PaymentsTest, PayingTwicePaysOnce) {
  const auto session = new_session();
  pay(session, "4242424242424242");
  const auto again = pay(session, "4242424242424242");
  EXPECT_EQ(again.status, 303);
  EXPECT_EQ(again.headers.get("Location"), "http://product.test/done?s=" + session);
  EXPECT_EQ(stripe_get("charges").size("data"), 1u);
  EXPECT_THAT(page("/c/pay/" + session).body, HasSubstr("The payment succeeded."));
}

struct Declined {
  std::string card, code, decline;
};

TEST_F(PaymentsTest, ADeclinedCardLeavesTheSessionOpen) {
  const Declined rows[] = {
      {"4000000000000002", "card_declined", "generic_decline"},
      {"4000000000009995", "card_declined", "insufficient_funds"},
      {"4000000000000069", "expired_card", "expired_card"},
      {"1234567812345678", "incorrect_number", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.card);
    const auto session = new_session();
    const auto declined = pay(session, row.card);
    EXPECT_EQ(declined.status, 402);
    EXPECT_THAT(declined.body, HasSubstr("role=\"alert\""));
    auto now = read(session);
    EXPECT_EQ(now.text("status"), "open");
    EXPECT_EQ(now.text("payment_intent.last_payment_error.code"), row.code);
    EXPECT_EQ(now.text("payment_intent.last_payment_error.decline_code"), row.decline);
    EXPECT_EQ(pay(session, "5555555555554444").status, 303);
    now = read(session);
    EXPECT_EQ(now.text("payment_status"), "paid");
    EXPECT_EQ(now.json.at("payment_intent").at("last_payment_error").is_null(), true);
  }
  settle();
  EXPECT_THAT(hook_types(), Contains("payment_intent.payment_failed"));
}

TEST_F(PaymentsTest, AnIncompleteCardChangesNothing) {
  const auto session = new_session();
  EXPECT_EQ(pay(session, "4242").status, 422);
  EXPECT_EQ(stripe_get("payment_intents").size("data"), 0u);
}

TEST_F(PaymentsTest, AuthenticationDecides) {
  const auto session = new_session();
  const auto asked = pay(session, "4000002500003155");
  ASSERT_EQ(asked.status, 303);
  const std::string challenge(asked.headers.get("Location"));
  EXPECT_EQ(challenge, "/c/pay/" + session + "/challenge");
  EXPECT_THAT(page(challenge).body, HasSubstr("Complete authentication"));
  EXPECT_EQ(submit(challenge, "outcome=fail").status, 402);
  EXPECT_EQ(read(session).text("status"), "open");
  pay(session, "4000002500003155");
  EXPECT_EQ(submit(challenge, "outcome=complete").status, 303);
  EXPECT_EQ(read(session).text("payment_status"), "paid");
}

TEST_F(PaymentsTest, ABankDebitSettlesLater) {
  for (const bool success : {true, false}) {
    SCOPED_TRACE(success);
    hooks_.clear();
    const auto session = new_session();
    const auto sent = submit("/c/pay/" + session,
                             "method=bank_debit&email=p@example.com"
                             "&iban=DE89370400440532013000");
    EXPECT_EQ(sent.status, 303);
    EXPECT_EQ(read(session).text("status"), "complete");
    EXPECT_EQ(read(session).text("payment_status"), "unpaid");
    EXPECT_EQ(
        control("checkout/" + session + (success ? "/async_succeed" : "/async_fail"), "").status,
        200);
    EXPECT_EQ(read(session).text("payment_status"), success ? "paid" : "unpaid");
    settle();
    EXPECT_EQ(hook_types().back(), success ? "checkout.session.async_payment_succeeded"
                                           : "checkout.session.async_payment_failed");
    EXPECT_EQ(control("checkout/" + session + "/async_succeed", "").status, 409);
  }
}

TEST_F(PaymentsTest, ABankDebitSettlesByItselfWhenAsked) {
  control("accounts", R"({"key":"sk_test_merchant_one","async_delay_ms":60000})");
  const auto session = new_session();
  submit("/c/pay/" + session, "method=bank_debit&iban=DE89370400440532013000");
  settle(std::chrono::seconds(59));
  EXPECT_EQ(read(session).text("payment_status"), "unpaid");
  settle(std::chrono::seconds(2));
  EXPECT_EQ(read(session).text("payment_status"), "paid");
}

TEST_F(PaymentsTest, AnExpiredSessionCannotBePaid) {
  const auto session = new_session();
  EXPECT_EQ(control("checkout/" + session + "/expire", "").status, 200);
  EXPECT_EQ(pay(session, "4242424242424242").status, 303);
  EXPECT_EQ(read(session).text("status"), "expired");
  EXPECT_THAT(page("/c/pay/" + session).body, HasSubstr("has expired"));
  EXPECT_EQ(stripe_get("charges").size("data"), 0u);
  EXPECT_EQ(page("/c/pay/cs_unknown").status, 404);
}

TEST_F(PaymentsTest, ThePageEscapesWhatItShows) {
  const auto form = session_form() + "&line_items[0][price_data][product_data][name]=<script>x";
  const auto made = stripe_post("checkout/sessions", form);
  const auto shown = page("/c/pay/" + made.text("id"));
  EXPECT_THAT(shown.body, HasSubstr("&lt;script&gt;x"));
  EXPECT_THAT(shown.body, ::testing::Not(HasSubstr("<script>")));
  EXPECT_THAT(std::string(shown.headers.get("Content-Security-Policy")),
              HasSubstr("default-src 'none'"));
}

TEST_F(PaymentsTest, ManyArePaidAtOnce) {
  const auto first = new_session(), second = new_session();
  const auto done = control("checkout", R"({"action":"complete","sessions":[")" + first + R"(",")" +
                                            second + R"(",")" + first + R"("]})");
  EXPECT_EQ(done.number("done"), 2) << done.body;
  EXPECT_EQ(done.number("refused"), 1);
  EXPECT_EQ(read(second).text("payment_status"), "paid");
  EXPECT_EQ(control("checkout", R"({"action":"dance","sessions":[]})").status, 400);
}

TEST_F(PaymentsTest, SeededSessionsReadAsPaid) {
  const auto seeded = control(
      "sessions/seed",
      R"({"sessions":[{"session_id":"cs_test_s1","key":"sk_test_merchant_one","amount_minor":700,)"
      R"("currency":"EUR","client_reference_id":"pr_9","metadata":{"a":"b"}},)"
      R"({"session_id":"cs_test_s2","key":"sk_test_other","amount_minor":800,"currency":"usd"},)"
      R"({"session_id":"cs_test_s1","key":"sk_test_other","amount_minor":800,"currency":"usd"}]})");
  EXPECT_EQ(seeded.number("seeded"), 2) << seeded.body;
  const auto session = read("cs_test_s1");
  EXPECT_EQ(session.text("payment_status"), "paid");
  EXPECT_EQ(session.number("amount_total"), 700);
  EXPECT_EQ(session.text("metadata.a"), "b");
  EXPECT_EQ(session.number("payment_intent.latest_charge.balance_transaction.fee"), 36);
  EXPECT_EQ(read("cs_test_s2").status, 404);
}

}  // namespace
}  // namespace sandbox::testing
