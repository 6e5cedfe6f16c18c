// Goal: who has the password gets in, nobody learns which addresses exist, guessing ends in a lock,
// and ended sessions are ended at once.
#include "identity/sessions.h"

#include <gtest/gtest.h>

#include "identity/test_world.h"

namespace identity::testing {
namespace {

using base::Code;
constexpr const char* kPassword = "correct horse battery";

class SessionsTest : public WorldTest {};
INSTANTIATE_TEST_SUITE_P(Stores, SessionsTest, every_store(), kind_name);

TEST_P(SessionsTest, SignsInWithRolesAndOut) {
  const auto user = w().make_user("anna@example.com", kPassword);
  const auto first = w().make_tenant("First");
  const auto second = w().make_tenant("Second");
  w().add_member(first, "anna@example.com", Role::viewer);
  w().t.sim().advance(std::chrono::seconds(1));
  w().add_member(second, "anna@example.com", Role::owner);
  const auto in = w().sign_in("Anna@Example.com", kPassword);
  ASSERT_TRUE(in) << in.error().detail;
  EXPECT_EQ(in->memberships.size(), 2u);
  const std::string token = in->token.reveal();
  EXPECT_TRUE(token.starts_with("qs_"));

  const auto who = w().who(token);
  ASSERT_TRUE(who) << who.error().detail;
  EXPECT_EQ(who->tenant_id, first) << "the tenant joined first";
  EXPECT_EQ(who->role, Role::viewer);
  EXPECT_EQ(who->user_id, user.id);
  EXPECT_FALSE(who->may(Role::member));
  EXPECT_EQ(w().who(token, second)->role, Role::owner);
  EXPECT_EQ(w().who(token, w().make_tenant("Other")).error().code, Code::not_found);

  const auto session = *who->session_id;
  ASSERT_TRUE(w().write([&](store::Tx& tx) { return w().sessions.sign_out(tx, session); }));
  EXPECT_EQ(w().who(token).error().code, Code::unauthenticated);
}

TEST_P(SessionsTest, WrongPasswordAndUnknownAddressAreOneAnswer) {
  w().make_user("anna@example.com", kPassword);
  const auto wrong = w().sign_in("anna@example.com", "wrong");
  const auto unknown = w().sign_in("nobody@example.com", "wrong");
  ASSERT_FALSE(wrong);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(wrong.error().code, Code::unauthenticated);
  EXPECT_EQ(unknown.error().code, wrong.error().code);
  EXPECT_EQ(unknown.error().detail, wrong.error().detail);
}

TEST_P(SessionsTest, TenFailuresLockForAQuarterOfAnHour) {
  w().make_user("anna@example.com", kPassword);
  for (const char* email : {"anna@example.com", "nobody@example.com"}) {
    for (int i = 0; i < 10; ++i) {
      const std::string peer = std::string(email) + std::to_string(i);
      EXPECT_EQ(w().sign_in(email, "wrong", peer).error().code, Code::unauthenticated)
          << email << i;
    }
    const auto locked = w().sign_in(email, kPassword, "198.51.100.7");
    ASSERT_FALSE(locked);
    EXPECT_EQ(locked.error().code, Code::rate_limited) << "even with the right password";
    EXPECT_GT(locked.error().retry_after_s, 60u);
    EXPECT_LE(locked.error().retry_after_s, 900u);
  }
  w().t.sim().advance(std::chrono::minutes(15) + std::chrono::seconds(1));
  EXPECT_TRUE(w().sign_in("anna@example.com", kPassword));
  EXPECT_EQ(w().sign_in("anna@example.com", "wrong").error().code, Code::unauthenticated)
      << "counted anew";
}

TEST_P(SessionsTest, ASuccessForgetsFailures) {
  w().make_user("anna@example.com", kPassword);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 6; ++i)
      w().sign_in("anna@example.com", "wrong", std::to_string(round * 10 + i));
    EXPECT_TRUE(w().sign_in("anna@example.com", kPassword, std::to_string(round)));
  }
}

