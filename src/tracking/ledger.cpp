#include "tracking/ledger.h"

#include <vector>

#include "tracking/sql.gen.h"

namespace tracking {

namespace {

struct EntryRow {
  domain::TenantId tenant_id;
  domain::LedgerEntryId id;
  bool livemode = false;
  domain::LedgerKind kind;
  domain::Currency currency;
  std::int64_t amount_micros = 0;
  domain::RequestId request_id;
  std::optional<domain::TransactionId> transaction_id;
  std::optional<domain::MessageId> message_id;
  std::string source;
  Time occurred_at;
  Time created_at;
};
BOOST_DESCRIBE_STRUCT(EntryRow, (),
                      (tenant_id, id, livemode, kind, currency, amount_micros, request_id,
                       transaction_id, message_id, source, occurred_at, created_at))

struct DeltaRow : domain::Totals {
  domain::TenantId tenant_id;
  domain::EventId id;
  bool livemode = false;
  domain::Currency currency;
  Time counted_at;
};
BOOST_DESCRIBE_STRUCT(DeltaRow, (domain::Totals), (tenant_id, id, livemode, currency, counted_at))

constexpr store::Query<EntryRow> kInsertEntry{sql::insert_ledger_entry};
constexpr store::Query<DeltaRow> kInsertDelta{sql::insert_delta};

}  // namespace

Status Ledger::append(store::Tx& tx, const EntryOrigin& origin,
                      std::span<const domain::LedgerEntry> entries) {
  std::vector<domain::TotalsDelta> deltas;
  std::size_t index = 0;
  for (const domain::LedgerEntry& entry : entries) {
    EntryRow row;
    row.tenant_id = origin.tenant_id;
    row.id = ids_.make<domain::LedgerEntryId>();
    row.livemode = entry.livemode;
    row.kind = entry.kind;
    row.currency = entry.currency;
    row.amount_micros = entry.amount_micros;
    row.request_id = origin.request_id;
    row.transaction_id = origin.transaction_id;
    row.message_id = origin.message_id;
    row.source = origin.source + "/" + std::to_string(index++);
    row.occurred_at = entry.at;
    row.created_at = clock_.now();
    TRY_STATUS(tx.later(kInsertEntry, row));
    const domain::TotalsKey key{origin.tenant_id, entry.livemode, entry.currency, entry.at};
    deltas.push_back({key, domain::totals_of(entry)});
  }
  // Entries of one moment and currency become one delta.
  TRY(const auto folded, domain::fold(deltas));
  for (const domain::TotalsDelta& delta : folded) TRY_STATUS(add_delta(tx, delta));
  return {};
}

Status Ledger::count(store::Tx& tx, const RequestCount& counted) {
  const domain::TotalsKey key{counted.tenant_id, counted.livemode, counted.change.amount.currency,
                              counted.created_at};
  return add_delta(tx, {key, domain::totals_of(counted.change)});
}

Status Ledger::add_delta(store::Tx& tx, const domain::TotalsDelta& delta) {
  if (domain::is_zero(delta.totals)) return {};
  DeltaRow row;
  static_cast<domain::Totals&>(row) = delta.totals;
  row.tenant_id = delta.key.tenant_id;
  row.id = ids_.make<domain::EventId>();
  row.livemode = delta.key.livemode;
  row.currency = delta.key.currency;
  row.counted_at = delta.key.bucket_at;
  return tx.later(kInsertDelta, row);
}

}  // namespace tracking
