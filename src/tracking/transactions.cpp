#include "tracking/transactions.h"

#include "base/log.h"
#include "domain/eight.h"
#include "tracking/sql.gen.h"

namespace tracking {

namespace {

constexpr base::Duration kFirstLook = std::chrono::minutes(2);
constexpr base::Duration kReturnsApart = std::chrono::seconds(3);
constexpr base::Duration kPauseOfHinted = std::chrono::seconds(2);

struct Hint {
  domain::TenantId tenant_id;
  domain::TransactionId id;
  Time now;
};
BOOST_DESCRIBE_STRUCT(Hint, (), (tenant_id, id, now))

struct Returned {
  domain::TenantId tenant_id;
  domain::RequestId request_id;
  Time now;
  Time since;
};
BOOST_DESCRIBE_STRUCT(Returned, (), (tenant_id, request_id, now, since))

struct Postponed {
  domain::TenantId tenant_id;
  domain::TransactionId id;
  std::int64_t hint_seq = 0;
  Time later_at;
  Time soon_at;
};
BOOST_DESCRIBE_STRUCT(Postponed, (), (tenant_id, id, hint_seq, later_at, soon_at))

struct ListingRow {
  domain::ConnectionId connection_id;
  domain::TenantId tenant_id;
  Time listed_until;
  Time due_at;
};
BOOST_DESCRIBE_STRUCT(ListingRow, (), (connection_id, tenant_id, listed_until, due_at))

struct DisputeRow {
  domain::TenantId tenant_id;
  domain::DisputeId id;
  domain::TransactionId transaction_id;
  domain::RequestId request_id;
  bool livemode = false;
  std::string provider_ref;
  std::int64_t amount_minor = 0;
  std::string currency;
  std::string status;
  std::string reason;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(DisputeRow, (),
                      (tenant_id, id, transaction_id, request_id, livemode, provider_ref,
                       amount_minor, currency, status, reason, created_at, updated_at))

constexpr store::Query<Transaction> kInsert{sql::insert_transaction};
constexpr store::Query<domain::TransactionKey, Transaction> kLock{sql::lock_transaction};
constexpr store::Query<Transaction> kSave{sql::save_transaction};
constexpr store::Query<Transaction> kSchedule{sql::schedule_transaction};
constexpr store::Query<Postponed> kPostpone{sql::postpone_transaction};
constexpr store::Query<Hint> kHint{sql::hint_transaction};
constexpr store::Query<Returned> kHintByRequest{sql::hint_by_request};
constexpr store::Query<ListingRow> kInsertListing{sql::insert_listing};
constexpr store::Query<DisputeRow> kInsertDispute{sql::insert_dispute};
constexpr store::Query<DisputeRow> kUpdateDispute{sql::update_dispute};

void copy_summary(Transaction& row, const domain::TransactionState& state,
                  const domain::TransactionSummary& summary) {
  row.status = summary.status;
  row.fee_micros = summary.fee_micros;
  row.fee_currency = summary.fee_currency ? summary.fee_currency->text() : "";
  row.refunded_minor = summary.refunded_minor;
  row.disputed_minor = summary.disputed_minor;
  row.paid_at = summary.paid_at;
  row.quarantine_reason.clear();
  for (const std::string& what : state.mismatches) {
    if (!row.quarantine_reason.empty()) row.quarantine_reason += ',';
    row.quarantine_reason += what;
  }
  if (state.payment) row.payment_intent = state.payment->payment_intent;
}

}  // namespace

Transactions::Transactions(base::Ids& ids, const base::Clock& clock, Ledger& ledger,
                           OnChanges on_changes, Wake wake)
    : ids_(ids),
      clock_(clock),
      ledger_(ledger),
      on_changes_(std::move(on_changes)),
      wake_(std::move(wake)) {}

Status Transactions::watch(store::Tx& tx, const Watched& watched) {
  const Time now = clock_.now();
  Transaction row;
  row.tenant_id = watched.tenant_id;
  row.id = domain::TransactionId{watched.session_id.value};
  row.request_id = watched.request_id;
  row.connection_id = watched.connection_id;
  row.livemode = watched.livemode;
  row.provider = watched.provider;
  row.provider_ref = watched.provider_ref;
  row.amount_minor = watched.amount.amount_minor;
  row.currency = watched.amount.currency;
  row.state.text = base::json::write(domain::TransactionState{});
  row.verify_at = now + kFirstLook;
  row.created_at = now;
  row.updated_at = now;
  TRY_STATUS(tx.later(kInsert, row));
  const ListingRow listing{row.connection_id, row.tenant_id, now, now + std::chrono::minutes(5)};
  return tx.later(kInsertListing, listing, store::Affects::any_rows);
}

Result<Transaction> Transactions::lock(store::Tx& tx, domain::TenantId tenant_id,
                                       domain::TransactionId id) {
  TRY(auto row, tx.one(kLock, domain::TransactionKey{tenant_id, id}));
  if (!row) return base::error(base::Code::not_found, "no such transaction");
  return *std::move(row);
}

Status Transactions::verify_soon(store::Tx& tx, domain::TenantId tenant_id,
                                 domain::TransactionId id) {
  TRY_STATUS(tx.exec(kHint, Hint{tenant_id, id, clock_.now()}));
  tx.after_commit(wake_);
  return {};
}

Status Transactions::payer_returned(store::Tx& tx, domain::TenantId tenant_id,
                                    domain::RequestId request_id) {
  const Time now = clock_.now();
  TRY(const auto hinted,
      tx.exec(kHintByRequest, Returned{tenant_id, request_id, now, now - kReturnsApart}));
  if (hinted > 0) tx.after_commit(wake_);
  return {};
}

Status Transactions::observe(store::Tx& tx, std::span<const Observed> seen) {
  std::vector<Change> changes;
  for (const Observed& one : seen) TRY_STATUS(observe_one(tx, one, changes));
  return changes.empty() ? Status{} : on_changes_(tx, changes);
}

Status Transactions::observe_one(store::Tx& tx, const Observed& seen,
                                 std::vector<Change>& changes) {
  const Time now = clock_.now();
  Transaction row = seen.row;
  TRY(const auto before, base::json::read<domain::TransactionState>(row.state.text));
  domain::TransactionState after = before;
  for (const domain::Fact& fact : facts_of(row, seen.snapshot, now)) domain::apply(after, fact);
  const auto summary_before = domain::summarize(before);
  const auto summary_after = domain::summarize(after);
  const bool same_status = summary_before.status == summary_after.status;
  row.verify_step = same_status ? row.verify_step + 1 : 0;
  copy_summary(row, after, summary_after);
  if (row.payment_intent == std::nullopt && !seen.snapshot.payment_intent.empty() &&
      row.quarantine_reason.empty()) {
    row.payment_intent = seen.snapshot.payment_intent;
  }
  row.verify_at = next_verification(row, after, seen.snapshot.expires_at, now);
  if (before == after) return tx.later(kSchedule, row, store::Affects::any_rows);

  row.state.text = base::json::write(after);
  row.updated_at = now;
  TRY_STATUS(tx.later(kSave, row));
  const EntryOrigin origin{row.tenant_id, row.request_id, row.id, std::nullopt,
                           row.id.text() + "/" + std::to_string(row.version)};
  const auto entries = domain::ledger_delta(before, after, {row.livemode, now});
  TRY_STATUS(ledger_.append(tx, origin, entries));
  TRY_STATUS(save_disputes(tx, row, seen.snapshot));
  if (summary_after.status == domain::TransactionStatus::quarantined && !same_status) {
    base::log::error("payment quarantined",
                     {{"transaction", row.id.text()}, {"mismatch", row.quarantine_reason}});
  }
  changes.push_back({std::move(row), summary_before, summary_after, seen.snapshot});
  return {};
}

Status Transactions::postpone(store::Tx& tx, const Transaction& asked, base::Duration by) {
  // A hint that came meanwhile does not make an unreachable provider reachable: the pause holds,
  // only shorter.
  const Time now = clock_.now();
  const Postponed row{asked.tenant_id, asked.id, asked.hint_seq, now + by,
                      now + std::min(by, kPauseOfHinted)};
  return tx.later(kPostpone, row);
}

Status Transactions::save_disputes(store::Tx& tx, const Transaction& row,
                                   const providers::CheckoutSnapshot& snapshot) {
  if (!row.quarantine_reason.empty()) return {};
  for (const auto& seen : snapshot.disputes) {
    DisputeRow dispute{row.tenant_id,
                       ids_.make<domain::DisputeId>(),
                       row.id,
                       row.request_id,
                       row.livemode,
                       seen.provider_ref,
                       seen.amount_minor,
                       seen.currency,
                       seen.status,
                       seen.reason,
                       seen.created_at,
                       row.updated_at};
    TRY(const auto updated, tx.exec(kUpdateDispute, dispute));
    if (updated == 0) TRY_STATUS(tx.exec(kInsertDispute, dispute));
  }
  return {};
}

}  // namespace tracking
