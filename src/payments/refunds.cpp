#include "payments/refunds.h"

#include "payments/sql.gen.h"

namespace payments {

namespace {

struct RefundKey {
  domain::TenantId tenant_id;
  domain::RefundId id;
};
BOOST_DESCRIBE_STRUCT(RefundKey, (), (tenant_id, id))

struct OfTransaction {
  domain::TenantId tenant_id;
  domain::TransactionId transaction_id;
};
BOOST_DESCRIBE_STRUCT(OfTransaction, (), (tenant_id, transaction_id))

constexpr store::Query<Refund> kInsert{sql::insert_refund};
constexpr store::Query<RefundKey, Refund> kLock{sql::lock_refund};
constexpr store::Query<OfTransaction, Refund> kOfTransaction{sql::refunds_of_transaction};
constexpr store::Query<Refund> kSave{sql::save_refund};

Refund* find_row(std::vector<Refund>& rows, const providers::RefundSnapshot& seen) {
  for (Refund& row : rows) {
    if (row.provider_ref && *row.provider_ref == seen.provider_ref) return &row;
    if (!seen.own_id.empty() && row.id.text() == seen.own_id) return &row;
  }
  return nullptr;
}

}  // namespace

RefundStatus refund_status_from(std::string_view status) {
  if (status == "succeeded") return RefundStatus::succeeded;
  if (status == "failed") return RefundStatus::failed;
  if (status == "canceled") return RefundStatus::canceled;
  return RefundStatus::pending;
}

Refunds::Refunds(base::Ids& ids, const base::Clock& clock, Wake wake)
    : ids_(ids), clock_(clock), wake_(std::move(wake)) {}

Result<Refund> Refunds::ask(store::Tx& tx, const Refundable& what,
                            std::optional<std::int64_t> amount_minor, std::string reason) {
  TRY(const auto rows, tx.all(kOfTransaction, OfTransaction{what.tenant_id, what.transaction_id}));
  // Our rows hold what is still on its way, the provider's sum what was refunded elsewhere: the
  // larger one counts.
  std::int64_t own_minor = 0;
  for (const Refund& row : rows) {
    const bool counts = row.status != RefundStatus::failed && row.status != RefundStatus::canceled;
    if (counts) own_minor += row.amount_minor;
  }
  const std::int64_t gone_minor = std::max(own_minor, what.refunded_minor) + what.disputed_minor;
  const std::int64_t left = what.paid.amount_minor - gone_minor;
  if (left <= 0)
    return base::error(base::Code::conflict, "nothing_refundable", "nothing is left to refund");
  const std::int64_t amount = amount_minor.value_or(left);
  if (amount < 1 || amount > left) {
    return base::field_error(
        "amount_minor", "exceeds_refundable",
        "between 1 and " + std::to_string(left) + " minor units can be refunded");
  }
  Refund r;
  r.tenant_id = what.tenant_id;
  r.id = ids_.make<domain::RefundId>();
  r.transaction_id = what.transaction_id;
  r.request_id = what.request_id;
  r.livemode = what.livemode;
  r.amount_minor = amount;
  r.currency = what.paid.currency;
  r.reason = std::move(reason);
  r.created_at = clock_.now();
  r.updated_at = r.created_at;
  r.work_at = r.created_at;
  TRY_STATUS(tx.exec(kInsert, r));
  tx.after_commit(wake_);
  return r;
}

Status Refunds::seen(store::Tx& tx, const Refundable& what,
                     std::span<const providers::RefundSnapshot> listed) {
  if (listed.empty()) return {};
  TRY(auto rows, tx.all(kOfTransaction, OfTransaction{what.tenant_id, what.transaction_id}));
  for (const providers::RefundSnapshot& snapshot : listed) {
    const RefundStatus status = refund_status_from(snapshot.status);
    if (Refund* row = find_row(rows, snapshot)) {
      if (row->status == status && row->provider_ref) continue;
      row->status = status;
      row->provider_ref = snapshot.provider_ref;
      row->work_at.reset();
      TRY_STATUS(save(tx, *row));
      continue;
    }
    Refund r;
    r.tenant_id = what.tenant_id;
    r.id = ids_.make<domain::RefundId>();
    r.transaction_id = what.transaction_id;
    r.request_id = what.request_id;
    r.livemode = what.livemode;
    r.amount_minor = snapshot.amount_minor;
    r.currency = what.paid.currency;
    r.status = status;
    r.provider_ref = snapshot.provider_ref;
    r.created_at = snapshot.created_at;
    r.updated_at = clock_.now();
    TRY_STATUS(tx.exec(kInsert, r));
  }
  return {};
}

Result<Refund> Refunds::lock(store::Tx& tx, domain::TenantId tenant_id, domain::RefundId id) {
  TRY(auto row, tx.one(kLock, RefundKey{tenant_id, id}));
  if (!row) return base::error(base::Code::not_found, "no such refund");
  return *std::move(row);
}

Status Refunds::save(store::Tx& tx, Refund& refund) {
  refund.updated_at = clock_.now();
  TRY_STATUS(tx.exec(kSave, refund));
  return {};
}

}  // namespace payments
