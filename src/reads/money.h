#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "domain/transaction.h"
#include "store/store.h"

namespace reads {

using base::Result;
using base::Time;

struct TransactionRow {
  domain::TransactionId id;
  domain::RequestId request_id;
  std::string provider;
  std::optional<std::string> provider_ref;
  std::optional<std::string> payment_intent;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  domain::TransactionStatus status = domain::TransactionStatus::open;
  std::int64_t refunded_minor = 0;
  std::int64_t disputed_minor = 0;
  std::int64_t fee_micros = 0;
  std::string fee_currency;  // empty: the fee is not known yet
  std::string quarantine_reason;
  base::json::Raw state;
  bool livemode = false;
  Time created_at;
  Time updated_at;
  std::optional<Time> paid_at;
};
BOOST_DESCRIBE_STRUCT(TransactionRow, (),
                      (id, request_id, provider, provider_ref, payment_intent, amount_minor,
                       currency, status, refunded_minor, disputed_minor, fee_micros, fee_currency,
                       quarantine_reason, state, livemode, created_at, updated_at, paid_at))

struct RefundRow {
  domain::RefundId id;
  domain::TransactionId transaction_id;
  domain::RequestId request_id;
  std::optional<std::string> provider_ref;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  std::string reason;
  std::string status;
  std::string failure;
  bool livemode = false;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(RefundRow, (),
                      (id, transaction_id, request_id, provider_ref, amount_minor, currency, reason,
                       status, failure, livemode, created_at, updated_at))

struct DisputeRow {
  domain::DisputeId id;
  domain::TransactionId transaction_id;
  domain::RequestId request_id;
  std::string provider_ref;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  std::string reason;
  std::string status;
  bool livemode = false;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(DisputeRow, (),
                      (id, transaction_id, request_id, provider_ref, amount_minor, currency, reason,
                       status, livemode, created_at, updated_at))

// Lists are newest first and hold one row more than `limit` when there is a next page.
struct TransactionFilter {
  domain::TenantId tenant_id;
  bool livemode = false;
  std::optional<domain::TransactionStatus> status;
  std::optional<domain::RequestId> request_id;
  std::optional<domain::TransactionId> cursor;
  std::int64_t limit = 50;
};
Result<std::vector<TransactionRow>> list_transactions(store::Tx& tx,
                                                      const TransactionFilter& filter);
Result<std::optional<TransactionRow>> find_transaction(store::Tx& tx, domain::TenantId tenant_id,
                                                       domain::TransactionId id);

// True while a transaction of the connection is open or processing.
Result<bool> has_unsettled(store::Tx& tx, domain::TenantId tenant_id, bool livemode,
                           domain::ConnectionId connection_id);

struct RefundFilter {
  domain::TenantId tenant_id;
  domain::TransactionId transaction_id;
  std::optional<domain::RefundId> cursor;
  std::int64_t limit = 50;
};
Result<std::vector<RefundRow>> list_refunds(store::Tx& tx, const RefundFilter& filter);

struct DisputeFilter {
  domain::TenantId tenant_id;
  bool livemode = false;
  std::optional<domain::TransactionId> transaction_id;
  std::optional<domain::DisputeId> cursor;
  std::int64_t limit = 50;
};
Result<std::vector<DisputeRow>> list_disputes(store::Tx& tx, const DisputeFilter& filter);

}  // namespace reads
