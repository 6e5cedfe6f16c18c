#include <gtest/gtest.h>

#include "base/crypto.h"
#include "base/json.h"
#include "providers/scripted_peer.h"
#include "providers/stripe/stripe.h"

// Goal: what goes over the wire is what Stripe documents, and whatever comes back (or does not)
// ends in the one error that says what the caller may do.
namespace providers::stripe {
namespace {

using base::Code;
using testing::Answer;
using testing::Fault;
using testing::ScriptedPeer;
using testing::wait_for;

constexpr const char* kOrigin = "http://stripe.test";

std::string session_json(std::string_view more = R"("payment_intent":null)") {
  return R"({"id":"cs_test_1","object":"checkout.session","amount_total":1234,"currency":"eur",
    "client_reference_id":"x","created":1795000000,"expires_at":1795003600,"livemode":false,
    "metadata":{},"payment_status":"unpaid","status":"open","url":"https://pay.test/1",)" +
         std::string(more) + "}";
}

struct StripeTest : ::testing::Test {
  std::unique_ptr<base::SimRuntime> runtime =
      base::sim_runtime(7, base::Time{std::chrono::seconds(1'795'000'000)});
  ScriptedPeer peer{
      kOrigin,
      {"/v1/checkout/sessions", "/v1/checkout/sessions/{id}", "/v1/checkout/sessions/{id}/expire",
       "/v1/refunds", "/v1/disputes", "/v1/events", "/v1/account"}};
  std::unique_ptr<PaymentProvider> stripe = payment_provider(*runtime, peer.network);
  PaymentAccount account;
  CreateCheckout order;
  CreateRefund refund;

  StripeTest() {
    account.base_url = kOrigin;
    account.api_key = base::Secret<std::string>("sk_test_abc");
    order.amount = {1234, *domain::Currency::parse("EUR")};
    order.description = "Invoice 7 & more";
    order.payer_email = "ann@example.test";
    order.locale = "de";
    order.success_url = "https://m.test/p/tok?done=1";
    order.cancel_url = "https://m.test/p/tok";
    order.expires_at = base::Time{std::chrono::seconds(1'795'003'600)};
    refund.payment_intent = "pi_1";
    refund.amount = {500, *domain::Currency::parse("EUR")};
    refund.reason = "requested_by_customer";
  }
  Result<CheckoutSnapshot> create() {
    return wait_for(*runtime, stripe->create_checkout(account, order));
  }
  Result<CheckoutSnapshot> retrieve(std::string ref = "cs_test_1") {
    return wait_for(*runtime, stripe->retrieve_checkout(account, std::move(ref)));
  }
  base::Duration now() { return runtime->clock().steady(); }
};

TEST_F(StripeTest, CreateSendsTheDocumentedForm) {
  peer.script = {{200, session_json()}};
  const auto got = create();
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->url, "https://pay.test/1");
  ASSERT_EQ(peer.seen.size(), 1u);
  const auto& sent = peer.seen[0];
  const std::string id = order.id.text();
  EXPECT_EQ(sent.method, net::Method::post);
  EXPECT_EQ(sent.path, "/v1/checkout/sessions");
  EXPECT_EQ(sent.headers.get("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(sent.headers.get("Idempotency-Key"), id);
  EXPECT_EQ(sent.headers.get("Stripe-Version"), kApiVersion);
  EXPECT_EQ(sent.headers.get("Authorization"), "Bearer sk_test_abc");
  const std::vector<std::string> expected = {
      "mode=payment",
      "client_reference_id=" + id,
      "line_items[0][quantity]=1",
      "line_items[0][price_data][currency]=eur",
      "line_items[0][price_data][unit_amount]=1234",
      "line_items[0][price_data][product_data][name]=Invoice 7 & more",
      "success_url=https://m.test/p/tok?done=1",
      "cancel_url=https://m.test/p/tok",
      "expires_at=1795003600",
      "customer_email=ann@example.test",
      "locale=de",
      "metadata[tenant_id]=" + account.tenant_id.text(),
      "metadata[request_id]=" + order.request_id.text(),
      "metadata[session_id]=" + id,
      "payment_intent_data[metadata][tenant_id]=" + account.tenant_id.text(),
      "payment_intent_data[metadata][request_id]=" + order.request_id.text(),
      "payment_intent_data[metadata][session_id]=" + id,
  };
  EXPECT_EQ(testing::form_lines(sent.body), expected);
}

TEST_F(StripeTest, CreateLeavesOutWhatIsUnknownAndConvertsTheAmount) {
  order.payer_email.clear();
  order.locale.clear();
  order.amount = {5, *domain::Currency::parse("ISK")};
  peer.script = {{200, session_json()}};
  ASSERT_TRUE(create());
  const auto lines = testing::form_lines(peer.seen.at(0).body);
  EXPECT_EQ(lines.at(4), "line_items[0][price_data][unit_amount]=500");
  for (const auto& line : lines) {
    EXPECT_FALSE(line.starts_with("customer_email") || line.starts_with("locale")) << line;
  }
}

TEST_F(StripeTest, OurOwnMistakesNeverReachStripe) {
  order.amount = {5124, *domain::Currency::parse("KWD")};
  EXPECT_EQ(create().error().code, Code::invalid_argument);
  order.amount = {100, *domain::Currency::parse("EUR")};
  order.description.clear();
  EXPECT_EQ(create().error().code, Code::invalid_argument);
  for (const char* ref : {"", "cs/../x", "cs?x", "cs 1"}) {
    EXPECT_EQ(retrieve(ref).error().code, Code::invalid_argument) << ref;
    const auto expired = wait_for(*runtime, stripe->expire_checkout(account, ref));
    EXPECT_EQ(expired.error().code, Code::invalid_argument) << ref;
  }
  for (const char* key : {"", "sk_live_x", "rk_live_x", "sk_test_\r\nX: y"}) {
    account.api_key = base::Secret<std::string>(key);
    EXPECT_EQ(retrieve().error().code, Code::invalid_argument) << key;
  }
  account.livemode = true;
  account.api_key = base::Secret<std::string>("sk_test_abc");
  EXPECT_EQ(retrieve().error().fields.at(0).code, "wrong_mode");
  EXPECT_EQ(peer.seen.size(), 0u);
}

// One row: what the tries of one call meet, in order, and what the caller is told.
struct Retry {
  const char* name;
  std::vector<Answer> script;
  std::optional<Code> get;  // none: success
  std::optional<Code> post;
  std::size_t tries;  // peer and lost together
};

TEST_F(StripeTest, RepeatsOnlyWhatMayBeRepeatedAndKeepsTheKey) {
  const Answer ok{200, session_json()};
  const Answer refuse{.fault = Fault::refuse};
  const Answer time_out{.fault = Fault::time_out};
  const Answer lose{200, session_json(), {}, Fault::lose_reply};
  const Answer busy{429, R"({"error":{"code":"rate_limit"}})"};
  const Answer in_use{409, R"({"error":{"code":"idempotency_key_in_use"}})"};
  const Answer stop{500, "{}", {{"Stripe-Should-Retry", "false"}}};
  const Answer go_on{400, "{}", {{"Stripe-Should-Retry", "true"}}};
  const Answer refused{400, R"({"error":{"code":"parameter_missing"}})"};
  const Answer crash{500, "{}"};
  const Answer bad_key{401, "{}"};
  const Answer garbage{200, "<html>"};
  const Answer other{200, R"({"object":"list"})"};
  const Retry rows[] = {
      {"first try", {ok}, {}, {}, 1},
      {"connection refused once", {refuse, ok}, {}, {}, 2},
      {"reply lost, then repeated", {lose, ok}, {}, {}, 2},
      {"in flight, then done", {in_use, ok}, {}, {}, 2},
      {"busy twice", {busy, busy, ok}, {}, {}, 3},
      {"crash twice", {crash, crash, ok}, {}, {}, 3},
      {"told to go on", {go_on, ok}, {}, {}, 2},
      {"told to stop", {stop}, Code::unavailable, Code::ambiguous, 1},
      {"refused", {refused}, Code::refused, Code::refused, 1},
      {"bad key", {bad_key}, Code::unauthenticated, Code::unauthenticated, 1},
      {"never reached", {refuse, refuse, refuse}, Code::unavailable, Code::unavailable, 3},
      {"always busy", {busy, busy, busy}, Code::rate_limited, Code::rate_limited, 3},
      {"always crashes", {crash, crash, crash}, Code::unavailable, Code::ambiguous, 3},
      {"times out", {time_out, time_out, time_out}, Code::deadline, Code::ambiguous, 3},
      {"reply lost, then unreachable",
       {lose, refuse, refuse},
       Code::unavailable,
       Code::ambiguous,
       3},
      {"time-out, then busy", {time_out, busy, busy}, Code::rate_limited, Code::ambiguous, 3},
      {"crash, then key revoked", {crash, bad_key}, Code::unauthenticated, Code::ambiguous, 2},
      {"crash, then refused", {crash, refused}, Code::refused, Code::refused, 2},
      {"not JSON", {garbage}, Code::corrupt, Code::ambiguous, 1},
      {"not a session", {other}, Code::corrupt, Code::ambiguous, 1},
  };
  for (const auto& row : rows) {
    for (const bool writes : {false, true}) {
      SCOPED_TRACE(std::string(row.name) + (writes ? " POST" : " GET"));
      // The limiter remembers what it met, so every row has its own account.
      account.connection_id.value.bytes[0] =
          static_cast<std::uint8_t>(account.connection_id.value.bytes[0] + 1);
      peer.seen.clear();
      peer.lost = 0;
      peer.script.assign(row.script.begin(), row.script.end());
      const auto got = writes ? create() : retrieve();
      const auto expected = writes ? row.post : row.get;
      if (expected) {
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, *expected) << got.error().detail;
      } else {
        EXPECT_TRUE(got);
      }
      EXPECT_EQ(peer.seen.size() + static_cast<std::size_t>(peer.lost), row.tries);
      for (const auto& sent : peer.seen) {
        EXPECT_EQ(sent.headers.get("Idempotency-Key"), writes ? order.id.text() : "");
        EXPECT_EQ(sent.body, peer.seen.front().body);
      }
    }
  }
}

TEST_F(StripeTest, WaitsBetweenTriesWithJitter) {
  peer.script = {{500, "{}"}, {500, "{}"}, {200, session_json()}};
  const auto started = now();
  ASSERT_TRUE(retrieve());
  EXPECT_GE(now() - started, std::chrono::milliseconds(250 + 500));
  EXPECT_LE(now() - started, std::chrono::milliseconds(500 + 1000));
}

TEST_F(StripeTest, WaitsOutAShortRetryAfterAndHandsUpALongOne) {
  peer.script = {{429, "{}", {{"Retry-After", "3"}}}, {200, session_json()}};
  const auto started = now();
  ASSERT_TRUE(retrieve());
  EXPECT_GE(now() - started, std::chrono::seconds(3));
  peer.script = {{429, "{}", {{"Retry-After", "60"}}}};
  const auto got = retrieve();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::rate_limited);
  EXPECT_EQ(got.error().retry_after_s, 60u);
}

TEST_F(StripeTest, RetrieveExpandsAndReadsOn) {
  const std::string intent = R"("payment_intent":{"id":"pi_1","object":"payment_intent",
    "amount_received":1234,"currency":"eur","status":"succeeded","latest_charge":{"object":"charge",
    "amount_refunded":100,"currency":"eur","status":"succeeded","created":1795000100,
    "disputed":true,"balance_transaction":{"id":"txn_1","object":"balance_transaction","fee":60,
     "currency":"eur"},
    "refunds":{"has_more":true,"data":[]}}})";
  const auto refund_json = [](std::string id) {
    return R"({"id":")" + id + R"(","object":"refund","amount":50,"currency":"eur",
      "status":"succeeded","created":1795000200,"metadata":{"refund_id":"rf_x"}})";
  };
  peer.script = {{200, session_json(intent)},
                 {200, R"({"has_more":true,"data":[)" + refund_json("re_1") + "]}"},
                 {200, R"({"has_more":false,"data":[)" + refund_json("re_2") + "]}"},
                 {200, R"({"has_more":false,"data":[{"id":"du_1","object":"dispute","amount":1234,
        "currency":"eur","status":"lost","reason":"general","created":1795000300}]})"}};
  const auto got = retrieve();
  ASSERT_TRUE(got) << got.error().detail;
  ASSERT_EQ(peer.seen.size(), 4u);
  EXPECT_EQ(peer.seen[0].path, "/v1/checkout/sessions/cs_test_1");
  const std::vector<std::string> expand = {
      "expand[]=payment_intent.latest_charge.balance_transaction",
      "expand[]=payment_intent.latest_charge.refunds"};
  EXPECT_EQ(testing::form_lines(peer.seen[0].query), expand);
  EXPECT_FALSE(peer.seen[0].headers.has("Idempotency-Key"));
  EXPECT_EQ(peer.seen[1].path, "/v1/refunds");
  const std::vector<std::string> second = {"payment_intent=pi_1", "limit=100",
                                           "starting_after=re_1"};
  EXPECT_EQ(testing::form_lines(peer.seen[2].query), second);
  EXPECT_EQ(peer.seen[3].path, "/v1/disputes");
  EXPECT_EQ(got->fee->amount_micros, 600'000);
  ASSERT_EQ(got->refunds.size(), 2u);
  EXPECT_EQ(got->refunds[1].provider_ref, "re_2");
  ASSERT_EQ(got->disputes.size(), 1u);
  EXPECT_EQ(got->disputes[0].status, "lost");
}

