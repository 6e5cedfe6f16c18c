// Goal: an address has one account, a tenant keeps an owner, and nobody locks themselves out.
#include "identity/users.h"

#include <gtest/gtest.h>

#include "identity/test_world.h"

namespace identity::testing {
namespace {

using base::Code;

class UsersTest : public WorldTest {};
INSTANTIATE_TEST_SUITE_P(Stores, UsersTest, every_store(), kind_name);

TEST_P(UsersTest, AnAddressHasOneAccount) {
  const auto first = w().make_user("anna@example.com", "correct horse battery");
  const NewUser again{"anna@example.com", "Other", base::Secret<std::string>("h"), false};
  const auto taken = w().write([&](store::Tx& tx) { return w().users.create(tx, again); });
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().reason, "email_taken");
  const auto tenant = w().make_tenant("First");
  const auto member = w().add_member(tenant, "anna@example.com", Role::owner);
  EXPECT_EQ(member.user_id, first.id) << "the account there is gains the membership";
  const NewMember order{again, Role::viewer};
  const auto twice =
      w().write([&](store::Tx& tx) { return w().users.add_member(tx, tenant, order); });
  EXPECT_EQ(twice.error().reason, "already_member");
}

TEST_P(UsersTest, TheLastOwnerStays) {
  const auto tenant = w().make_tenant("First");
  const auto owner = w().add_member(tenant, "a@example.com", Role::owner).user_id;
  const auto member = w().add_member(tenant, "b@example.com", Role::member).user_id;
  const auto role = [&](domain::UserId user, Role to) {
    return w().write([&](store::Tx& tx) { return w().users.set_role(tx, tenant, user, to); });
  };
  const auto remove = [&](domain::UserId user) {
    return w().write([&](store::Tx& tx) { return w().users.remove_member(tx, tenant, user); });
  };
  EXPECT_EQ(role(owner, Role::viewer).error().reason, "last_owner");
  EXPECT_EQ(remove(owner).error().reason, "last_owner");
  ASSERT_TRUE(role(member, Role::owner));
  ASSERT_TRUE(role(owner, Role::viewer));
  EXPECT_EQ(remove(member).error().reason, "last_owner");
  ASSERT_TRUE(remove(owner));
  EXPECT_EQ(remove(owner).error().code, Code::not_found);
  const auto other = w().make_tenant("Second");
  const auto foreign =
      w().read([&](store::Tx& tx) { return w().users.find_member(tx, other, member); });
  EXPECT_EQ(foreign.error().code, Code::not_found) << "another tenant does not see the member";
}

TEST_P(UsersTest, NobodyDisablesOrDemotesThemselves) {
  const auto root = w().make_user("root@example.com", "correct horse battery", true);
  const auto change = [&](const UserChange& c, std::optional<domain::UserId> by,
                          std::optional<std::int64_t> version) {
    return w().write([&](store::Tx& tx) { return w().users.update(tx, root.id, version, c, by); });
  };
  const UserChange disable{std::nullopt, std::nullopt, std::nullopt, true};
  const UserChange demote{std::nullopt, std::nullopt, false, std::nullopt};
  EXPECT_EQ(change(disable, root.id, 1).error().reason, "own_account");
  EXPECT_EQ(change(demote, root.id, 1).error().reason, "own_account");
  EXPECT_EQ(change(demote, std::nullopt, 2).error().code, Code::precondition_failed);
  EXPECT_FALSE(change(demote, std::nullopt, 1)->platform_admin);
}

TEST_P(UsersTest, ListsInPagesNewestFirst) {
  const auto tenant = w().make_tenant("First");
  std::vector<domain::UserId> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(
        w().add_member(tenant, "u" + std::to_string(i) + "@example.com", Role::owner).user_id);
  }
  const auto page =
      w().read([&](store::Tx& tx) { return w().users.list_members(tx, tenant, ids[3], 2); })
          .value();
  ASSERT_EQ(page.size(), 3u) << "one more than the limit";
  EXPECT_EQ(page[0].user_id, ids[2]);
  EXPECT_EQ(page[1].user_id, ids[1]);
}

TEST(Password, Table) {
  EXPECT_TRUE(check_password("twelve chars", "password"));
  EXPECT_TRUE(check_password("zwölf Zeiche", "password")) << "characters count, not bytes";
  EXPECT_EQ(check_password("eleven char", "password").error().fields[0].code, "too_short");
  EXPECT_EQ(check_password(std::string(129, 'x'), "password").error().fields[0].code, "too_long");
  EXPECT_EQ(check_password("\xff\xfe twelve characters", "password").error().fields[0].code,
            "invalid_utf8");
}

}  // namespace
}  // namespace identity::testing
