#include "reads/messages.h"

#include "reads/requests.h"
#include "reads/sql.gen.h"

namespace reads {

namespace {

struct ListParams {
  domain::TenantId tenant_id;
  bool livemode = false;
  domain::MessageStatus status = domain::MessageStatus::queued;
  domain::RequestId request_id;
  domain::MessageId cursor;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(ListParams, (), (tenant_id, livemode, status, request_id, cursor, limit))

struct MessageKey {
  domain::TenantId tenant_id;
  domain::MessageId id;
};
BOOST_DESCRIBE_STRUCT(MessageKey, (), (tenant_id, id))

using List = store::Query<ListParams, MessageRow>;
constexpr List kList{sql::list_messages};
constexpr List kListByStatus{sql::list_messages_by_status};
constexpr List kListByRequest{sql::list_messages_by_request};
constexpr store::Query<MessageKey, MessageDetail> kFind{sql::find_message};

}  // namespace

Result<std::vector<MessageRow>> list_messages(store::Tx& tx, const MessageFilter& filter) {
  ListParams params;
  params.tenant_id = filter.tenant_id;
  params.livemode = filter.livemode;
  params.status = filter.status.value_or(domain::MessageStatus::queued);
  params.request_id = filter.request_id.value_or(domain::RequestId{});
  params.cursor = cursor_or_end(filter.cursor);
  params.limit = filter.limit + 1;
  if (!filter.request_id) return tx.all(filter.status ? kListByStatus : kList, params);
  // A request has few messages: the status is compared here.
  TRY(auto rows, tx.all(kListByRequest, params));
  if (filter.status)
    std::erase_if(rows, [&](const MessageRow& row) { return row.status != *filter.status; });
  return rows;
}

Result<std::optional<MessageDetail>> find_message(store::Tx& tx, domain::TenantId tenant_id,
                                                  domain::MessageId id) {
  return tx.one(kFind, MessageKey{tenant_id, id});
}

}  // namespace reads
