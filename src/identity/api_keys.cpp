#include "identity/api_keys.h"

#include "identity/sql.gen.h"
#include "identity/tokens.h"

namespace identity {

namespace {

constexpr std::size_t kHintChars = 4;  // behind the prefix

struct KeyId {
  domain::TenantId tenant_id;
  domain::ApiKeyId id;
};
BOOST_DESCRIBE_STRUCT(KeyId, (), (tenant_id, id))
struct KeyHash {
  store::Blob key_hash;
};
BOOST_DESCRIBE_STRUCT(KeyHash, (), (key_hash))
struct KeyPage {
  domain::TenantId tenant_id;
  domain::ApiKeyId cursor;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(KeyPage, (), (tenant_id, cursor, limit))
struct Revoked {
  domain::TenantId tenant_id;
  domain::ApiKeyId id;
  Time now;
};
BOOST_DESCRIBE_STRUCT(Revoked, (), (tenant_id, id, now))

constexpr store::Query<ApiKey> kInsert{sql::insert_api_key};
constexpr store::Query<KeyPage, ApiKey> kList{sql::list_api_keys};
constexpr store::Query<KeyId, ApiKey> kFind{sql::find_api_key};
constexpr store::Query<KeyHash, ApiKey> kByHash{sql::api_key_by_hash};
constexpr store::Query<Revoked> kRevoke{sql::revoke_api_key};

}  // namespace

ApiKeys::ApiKeys(base::Ids& ids, const base::Clock& clock, std::function<void()> revoked)
    : ids_(ids), clock_(clock), revoked_(std::move(revoked)) {}

std::string ApiKeys::make_secret(bool livemode, base::Random& random) {
  return make_token(livemode ? kLiveKeyPrefix : kTestKeyPrefix, random);
}

Result<ApiKey> ApiKeys::create(store::Tx& tx, const NewApiKey& order, const std::string& secret) {
  ApiKey key;
  key.tenant_id = order.tenant_id;
  key.id = ids_.make<domain::ApiKeyId>();
  key.name = order.name;
  key.key_hash.bytes = token_hash(secret);
  key.key_hint = secret.substr(0, kTestKeyPrefix.size() + kHintChars);
  key.livemode = order.livemode;
  key.role = order.role;
  key.created_at = clock_.now();
  TRY_STATUS(tx.exec(kInsert, key));
  return key;
}

Result<ApiKey> ApiKeys::ensure(store::Tx& tx, const NewApiKey& order, const std::string& secret) {
  TRY(auto known, tx.one(kByHash, {{token_hash(secret)}}));
  if (known) return *std::move(known);
  return create(tx, order, secret);
}

Result<std::vector<ApiKey>> ApiKeys::list(store::Tx& tx, domain::TenantId tenant,
                                          std::optional<domain::ApiKeyId> cursor,
                                          std::int64_t limit) const {
  domain::ApiKeyId newest;
  newest.value.bytes.fill(0xff);
  return tx.all(kList, {tenant, cursor.value_or(newest), limit + 1});
}

Status ApiKeys::revoke(store::Tx& tx, domain::TenantId tenant, domain::ApiKeyId id) {
  TRY(const auto key, tx.one(kFind, {tenant, id}));
  if (!key) return base::error(base::Code::not_found, "no such API key");
  TRY_STATUS(tx.exec(kRevoke, {tenant, id, clock_.now()}));
  tx.after_commit(revoked_);
  return {};
}

}  // namespace identity
