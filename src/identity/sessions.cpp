#include "identity/sessions.h"

#include "base/crypto.h"
#include "base/log.h"
#include "domain/client.h"
#include "identity/sql.gen.h"
#include "identity/tokens.h"

namespace identity {

namespace {

constexpr std::size_t kWindowsMax = 100'000;
constexpr int kCountTriesMax = 50;  // rivals of one compare-and-set
constexpr base::Duration kPruneEvery = std::chrono::minutes(10);
constexpr std::int64_t kPrunePage = 500;

struct SignInCount {
  domain::UserId id;
  std::int64_t seen = 0;
  std::int64_t failed_sign_ins = 0;
  std::optional<Time> locked_until;
};
BOOST_DESCRIBE_STRUCT(SignInCount, (), (id, seen, failed_sign_ins, locked_until))
struct UserKey {
  domain::UserId id;
};
BOOST_DESCRIBE_STRUCT(UserKey, (), (id))
struct SessionKey {
  domain::SessionId id;
};
BOOST_DESCRIBE_STRUCT(SessionKey, (), (id))
struct NewSession {
  domain::SessionId id;
  store::Blob token_hash;
  domain::UserId user_id;
  Time created_at;
  Time expires_at;
  Time last_used_at;
};
BOOST_DESCRIBE_STRUCT(NewSession, (),
                      (id, token_hash, user_id, created_at, expires_at, last_used_at))
struct Expired {
  Time now;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(Expired, (), (now, limit))

constexpr store::Query<SignInCount> kCountSignIn{sql::count_sign_in};
constexpr store::Query<UserKey> kClearSignIns{sql::clear_sign_ins};
constexpr store::Query<NewSession> kInsertSession{sql::insert_session};
constexpr store::Query<SessionKey, SessionRow> kFindSession{sql::find_session};
constexpr store::Query<SessionKey> kDeleteSession{sql::delete_session};
constexpr store::Query<Expired, SessionKey> kExpiredSessions{sql::expired_sessions};

base::Error wrong() {
  return base::error(base::Code::unauthenticated, "unknown address or wrong password");
}

std::uint32_t seconds(base::Duration d) {
  return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(d).count());
}

}  // namespace

std::int64_t WindowCounter::add(const std::string& name) {
  const base::Duration now = clock_.steady();
  const std::lock_guard lock(mutex_);
  if (windows_.size() >= kWindowsMax && !windows_.contains(name)) windows_.clear();
  Window& window = windows_[name];
  if (window.until <= now) window = {now + window_, 0};
  return ++window.count;
}

base::Duration WindowCounter::left(const std::string& name) {
  const base::Duration now = clock_.steady();
  const std::lock_guard lock(mutex_);
  const auto at = windows_.find(name);
  return at == windows_.end() || at->second.until <= now ? base::Duration{}
                                                         : at->second.until - now;
}

Sessions::Sessions(base::Runtime& runtime, store::Store& store, base::Ids& ids, Users& users,
                   std::function<void()> revoked, SignInLimits limits)
    : runtime_(runtime),
      store_(store),
      ids_(ids),
      users_(users),
      revoked_(std::move(revoked)),
      limits_(limits),
      by_address_(runtime.clock(), std::chrono::minutes(1)),
      unknown_(runtime.clock(), limits.locked_for) {}

base::Error Sessions::locked(base::Duration left) const {
  base::Error error =
      base::error(base::Code::rate_limited, "locked", "too many failed sign-ins: try again later");
  error.retry_after_s = std::max<std::uint32_t>(1, seconds(left));
  return error;
}

Awaitable<std::string> Sessions::hash(base::Secret<std::string> password) {
  auto job = [this, &password] {
    return base::hash_password(password.reveal(), runtime_.random());
  };
  co_return co_await base::run_blocking(runtime_, job);
}

const base::Secret<std::string>& Sessions::nobody() {
  std::call_once(nobody_made_, [this] {
    base::Random& random = runtime_.random();
    nobody_ = base::Secret<std::string>(base::hash_password(make_token("", random), random));
  });
  return nobody_;
}

Awaitable<bool> Sessions::verify(base::Secret<std::string> password,
                                 std::optional<base::Secret<std::string>> hash) {
  auto job = [this, &password, &hash] {
    const base::Secret<std::string>& known = hash ? *hash : nobody();
    return base::verify_password(password.reveal(), known.reveal());
  };
  co_return co_await base::run_blocking(runtime_, job);
}

Result<std::optional<User>> Sessions::count_try(store::Tx& tx, const std::string& email) const {
  TRY(auto user, users_.find_by_email(tx, email));
  return count_try(tx, std::move(user));
}

// The user with one more failure counted; a success takes it back. rate_limited while locked.
Result<std::optional<User>> Sessions::count_try(store::Tx& tx, std::optional<User> user) const {
  const Time now = runtime_.clock().now();
  for (int i = 0; user && i < kCountTriesMax; ++i) {
    if (user->locked_until && *user->locked_until > now) return locked(*user->locked_until - now);
    // A lock that is over leaves a clean slate.
    const std::int64_t before = user->locked_until ? 0 : user->failed_sign_ins;
    SignInCount count{user->id, user->failed_sign_ins, before + 1, std::nullopt};
    if (count.failed_sign_ins >= limits_.failures_max)
      count.locked_until = now + limits_.locked_for;
    TRY(const std::int64_t counted, tx.exec(kCountSignIn, count));
    if (counted == 1) return user;
    const domain::UserId id = user->id;
    TRY(user, users_.find(tx, id));
  }
  if (user) return base::error(base::Code::unavailable, "too many sign-ins of one account at once");
  return std::optional<User>{};
}

Awaitable<Result<SignedIn>> Sessions::sign_in(std::string email, base::Secret<std::string> password,
                                              std::string peer) {
  if (by_address_.add(peer) > limits_.per_address_and_minute) {
    base::Error error =
        base::error(base::Code::rate_limited, "too many sign-ins from this address");
    error.retry_after_s = std::max<std::uint32_t>(1, seconds(by_address_.left(peer)));
    co_return error;
  }
  const std::string key = domain::email_key(email);
  auto count = [this, key](store::Tx& tx) { return count_try(tx, key); };
  CO_TRY(const auto user, co_await store_.with_transaction(count));
  if (!user && unknown_.add(key) > limits_.failures_max) co_return locked(unknown_.left(key));
  std::optional<base::Secret<std::string>> hash;
  if (user) hash = user->password_hash;
  const bool right = co_await verify(std::move(password), std::move(hash));
  if (!user || !right || user->disabled_at) co_return wrong();
  const std::string token = make_token(kSessionPrefix, runtime_.random());
  const domain::UserId id = user->id;
  auto open = [this, id, token](store::Tx& tx) { return open_session(tx, id, token); };
  co_return co_await store_.with_transaction(open);
}

Result<SignedIn> Sessions::open_session(store::Tx& tx, domain::UserId id,
                                        const std::string& token) {
  SignedIn out;
  TRY_STATUS(tx.exec(kClearSignIns, {id}));
  // Read after the write that locks the row: a rival that disables the account comes before or
  // after.
  TRY(out.user, users_.find(tx, id));
  if (out.user.disabled_at) return wrong();
  const Time now = runtime_.clock().now();
  const NewSession row{
      ids_.make<domain::SessionId>(), {token_hash(token)}, id, now, now + kSessionFor, now};
  TRY_STATUS(tx.exec(kInsertSession, row));
  TRY(out.memberships, users_.memberships(tx, id));
  out.token = base::Secret<std::string>(token);
  out.session = {row.id, id, row.created_at, row.expires_at, row.last_used_at};
  return out;
}

Awaitable<Result<void>> Sessions::change_password(domain::UserId id, domain::SessionId session,
                                                  base::Secret<std::string> current,
                                                  base::Secret<std::string> next) {
  auto count = [this, id](store::Tx& tx) -> Result<std::optional<User>> {
    TRY(auto found, users_.find(tx, id));
    return count_try(tx, std::optional<User>(std::move(found)));
  };
  CO_TRY(const auto user, co_await store_.with_transaction(count));
  auto old_hash = user->password_hash;
  const bool right = co_await verify(std::move(current), std::move(old_hash));
  if (!right) co_return base::field_error("current_password", "wrong", "not the current password");
  const base::Secret<std::string> next_hash(co_await hash(std::move(next)));
  auto save = [this, id, session, &next_hash](store::Tx& tx) {
    return users_.set_password(tx, id, next_hash, session);
  };
  co_return co_await store_.with_transaction(save);
}

Result<SessionRow> Sessions::find(store::Tx& tx, domain::SessionId id) const {
  TRY(const auto row, tx.one(kFindSession, {id}));
  if (!row) return base::error(base::Code::unauthenticated, "the session has ended");
  return *row;
}

Status Sessions::sign_out(store::Tx& tx, domain::SessionId id) {
  TRY_STATUS(tx.exec(kDeleteSession, {id}));
  tx.after_commit(revoked_);
  return {};
}

void Sessions::start() {
  runtime_.post_blocking([this] { nobody(); });
  runtime_.spawn("session pruner", prune());
}

Awaitable<void> Sessions::prune() {
  for (;;) {
    const bool awake = co_await runtime_.sleep(kPruneEvery);
    if (!awake) co_return;
    const Expired page{runtime_.clock().now(), kPrunePage};
    auto body = [page](store::Tx& tx) -> Result<std::int64_t> {
      TRY(const auto old, tx.all(kExpiredSessions, page));
      return tx.exec_many(kDeleteSession, old);
    };
    const auto done = co_await store_.with_transaction(body);
    if (!done)
      base::log::warn("expired sessions could not be deleted", {{"detail", done.error().detail}});
  }
}

}  // namespace identity
