// Goal: what is done at every start changes nothing the second time, and an operator at the command
// line can see and repair people's accounts.
#include <algorithm>

#include "app/operator.h"
#include "scenario/world.h"

namespace scenario {
namespace {

using Action = app::AdminAction;

class Operator : public World {
 protected:
  static base::Secret<std::string> secret(std::string text) {
    return base::Secret<std::string>(std::move(text));
  }
  std::string credentials(const std::string& email) {
    return R"({"email":")" + email + R"(","password":")" + core_->options.demo_password + R"("})";
  }
  int sign_in(const std::string& email, const std::string& password) {
    return call(net::Method::post, "/v1/sessions",
                R"({"email":")" + email + R"(","password":")" + password + R"("})")
        .status;
  }
  base::Result<std::string> operate(const app::AdminOrder& order) {
    return app::operate(*people_, order);
  }
  // What the list says of one account; empty when it is not there.
  std::string line_of(const std::string& email) {
    const std::string listed = "\n" + *operate({Action::list});
    const auto at = listed.find("\n" + email + "\t");
    if (at == std::string::npos) return "";
    return listed.substr(at + 1, listed.find('\n', at + 1) - at - 1);
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

TEST_F(Operator, AnAdministratorIsMadeAndMadeAgain) {
  const auto made = operate({Action::create, "Root@Example.com", "Root", secret("twelve chars")});
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(sign_in("root@example.com", "twelve chars"), 201);
  ASSERT_TRUE(operate({Action::disable, "root@example.com"}));
  ASSERT_TRUE(operate({Action::create, "root@example.com", "Other", secret("other twelve chars")}));
  EXPECT_EQ(sign_in("root@example.com", "twelve chars"), 401);
  EXPECT_EQ(sign_in("root@example.com", "other twelve chars"), 201) << "enabled again";
  EXPECT_EQ(line_of("root@example.com"), "root@example.com\tRoot\tadministrator\tactive");
}

TEST_F(Operator, APasswordIsSetOrMade) {
  ASSERT_TRUE(operate({Action::password, app::kDemoEmail, "", secret("a new long password")}));
  EXPECT_EQ(sign_in(app::kDemoEmail, core_->options.demo_password), 401);
  EXPECT_EQ(sign_in(app::kDemoEmail, "a new long password"), 201);
  const auto told = operate({Action::password, app::kDemoEmail});
  ASSERT_TRUE(told) << told.error().detail;
  const std::string mark = "password: ";
  ASSERT_TRUE(told->starts_with(mark) && told->ends_with("\n")) << *told;
  const std::string password = told->substr(mark.size(), told->size() - mark.size() - 1);
  EXPECT_EQ(password.size(), 20u);
  EXPECT_EQ(sign_in(app::kDemoEmail, password), 201);
  EXPECT_NE(*operate({Action::password, app::kDemoEmail}), *told);
}

TEST_F(Operator, ADisabledAccountIsShutOutAtOnceAndComesBack) {
  const auto signed_in = call(net::Method::post, "/v1/sessions", credentials(app::kDemoEmail));
  ASSERT_EQ(signed_in.status, 201) << signed_in.body;
  const std::string token = signed_in.text("token");
  EXPECT_EQ(call(net::Method::get, "/v1/sessions/current", "", token).status, 200);
  ASSERT_TRUE(operate({Action::disable, "DEMO@quittance.example"}));
  EXPECT_EQ(call(net::Method::get, "/v1/sessions/current", "", token).status, 401);
  EXPECT_EQ(sign_in(app::kDemoEmail, core_->options.demo_password), 401);
  EXPECT_NE(line_of(app::kDemoEmail).find("\tdisabled since 20"), std::string::npos);
  EXPECT_EQ(get("/v1/clients").status, 200) << "API keys belong to the tenant";
  ASSERT_TRUE(operate({Action::enable, app::kDemoEmail}));
  EXPECT_EQ(sign_in(app::kDemoEmail, core_->options.demo_password), 201);
}

TEST_F(Operator, EveryAccountIsListedOverAllPages) {
  constexpr int kAccounts = 205;
  auto fill = [this](store::Tx& tx) -> base::Status {
    for (int i = 1; i < kAccounts; ++i) {
      TRY_STATUS(people_->users.create(
          tx, {"u" + std::to_string(i) + "@example.com", "U", secret("no hash"), false}));
    }
    return {};
  };
  ASSERT_TRUE(db_.store().transact_blocking(fill));
  const std::string listed = *operate({Action::list});
  EXPECT_EQ(std::count(listed.begin(), listed.end(), '\n'), kAccounts);
  for (int i = 1; i < kAccounts; ++i) {
    const std::string address = "u" + std::to_string(i) + "@example.com";
    EXPECT_EQ(line_of(address), address + "\tU\tuser\tactive");
  }
}

TEST_F(Operator, RefusesWhatCannotBe) {
  struct Row {
    const char* name;
    app::AdminOrder order;
    base::Code code;
  };
  const Row rows[] = {
      {"unknown", {Action::disable, "nobody@example.com"}, base::Code::not_found},
      {"unknown", {Action::password, "nobody@example.com"}, base::Code::not_found},
      {"no address", {Action::enable, ""}, base::Code::invalid_argument},
      {"no address", {Action::create, "root"}, base::Code::invalid_argument},
      {"short",
       {Action::create, "r@example.com", "R", secret("short")},
       base::Code::invalid_argument},
  };
  for (const Row& row : rows) {
    const auto done = operate(row.order);
    ASSERT_FALSE(done) << row.name;
    EXPECT_EQ(done.error().code, row.code) << row.name;
  }
  EXPECT_EQ(line_of("r@example.com"), "");
}

}  // namespace
}  // namespace scenario
