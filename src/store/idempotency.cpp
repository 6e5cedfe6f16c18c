#include "store/idempotency.h"

#include "store/sql.gen.h"

namespace store {
namespace {

enum class KeyState : std::uint8_t { running, done };
BOOST_DESCRIBE_ENUM(KeyState, running, done)

struct NewKey {
  domain::TenantId tenant_id;
  Blob key_hash;
  Blob body_hash;
  base::Time expires_at;
  base::Time now;
};
BOOST_DESCRIBE_STRUCT(NewKey, (), (tenant_id, key_hash, body_hash, expires_at, now))

struct FoundKey {
  Blob body_hash;
  KeyState state = KeyState::running;
  std::int32_t status = 0;
  base::json::Raw headers;
  std::string body;
  base::Time expires_at;
};
BOOST_DESCRIBE_STRUCT(FoundKey, (), (body_hash, state, status, headers, body, expires_at))

struct Answered {
  domain::TenantId tenant_id;
  Blob key_hash;
  std::int32_t status = 0;
  base::json::Raw headers;
  std::string body;
};
BOOST_DESCRIBE_STRUCT(Answered, (), (tenant_id, key_hash, status, headers, body))

struct ExpiredPage {
  base::Time now;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(ExpiredPage, (), (now, limit))

struct KeyRow {
  domain::TenantId tenant_id;
  Blob key_hash;
};
BOOST_DESCRIBE_STRUCT(KeyRow, (), (tenant_id, key_hash))

constexpr Query<NewKey> kInsert{sql::insert_idempotency_key};
constexpr Query<KeyRow, FoundKey> kFind{sql::find_idempotency_key};
constexpr Query<NewKey> kRestart{sql::restart_idempotency_key};
constexpr Query<Answered> kFinish{sql::finish_idempotency_key};
constexpr Query<ExpiredPage, KeyRow> kExpired{sql::expired_idempotency_keys};
constexpr Query<KeyRow> kDelete{sql::delete_idempotency_key};

Blob to_blob(const base::Digest& digest) {
  return {std::string(reinterpret_cast<const char*>(digest.data()), digest.size())};
}

// NUL can't stand in a header's value or a path, so the two never run into one another.
Blob hash_of(const IdempotencyKey& key) {
  std::string text = key.scope;
  text += '\0';
  text += key.key;
  return to_blob(base::sha256(text));
}

}  // namespace

Result<IdempotencyBegin> begin_idempotent(Tx& tx, const IdempotencyKey& key, base::Time now,
                                          base::Duration keep) {
  const NewKey row{key.tenant_id, hash_of(key), to_blob(key.body_hash), now + keep, now};
  TRY(const std::int64_t inserted, tx.exec(kInsert, row));
  if (inserted == 1) return IdempotencyBegin{};
  TRY(auto found, tx.one(kFind, {row.tenant_id, row.key_hash}));
  if (!found)
    return base::error(base::Code::internal, "an idempotency key vanished under its lock");
  if (found->expires_at <= now) {
    TRY(const std::int64_t restarted, tx.exec(kRestart, row));
    return IdempotencyBegin{.state = restarted == 1 ? IdempotencyState::fresh
                                                    : IdempotencyState::running};
  }
  if (found->body_hash != row.body_hash)
    return IdempotencyBegin{.state = IdempotencyState::mismatch};
  if (found->state == KeyState::running)
    return IdempotencyBegin{.state = IdempotencyState::running};
  return IdempotencyBegin{
      .state = IdempotencyState::replay,
      .answer = {found->status, std::move(found->headers), std::move(found->body)}};
}

Status finish_idempotent(Tx& tx, const IdempotencyKey& key, const StoredAnswer& answer) {
  TRY(const std::int64_t updated,
      tx.exec(kFinish, {key.tenant_id, hash_of(key), answer.status, answer.headers, answer.body}));
  if (updated != 1) return base::error(base::Code::internal, "an idempotency key was not running");
  return {};
}

Result<std::int64_t> prune_idempotency_keys(Tx& tx, base::Time now, std::int64_t limit) {
  TRY(const auto expired, tx.all(kExpired, {now, limit}));
  return tx.exec_many(kDelete, expired);
}

}  // namespace store
