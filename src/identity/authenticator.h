#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/crypto.h"
#include "base/runtime.h"
#include "identity/principal.h"
#include "identity/recent.h"
#include "identity/users.h"
#include "store/store.h"

namespace identity {

// What is known of one bearer token.
struct Credential {
  struct Joined {
    domain::TenantId tenant_id;
    Role role = Role::viewer;
  };
  std::optional<domain::ApiKeyId> api_key_id;  // else a session
  domain::SessionId session_id;
  domain::UserId user_id;
  bool livemode = false;  // an API key's
  bool platform_admin = false;
  std::vector<Joined> tenants;  // an API key has exactly one; in the order joined
  Time created_at;
  Time expires_at;                                // a session's
  mutable std::atomic<std::int64_t> noted_us{0};  // when the last use was recorded
};

// Knows who calls by the SHA-256 of their token; see Authenticator. A known token costs no
// statement for up to 2 s. Uses are written by a task of its own: at most once per credential and
// minute, many in one transaction. Owned by app; thread-safe.
class StoredCredentials : public Authenticator {
 public:
  StoredCredentials(base::Runtime& runtime, store::Store& store, const Users& users);
  // Starts writing uses; call once. Without it they are only counted.
  void start();
  // A right was taken away in this process: everything is read anew.
  void forget();
  base::Awaitable<base::Result<Principal>> authenticate(
      std::string bearer, std::optional<domain::TenantId> wanted) override;
  // Writes the uses noted so far; for tests and shutdown.
  base::Awaitable<base::Status> write_uses();

 private:
  using CredentialPtr = std::shared_ptr<const Credential>;
  struct DigestHash {
    std::size_t operator()(const base::Digest& digest) const noexcept;
  };
  struct Use {
    bool is_key = false;
    domain::TenantId tenant_id;
    base::Id128 id;
    Time at;
    Time expires_at;
  };
  base::Awaitable<base::Result<CredentialPtr>> load(bool is_key, base::Digest digest);
  base::Result<CredentialPtr> load_key(store::Tx& tx, const base::Digest& digest) const;
  base::Result<CredentialPtr> load_session(store::Tx& tx, const base::Digest& digest) const;
  base::Awaitable<base::Result<Principal>> as_stranger(CredentialPtr credential,
                                                       domain::TenantId wanted);
  void note_use(const Credential& credential);
  base::Status write(store::Tx& tx, const std::vector<Use>& uses) const;
  base::Awaitable<void> writer();

  base::Runtime& runtime_;
  store::Store& store_;
  const Users& users_;
  Recent<base::Digest, Credential, DigestHash> known_;
  Recent<domain::TenantId, bool> tenants_;  // that exist; for administrators
  base::Signal noted_;
  std::mutex mutex_;
  std::unordered_map<std::string, Use> uses_;  // by id bytes; waiting to be written
};

std::unique_ptr<StoredCredentials> make_authenticator(base::Runtime& runtime, store::Store& store,
                                                      const Users& users);

}  // namespace identity
