// Goal: refunds add up, may fail later, and cannot exceed the charge.
#include "sandbox/testing.h"

namespace sandbox::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class RefundsTest : public Lab {
 protected:
  void SetUp() override {
    register_account();
    session_ = new_session(1000);
    control("checkout/" + session_ + "/complete", "");
    const auto read = stripe_get("checkout/sessions/" + session_ + "?expand[]=payment_intent");
    intent_ = read.text("payment_intent.id");
    charge_ = read.text("payment_intent.latest_charge");
    settle();
    hooks_.clear();
  }
  Reply refund(std::string extra) {
    return stripe_post("refunds", "payment_intent=" + intent_ + std::move(extra));
  }
  std::string session_, intent_, charge_;
};

TEST_F(RefundsTest, PartsAddUpToTheCharge) {
  const auto first = refund("&amount=400&reason=requested_by_customer&metadata[n]=1");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.text("status"), "succeeded");
  EXPECT_EQ(stripe_get("charges/" + charge_).number("amount_refunded"), 400);
  const auto too_much = refund("&amount=601");
  EXPECT_EQ(too_much.status, 400);
  EXPECT_EQ(too_much.text("error.param"), "amount");
  EXPECT_EQ(refund("").number("amount"), 600);
  EXPECT_TRUE(stripe_get("charges/" + charge_).truth("refunded"));
  EXPECT_EQ(refund("").text("error.code"), "charge_already_refunded");
  EXPECT_EQ(stripe_get("refunds?payment_intent=" + intent_).size("data"), 2u);
  settle();
  EXPECT_THAT(hook_types(), ElementsAre("charge.refunded", "refund.created", "charge.refunded",
                                        "refund.created"));
  const auto moved = stripe_get("balance_transactions?type=refund");
  EXPECT_EQ(moved.json.at("data").at(0).at("amount").as_int64(), -600);
}

TEST_F(RefundsTest, BadRequestsChangeNothing) {
  EXPECT_EQ(refund("&amount=0").text("error.param"), "amount");
  EXPECT_EQ(refund("&amount=x").text("error.param"), "amount");
  EXPECT_EQ(refund("&reason=whim").text("error.param"), "reason");
  EXPECT_EQ(refund("&colour=red").text("error.code"), "parameter_unknown");
  EXPECT_EQ(stripe_post("refunds", "payment_intent=pi_no").status, 404);
  EXPECT_EQ(stripe_post("refunds", "").text("error.code"), "parameter_missing");
  EXPECT_EQ(stripe_get("charges/" + charge_).number("amount_refunded"), 0);
}

TEST_F(RefundsTest, APendingRefundSucceedsOrFails) {
  control("refunds/mode", R"({"mode":"pending"})");
  const auto first = refund("&amount=300").text("id");
  const auto second = refund("&amount=200").text("id");
  EXPECT_EQ(stripe_get("refunds/" + first).text("status"), "pending");
  EXPECT_EQ(control("refunds/" + first + "/succeed", "").status, 200);
  EXPECT_EQ(control("refunds/" + second + "/fail", "").status, 200);
  EXPECT_EQ(control("refunds/" + second + "/fail", "").status, 409);
  EXPECT_EQ(stripe_get("refunds/" + first).text("status"), "succeeded");
  const auto failed = stripe_get("refunds/" + second);
  EXPECT_EQ(failed.text("status"), "failed");
  EXPECT_FALSE(failed.text("failure_reason").empty());
  EXPECT_EQ(stripe_get("charges/" + charge_).number("amount_refunded"), 300);
  settle();
  EXPECT_THAT(hook_types(), Contains("refund.failed"));
}

TEST_F(RefundsTest, ARefundMayFailLater) {
  control("refunds/mode", R"({"mode":"failed_later","delay_ms":5000})");
  const auto id = refund("&amount=300").text("id");
  EXPECT_EQ(stripe_get("refunds/" + id).text("status"), "succeeded");
  settle(std::chrono::seconds(6));
  EXPECT_EQ(stripe_get("refunds/" + id).text("status"), "failed");
}

TEST_F(RefundsTest, ADisputeMovesMoneyAndAnInquiryDoesNot) {
  const auto inquiry =
      control("disputes", R"({"session":")" + session_ + R"(","inquiry":true,"amount_minor":500})");
  ASSERT_EQ(inquiry.status, 201) << inquiry.body;
  EXPECT_EQ(inquiry.text("status"), "warning_needs_response");
  EXPECT_FALSE(stripe_get("charges/" + charge_).truth("disputed"));
  EXPECT_EQ(control("disputes/" + inquiry.text("id") + "/won", "").status, 409);
  EXPECT_EQ(control("disputes/" + inquiry.text("id") + "/escalate", "").status, 200);
  EXPECT_TRUE(stripe_get("charges/" + charge_).truth("disputed"));
  EXPECT_EQ(refund("").text("error.code"), "charge_disputed");
  const auto won = control("disputes/" + inquiry.text("id") + "/won", "");
  EXPECT_EQ(won.text("status"), "won");
  EXPECT_EQ(won.size("balance_transactions"), 2u);
  EXPECT_EQ(control("disputes/" + inquiry.text("id") + "/lost", "").status, 409);
  settle();
  EXPECT_THAT(hook_types(), ElementsAre("charge.dispute.created", "charge.dispute.updated",
                                        "charge.dispute.funds_withdrawn", "charge.dispute.closed",
                                        "charge.dispute.funds_reinstated"));
  EXPECT_EQ(stripe_get("disputes?charge=" + charge_).size("data"), 1u);
}

TEST_F(RefundsTest, ADisputeIsWithdrawnAtOnce) {
  const auto made = control("disputes", R"({"charge":")" + charge_ + R"("})");
  EXPECT_EQ(made.text("status"), "needs_response");
  EXPECT_EQ(made.number("amount"), 1000);
  EXPECT_EQ(control("disputes", R"({"charge":")" + charge_ + R"("})").status, 409);
  EXPECT_EQ(stripe_post("disputes/" + made.text("id") + "/close", "").text("status"), "lost");
}

}  // namespace
}  // namespace sandbox::testing
