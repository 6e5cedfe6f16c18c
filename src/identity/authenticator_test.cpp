// Goal: a key is known by its hash alone, costs no statement while hot, is gone when revoked, and
// its uses are written once a minute.
#include "identity/authenticator.h"

#include <gtest/gtest.h>

#include "identity/test_world.h"

namespace identity::testing {
namespace {

using base::Code;

class AuthenticatorTest : public WorldTest {
 protected:
  struct Made {
    ApiKey key;
    std::string secret;
  };
  Made make_key(domain::TenantId tenant, Role role, bool livemode = false) {
    const std::string secret = ApiKeys::make_secret(livemode, w().t.runtime().random());
    const NewApiKey order{tenant, "till", livemode, role};
    return {
        w().write([&](store::Tx& tx) { return w().api_keys.create(tx, order, secret); }).value(),
        secret};
  }
  ApiKey row_of(domain::TenantId tenant) {
    return w()
        .read([&](store::Tx& tx) { return w().api_keys.list(tx, tenant, std::nullopt, 10); })
        .value()
        .front();
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, AuthenticatorTest, every_store(), kind_name);

TEST_P(AuthenticatorTest, KnowsKeysAndTheirTenant) {
  const auto tenant = w().make_tenant("First");
  const auto other = w().make_tenant("Second");
  const auto made = make_key(tenant, Role::member, true);
  EXPECT_TRUE(made.secret.starts_with("qk_live_"));
  EXPECT_EQ(made.secret.size(), 52u);
  EXPECT_EQ(made.key.key_hint, made.secret.substr(0, 12));
  const auto who = w().who(made.secret);
  ASSERT_TRUE(who) << who.error().detail;
  EXPECT_EQ(who->tenant_id, tenant);
  EXPECT_EQ(who->api_key_id, made.key.id);
  EXPECT_EQ(who->livemode, std::optional<bool>(true));
  EXPECT_TRUE(who->may(Role::member));
  EXPECT_FALSE(who->may(Role::owner));
  EXPECT_TRUE(w().who(made.secret, tenant));
  EXPECT_EQ(w().who(made.secret, other).error().code, Code::not_found);
  std::string wrong = made.secret;
  wrong.back() = wrong.back() == 'x' ? 'y' : 'x';
  for (const std::string& token :
       {wrong, std::string(), std::string("qk_test_"), std::string(300, 'q'), "qs_" + wrong}) {
    EXPECT_EQ(w().who(token).error().code, Code::unauthenticated) << token;
  }
}

TEST_P(AuthenticatorTest, ARevokedKeyStopsAtOnceAndAnotherTenantCannotRevokeIt) {
  const auto tenant = w().make_tenant("First");
  const auto other = w().make_tenant("Second");
  const auto made = make_key(tenant, Role::owner);
  ASSERT_TRUE(w().who(made.secret));
  const auto stolen =
      w().write([&](store::Tx& tx) { return w().api_keys.revoke(tx, other, made.key.id); });
  EXPECT_EQ(stolen.error().code, Code::not_found);
  ASSERT_TRUE(w().who(made.secret));
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(
        w().write([&](store::Tx& tx) { return w().api_keys.revoke(tx, tenant, made.key.id); }));
    EXPECT_EQ(w().who(made.secret).error().code, Code::unauthenticated);
  }
}

TEST_P(AuthenticatorTest, AHotKeyNeedsNoDatabase) {
  const auto made = make_key(w().make_tenant("First"), Role::owner);
  w().t.sim().advance(std::chrono::seconds(2));  // the quiet time after the tenant was made
  ASSERT_TRUE(w().who(made.secret));
  w().t.close();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(w().who(made.secret)) << i;
}

TEST_P(AuthenticatorTest, UsesAreWrittenOnceAMinute) {
  const auto tenant = w().make_tenant("First");
  const auto made = make_key(tenant, Role::owner);
  const auto write = [&] { ASSERT_TRUE(w().t.run(w().credentials->write_uses())); };
  EXPECT_FALSE(row_of(tenant).last_used_at);
  const Time first = w().t.now();
  ASSERT_TRUE(w().who(made.secret));
  write();
  EXPECT_EQ(row_of(tenant).last_used_at, std::optional<Time>(first));
  w().t.sim().advance(std::chrono::seconds(59));
  ASSERT_TRUE(w().who(made.secret));
  write();
  EXPECT_EQ(row_of(tenant).last_used_at, std::optional<Time>(first)) << "the same minute";
  w().t.sim().advance(std::chrono::seconds(1));
  const Time second = w().t.now();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(w().who(made.secret));
  write();
  EXPECT_EQ(row_of(tenant).last_used_at, std::optional<Time>(second));
}

TEST_P(AuthenticatorTest, TheWriterGathersUsesByItself) {
  const auto tenant = w().make_tenant("First");
  const auto made = make_key(tenant, Role::owner);
  w().credentials->start();
  ASSERT_TRUE(w().who(made.secret));
  w().t.sim().advance(std::chrono::seconds(3));
  for (int i = 0; i < 200 && !row_of(tenant).last_used_at; ++i) w().t.sim().run_until_idle();
  EXPECT_TRUE(row_of(tenant).last_used_at);
}

TEST_P(AuthenticatorTest, AnAdministratorMayActInEveryTenantThatExists) {
  w().make_user("root@example.com", "correct horse battery", true);
  const auto tenant = w().make_tenant("First");
  const std::string token =
      w().sign_in("root@example.com", "correct horse battery")->token.reveal();
  EXPECT_TRUE(w().who(token)->tenant_id.is_nil());
  const auto there = w().who(token, tenant);
  ASSERT_TRUE(there) << there.error().detail;
  EXPECT_FALSE(there->role);
  EXPECT_TRUE(there->may(Role::owner));
  EXPECT_EQ(w().who(token, w().t.ids().make<domain::TenantId>()).error().code, Code::not_found);
}

TEST_P(AuthenticatorTest, ARemovedMemberLosesTheTenantAtOnce) {
  w().make_user("anna@example.com", "correct horse battery");
  const auto tenant = w().make_tenant("First");
  w().add_member(tenant, "boss@example.com", Role::owner);
  const auto member = w().add_member(tenant, "anna@example.com", Role::member);
  const std::string token =
      w().sign_in("anna@example.com", "correct horse battery")->token.reveal();
  ASSERT_TRUE(w().who(token, tenant));
  ASSERT_TRUE(w().write(
      [&](store::Tx& tx) { return w().users.remove_member(tx, tenant, member.user_id); }));
  EXPECT_EQ(w().who(token, tenant).error().code, Code::not_found);
  EXPECT_TRUE(w().who(token)->tenant_id.is_nil());
}

}  // namespace
}  // namespace identity::testing
