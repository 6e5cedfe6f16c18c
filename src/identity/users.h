#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "domain/ids.h"
#include "identity/principal.h"
#include "store/store.h"

namespace identity {

using base::Result;
using base::Status;
using base::Time;

struct User {
  domain::UserId id;
  std::string email;  // lower case
  std::string name;
  base::Secret<std::string> password_hash;  // PHC string
  bool platform_admin = false;
  std::int64_t failed_sign_ins = 0;  // since the last success
  std::optional<Time> locked_until;
  std::optional<Time> disabled_at;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(User, (),
                      (id, email, name, password_hash, platform_admin, failed_sign_ins,
                       locked_until, disabled_at, version, created_at, updated_at))

struct Member {
  domain::UserId user_id;
  std::string email;
  std::string name;
  Role role = Role::viewer;
  Time created_at;
};
BOOST_DESCRIBE_STRUCT(Member, (), (user_id, email, name, role, created_at))

// A tenant that a user belongs to.
struct Membership {
  domain::TenantId tenant_id;
  std::string name;  // the tenant's
  Role role = Role::viewer;
  Time created_at;
};
BOOST_DESCRIBE_STRUCT(Membership, (), (tenant_id, name, role, created_at))

struct NewUser {
  std::string email;
  std::string name;
  base::Secret<std::string> password_hash;
  bool platform_admin = false;
};
struct UserChange {
  std::optional<std::string> name;
  std::optional<base::Secret<std::string>> password_hash;
  std::optional<bool> platform_admin;
  std::optional<bool> disabled;
};
struct NewMember {
  NewUser user;  // for a new account; else only the email counts
  Role role = Role::viewer;
};

inline constexpr std::size_t kPasswordCharsMin = 12;
inline constexpr std::size_t kPasswordCharsMax = 128;
// A new password; errors on `field`. Any character counts.
Status check_password(std::string_view password, std::string_view field);
// As it is stored and looked up; errors on the field "email".
Result<std::string> checked_account_email(std::string_view email);

// Accounts of people and their memberships. Immutable after construction; inside a transaction, on
// a database thread. `revoked` is called after the commit of whatever takes a right away.
class Users {
 public:
  Users(base::Ids& ids, const base::Clock& clock, std::function<void()> revoked);

  // conflict "email_taken".
  Result<User> create(store::Tx& tx, const NewUser& order);
  Result<User> find(store::Tx& tx, domain::UserId id) const;
  Result<std::optional<User>> find_by_email(store::Tx& tx, const std::string& email) const;
  Result<std::vector<User>> list(store::Tx& tx, std::optional<domain::UserId> cursor,
                                 std::int64_t limit) const;
  // `by` is who asks: conflict "own_account" when they would disable or demote themselves.
  Result<User> update(store::Tx& tx, domain::UserId id, std::optional<std::int64_t> version,
                      const UserChange& change, std::optional<domain::UserId> by);
  // Ends all sessions except `keep`.
  Status set_password(store::Tx& tx, domain::UserId id, base::Secret<std::string> password_hash,
                      domain::SessionId keep);

  // conflict "already_member".
  Result<Member> add_member(store::Tx& tx, domain::TenantId tenant, const NewMember& order);
  Result<Member> find_member(store::Tx& tx, domain::TenantId tenant, domain::UserId user) const;
  Result<std::vector<Member>> list_members(store::Tx& tx, domain::TenantId tenant,
                                           std::optional<domain::UserId> cursor,
                                           std::int64_t limit) const;
  // conflict "last_owner".
  Result<Member> set_role(store::Tx& tx, domain::TenantId tenant, domain::UserId user, Role role);
  Status remove_member(store::Tx& tx, domain::TenantId tenant, domain::UserId user);
  // In the order in which they were joined.
  Result<std::vector<Membership>> memberships(store::Tx& tx, domain::UserId user) const;

 private:
  Status save(store::Tx& tx, User& user) const;
  Status check_not_last_owner(store::Tx& tx, domain::TenantId tenant, domain::UserId user) const;

  base::Ids& ids_;
  const base::Clock& clock_;
  std::function<void()> revoked_;
};

}  // namespace identity
