#include "identity/authenticator.h"

#include <cstring>

#include "base/encoding.h"
#include "base/log.h"
#include "identity/api_keys.h"
#include "identity/sessions.h"
#include "identity/sql.gen.h"
#include "identity/tenants.h"
#include "identity/tokens.h"

namespace identity {

namespace {

constexpr base::Duration kUseEvery = std::chrono::minutes(1);
constexpr base::Duration kGather =
    std::chrono::seconds(1);  // uses of one second share a transaction
constexpr base::Duration kWriterWake = std::chrono::hours(1);
constexpr std::size_t kUsesMax = 10'000;  // more are forgotten: a use is no money
constexpr std::size_t kTokenMin = 40;
constexpr std::size_t kTokenMax = 256;

struct KeyHash {
  store::Blob key_hash;
};
BOOST_DESCRIBE_STRUCT(KeyHash, (), (key_hash))
struct TokenHash {
  store::Blob token_hash;
};
BOOST_DESCRIBE_STRUCT(TokenHash, (), (token_hash))
struct SessionByToken {
  domain::SessionId id;
  domain::UserId user_id;
  Time created_at;
  Time expires_at;
  Time last_used_at;
  bool platform_admin = false;
  std::optional<Time> disabled_at;
};
BOOST_DESCRIBE_STRUCT(SessionByToken, (),
                      (id, user_id, created_at, expires_at, last_used_at, platform_admin,
                       disabled_at))
struct TenantKey {
  domain::TenantId id;
};
BOOST_DESCRIBE_STRUCT(TenantKey, (), (id))
struct KeyUse {
  domain::TenantId tenant_id;
  domain::ApiKeyId id;
  Time now;
  Time used_before;
};
BOOST_DESCRIBE_STRUCT(KeyUse, (), (tenant_id, id, now, used_before))
struct SessionUse {
  domain::SessionId id;
  Time now;
  Time used_before;
  Time expires_at;
};
BOOST_DESCRIBE_STRUCT(SessionUse, (), (id, now, used_before, expires_at))

constexpr store::Query<KeyHash, ApiKey> kKeyByHash{sql::api_key_by_hash};
constexpr store::Query<TokenHash, SessionByToken> kSessionByToken{sql::session_by_token};
constexpr store::Query<TenantKey, Tenant> kFindTenant{sql::find_tenant};
constexpr store::Query<KeyUse> kUseKey{sql::use_api_key};
constexpr store::Query<SessionUse> kUseSession{sql::use_session};

base::Error unknown() {
  return base::error(base::Code::unauthenticated, "unknown or expired credentials");
}
base::Error not_member() { return base::error(base::Code::not_found, "no such tenant"); }

store::Blob blob_of(const base::Digest& digest) { return {std::string(base::as_chars(digest))}; }

Principal principal_of(const Credential& c, domain::TenantId tenant, std::optional<Role> role) {
  Principal who;
  who.tenant_id = tenant;
  who.role = role;
  who.platform_admin = c.platform_admin;
  if (c.api_key_id) {
    who.api_key_id = c.api_key_id;
    who.livemode = c.livemode;
  } else {
    who.user_id = c.user_id;
    who.session_id = c.session_id;
  }
  return who;
}

}  // namespace

std::size_t StoredCredentials::DigestHash::operator()(const base::Digest& digest) const noexcept {
  std::size_t out = 0;
  std::memcpy(&out, digest.data(), sizeof(out));
  return out;
}

StoredCredentials::StoredCredentials(base::Runtime& runtime, store::Store& store,
                                     const Users& users)
    : runtime_(runtime),
      store_(store),
      users_(users),
      known_(runtime.clock()),
      tenants_(runtime.clock()),
      noted_(runtime) {}

std::unique_ptr<StoredCredentials> make_authenticator(base::Runtime& runtime, store::Store& store,
                                                      const Users& users) {
  return std::make_unique<StoredCredentials>(runtime, store, users);
}

void StoredCredentials::start() { runtime_.spawn("credential uses", writer()); }
void StoredCredentials::forget() { known_.forget(); }

base::Awaitable<base::Result<Principal>> StoredCredentials::authenticate(
    std::string bearer, std::optional<domain::TenantId> wanted) {
  const bool is_key = bearer.starts_with(kTestKeyPrefix) || bearer.starts_with(kLiveKeyPrefix);
  const bool is_session = bearer.starts_with(kSessionPrefix);
  if ((!is_key && !is_session) || bearer.size() < kTokenMin || bearer.size() > kTokenMax)
    co_return unknown();
  const base::Digest digest = base::sha256(bearer);
  auto seen = known_.look(digest);
  if (!seen.value) {
    CO_TRY(auto loaded, co_await load(is_key, digest));
    known_.keep(digest, loaded, seen.generation);
    seen.value = std::move(loaded);
  }
  const Credential& c = *seen.value;
  if (!is_key && c.expires_at <= runtime_.clock().now()) co_return unknown();
  note_use(c);
  if (!wanted) {
    if (c.tenants.empty()) co_return principal_of(c, domain::TenantId{}, std::nullopt);
    co_return principal_of(c, c.tenants.front().tenant_id, c.tenants.front().role);
  }
  for (const Credential::Joined& joined : c.tenants) {
    if (joined.tenant_id == *wanted) co_return principal_of(c, *wanted, joined.role);
  }
  if (!c.platform_admin) co_return not_member();
  co_return co_await as_stranger(seen.value, *wanted);
}

// A platform administrator in a tenant that they are no member of.
base::Awaitable<base::Result<Principal>> StoredCredentials::as_stranger(CredentialPtr credential,
                                                                        domain::TenantId wanted) {
  const auto seen = tenants_.look(wanted);
  if (!seen.value) {
    auto body = [wanted](store::Tx& tx) { return tx.one(kFindTenant, {wanted}); };
    CO_TRY(const auto tenant, co_await store_.with_snapshot(body));
    if (!tenant) co_return not_member();
    tenants_.keep(wanted, std::make_shared<const bool>(true), seen.generation);
  }
  co_return principal_of(*credential, wanted, std::nullopt);
}

base::Awaitable<base::Result<StoredCredentials::CredentialPtr>> StoredCredentials::load(
    bool is_key, base::Digest digest) {
  auto body = [this, is_key, digest](store::Tx& tx) {
    return is_key ? load_key(tx, digest) : load_session(tx, digest);
  };
  co_return co_await store_.with_snapshot(body);
}

base::Result<StoredCredentials::CredentialPtr> StoredCredentials::load_key(
    store::Tx& tx, const base::Digest& digest) const {
  TRY(const auto key, tx.one(kKeyByHash, {blob_of(digest)}));
  if (!key || key->revoked_at) return unknown();
  auto out = std::make_shared<Credential>();
  out->api_key_id = key->id;
  out->livemode = key->livemode;
  out->tenants.push_back({key->tenant_id, key->role});
  if (key->last_used_at) out->noted_us = base::micros(*key->last_used_at);
  return CredentialPtr(std::move(out));
}

base::Result<StoredCredentials::CredentialPtr> StoredCredentials::load_session(
    store::Tx& tx, const base::Digest& digest) const {
  TRY(const auto session, tx.one(kSessionByToken, {blob_of(digest)}));
  if (!session || session->disabled_at || session->expires_at <= runtime_.clock().now())
    return unknown();
  auto out = std::make_shared<Credential>();
  out->session_id = session->id;
  out->user_id = session->user_id;
  out->platform_admin = session->platform_admin;
  out->created_at = session->created_at;
  out->expires_at = session->expires_at;
  out->noted_us = base::micros(session->last_used_at);
  TRY(const auto joined, users_.memberships(tx, session->user_id));
  for (const Membership& m : joined) out->tenants.push_back({m.tenant_id, m.role});
  return CredentialPtr(std::move(out));
}

void StoredCredentials::note_use(const Credential& c) {
  const Time now = runtime_.clock().now();
  std::int64_t noted = c.noted_us.load(std::memory_order_relaxed);
  if (base::micros(now) - noted < kUseEvery.count()) return;
  if (!c.noted_us.compare_exchange_strong(noted, base::micros(now))) return;
  Use use;
  use.is_key = c.api_key_id.has_value();
  use.id = use.is_key ? c.api_key_id->value : c.session_id.value;
  if (use.is_key) use.tenant_id = c.tenants.front().tenant_id;
  use.at = now;
  use.expires_at = std::min(now + kSessionFor, c.created_at + kSessionForMax);
  {
    const std::lock_guard lock(mutex_);
    if (uses_.size() >= kUsesMax) return;
    uses_.try_emplace(std::string(base::as_chars(use.id.bytes)), use);
  }
  noted_.notify();
}

base::Status StoredCredentials::write(store::Tx& tx, const std::vector<Use>& uses) const {
  std::vector<KeyUse> keys;
  std::vector<SessionUse> sessions;
  for (const Use& use : uses) {
    // Several processes note the same credential: the row decides who writes in this minute.
    const Time before = use.at - kUseEvery;
    if (use.is_key)
      keys.push_back({use.tenant_id, domain::ApiKeyId{use.id}, use.at, before});
    else
      sessions.push_back({domain::SessionId{use.id}, use.at, before, use.expires_at});
  }
  if (!keys.empty()) TRY_STATUS(tx.exec_many(kUseKey, keys));
  if (!sessions.empty()) TRY_STATUS(tx.exec_many(kUseSession, sessions));
  return {};
}

base::Awaitable<base::Status> StoredCredentials::write_uses() {
  std::vector<Use> uses;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, use] : uses_) uses.push_back(use);
    uses_.clear();
  }
  if (uses.empty()) co_return base::Status{};
  auto body = [this, &uses](store::Tx& tx) { return write(tx, uses); };
  co_return co_await store_.with_transaction(body);
}

base::Awaitable<void> StoredCredentials::writer() {
  for (;;) {
    const bool noted = co_await noted_.wait(kWriterWake);
    if (noted) co_await runtime_.sleep(kGather);
    const auto done = co_await write_uses();
    if (!done)
      base::log::warn("uses of credentials could not be written",
                      {{"detail", done.error().detail}});
    if (runtime_.stopping()) co_return;
  }
}

}  // namespace identity