TEST_F(StripeTest, RetrieveRefusesAnotherSessionAndAnUnexpandedIntent) {
  peer.script = {{200, session_json()}};
  EXPECT_EQ(retrieve("cs_test_2").error().code, Code::corrupt);
  peer.script = {{200, session_json(R"("payment_intent":"pi_1")")}};
  EXPECT_EQ(retrieve().error().code, Code::corrupt);
}

TEST_F(StripeTest, ExpireUsesANewKeyForEachCall) {
  peer.script = {{500, "{}"}, {200, session_json()}, {400, R"({"error":{"code":"x"}})"}};
  ASSERT_TRUE(wait_for(*runtime, stripe->expire_checkout(account, "cs_test_1")));
  const auto again = wait_for(*runtime, stripe->expire_checkout(account, "cs_test_1"));
  EXPECT_EQ(again.error().code, Code::refused);
  ASSERT_EQ(peer.seen.size(), 3u);
  EXPECT_EQ(peer.seen[0].path, "/v1/checkout/sessions/cs_test_1/expire");
  EXPECT_EQ(peer.seen[0].headers.get("Idempotency-Key"),
            peer.seen[1].headers.get("Idempotency-Key"));
  EXPECT_NE(peer.seen[1].headers.get("Idempotency-Key"),
            peer.seen[2].headers.get("Idempotency-Key"));
}

