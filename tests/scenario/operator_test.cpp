// Goal: what is done at every start changes nothing the second time.
#include "scenario/world.h"

namespace scenario {
namespace {

class Operator : public World {
 protected:
  int sign_in(const std::string& email, const std::string& password) {
    return call(net::Method::post, "/v1/sessions",
                R"({"email":")" + email + R"(","password":")" + password + R"("})")
        .status;
  }
};

TEST_F(Operator, SeedingAgainKeepsThePasswordAndTheConnections) {
  app::Options other = core_->options;
  other.demo_password = "another password";
  const auto again = people_->seed_demo(other);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(again->stripe_connection, demo_.stripe_connection);
  EXPECT_EQ(again->twilio_connection, demo_.twilio_connection);
  EXPECT_EQ(sign_in(app::kDemoEmail, "another password"), 401);
  EXPECT_EQ(sign_in(app::kDemoEmail, core_->options.demo_password), 201);
}

}  // namespace
}  // namespace scenario
