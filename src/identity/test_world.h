#pragma once
// The parts of identity over a fresh database, for its tests, which include gtest before.
#include <fstream>
#include <sstream>

#include "identity/api_keys.h"
#include "identity/authenticator.h"
#include "identity/connections.h"
#include "identity/sessions.h"
#include "identity/tenants.h"
#include "identity/users.h"
#include "store/testing.h"

namespace identity::testing {

inline Result<std::string> load_zone(const std::string& name) {
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);  // Debian's tzdata
  if (!file) return base::error(base::Code::not_found, "no such zone");
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

inline SealKeys seal_keys(std::int64_t newest) {
  std::map<std::int64_t, base::Secret<std::string>> keys;
  for (std::int64_t v = 1; v <= newest; ++v) {
    keys.emplace(v, base::Secret<std::string>(std::string(32, static_cast<char>('a' + v))));
  }
  return SealKeys::make(std::move(keys)).value();
}

struct World {
  explicit World(store::testing::Kind kind, store::testing::TestOptions options = {})
      : t(kind, options),
        zones(load_zone),
        keys(seal_keys(1)),
        connection_cache(t.runtime().clock(), keys),
        tenant_cache(t.runtime().clock(), zones),
        users(t.ids(), t.runtime().clock(), [this] { credentials->forget(); }),
        tenants(t.ids(), t.runtime().clock(), tenant_cache, {}),
        api_keys(t.ids(), t.runtime().clock(), [this] { credentials->forget(); }),
        credentials(make_authenticator(t.runtime(), t.store(), users)),
        sessions(t.runtime(), t.store(), t.ids(), users, [this] { credentials->forget(); }),
        connections(t.ids(), t.runtime().clock(), t.runtime().random(), keys, connection_cache) {}

  // Tasks refer to the parts: they end before them.
  ~World() { t.runtime().stop(); }

  template <class F>
  auto write(F body) {
    return t.store().transact_blocking(std::move(body));
  }
  template <class F>
  auto read(F body) {
    return t.store().snapshot_blocking(std::move(body));
  }
  domain::TenantId make_tenant(const std::string& name) {
    TenantChange change;
    change.name = name;
    change.currency = domain::Currency::parse("EUR").value();
    return write([&](store::Tx& tx) { return tenants.create(tx, change); }).value().id;
  }
  User make_user(const std::string& email, const std::string& password, bool admin = false) {
    const base::Secret<std::string> hash(base::hash_password(password, t.runtime().random()));
    const NewUser order{email, "Anna", hash, admin};
    return write([&](store::Tx& tx) { return users.create(tx, order); }).value();
  }
  Member add_member(domain::TenantId tenant, const std::string& email, Role role) {
    const NewMember order{{email, "Anna", base::Secret<std::string>("no hash"), false}, role};
    return write([&](store::Tx& tx) { return users.add_member(tx, tenant, order); }).value();
  }
  Result<SignedIn> sign_in(const std::string& email, const std::string& password,
                           const std::string& peer = "192.0.2.1") {
    return t.run(sessions.sign_in(email, base::Secret<std::string>(password), peer));
  }
  Result<Principal> who(const std::string& token,
                        std::optional<domain::TenantId> wanted = std::nullopt) {
    return t.run(credentials->authenticate(token, wanted));
  }

  store::testing::TestStore t;
  domain::TimeZones zones;
  SealKeys keys;
  ConnectionCache connection_cache;
  TenantCache tenant_cache;
  Users users;
  Tenants tenants;
  ApiKeys api_keys;
  std::unique_ptr<StoredCredentials> credentials;
  Sessions sessions;
  Connections connections;
};

class WorldTest : public ::testing::TestWithParam<store::testing::Kind> {
 protected:
  void SetUp() override {
    if (auto why = store::testing::cannot_run(GetParam())) GTEST_SKIP() << *why;
    w_ = std::make_unique<World>(GetParam());
  }
  World& w() { return *w_; }
  std::unique_ptr<World> w_;
};

inline auto every_store() { return ::testing::ValuesIn(store::testing::all_kinds()); }
inline std::string kind_name(const ::testing::TestParamInfo<store::testing::Kind>& info) {
  return store::testing::to_string(info.param);
}

}  // namespace identity::testing