TEST_F(StripeTest, RefundSendsTheDocumentedForm) {
  peer.script = {{200, R"({"id":"re_1","object":"refund","amount":500,"currency":"eur",
      "status":"pending","created":1795000200,"metadata":{"refund_id":"rf_x"}})"}};
  const auto got = wait_for(*runtime, stripe->create_refund(account, refund));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->status, "pending");
  EXPECT_EQ(got->own_id, "rf_x");
  const std::vector<std::string> expected = {
      "payment_intent=pi_1", "amount=500", "reason=requested_by_customer",
      "metadata[refund_id]=" + refund.id.text(), "metadata[tenant_id]=" + account.tenant_id.text()};
  EXPECT_EQ(testing::form_lines(peer.seen.at(0).body), expected);
  EXPECT_EQ(peer.seen[0].headers.get("Idempotency-Key"), refund.id.text());
}

TEST_F(StripeTest, ListsTheEventsThatMatter) {
  peer.script = {{200, R"({"object":"list","has_more":true,"data":[
      {"id":"evt_2","object":"event","type":"charge.refunded","livemode":false,"created":1795000300,
       "data":{"object":{"object":"charge","id":"ch_1","payment_intent":"pi_1"}}},
      {"id":"evt_1","object":"event","type":"checkout.session.completed","livemode":false,
       "created":1795000100,"data":{"object":{"object":"checkout.session","id":"cs_1"}}}]})"}};
  const auto since = base::Time{std::chrono::milliseconds(1'795'000'000'900)};
  const auto got = wait_for(*runtime, stripe->list_events(account, since, "evt_3"));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_TRUE(got->has_more);
  ASSERT_EQ(got->events.size(), 2u);
  EXPECT_EQ(got->events[0].payment_intent, "pi_1");
  EXPECT_EQ(got->events[1].session_ref, "cs_1");
  const auto lines = testing::form_lines(peer.seen.at(0).query);
  EXPECT_EQ(lines.at(0), "limit=100");
  EXPECT_EQ(lines.at(1), "created[gte]=1795000000");
  EXPECT_EQ(lines.back(), "starting_after=evt_3");
  const auto types = std::count_if(lines.begin(), lines.end(),
                                   [](const auto& line) { return line.starts_with("types[]="); });
  EXPECT_GT(types, 10);
  EXPECT_LE(types, 20);
}

