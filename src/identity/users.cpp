#include "identity/users.h"

#include <algorithm>

#include "base/encoding.h"
#include "domain/client.h"
#include "identity/sql.gen.h"

namespace identity {

namespace {

struct UserKey {
  domain::UserId id;
};
BOOST_DESCRIBE_STRUCT(UserKey, (), (id))
struct UserEmail {
  std::string email;
};
BOOST_DESCRIBE_STRUCT(UserEmail, (), (email))
struct UserPage {
  domain::UserId cursor;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(UserPage, (), (cursor, limit))
struct MemberKey {
  domain::TenantId tenant_id;
  domain::UserId user_id;
};
BOOST_DESCRIBE_STRUCT(MemberKey, (), (tenant_id, user_id))
struct MemberPage {
  domain::TenantId tenant_id;
  domain::UserId cursor;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(MemberPage, (), (tenant_id, cursor, limit))
struct MemberRow {
  domain::TenantId tenant_id;
  domain::UserId user_id;
  Role role = Role::viewer;
  Time created_at;
};
BOOST_DESCRIBE_STRUCT(MemberRow, (), (tenant_id, user_id, role, created_at))
struct TenantOnly {
  domain::TenantId tenant_id;
};
BOOST_DESCRIBE_STRUCT(TenantOnly, (), (tenant_id))
struct UserRole {
  domain::UserId user_id;
  Role role = Role::viewer;
};
BOOST_DESCRIBE_STRUCT(UserRole, (), (user_id, role))
struct UserOnly {
  domain::UserId user_id;
};
BOOST_DESCRIBE_STRUCT(UserOnly, (), (user_id))
struct SessionsOf {
  domain::UserId user_id;
  domain::SessionId keep;
};
BOOST_DESCRIBE_STRUCT(SessionsOf, (), (user_id, keep))

constexpr store::Query<User> kInsert{sql::insert_user};
constexpr store::Query<UserKey, User> kFind{sql::find_user};
constexpr store::Query<UserKey, User> kLock{sql::lock_user};
constexpr store::Query<UserEmail, User> kFindByEmail{sql::find_user_by_email};
constexpr store::Query<UserPage, User> kList{sql::list_users};
constexpr store::Query<User> kUpdate{sql::update_user};
constexpr store::Query<MemberRow> kInsertMember{sql::insert_membership};
constexpr store::Query<MemberKey, Member> kFindMember{sql::find_member};
constexpr store::Query<MemberPage, Member> kListMembers{sql::list_members};
constexpr store::Query<TenantOnly, UserRole> kLockMembers{sql::lock_members};
constexpr store::Query<MemberRow> kUpdateMember{sql::update_membership};
constexpr store::Query<MemberKey> kDeleteMember{sql::delete_membership};
constexpr store::Query<UserOnly, Membership> kMemberships{sql::memberships_of_user};
constexpr store::Query<SessionsOf> kDeleteSessions{sql::delete_sessions_of_user};

base::Error no_user() { return base::error(base::Code::not_found, "no such user"); }
base::Error no_member() { return base::error(base::Code::not_found, "no such member"); }

domain::UserId newest_user() {
  domain::UserId id;
  id.value.bytes.fill(0xff);
  return id;
}

}  // namespace

Status check_password(std::string_view password, std::string_view field) {
  const std::string name(field);
  if (!base::is_valid_utf8(password)) return base::field_error(name, "invalid_utf8", "not UTF-8");
  const std::size_t chars = domain::count_chars(password);
  if (chars < kPasswordCharsMin)
    return base::field_error(name, "too_short", "at least 12 characters");
  if (chars > kPasswordCharsMax)
    return base::field_error(name, "too_long", "at most 128 characters");
  return {};
}

Result<std::string> checked_account_email(std::string_view email) {
  TRY(const auto checked, domain::checked_email(email));
  return domain::email_key(checked);
}

Users::Users(base::Ids& ids, const base::Clock& clock, std::function<void()> revoked)
    : ids_(ids), clock_(clock), revoked_(std::move(revoked)) {}

Result<User> Users::create(store::Tx& tx, const NewUser& order) {
  User user;
  user.id = ids_.make<domain::UserId>();
  user.email = order.email;
  user.name = order.name;
  user.password_hash = order.password_hash;
  user.platform_admin = order.platform_admin;
  user.created_at = user.updated_at = clock_.now();
  const auto done = tx.exec(kInsert, user);
  if (!done && done.error().code == base::Code::conflict) {
    base::Error taken =
        base::error(base::Code::conflict, "email_taken", "the address has an account already");
    taken.fields.push_back({"email", "taken", "the address has an account already"});
    return taken;
  }
  TRY_STATUS(done);
  return user;
}

Result<User> Users::find(store::Tx& tx, domain::UserId id) const {
  TRY(auto user, tx.one(kFind, {id}));
  if (!user) return no_user();
  return *std::move(user);
}

Result<std::optional<User>> Users::find_by_email(store::Tx& tx, const std::string& email) const {
  return tx.one(kFindByEmail, {email});
}

Result<std::vector<User>> Users::list(store::Tx& tx, std::optional<domain::UserId> cursor,
                                      std::int64_t limit) const {
  return tx.all(kList, {cursor.value_or(newest_user()), limit + 1});
}

Status Users::save(store::Tx& tx, User& user) const {
  user.updated_at = clock_.now();
  TRY(const std::int64_t updated, tx.exec(kUpdate, user));
  if (updated != 1)
    return base::error(base::Code::precondition_failed, "the account was changed meanwhile");
  user.version += 1;
  tx.after_commit(revoked_);
  return {};
}

Result<User> Users::update(store::Tx& tx, domain::UserId id, std::optional<std::int64_t> version,
                           const UserChange& change, std::optional<domain::UserId> by) {
  TRY(auto user, tx.one(kLock, {id}));
  if (!user) return no_user();
  if (version && *version != user->version) {
    return base::error(base::Code::precondition_failed, "the account was changed meanwhile");
  }
  const bool demotes = change.platform_admin && !*change.platform_admin && user->platform_admin;
  const bool disables = change.disabled && *change.disabled && !user->disabled_at;
  if (by == id && (demotes || disables)) {
    return base::error(base::Code::conflict, "own_account",
                       "nobody can disable or demote themselves");
  }
  if (change.name) user->name = *change.name;
  if (change.platform_admin) user->platform_admin = *change.platform_admin;
  if (disables) user->disabled_at = clock_.now();
  if (change.disabled && !*change.disabled) user->disabled_at.reset();
  if (change.password_hash) {
    user->password_hash = *change.password_hash;
    user->failed_sign_ins = 0;
    user->locked_until.reset();
  }
  TRY_STATUS(save(tx, *user));
  if (disables || change.password_hash)
    TRY_STATUS(tx.exec(kDeleteSessions, {id, domain::SessionId{}}));
  return *std::move(user);
}

Status Users::set_password(store::Tx& tx, domain::UserId id,
                           base::Secret<std::string> password_hash, domain::SessionId keep) {
  TRY(auto user, tx.one(kLock, {id}));
  if (!user) return no_user();
  user->password_hash = std::move(password_hash);
  user->failed_sign_ins = 0;
  user->locked_until.reset();
  TRY_STATUS(save(tx, *user));
  TRY_STATUS(tx.exec(kDeleteSessions, {id, keep}));
  return {};
}

Result<Member> Users::add_member(store::Tx& tx, domain::TenantId tenant, const NewMember& order) {
  TRY(auto user, find_by_email(tx, order.user.email));
  if (!user) {
    TRY(user, create(tx, order.user));
  }
  const MemberRow row{tenant, user->id, order.role, clock_.now()};
  const auto done = tx.exec(kInsertMember, row);
  if (!done && done.error().code == base::Code::conflict) {
    return base::error(base::Code::conflict, "already_member", "the person is a member already");
  }
  TRY_STATUS(done);
  tx.after_commit(revoked_);
  return Member{user->id, user->email, user->name, order.role, row.created_at};
}

Result<Member> Users::find_member(store::Tx& tx, domain::TenantId tenant,
                                  domain::UserId user) const {
  TRY(auto member, tx.one(kFindMember, {tenant, user}));
  if (!member) return no_member();
  return *std::move(member);
}

Result<std::vector<Member>> Users::list_members(store::Tx& tx, domain::TenantId tenant,
                                                std::optional<domain::UserId> cursor,
                                                std::int64_t limit) const {
  return tx.all(kListMembers, {tenant, cursor.value_or(newest_user()), limit + 1});
}

Status Users::check_not_last_owner(store::Tx& tx, domain::TenantId tenant,
                                   domain::UserId user) const {
  TRY(const auto members, tx.all(kLockMembers, {tenant}));
  const auto is_other_owner = [&](const UserRole& m) {
    return m.role == Role::owner && m.user_id != user;
  };
  const auto is_user = [&](const UserRole& m) { return m.user_id == user; };
  const auto self = std::find_if(members.begin(), members.end(), is_user);
  if (self == members.end()) return no_member();
  if (self->role != Role::owner || std::any_of(members.begin(), members.end(), is_other_owner))
    return {};
  return base::error(base::Code::conflict, "last_owner", "a tenant keeps at least one owner");
}

Result<Member> Users::set_role(store::Tx& tx, domain::TenantId tenant, domain::UserId user,
                               Role role) {
  if (role != Role::owner) TRY_STATUS(check_not_last_owner(tx, tenant, user));
  MemberRow row{tenant, user, role, {}};
  TRY(const std::int64_t updated, tx.exec(kUpdateMember, row));
  if (updated != 1) return no_member();
  tx.after_commit(revoked_);
  return find_member(tx, tenant, user);
}

Status Users::remove_member(store::Tx& tx, domain::TenantId tenant, domain::UserId user) {
  TRY_STATUS(check_not_last_owner(tx, tenant, user));
  TRY_STATUS(tx.exec(kDeleteMember, {tenant, user}));
  tx.after_commit(revoked_);
  return {};
}

Result<std::vector<Membership>> Users::memberships(store::Tx& tx, domain::UserId user) const {
  TRY(auto rows, tx.all(kMemberships, {user}));
  const auto earlier = [](const Membership& a, const Membership& b) {
    return std::tie(a.created_at, a.tenant_id) < std::tie(b.created_at, b.tenant_id);
  };
  std::sort(rows.begin(), rows.end(), earlier);
  return rows;
}

}  // namespace identity
