#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/runtime.h"
#include "identity/users.h"

namespace identity {

using base::Awaitable;

inline constexpr base::Duration kSessionFor = std::chrono::hours(12);          // after the last use
inline constexpr base::Duration kSessionForMax = std::chrono::hours(24 * 30);  // after signing in

struct SessionRow {
  domain::SessionId id;
  domain::UserId user_id;
  Time created_at;
  Time expires_at;
  Time last_used_at;
};
BOOST_DESCRIBE_STRUCT(SessionRow, (), (id, user_id, created_at, expires_at, last_used_at))

struct SignedIn {
  base::Secret<std::string> token;  // shown once
  SessionRow session;
  User user;
  std::vector<Membership> memberships;
};

struct SignInLimits {
  std::int64_t failures_max = 10;  // in a row, then the account is locked
  base::Duration locked_for = std::chrono::minutes(15);
  std::uint32_t per_address_and_minute = 30;
};

// Counts within windows by name; bounded. Thread-safe.
class WindowCounter {
 public:
  WindowCounter(const base::Clock& clock, base::Duration window) : clock_(clock), window_(window) {}
  // The count in the present window, this one included.
  std::int64_t add(const std::string& name);
  // Until the window ends.
  base::Duration left(const std::string& name);

 private:
  struct Window {
    base::Duration until{};
    std::int64_t count = 0;
  };
  const base::Clock& clock_;
  base::Duration window_;
  std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;
};

// Local accounts' sessions. Passwords are hashed on blocking threads, outside of any transaction.
// Owned by app; thread-safe.
class Sessions {
 public:
  Sessions(base::Runtime& runtime, store::Store& store, base::Ids& ids, Users& users,
           std::function<void()> revoked, SignInLimits limits = {});

  // unauthenticated for an unknown address, a wrong password and a disabled account alike, after
  // the same work; rate_limited for a locked account and for too many tries from one address. Every
  // try is counted before the password is looked at, so that guesses at the same time can't get
  // past the lock.
  Awaitable<Result<SignedIn>> sign_in(std::string email, base::Secret<std::string> password,
                                      std::string peer);
  // A wrong current password is invalid_argument on "current_password" and counts as a failed
  // sign-in. Ends the other sessions.
  Awaitable<Result<void>> change_password(domain::UserId user, domain::SessionId session,
                                          base::Secret<std::string> current,
                                          base::Secret<std::string> next);
  Awaitable<std::string> hash(base::Secret<std::string> password);

  Result<SessionRow> find(store::Tx& tx, domain::SessionId id) const;
  Status sign_out(store::Tx& tx, domain::SessionId id);
  // Makes the hash of nobody ready, and deletes expired sessions every few minutes; call once.
  void start();

 private:
  Result<std::optional<User>> count_try(store::Tx& tx, const std::string& email) const;
  Result<std::optional<User>> count_try(store::Tx& tx, std::optional<User> user) const;
  // Without a hash the same work is done for nothing.
  Awaitable<bool> verify(base::Secret<std::string> password,
                         std::optional<base::Secret<std::string>> hash);
  const base::Secret<std::string>& nobody();  // slow the first time
  Result<SignedIn> open_session(store::Tx& tx, domain::UserId id, const std::string& token);
  base::Error locked(base::Duration left) const;
  Awaitable<void> prune();

  base::Runtime& runtime_;
  store::Store& store_;
  base::Ids& ids_;
  Users& users_;
  std::function<void()> revoked_;
  SignInLimits limits_;
  WindowCounter by_address_;
  WindowCounter unknown_;  // tries for addresses without an account, which lock just the same
  std::once_flag nobody_made_;
  base::Secret<std::string> nobody_;  // a hash that no password has
};

}  // namespace identity
