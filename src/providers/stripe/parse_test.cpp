#include "providers/stripe/parse.h"

#include <gtest/gtest.h>

#include "base/json.h"

// Goal: a snapshot says exactly what Stripe's objects say, in our units, and an answer that lacks
// something or contradicts itself is an error, never a guess.
namespace providers::stripe {
namespace {

using base::Code;
using boost::json::value;

constexpr const char* kPaid = R"({
 "id":"cs_test_a1","object":"checkout.session","amount_total":12345,"currency":"eur",
 "client_reference_id":"cs_ref","created":1795000000,"expires_at":1795003600,"livemode":false,
 "metadata":{"tenant_id":"tn_1","request_id":"pr_1","session_id":"cs_own"},
 "payment_status":"paid","status":"complete","url":null,
 "payment_intent":{"id":"pi_1","object":"payment_intent","amount":12345,"amount_received":12345,
  "currency":"eur","status":"succeeded","last_payment_error":null,
  "latest_charge":{"id":"ch_1","object":"charge","amount":12345,"amount_refunded":345,
   "currency":"eur","status":"succeeded","paid":true,"created":1795000100,"disputed":false,
   "balance_transaction":{"id":"txn_1","object":"balance_transaction","amount":12345,"fee":211,
    "currency":"usd","exchange_rate":1.0813},
   "refunds":{"object":"list","has_more":false,"data":[
    {"id":"re_1","object":"refund","amount":345,"currency":"eur","status":"succeeded",
     "created":1795000200,"metadata":{"refund_id":"rf_1"}}]}}}})";

value json(std::string_view text) {
  auto parsed = base::json::parse(text, 32);
  EXPECT_TRUE(parsed) << text;
  return *parsed;
}

// Sets (or with an empty text removes) the member at a dotted path.
value changed(std::string_view text, std::string_view path, std::string_view to) {
  value root = json(text);
  value* at = &root;
  while (true) {
    const auto dot = path.find('.');
    const auto name = path.substr(0, dot);
    if (dot == path.npos) {
      if (to.empty()) {
        at->as_object().erase(name);
      } else {
        at->as_object()[name] = json(to);
      }
      return root;
    }
    at = at->is_array() ? &at->as_array().at(std::stoul(std::string(name)))
                        : &at->as_object().at(name);
    path.remove_prefix(dot + 1);
  }
}

