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

struct ApiKey {
  domain::TenantId tenant_id;
  domain::ApiKeyId id;
  std::string name;
  store::Blob key_hash;
  std::string key_hint;  // how the secret begins
  bool livemode = false;
  Role role = Role::member;
  Time created_at;
  std::optional<Time> last_used_at;  // up to a minute late
  std::optional<Time> revoked_at;
};
BOOST_DESCRIBE_STRUCT(ApiKey, (),
                      (tenant_id, id, name, key_hash, key_hint, livemode, role, created_at,
                       last_used_at, revoked_at))

struct NewApiKey {
  domain::TenantId tenant_id;
  std::string name;
  bool livemode = false;
  Role role = Role::member;
};

// Immutable after construction; inside a transaction.
class ApiKeys {
 public:
  ApiKeys(base::Ids& ids, const base::Clock& clock, std::function<void()> revoked);
  static std::string make_secret(bool livemode, base::Random& random);

  // conflict when the secret is known already.
  Result<ApiKey> create(store::Tx& tx, const NewApiKey& order, const std::string& secret);
  // As given by an operator: "qk_test_…" or "qk_live_…". Fine when it exists; the id is then the
  // old one's.
  Result<ApiKey> ensure(store::Tx& tx, const NewApiKey& order, const std::string& secret);
  Result<std::vector<ApiKey>> list(store::Tx& tx, domain::TenantId tenant,
                                   std::optional<domain::ApiKeyId> cursor,
                                   std::int64_t limit) const;
  // not_found for another tenant's; revoking again changes nothing.
  Status revoke(store::Tx& tx, domain::TenantId tenant, domain::ApiKeyId id);

 private:
  base::Ids& ids_;
  const base::Clock& clock_;
  std::function<void()> revoked_;
};

}  // namespace identity
