#include "reads/requests.h"

#include <algorithm>

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

constexpr std::size_t kTransactionsMax = 100;

struct OfTenant {
  domain::TenantId tenant_id;
};
BOOST_DESCRIBE_STRUCT(OfTenant, (), (tenant_id))

// TransactionRow as an outer join gives it: all absent when there is none.
struct JoinedTransaction {
  std::optional<domain::TransactionId> t_id;
  std::optional<std::string> t_provider;
  std::optional<std::string> t_provider_ref;
  std::optional<std::string> t_payment_intent;
  std::optional<std::int64_t> t_amount_minor;
  std::optional<domain::Currency> t_currency;
  std::optional<domain::TransactionStatus> t_status;
  std::optional<std::int64_t> t_refunded_minor;
  std::optional<std::int64_t> t_disputed_minor;
  std::optional<std::int64_t> t_fee_micros;
  std::optional<std::string> t_fee_currency;
  std::optional<std::string> t_quarantine_reason;
  std::optional<base::json::Raw> t_state;
  std::optional<bool> t_livemode;
  std::optional<Time> t_created_at;
  std::optional<Time> t_updated_at;
  std::optional<Time> t_paid_at;
};
BOOST_DESCRIBE_STRUCT(JoinedTransaction, (),
                      (t_id, t_provider, t_provider_ref, t_payment_intent, t_amount_minor,
                       t_currency, t_status, t_refunded_minor, t_disputed_minor, t_fee_micros,
                       t_fee_currency, t_quarantine_reason, t_state, t_livemode, t_created_at,
                       t_updated_at, t_paid_at))
struct DetailRow : RequestRow, RequestClient, JoinedTransaction {};
BOOST_DESCRIBE_STRUCT(DetailRow, (RequestRow, RequestClient, JoinedTransaction), ())

struct TenantDetailRow : OfTenant, DetailRow {};
BOOST_DESCRIBE_STRUCT(TenantDetailRow, (OfTenant, DetailRow), ())

// Of a row that has a transaction.
TransactionRow transaction_of(domain::RequestId request_id, JoinedTransaction& t) {
  return {*t.t_id,
          request_id,
          *std::move(t.t_provider),
          std::move(t.t_provider_ref),
          std::move(t.t_payment_intent),
          *t.t_amount_minor,
          *t.t_currency,
          *t.t_status,
          *t.t_refunded_minor,
          *t.t_disputed_minor,
          *t.t_fee_micros,
          *std::move(t.t_fee_currency),
          *std::move(t.t_quarantine_reason),
          *std::move(t.t_state),
          *t.t_livemode,
          *t.t_created_at,
          *t.t_updated_at,
          t.t_paid_at};
}

using List = store::Query<ListParams, RequestRow>;
constexpr List kList{sql::list_requests};
constexpr List kListByStatus{sql::list_requests_by_status};
constexpr List kListByClient{sql::list_requests_by_client};
constexpr List kListByClientAndStatus{sql::list_requests_by_client_and_status};
constexpr store::Query<domain::RequestKey, DetailRow> kDetail{sql::request_detail};
constexpr store::Query<domain::EightKeys<domain::RequestId>, TenantDetailRow> kDetails{
    sql::request_details};

// One of the rows of a request, one for each transaction.
void add_row(std::optional<RequestDetail>& out, DetailRow&& row) {
  if (!out) {
    out.emplace();
    static_cast<RequestRow&>(*out) = std::move(static_cast<RequestRow&>(row));
    static_cast<RequestClient&>(*out) = std::move(static_cast<RequestClient&>(row));
  }
  if (row.t_id) out->transactions.push_back(transaction_of(out->id, row));
}

// A request has one transaction a day at most, so there are few to sort.
void keep_newest(std::vector<TransactionRow>& transactions) {
  std::sort(transactions.begin(), transactions.end(),
            [](const TransactionRow& a, const TransactionRow& b) { return b.id < a.id; });
  if (transactions.size() > kTransactionsMax) transactions.resize(kTransactionsMax);
}

}  // namespace

base::Status each_request(store::Tx& tx, const RequestFilter& filter, const VisitRequest& visit) {
  ListParams params;
  params.tenant_id = filter.tenant_id;
  params.livemode = filter.livemode;
  params.status = filter.status.value_or(domain::RequestStatus::open);
  params.client_id = filter.client_id.value_or(domain::ClientId{});
  params.cursor = cursor_or_end(filter.cursor);
  params.limit = filter.limit + 1;
  const auto row = [&visit](RequestRow&& one) { return visit(one); };
  if (filter.client_id)
    return tx.each(filter.status ? kListByClientAndStatus : kListByClient, params, row);
  return tx.each(filter.status ? kListByStatus : kList, params, row);
}

Result<std::optional<RequestDetail>> find_request(store::Tx& tx, domain::TenantId tenant_id,
                                                  domain::RequestId id) {
  std::optional<RequestDetail> out;
  const auto add = [&out](DetailRow&& row) -> base::Status {
    add_row(out, std::move(row));
    return {};
  };
  TRY_STATUS(tx.each(kDetail, domain::RequestKey{tenant_id, id}, add));
  if (out) keep_newest(out->transactions);
  return out;
}

Result<std::vector<std::optional<RequestDetail>>> find_requests(
    store::Tx& tx, std::span<const domain::RequestKey> keys) {
  std::vector<std::optional<RequestDetail>> out(keys.size());
  if (keys.size() == 1) {
    TRY(out.front(), find_request(tx, keys[0].tenant_id, keys[0].id));
    return out;
  }
  const auto add = [&](TenantDetailRow&& row) -> base::Status {
    const domain::RequestKey found{row.tenant_id, row.id};
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == found) add_row(out[i], DetailRow(row));
    }
    return {};
  };
  TRY_STATUS(tx.each(kDetails, domain::eight_of<domain::RequestId>(keys), add));
  for (auto& request : out) {
    if (request) keep_newest(request->transactions);
  }
  return out;
}

}  // namespace reads