TEST_F(StripeTest, ListRefusesWhatIsNoList) {
  for (const char* body : {"{}", R"({"data":{}})", R"({"data":[{"id":"evt_1"}]})"}) {
    peer.script = {{200, body}};
    const auto got = wait_for(*runtime, stripe->list_events(account, base::Time{}, ""));
    ASSERT_FALSE(got) << body;
    EXPECT_EQ(got.error().code, Code::corrupt);
  }
}

TEST_F(StripeTest, CheckNamesTheAccount) {
  struct {
    const char* name;
    std::vector<Answer> script;
    std::optional<Code> code;
    const char* text;
  } const rows[] = {
      {"display name",
       {{200, R"({"id":"acct_1","settings":{"dashboard":{"display_name":"Shop"}}})"}},
       {},
       "Shop"},
      {"id only", {{200, R"({"id":"acct_1"})"}}, {}, "acct_1"},
      {"restricted key", {{403, "{}"}, {200, R"({"data":[]})"}}, {}, ""},
      {"bad key", {{401, "{}"}, {401, "{}"}}, Code::unauthenticated, ""},
      {"down", {{503, ""}, {503, ""}, {503, ""}}, Code::unavailable, ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    peer.script.assign(row.script.begin(), row.script.end());
    const auto got = wait_for(*runtime, stripe->check(account));
    ASSERT_EQ(got.has_value(), !row.code);
    if (row.code) {
      EXPECT_EQ(got.error().code, *row.code);
    } else {
      EXPECT_EQ(*got, row.text);
    }
  }
}

TEST_F(StripeTest, CallbackIsVerifiedBeforeItIsRead) {
  const base::Time at{std::chrono::seconds(1'795'000'000)};
  const std::vector<base::Secret<std::string>> secrets = {base::Secret<std::string>("whsec_x")};
  const auto header = [](const std::string& body) {
    return "t=1795000000,v1=" + base::to_hex(base::hmac_sha256("whsec_x", "1795000000." + body));
  };
  const std::string good = R"({"id":"evt_1","object":"event","type":"checkout.session.completed",
    "livemode":false,"created":1,"data":{"object":{"object":"checkout.session","id":"cs_1"}}})";
  EXPECT_EQ(stripe->read_callback(good, header(good), secrets, at)->session_ref, "cs_1");
  EXPECT_EQ(stripe->read_callback(good, "t=1,v1=00", secrets, at).error().code,
            Code::unauthenticated);
  EXPECT_EQ(stripe->read_callback("{", "t=1,v1=00", secrets, at).error().code,
            Code::unauthenticated);
  for (const std::string body : {"{", "", "[]", "{}", "\xff", R"({"id":"evt_1"})"}) {
    const auto got = stripe->read_callback(body, header(body), secrets, at);
    ASSERT_FALSE(got) << body;
    EXPECT_EQ(got.error().code, Code::invalid_argument) << body;
  }
}

}  // namespace
}  // namespace providers::stripe
