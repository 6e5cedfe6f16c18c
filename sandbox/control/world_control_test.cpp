// Goal: the clock, the faults and the logs do what a test asks of them.
#include "sandbox/testing.h"

namespace sandbox::testing {
namespace {

using ::testing::HasSubstr;

class WorldControlTest : public Lab {};

TEST_F(WorldControlTest, TheClockMoves) {
  EXPECT_EQ(page("/control/clock").number("offset_ms"), 0);
  const auto session = new_session();
  const auto moved = control("clock", R"({"advance_ms":86400000})");
  EXPECT_EQ(moved.number("offset_ms"), 86'400'000);
  EXPECT_EQ(moved.text("now"), "2026-11-24T09:00:00.000000Z");
  EXPECT_EQ(stripe_get("checkout/sessions/" + session).text("status"), "expired")
      << "what became due happened before the answer";
  EXPECT_EQ(control("clock", R"({"offset_ms":0})").text("now"), "2026-11-23T09:00:00.000000Z");
  EXPECT_EQ(control("clock", "{}").status, 400);
  EXPECT_EQ(control("clock", R"({"advance_ms":1,"offset_ms":1})").status, 400);
  EXPECT_EQ(control("clock", R"({"advance_ms":9000000000000000})").status, 400);
}

struct FaultRow {
  std::string mode;
  int status;
  base::Code error;
  std::size_t sessions;
};

TEST_F(WorldControlTest, FaultsDoWhatTheySay) {
  const FaultRow rows[] = {
      {R"("refuse")", 0, base::Code::ambiguous, 0},
      {R"("status","status":503)", 503, base::Code::internal, 0},
      {R"("close_mid_reply")", 0, base::Code::ambiguous, 1},
      {R"("lose_reply_but_done")", 0, base::Code::ambiguous, 1},
      {R"("delay_ms","delay_ms":3000)", 200, base::Code::internal, 1},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.mode);
    control("reset", "");
    const auto added = control(
        "faults", R"({"provider":"stripe","operation":"sessions.create","mode":)" + row.mode + "}");
    ASSERT_EQ(added.status, 201) << added.body;
    const auto reply = stripe_post("checkout/sessions", session_form());
    EXPECT_EQ(reply.status, row.status);
    if (row.status == 0) {
      EXPECT_EQ(reply.error, row.error);
    }
    EXPECT_EQ(stripe_get("checkout/sessions").size("data"), row.sessions);
    EXPECT_EQ(stripe_post("checkout/sessions", session_form()).status, 200) << "once only";
    const auto listed = page("/control/faults").json.at("faults").at(0);
    EXPECT_EQ(listed.at("hits").as_int64(), 1);
  }
}

TEST_F(WorldControlTest, AnErrorOnRequestHasStripesShape) {
  for (const int status : {429, 500, 401, 409, 402}) {
    control("faults", R"({"provider":"stripe","operation":"*","mode":"status","status":)" +
                          std::to_string(status) + "}");
    const auto reply = stripe_get("events");
    EXPECT_EQ(reply.status, status);
    EXPECT_FALSE(reply.text("error.type").empty());
    EXPECT_EQ(reply.headers.get("Stripe-Should-Retry"),
              status == 429 || status == 500 || status == 409 ? "true" : "");
  }
}

TEST_F(WorldControlTest, SkipCountAndMatchChoose) {
  control("faults", R"({"provider":"stripe","operation":"events.*","mode":"status","status":500,)"
                    R"("skip":1,"count":2,"match":"limit=7"})");
  const int expected[] = {200, 500, 500, 200};
  for (const int status : expected) EXPECT_EQ(stripe_get("events?limit=7").status, status);
  EXPECT_EQ(stripe_get("events?limit=8").status, 200);
}

TEST_F(WorldControlTest, AlwaysMeansUntilCleared) {
  const auto id = control("faults", R"({"provider":"stripe","operation":"events.list",)"
                                    R"("mode":"status","count":0})")
                      .number("id");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(stripe_get("events").status, 500);
  const auto path = "/control/faults/" + std::to_string(id);
  EXPECT_EQ(call({net::Method::delete_, path, "", ""}).status, 200);
  EXPECT_EQ(call({net::Method::delete_, path, "", ""}).status, 404);
  EXPECT_EQ(stripe_get("events").status, 200);
}

TEST_F(WorldControlTest, RequestsAreLogged) {
  stripe_post("checkout/sessions", session_form(), {{"Idempotency-Key", "k"}});
  stripe_get("nonsense");  // not an operation: not logged
  const auto log = page("/control/requests?provider=stripe&contains=Invoice");
  ASSERT_EQ(log.number("count"), 1);
  const auto& entry = log.json.at("requests").at(0);
  EXPECT_EQ(entry.at("operation").as_string(), "sessions.create");
  EXPECT_EQ(entry.at("method").as_string(), "POST");
  EXPECT_EQ(entry.at("path").as_string(), "/v1/checkout/sessions");
  EXPECT_EQ(entry.at("headers").at("Idempotency-Key").as_string(), "k");
  EXPECT_EQ(entry.at("body").as_string(), session_form());
  EXPECT_EQ(entry.at("status").as_int64(), 200);
  const auto seq = std::to_string(entry.at("seq").as_int64());
  EXPECT_EQ(page("/control/requests?since=" + seq).number("count"), 0);
}

TEST_F(WorldControlTest, BytesThatAreNoTextStayReadable) {
  EXPECT_EQ(stripe_get("charges/%ff").status, 400);  // never reaches the operation
  const auto reply = stripe_post("refunds", "payment_intent=\xff");
  EXPECT_EQ(reply.text("error.type"), "invalid_request_error");
  const auto log = page("/control/requests");
  ASSERT_EQ(log.number("count"), 1) << log.body;
  EXPECT_EQ(log.json.at("requests").at(0).at("body").as_string(), "payment_intent=?");
}

TEST_F(WorldControlTest, WrongBodiesNameTheField) {
  const std::pair<std::string, std::string> rows[] = {
      {R"({"provider":"paypal","mode":"refuse"})", "provider"},
      {R"({"provider":"stripe","mode":"dance"})", "mode"},
      {R"({"provider":"stripe","mode":"status","status":99})", "status"},
      {R"({"provider":"stripe","mode":"refuse","colour":1})", "colour"},
      {R"({"provider":"stripe","mode":"refuse","count":-1})", "count"},
      {"nonsense", ""},
  };
  for (const auto& [body, field] : rows) {
    const auto reply = control("faults", body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_EQ(reply.text("error.field"), field) << reply.body;
  }
}

}  // namespace
}  // namespace sandbox::testing
