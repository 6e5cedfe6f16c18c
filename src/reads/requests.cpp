#include "reads/requests.h"

#include "reads/sql.gen.h"

namespace reads {

namespace {

struct ListParams {
  domain::TenantId tenant_id;
  bool livemode = false;
  domain::RequestStatus status = domain::RequestStatus::open;
  domain::ClientId client_id;
  domain::RequestId cursor;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(ListParams, (), (tenant_id, livemode, status, client_id, cursor, limit))

struct RequestKey {
  domain::TenantId tenant_id;
  domain::RequestId id;
};
BOOST_DESCRIBE_STRUCT(RequestKey, (), (tenant_id, id))

struct OfRequest {
  domain::TenantId tenant_id;
  domain::RequestId request_id;
};
BOOST_DESCRIBE_STRUCT(OfRequest, (), (tenant_id, request_id))

using List = store::Query<ListParams, RequestRow>;
constexpr List kList{sql::list_requests};
constexpr List kListByStatus{sql::list_requests_by_status};
constexpr List kListByClient{sql::list_requests_by_client};
constexpr List kListByClientAndStatus{sql::list_requests_by_client_and_status};
constexpr store::Query<RequestKey, RequestDetail> kDetail{sql::request_detail};
constexpr store::Query<OfRequest, TransactionRow> kTransactions{sql::transactions_of_request};

}  // namespace

Result<std::vector<RequestRow>> list_requests(store::Tx& tx, const RequestFilter& filter) {
  ListParams params;
  params.tenant_id = filter.tenant_id;
  params.livemode = filter.livemode;
  params.status = filter.status.value_or(domain::RequestStatus::open);
  params.client_id = filter.client_id.value_or(domain::ClientId{});
  params.cursor = cursor_or_end(filter.cursor);
  params.limit = filter.limit + 1;
  if (filter.client_id)
    return tx.all(filter.status ? kListByClientAndStatus : kListByClient, params);
  return tx.all(filter.status ? kListByStatus : kList, params);
}

Result<std::optional<RequestDetail>> find_request(store::Tx& tx, domain::TenantId tenant_id,
                                                  domain::RequestId id) {
  return tx.one(kDetail, RequestKey{tenant_id, id});
}

Result<std::vector<TransactionRow>> transactions_of(store::Tx& tx, domain::TenantId tenant_id,
                                                    domain::RequestId id) {
  return tx.all(kTransactions, OfRequest{tenant_id, id});
}

}  // namespace reads
