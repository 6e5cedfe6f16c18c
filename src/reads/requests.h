#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "domain/eight.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "domain/request.h"
#include "reads/money.h"
#include "store/store.h"

namespace reads {

using base::Result;
using base::Time;

struct RequestRow {
  domain::RequestId id;
  domain::ClientId client_id;
  bool livemode = false;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  std::string description;
  std::optional<std::string> reference;
  std::string channels;
  domain::RequestStatus status = domain::RequestStatus::open;
  std::int64_t flags = 0;
  std::int64_t link_key_version = 1;
  base::json::Raw metadata;
  std::optional<Time> due_at;
  Time expires_at;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
  std::optional<Time> paid_at;
};
BOOST_DESCRIBE_STRUCT(RequestRow, (),
                      (id, client_id, livemode, amount_minor, currency, description, reference,
                       channels, status, flags, link_key_version, metadata, due_at, expires_at,
                       version, created_at, updated_at, paid_at))

struct RequestClient {
  std::string client_name;
  std::optional<std::string> client_email;
  std::optional<std::string> client_phone;
};
BOOST_DESCRIBE_STRUCT(RequestClient, (), (client_name, client_email, client_phone))
struct RequestDetail : RequestRow, RequestClient {
  std::vector<TransactionRow> transactions;  // newest first, at most 100
};

struct RequestFilter {
  domain::TenantId tenant_id;
  bool livemode = false;
  std::optional<domain::RequestStatus> status;
  std::optional<domain::ClientId> client_id;
  std::optional<domain::RequestId> cursor;  // rows older than this one
  std::int64_t limit = 50;
};

// Newest first; one row more than `limit` when there is a next page. `visit` may take what the row
// holds; the next one comes in the same object.
using VisitRequest = std::function<base::Status(RequestRow& row)>;
base::Status each_request(store::Tx& tx, const RequestFilter& filter, const VisitRequest& visit);
Result<std::optional<RequestDetail>> find_request(store::Tx& tx, domain::TenantId tenant_id,
                                                  domain::RequestId id);
// At most domain::kEight, in their order.
Result<std::vector<std::optional<RequestDetail>>> find_requests(
    store::Tx& tx, std::span<const domain::RequestKey> keys);

// The greatest id: a cursor before the first page.
template <class IdType>
IdType cursor_or_end(const std::optional<IdType>& cursor) {
  if (cursor) return *cursor;
  IdType end;
  end.value.bytes.fill(0xff);
  return end;
}

}  // namespace reads
