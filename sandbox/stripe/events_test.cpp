// Goal: every change is an event; webhooks are signed, retried, and misbehave when asked.
#include "sandbox/testing.h"

namespace sandbox::testing {
namespace {

using ::testing::ElementsAre;

// The header as Stripe's documentation describes it, computed here on its own.
std::string expected_signature(const net::Request& hook, const std::string& secret) {
  const std::string header(hook.headers.get("Stripe-Signature"));
  const auto time = header.substr(2, header.find(',') - 2);
  return "v1=" + base::to_hex(base::hmac_sha256(secret, time + "." + hook.body));
}

class EventsTest : public Lab {
 protected:
  void SetUp() override { register_account(); }
  std::size_t hooks_of(std::string_view type) const {
    const auto types = hook_types();
    return static_cast<std::size_t>(std::count(types.begin(), types.end(), type));
  }
  void fault(std::string mode, std::string more = "") {
    const auto reply =
        control("callback-faults", R"({"provider":"stripe","event":"checkout.session.completed",)"
                                   R"("mode":")" +
                                       mode + "\"" + more + "}");
    EXPECT_EQ(reply.status, 201) << reply.body;
  }
  void pay() { control("checkout/" + new_session() + "/complete", ""); }
};

TEST_F(EventsTest, WebhooksCarryEveryValidSignature) {
  control("accounts",
          R"({"key":"sk_test_merchant_one","webhook_secrets":["whsec_first","whsec_second"]})");
  pay();
  settle();
  ASSERT_EQ(hooks_.size(), 4u);
  for (const auto& hook : hooks_) {
    const std::string header(hook.headers.get("Stripe-Signature"));
    EXPECT_EQ(header.substr(0, 2), "t=");
    EXPECT_NE(header.find(expected_signature(hook, "whsec_first")), header.npos);
    EXPECT_NE(header.find(expected_signature(hook, "whsec_second")), header.npos);
    EXPECT_EQ(header.find(expected_signature(hook, "whsec_third")), header.npos);
  }
}

TEST_F(EventsTest, EventsAreListedByTypeAndTime) {
  pay();
  EXPECT_EQ(stripe_get("events").size("data"), 4u);
  const auto completed = stripe_get("events?type=checkout.session.completed");
  ASSERT_EQ(completed.size("data"), 1u);
  const auto& event = completed.json.at("data").at(0);
  EXPECT_EQ(event.at("data").at("object").at("payment_status").as_string(), "paid");
  const std::string id(event.at("id").as_string());
  EXPECT_EQ(stripe_get("events/" + id).text("type"), "checkout.session.completed");
  const auto several =
      stripe_get("events?types[]=charge.succeeded&types[]=payment_intent.succeeded&limit=1");
  EXPECT_EQ(several.size("data"), 1u);
  EXPECT_TRUE(several.truth("has_more"));
  const auto now = std::to_string(unix_seconds(start()));
  EXPECT_EQ(stripe_get("events?created[gte]=" + now).size("data"), 4u);
  EXPECT_EQ(stripe_get("events?created[gt]=" + now).size("data"), 0u);
  EXPECT_EQ(stripe_get("events?ending_before=" + id).size("data"), 0u);
  EXPECT_EQ(stripe_get("events?starting_after=" + id).size("data"), 3u);
  EXPECT_EQ(stripe_get("events?type=a&types[]=b").status, 400);
}

TEST_F(EventsTest, TheCauseIsNamed) {
  const auto id = new_session();
  const auto expired =
      stripe_post("checkout/sessions/" + id + "/expire", "", {{"Idempotency-Key", "expire-1"}});
  const auto event = stripe_get("events?limit=1").json.at("data").at(0);
  EXPECT_EQ(event.at("request").at("idempotency_key").as_string(), "expire-1");
  EXPECT_EQ(event.at("request").at("id").as_string(), expired.headers.get("Request-Id"));
}

TEST_F(EventsTest, ARefusedWebhookIsTriedAgain) {
  hook_status_ = 500;
  pay();
  settle(std::chrono::milliseconds(500));
  EXPECT_EQ(hooks_of("checkout.session.completed"), 1u);
  settle(std::chrono::seconds(1));
  EXPECT_EQ(hooks_of("checkout.session.completed"), 2u);
  hook_status_ = 200;
  settle(std::chrono::hours(30));
  EXPECT_EQ(hooks_of("checkout.session.completed"), 3u) << "retries end when one is accepted";
  EXPECT_EQ(hooks_[0].body, hooks_[4].body) << "a retry has the same event";
}

TEST_F(EventsTest, RetriesEnd) {
  hook_status_ = 400;
  pay();
  settle(std::chrono::hours(24 * 10));
  EXPECT_EQ(hooks_of("checkout.session.completed"), 16u);
}

TEST_F(EventsTest, ADroppedWebhookComesOnlyByFlush) {
  fault("drop");
  pay();
  settle(std::chrono::hours(50));
  EXPECT_EQ(hooks_of("checkout.session.completed"), 0u);
  EXPECT_EQ(stripe_get("events?type=checkout.session.completed").size("data"), 1u);
  EXPECT_EQ(control("events/flush", "{}").number("queued"), 1);
  settle();
  EXPECT_EQ(hooks_of("checkout.session.completed"), 1u);
  EXPECT_EQ(control("events/flush", "{}").number("queued"), 0);
}

TEST_F(EventsTest, ADoubledWebhookComesTwice) {
  fault("double");
  pay();
  settle();
  EXPECT_EQ(hooks_of("checkout.session.completed"), 2u);
}

TEST_F(EventsTest, ADelayedWebhookComesLater) {
  fault("delay", R"(,"delay_ms":60000)");
  pay();
  settle(std::chrono::seconds(59));
  EXPECT_EQ(hooks_of("checkout.session.completed"), 0u);
  settle(std::chrono::seconds(2));
  EXPECT_EQ(hooks_of("checkout.session.completed"), 1u);
}

TEST_F(EventsTest, AReorderedWebhookComesAfterTheNext) {
  control("callback-faults",
          R"({"provider":"stripe","event":"charge.succeeded","mode":"reorder"})");
  pay();
  settle();
  EXPECT_THAT(hook_types(), ElementsAre("payment_intent.created", "payment_intent.succeeded",
                                        "charge.succeeded", "checkout.session.completed"));
}

TEST_F(EventsTest, AnEndpointMayWantSomeOnly) {
  control("accounts", R"({"key":"sk_test_merchant_one","webhook_events":["checkout.*"]})");
  pay();
  settle();
  EXPECT_THAT(hook_types(), ElementsAre("checkout.session.completed"));
  EXPECT_EQ(stripe_get("events").size("data"), 4u);
}

TEST_F(EventsTest, CallbacksAreLogged) {
  hook_status_ = 503;
  pay();
  settle();
  const auto log = page("/control/callbacks?provider=stripe&event=checkout.*");
  ASSERT_EQ(log.size("callbacks"), 1u);
  EXPECT_EQ(log.json.at("callbacks").at(0).at("status").as_int64(), 503);
}

TEST_F(EventsTest, ResetForgetsWhatIsInFlight) {
  hook_status_ = 500;
  pay();
  settle();
  EXPECT_EQ(control("reset", "").status, 200);
  const auto before = hooks_.size();
  settle(std::chrono::hours(30));
  EXPECT_EQ(hooks_.size(), before);
  EXPECT_EQ(stripe_get("events").size("data"), 0u);
}

}  // namespace
}  // namespace sandbox::testing