TEST(StripeParse, PaidCheckout) {
  const auto got = read_checkout(json(kPaid));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->provider_ref, "cs_test_a1");
  EXPECT_EQ(got->url, "");
  EXPECT_EQ(got->client_reference_id, "cs_ref");
  EXPECT_EQ(got->tenant_id, "tn_1");
  EXPECT_EQ(got->request_id, "pr_1");
  EXPECT_EQ(got->session_id, "cs_own");
  EXPECT_EQ(got->amount_minor, 12345);
  EXPECT_EQ(got->currency, "EUR");
  EXPECT_FALSE(got->livemode);
  EXPECT_EQ(got->status, CheckoutStatus::complete);
  EXPECT_EQ(got->payment, CheckoutPayment::paid);
  EXPECT_EQ(got->payment_intent, "pi_1");
  EXPECT_EQ(got->payment_intent_status, "succeeded");
  EXPECT_EQ(got->decline_code, "");
  EXPECT_EQ(got->amount_received_minor, 12345);
  EXPECT_EQ(got->refunded_minor, 345);
  EXPECT_EQ(base::micros(got->created_at), 1'795'000'000'000'000);
  EXPECT_EQ(base::micros(got->expires_at), 1'795'003'600'000'000);
  ASSERT_TRUE(got->paid_at);
  EXPECT_EQ(base::micros(*got->paid_at), 1'795'000'100'000'000);
  ASSERT_TRUE(got->fee);
  EXPECT_EQ(got->fee->balance_transaction, "txn_1");
  EXPECT_EQ(got->fee->amount_minor, 211);
  EXPECT_EQ(got->fee->amount_micros, 2'110'000);
  EXPECT_EQ(got->fee->currency, "USD");
  ASSERT_EQ(got->refunds.size(), 1u);
  EXPECT_EQ(got->refunds[0].provider_ref, "re_1");
  EXPECT_EQ(got->refunds[0].own_id, "rf_1");
  EXPECT_EQ(got->refunds[0].amount_minor, 345);
  EXPECT_EQ(got->refunds[0].status, "succeeded");
}

TEST(StripeParse, CheckoutWithoutSome) {
  struct {
    const char* path;
    const char* to;
    bool corrupt;
  } const rows[] = {
      {"url", "\"https://checkout.stripe.com/c/pay/cs\"", false},
      {"client_reference_id", "null", false},
      {"metadata", "{}", false},
      {"metadata", "null", false},
      {"payment_intent", "null", false},
      {"payment_intent", "\"pi_1\"", false},
      {"payment_intent.latest_charge", "null", false},
      {"payment_intent.latest_charge.balance_transaction", "null", false},
      {"payment_intent.latest_charge.balance_transaction", "\"txn_1\"", false},
      {"payment_intent.latest_charge.refunds", "", false},
      {"payment_intent.latest_charge.refunds.data.0.metadata", "", false},
      {"payment_intent.latest_charge.refunds.data.0.status", "null", false},
      {"id", "", true},
      {"id", "\"\"", true},
      {"id", "\"../x\"", true},
      {"object", "\"payment_intent\"", true},
      {"amount_total", "null", true},
      {"amount_total", "\"12345\"", true},
      {"amount_total", "123.5", true},
      {"currency", "null", true},
      {"currency", "\"EUR\"", true},
      {"currency", "\"zzz\"", true},
      {"livemode", "", true},
      {"livemode", "\"false\"", true},
      {"status", "null", true},
      {"status", "\"closed\"", true},
      {"payment_status", "\"maybe\"", true},
      {"created", "-1", true},
      {"expires_at", "99999999999999", true},
      {"payment_intent.id", "7", true},
      {"payment_intent.status", "", true},
      {"payment_intent.currency", "\"usd\"", true},
      {"payment_intent.latest_charge.amount_refunded", "", true},
      {"payment_intent.latest_charge.created", "", true},
      {"payment_intent.latest_charge.balance_transaction.fee", "", true},
      {"payment_intent.latest_charge.balance_transaction.currency", "", true},
      {"payment_intent.latest_charge.refunds.data.0.amount", "", true},
      {"payment_intent.latest_charge.refunds.data.0.object", "\"charge\"", true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.path) + " = " + row.to);
    const auto got = read_checkout(changed(kPaid, row.path, row.to));
    ASSERT_EQ(got.has_value(), !row.corrupt);
    if (!row.corrupt) continue;
    EXPECT_EQ(got.error().code, Code::corrupt);
  }
  EXPECT_FALSE(read_checkout(json("[]")));
  EXPECT_FALSE(read_checkout(json("null")));
}

TEST(StripeParse, PartsThatDecideLater) {
  const auto unpaid =
      read_checkout(changed(kPaid, "payment_intent.latest_charge.status", "\"failed\""));
  ASSERT_TRUE(unpaid);
  EXPECT_FALSE(unpaid->paid_at);
  const auto no_fee =
      read_checkout(changed(kPaid, "payment_intent.latest_charge.balance_transaction", "null"));
  ASSERT_TRUE(no_fee);
  EXPECT_FALSE(no_fee->fee);
  const auto declined =
      read_checkout(changed(kPaid, "payment_intent.last_payment_error",
                            R"({"code":"card_declined","decline_code":"insufficient_funds"})"));
  EXPECT_EQ(declined->decline_code, "insufficient_funds");
  const auto expired = read_checkout(
      changed(kPaid, "payment_intent.last_payment_error", R"({"code":"expired_card"})"));
  EXPECT_EQ(expired->decline_code, "expired_card");
  const auto pending =
      read_checkout(changed(kPaid, "payment_intent.latest_charge.refunds.data.0.status", "null"));
  EXPECT_EQ(pending->refunds.at(0).status, "pending");
  EXPECT_FALSE(refunds_are_cut(json(kPaid)));
  EXPECT_TRUE(
      refunds_are_cut(changed(kPaid, "payment_intent.latest_charge.refunds.has_more", "true")));
  EXPECT_FALSE(is_disputed(json(kPaid)));
  EXPECT_TRUE(is_disputed(changed(kPaid, "payment_intent.latest_charge.disputed", "true")));
}

TEST(StripeParse, Dispute) {
  const auto got = read_dispute(json(R"({"id":"du_1","object":"dispute","amount":12345,
    "currency":"eur","status":"needs_response","reason":"fraudulent","created":1795000300,
    "balance_transactions":[
     {"id":"txn_2","object":"balance_transaction","amount":-12345,"fee":1500,"currency":"eur"},
     {"id":"txn_3","object":"balance_transaction","amount":12345,"fee":0,"currency":"eur"}]})"));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->provider_ref, "du_1");
  EXPECT_EQ(got->amount_minor, 12345);
  EXPECT_EQ(got->status, "needs_response");
  EXPECT_EQ(got->reason, "fraudulent");
  ASSERT_EQ(got->fees.size(), 1u);
  EXPECT_EQ(got->fees[0].balance_transaction, "txn_2");
  EXPECT_EQ(got->fees[0].amount_micros, 15'000'000);
}

std::string event_of(std::string_view object) {
  return R"({"id":"evt_1","object":"event","type":"x.y","livemode":true,"created":1795000000,
             "data":{"object":)" +
         std::string(object) + "}}";
}

TEST(StripeParse, EventsPointToTheirSessionOrIntent) {
  struct {
    const char* object;
    const char* session_ref;
    const char* intent;
    const char* session_id;
  } const rows[] = {
      {R"({"object":"checkout.session","id":"cs_1","payment_intent":null})", "cs_1", "", ""},
      {R"({"object":"checkout.session","id":"cs_1","payment_intent":"pi_1",
           "metadata":{"session_id":"cs_own"}})",
       "cs_1", "pi_1", "cs_own"},
      {R"({"object":"payment_intent","id":"pi_1","metadata":{"session_id":"cs_own"}})", "", "pi_1",
       "cs_own"},
      {R"({"object":"charge","id":"ch_1","payment_intent":"pi_1"})", "", "pi_1", ""},
      {R"({"object":"charge","id":"ch_1","payment_intent":{"id":"pi_1"}})", "", "pi_1", ""},
      {R"({"object":"charge","id":"ch_1","payment_intent":null})", "", "", ""},
      {R"({"object":"refund","id":"re_1","payment_intent":"pi_1"})", "", "pi_1", ""},
      {R"({"object":"dispute","id":"du_1","payment_intent":"pi_1"})", "", "pi_1", ""},
      {R"({"object":"customer","id":"cus_1"})", "", "", ""},
      {R"({"object":"charge","payment_intent":7,"metadata":{"session_id":"a b"}})", "", "", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.object);
    const auto got = read_event(json(event_of(row.object)));
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_EQ(got->provider_event_id, "evt_1");
    EXPECT_EQ(got->type, "x.y");
    EXPECT_TRUE(got->livemode);
    EXPECT_EQ(base::micros(got->created_at), 1'795'000'000'000'000);
    EXPECT_EQ(got->session_ref, row.session_ref);
    EXPECT_EQ(got->payment_intent, row.intent);
    EXPECT_EQ(got->session_id, row.session_id);
  }
}

TEST(StripeParse, MalformedEvents) {
  const std::string good = event_of(R"({"object":"checkout.session","id":"cs_1"})");
  ASSERT_TRUE(read_event(json(good)));
  struct {
    const char* path;
    const char* to;
  } const rows[] = {
      {"id", ""},
      {"id", "1"},
      {"id", "\"a/b\""},
      {"object", "\"charge\""},
      {"type", ""},
      {"type", "\"\""},
      {"livemode", ""},
      {"livemode", "1"},
      {"created", ""},
      {"created", "\"now\""},
      {"data", ""},
      {"data", "null"},
      {"data.object", ""},
      {"data.object", "\"cs_1\""},
      {"data.object.id", "\"cs 1\""},
      {"data.object.payment_intent", "\"pi/1\""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.path) + " = " + row.to);
    const auto got = read_event(changed(good, row.path, row.to));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::invalid_argument);
  }
  EXPECT_FALSE(read_event(json("[]")));
}

}  // namespace
}  // namespace providers::stripe
