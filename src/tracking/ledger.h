#pragma once
#include <optional>
#include <string>

#include "base/ids.h"
#include "domain/ids.h"
#include "domain/ledger.h"
#include "store/store.h"

namespace tracking {

using base::Result;
using base::Status;
using base::Time;

// Where an entry comes from. `source` is unique per tenant, so that one effect can't be booked
// twice ("tx_…/3/0", "ms_…/fee").
struct EntryOrigin {
  domain::TenantId tenant_id;
  domain::RequestId request_id;
  std::optional<domain::TransactionId> transaction_id;
  std::optional<domain::MessageId> message_id;
  std::string source;
};

// The books. Every member is called inside a transaction. Immutable after
// construction.
class Ledger {
 public:
  Ledger(base::Ids& ids, const base::Clock& clock) : ids_(ids), clock_(clock) {}

  // Appends entries (sources get "/0", "/1" … behind origin.source) and their change of the totals.
  // A source that is booked already: Code::conflict "ledger_entry.ledger_entry_source".
  Status append(store::Tx& tx, const EntryOrigin& origin,
                std::span<const domain::LedgerEntry> entries);

  // A request was created or changed its status; counted in the bucket of its creation.
  struct RequestCount {
    domain::TenantId tenant_id;
    bool livemode = false;
    Time created_at;
    domain::RequestCounted change;
  };
  Status count(store::Tx& tx, const RequestCount& counted);

 private:
  Status add_delta(store::Tx& tx, const domain::TotalsDelta& delta);

  base::Ids& ids_;
  const base::Clock& clock_;
};

}  // namespace tracking
