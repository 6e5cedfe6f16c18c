#include "reads/money.h"

#include "reads/requests.h"
#include "reads/sql.gen.h"

namespace reads {

namespace {

struct TransactionParams {
  domain::TenantId tenant_id;
  bool livemode = false;
  domain::TransactionStatus status = domain::TransactionStatus::open;
  domain::RequestId request_id;
  domain::TransactionId cursor;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(TransactionParams, (),
                      (tenant_id, livemode, status, request_id, cursor, limit))

struct TransactionKey {
  domain::TenantId tenant_id;
  domain::TransactionId id;
};
BOOST_DESCRIBE_STRUCT(TransactionKey, (), (tenant_id, id))

struct RefundParams {
  domain::TenantId tenant_id;
  domain::TransactionId transaction_id;
  domain::RefundId cursor;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(RefundParams, (), (tenant_id, transaction_id, cursor, limit))

struct DisputeParams {
  domain::TenantId tenant_id;
  bool livemode = false;
  domain::TransactionId transaction_id;
  domain::DisputeId cursor;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(DisputeParams, (), (tenant_id, livemode, transaction_id, cursor, limit))

struct OfConnection {
  domain::TenantId tenant_id;
  bool livemode = false;
  domain::ConnectionId connection_id;
};
BOOST_DESCRIBE_STRUCT(OfConnection, (), (tenant_id, livemode, connection_id))

struct IdOnly {
  domain::TransactionId id;
};
BOOST_DESCRIBE_STRUCT(IdOnly, (), (id))

constexpr store::Query<OfConnection, IdOnly> kUnsettled{sql::open_transaction_of_connection};
using Transactions = store::Query<TransactionParams, TransactionRow>;
constexpr Transactions kTransactions{sql::list_transactions};
constexpr Transactions kTransactionsByStatus{sql::list_transactions_by_status};
constexpr Transactions kTransactionsByRequest{sql::list_transactions_by_request};
constexpr store::Query<TransactionKey, TransactionRow> kFindTransaction{sql::find_transaction};
constexpr store::Query<RefundParams, RefundRow> kRefunds{sql::list_refunds_of_transaction};
constexpr store::Query<DisputeParams, DisputeRow> kDisputes{sql::list_disputes};
constexpr store::Query<DisputeParams, DisputeRow> kDisputesByTransaction{
    sql::list_disputes_by_transaction};

}  // namespace

Result<std::vector<TransactionRow>> list_transactions(store::Tx& tx,
                                                      const TransactionFilter& filter) {
  TransactionParams params;
  params.tenant_id = filter.tenant_id;
  params.livemode = filter.livemode;
  params.status = filter.status.value_or(domain::TransactionStatus::open);
  params.request_id = filter.request_id.value_or(domain::RequestId{});
  params.cursor = cursor_or_end(filter.cursor);
  params.limit = filter.limit + 1;
  if (!filter.request_id)
    return tx.all(filter.status ? kTransactionsByStatus : kTransactions, params);
  // A request has few transactions: the status is compared here.
  TRY(auto rows, tx.all(kTransactionsByRequest, params));
  if (filter.status)
    std::erase_if(rows, [&](const TransactionRow& row) { return row.status != *filter.status; });
  return rows;
}

Result<std::optional<TransactionRow>> find_transaction(store::Tx& tx, domain::TenantId tenant_id,
                                                       domain::TransactionId id) {
  return tx.one(kFindTransaction, TransactionKey{tenant_id, id});
}

Result<bool> has_unsettled(store::Tx& tx, domain::TenantId tenant_id, bool livemode,
                           domain::ConnectionId connection_id) {
  TRY(const auto row, tx.one(kUnsettled, OfConnection{tenant_id, livemode, connection_id}));
  return row.has_value();
}

Result<std::vector<RefundRow>> list_refunds(store::Tx& tx, const RefundFilter& filter) {
  return tx.all(kRefunds, RefundParams{filter.tenant_id, filter.transaction_id,
                                       cursor_or_end(filter.cursor), filter.limit + 1});
}

Result<std::vector<DisputeRow>> list_disputes(store::Tx& tx, const DisputeFilter& filter) {
  const DisputeParams params{filter.tenant_id, filter.livemode,
                             filter.transaction_id.value_or(domain::TransactionId{}),
                             cursor_or_end(filter.cursor), filter.limit + 1};
  return tx.all(filter.transaction_id ? kDisputesByTransaction : kDisputes, params);
}

}  // namespace reads
