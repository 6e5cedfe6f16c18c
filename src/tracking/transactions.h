#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "domain/ids.h"
#include "domain/transaction.h"
#include "providers/payment.h"
#include "store/store.h"
#include "tracking/ledger.h"

namespace tracking {

struct Transaction {
  domain::TenantId tenant_id;
  domain::TransactionId id;
  domain::RequestId request_id;
  domain::ConnectionId connection_id;
  bool livemode = false;
  std::string provider;
  std::optional<std::string> provider_ref;
  std::optional<std::string> payment_intent;
  std::int64_t amount_minor = 0;  // asked for
  domain::Currency currency;
  domain::TransactionStatus status = domain::TransactionStatus::open;
  std::int64_t fee_micros = 0;
  std::string fee_currency;  // empty until a fee is known
  std::int64_t refunded_minor = 0;
  std::int64_t disputed_minor = 0;
  std::string quarantine_reason;
  base::json::Raw state;  // domain::TransactionState
  std::optional<Time> verify_at;
  std::int64_t verify_step = 0;
  std::int64_t hint_seq = 0;
  std::optional<Time> hinted_at;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
  std::optional<Time> paid_at;
};
BOOST_DESCRIBE_STRUCT(Transaction, (),
                      (tenant_id, id, request_id, connection_id, livemode, provider, provider_ref,
                       payment_intent, amount_minor, currency, status, fee_micros, fee_currency,
                       refunded_minor, disputed_minor, quarantine_reason, state, verify_at,
                       verify_step, hint_seq, hinted_at, version, created_at, updated_at, paid_at))

// The checkout session that a transaction watches; its id is the transaction's.
struct Watched {
  domain::TenantId tenant_id;
  domain::CheckoutSessionId session_id;
  domain::RequestId request_id;
  domain::ConnectionId connection_id;
  bool livemode = false;
  std::string provider;
  std::string provider_ref;
  domain::Money amount;
  Time expires_at;
};

// A transaction as it was when the provider was asked, and what the provider answered.
struct Observed {
  const Transaction& row;
  const providers::CheckoutSnapshot& snapshot;
};

// What a verification changed; app carries it on to the request, the session and the refunds in the
// same transaction.
struct Change {
  Transaction row;  // after
  domain::TransactionSummary before;
  domain::TransactionSummary after;
  const providers::CheckoutSnapshot& snapshot;
};
using OnChanges = std::function<Status(store::Tx&, std::span<const Change>)>;

// When to ask again; absent: never, unless a hint comes. Pure.
std::optional<Time> next_verification(const Transaction& row, const domain::TransactionState& state,
                                      std::optional<Time> session_expires_at, Time now);

// The rows and their rules; called inside a transaction. Immutable after
// construction.
class Transactions {
 public:
  using Wake = std::function<void()>;
  Transactions(base::Ids& ids, const base::Clock& clock, Ledger& ledger, OnChanges on_changes,
               Wake wake);

  // Begins to watch a session that the provider has just created.
  Status watch(store::Tx& tx, const Watched& watched);
  Result<Transaction> lock(store::Tx& tx, domain::TenantId tenant_id, domain::TransactionId id);
  // We told the provider something: ask soon.
  Status verify_soon(store::Tx& tx, domain::TenantId tenant_id, domain::TransactionId id);
  // The payer came back from the checkout: its open transactions are asked about at once, at most
  // every three seconds.
  Status payer_returned(store::Tx& tx, domain::TenantId tenant_id, domain::RequestId request_id);
  // Joins what the provider answered into the rows, books the ledger's changes and schedules the
  // next verifications; a hint since the provider was asked keeps its row due. Code::conflict,
  // "changed", when a row is not what it was then: lock it and observe again.
  Status observe(store::Tx& tx, std::span<const Observed> seen);
  // The provider could not be asked: later again.
  Status postpone(store::Tx& tx, const Transaction& asked, base::Duration by);

 private:
  Status observe_one(store::Tx& tx, const Observed& seen, std::vector<Change>& changes);
  Status save_disputes(store::Tx& tx, const Transaction& row,
                       const providers::CheckoutSnapshot& snapshot);

  base::Ids& ids_;
  const base::Clock& clock_;
  Ledger& ledger_;
  OnChanges on_changes_;
  Wake wake_;
};

// The facts in a provider's answer. A payment that does not agree with what was asked yields only
// Mismatch facts. Pure; exposed for tests.
std::vector<domain::Fact> facts_of(const Transaction& asked,
                                   const providers::CheckoutSnapshot& answer, Time now);

}  // namespace tracking
