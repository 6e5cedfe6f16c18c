// Goal: sessions are created, read, listed and refused as Stripe does it.
#include "sandbox/testing.h"

namespace sandbox::testing {
namespace {

using ::testing::HasSubstr;

class SessionsTest : public Lab {};

TEST_F(SessionsTest, CreatesAnOpenSession) {
  const auto made = stripe_post("checkout/sessions", session_form());
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.text("object"), "checkout.session");
  EXPECT_EQ(made.text("status"), "open");
  EXPECT_EQ(made.text("payment_status"), "unpaid");
  EXPECT_EQ(made.number("amount_total"), 1250);
  EXPECT_EQ(made.text("client_reference_id"), "pr_1");
  EXPECT_EQ(made.text("metadata.tenant"), "t1");
  EXPECT_EQ(made.text("url"), kSandboxUrl + "/c/pay/" + made.text("id"));
  EXPECT_EQ(made.number("expires_at") - made.number("created"), 86'400);
  EXPECT_THAT(made.text("id"), ::testing::StartsWith("cs_test_"));
  EXPECT_FALSE(made.headers.get("Request-Id").empty());
  const auto read = stripe_get("checkout/sessions/" + made.text("id"));
  EXPECT_EQ(read.body, made.body);
  const auto items = stripe_get("checkout/sessions/" + made.text("id") + "/line_items");
  EXPECT_EQ(items.size("data"), 1u);
}

struct Bad {
  std::string name, change, param, code;
};

TEST_F(SessionsTest, RefusesEveryBadParameterByName) {
  const auto now = unix_seconds(start());
  const auto at = [&](std::int64_t s) { return "&expires_at=" + std::to_string(now + s); };
  const std::string item = "line_items[0][price_data]";
  const Bad rows[] = {
      {"unknown field", "&colour=red", "colour", "parameter_unknown"},
      {"unknown nested", "&" + item + "[colour]=red", item + "[colour]", "parameter_unknown"},
      {"no such mode", "&mode=party", "mode", ""},
      {"bad currency", "&" + item + "[currency]=xxx", item + "[currency]", ""},
      {"negative", "&" + item + "[unit_amount]=-1", item + "[unit_amount]",
       "parameter_invalid_integer"},
      {"float", "&" + item + "[unit_amount]=1.5", item + "[unit_amount]",
       "parameter_invalid_integer"},
      {"too small", "&" + item + "[unit_amount]=10", "line_items", "amount_too_small"},
      {"too large", "&" + item + "[unit_amount]=100000000", item + "[unit_amount]",
       "amount_too_large"},
      {"no quantity", "&line_items[0][quantity]=0", "line_items[0][quantity]", ""},
      {"relative link", "&success_url=/done", "success_url", "url_invalid"},
      {"bad cancel link", "&cancel_url=nowhere", "cancel_url", "url_invalid"},
      {"dies too soon", at(1799), "expires_at", ""},
      {"lives too long", at(86'401), "expires_at", ""},
      {"bad email", "&customer_email=nobody", "customer_email", "email_invalid"},
      {"long reference", "&client_reference_id=" + std::string(201, 'x'), "client_reference_id",
       ""},
      {"long metadata", "&metadata[k]=" + std::string(501, 'x'), "metadata", ""},
      {"cannot expand", "&expand[]=colour", "expand", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto reply = stripe_post("checkout/sessions", session_form() + row.change);
    EXPECT_EQ(reply.status, 400) << reply.body;
    EXPECT_EQ(reply.text("error.type"), "invalid_request_error");
    EXPECT_EQ(reply.text("error.param"), row.param) << reply.body;
    EXPECT_EQ(reply.text("error.code"), row.code) << reply.body;
  }
  EXPECT_EQ(stripe_get("checkout/sessions").size("data"), 0u) << "a refused call left a session";
}

TEST_F(SessionsTest, TakesTheEdgesOfTheLifetime) {
  for (const std::int64_t life : {1800, 86'400}) {
    const auto at = "&expires_at=" + std::to_string(unix_seconds(start()) + life);
    EXPECT_EQ(stripe_post("checkout/sessions", session_form() + at).status, 200);
  }
}

TEST_F(SessionsTest, RequiresWhatIsMissing) {
  const auto reply = stripe_post("checkout/sessions", "mode=payment&success_url=http://x.test/");
  EXPECT_EQ(reply.text("error.code"), "parameter_missing");
  EXPECT_EQ(reply.text("error.param"), "line_items");
}

TEST_F(SessionsTest, ThreeDecimalAmountsEndInZero) {
  EXPECT_EQ(stripe_post("checkout/sessions", session_form(1235, "kwd")).status, 400);
  EXPECT_EQ(stripe_post("checkout/sessions", session_form(1230, "kwd")).status, 200);
}

TEST_F(SessionsTest, KeysAreCheckedAndAccountsApart) {
  const auto id = new_session();
  const auto path = "/v1/checkout/sessions/" + id;
  EXPECT_EQ(call({net::Method::get, path, "", ""}).status, 401);
  EXPECT_EQ(call({net::Method::get, path, "", "Bearer pk_test_public"}).status, 401);
  const auto other = call({net::Method::get, path, "", "Bearer sk_test_merchant_two"});
  EXPECT_EQ(other.status, 404);
  EXPECT_EQ(other.text("error.code"), "resource_missing");
  const auto basic = "Basic " + base::to_base64(std::string(kKey) + ":");
  EXPECT_EQ(call({net::Method::get, path, "", basic}).status, 200);
}

TEST_F(SessionsTest, ExpiresByCallAndByItself) {
  register_account();
  const auto first = new_session();
  const auto second = new_session();
  EXPECT_EQ(stripe_post("checkout/sessions/" + first + "/expire", "").text("status"), "expired");
  EXPECT_EQ(stripe_post("checkout/sessions/" + first + "/expire", "").status, 400);
  settle(std::chrono::hours(24) + std::chrono::seconds(1));
  const auto read = stripe_get("checkout/sessions/" + second);
  EXPECT_EQ(read.text("status"), "expired");
  EXPECT_EQ(read.text("url"), "");
  EXPECT_EQ(stripe_get("events?type=checkout.session.expired").size("data"), 2u);
}

TEST_F(SessionsTest, ListsNewestFirstInPages) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(new_session());
  auto page = stripe_get("checkout/sessions?limit=2");
  EXPECT_TRUE(page.truth("has_more"));
  const auto id_at = [](const Reply& reply, std::size_t i) {
    return std::string(reply.json.at("data").at(i).at("id").as_string());
  };
  EXPECT_EQ(id_at(page, 0), ids[4]);
  EXPECT_EQ(id_at(page, 1), ids[3]);
  page = stripe_get("checkout/sessions?limit=3&starting_after=" + ids[3]);
  EXPECT_FALSE(page.truth("has_more"));
  EXPECT_EQ(page.size("data"), 3u);
  EXPECT_EQ(id_at(page, 2), ids[0]);
  page = stripe_get("checkout/sessions?limit=1&ending_before=" + ids[1]);
  EXPECT_EQ(id_at(page, 0), ids[2]);
  EXPECT_TRUE(page.truth("has_more"));
  EXPECT_EQ(stripe_get("checkout/sessions?limit=101").status, 400);
  EXPECT_EQ(stripe_get("checkout/sessions?starting_after=cs_no").status, 400);
  EXPECT_EQ(stripe_get("checkout/sessions?created[lt]=1").size("data"), 0u);
  EXPECT_EQ(stripe_get("checkout/sessions?colour=red").text("error.code"), "parameter_unknown");
}

TEST_F(SessionsTest, ReplaysAnIdempotentPost) {
  const std::vector<net::Header> key = {{"Idempotency-Key", "order-7"}};
  const auto first = stripe_post("checkout/sessions", session_form(), key);
  const auto again = stripe_post("checkout/sessions", session_form(), key);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(first.headers.get("Idempotent-Replayed"), "");
  EXPECT_EQ(again.headers.get("Idempotent-Replayed"), "true");
  const auto other = stripe_post("checkout/sessions", session_form(9999), key);
  EXPECT_EQ(other.status, 400);
  EXPECT_EQ(other.text("error.type"), "idempotency_error");
  EXPECT_EQ(stripe_get("checkout/sessions").size("data"), 1u);
  settle(std::chrono::hours(24));
  const auto later = stripe_post("checkout/sessions", session_form(), key);
  EXPECT_NE(later.text("id"), first.text("id")) << "a key is forgotten after 24 hours";
}

TEST_F(SessionsTest, AKeyAfterABadParameterIsFree) {
  const std::vector<net::Header> key = {{"Idempotency-Key", "order-8"}};
  EXPECT_EQ(stripe_post("checkout/sessions", session_form(1), key).status, 400);
  EXPECT_EQ(stripe_post("checkout/sessions", session_form(), key).status, 200);
}

TEST_F(SessionsTest, AKeyInFlightIsAConflict) {
  control("faults", R"({"provider":"stripe","operation":"sessions.create","mode":"delay_ms",)"
                    R"("delay_ms":5000})");
  Ask ask{net::Method::post,
          "/v1/checkout/sessions",
          session_form(),
          bearer(),
          {{"Idempotency-Key", "order-9"}}};
  Reply first, second;
  bool first_done = false, second_done = false;
  runtime_->spawn("first", exchange(network_, request_for(ask), first, first_done));
  runtime_->run_until_idle();
  EXPECT_FALSE(first_done);
  runtime_->spawn("second", exchange(network_, request_for(ask), second, second_done));
  runtime_->run_until_idle();
  ASSERT_TRUE(second_done);
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(second.text("error.code"), "idempotency_key_in_use");
  EXPECT_EQ(second.headers.get("Stripe-Should-Retry"), "true");
  settle(std::chrono::seconds(6));
  ASSERT_TRUE(first_done);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(call(ask).body, first.body);
}

TEST_F(SessionsTest, AnUnknownUrlIsStripesNotFound) {
  const auto reply = stripe_get("nonsense");
  EXPECT_EQ(reply.status, 404);
  EXPECT_THAT(reply.text("error.message"), HasSubstr("Unrecognized request URL"));
}

}  // namespace
}  // namespace sandbox::testing