TEST_P(SessionsTest, OneAddressHasALimit) {
  w().make_user("anna@example.com", kPassword);
  for (int i = 0; i < 30; ++i) {
    w().t.run(w().sessions.sign_in("x" + std::to_string(i) + "@example.com",
                                   base::Secret<std::string>("y"), "192.0.2.9"));
  }
  EXPECT_EQ(w().sign_in("anna@example.com", kPassword, "192.0.2.9").error().code,
            Code::rate_limited);
  EXPECT_TRUE(w().sign_in("anna@example.com", kPassword, "192.0.2.10"))
      << "another address is free";
  w().t.sim().advance(std::chrono::minutes(1));
  EXPECT_TRUE(w().sign_in("anna@example.com", kPassword, "192.0.2.9"));
}

TEST_P(SessionsTest, ExpiresTwelveHoursAfterTheLastUse) {
  w().make_user("anna@example.com", kPassword);
  const std::string token = w().sign_in("anna@example.com", kPassword)->token.reveal();
  for (int i = 0; i < 5; ++i) {
    w().t.sim().advance(std::chrono::hours(11));
    ASSERT_TRUE(w().who(token)) << "use " << i;
    ASSERT_TRUE(w().t.run(w().credentials->write_uses()));
  }
  w().t.sim().advance(std::chrono::hours(12) + std::chrono::seconds(1));
  EXPECT_EQ(w().who(token).error().code, Code::unauthenticated);
}

TEST_P(SessionsTest, EndsAMonthAfterSigningInHoweverItIsUsed) {
  w().make_user("anna@example.com", kPassword);
  const std::string token = w().sign_in("anna@example.com", kPassword)->token.reveal();
  int uses = 0;
  while (w().who(token)) {
    ASSERT_TRUE(w().t.run(w().credentials->write_uses()));
    w().t.sim().advance(std::chrono::hours(10));
    ASSERT_LT(++uses, 100);
  }
  EXPECT_EQ(uses, 72) << "30 days of 10-hour steps";
}

TEST_P(SessionsTest, ChangingThePasswordEndsTheOtherSessions) {
  const auto user = w().make_user("anna@example.com", kPassword);
  const std::string here = w().sign_in("anna@example.com", kPassword)->token.reveal();
  const std::string there = w().sign_in("anna@example.com", kPassword)->token.reveal();
  ASSERT_TRUE(w().who(there));
  const auto session = *w().who(here)->session_id;
  const base::Secret<std::string> next("another long password");
  const auto wrong = w().t.run(
      w().sessions.change_password(user.id, session, base::Secret<std::string>("no"), next));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().fields.at(0).field, "current_password");
  ASSERT_TRUE(w().t.run(
      w().sessions.change_password(user.id, session, base::Secret<std::string>(kPassword), next)));
  EXPECT_TRUE(w().who(here));
  EXPECT_EQ(w().who(there).error().code, Code::unauthenticated);
  EXPECT_FALSE(w().sign_in("anna@example.com", kPassword));
  EXPECT_TRUE(w().sign_in("anna@example.com", "another long password"));
}

TEST_P(SessionsTest, ADisabledAccountIsOutAtOnce) {
  const auto user = w().make_user("anna@example.com", kPassword);
  const std::string token = w().sign_in("anna@example.com", kPassword)->token.reveal();
  ASSERT_TRUE(w().who(token));
  const UserChange change{std::nullopt, std::nullopt, std::nullopt, true};
  ASSERT_TRUE(w().write(
      [&](store::Tx& tx) { return w().users.update(tx, user.id, 1, change, std::nullopt); }));
  EXPECT_EQ(w().who(token).error().code, Code::unauthenticated);
  EXPECT_EQ(w().sign_in("anna@example.com", kPassword).error().code, Code::unauthenticated);
}

}  // namespace
}  // namespace identity::testing
