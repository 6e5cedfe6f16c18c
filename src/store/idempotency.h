#pragma once
#include <cstdint>
#include <string>

#include "base/crypto.h"
#include "store/store.h"

namespace store {

// The answer that was given to a request with an Idempotency-Key. Holds no token or secret: the
// caller stores placeholders.
struct StoredAnswer {
  std::int32_t status = 0;
  base::json::Raw headers;  // of the caller's choosing, as JSON
  std::string body;
};

struct IdempotencyKey {
  domain::TenantId tenant_id;
  std::string key;         // as sent; only its SHA-256 is stored
  std::string scope;       // method and path, so that one key can't answer for another resource
  base::Digest body_hash;  // of the request body
};

enum class IdempotencyState : std::uint8_t {
  fresh,     // the caller does the work and calls finish_idempotent in the same transaction
  replay,    // give StoredAnswer again
  mismatch,  // the key was used with another body: 422
  running,   // another transaction has committed the key without an answer: 409
};
struct IdempotencyBegin {
  IdempotencyState state = IdempotencyState::fresh;
  StoredAnswer answer;  // with replay
};

// The key's row, the effect and the answer commit together: rivals with the same key wait for the
// row's lock and then see the answer (or, after a rollback, do the work themselves). An expired key
// counts as fresh.
Result<IdempotencyBegin> begin_idempotent(Tx& tx, const IdempotencyKey& key, base::Time now,
                                          base::Duration keep = std::chrono::hours(24));
Status finish_idempotent(Tx& tx, const IdempotencyKey& key, const StoredAnswer& answer);

// Deletes at most `limit` expired keys; how many.
Result<std::int64_t> prune_idempotency_keys(Tx& tx, base::Time now, std::int64_t limit);

}  // namespace store
