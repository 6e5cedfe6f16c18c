#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/ids.h"
#include "domain/message.h"
#include "store/store.h"

namespace reads {

using base::Result;
using base::Time;

struct MessageRow {
  domain::MessageId id;
  domain::RequestId request_id;
  domain::ClientId client_id;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::optional<domain::TemplateId> template_id;
  domain::MessageStatus status = domain::MessageStatus::queued;
  std::string reason;
  std::string error_code;
  std::string to_address;
  std::string subject;
  std::int64_t segments = 0;
  std::optional<std::int64_t> fee_micros;
  std::string fee_currency;
  std::optional<std::string> provider_ref;
  bool livemode = false;
  Time created_at;
  Time updated_at;
  std::optional<Time> sent_at;
  std::optional<Time> delivered_at;
};
BOOST_DESCRIBE_STRUCT(MessageRow, (),
                      (id, request_id, client_id, channel, kind, template_id, status, reason,
                       error_code, to_address, subject, segments, fee_micros, fee_currency,
                       provider_ref, livemode, created_at, updated_at, sent_at, delivered_at))
struct MessageBody {
  std::string body;
};
BOOST_DESCRIBE_STRUCT(MessageBody, (), (body))
struct MessageDetail : MessageRow, MessageBody {};
BOOST_DESCRIBE_STRUCT(MessageDetail, (MessageRow, MessageBody), ())

// Newest first; one row more than `limit` when there is a next page.
struct MessageFilter {
  domain::TenantId tenant_id;
  bool livemode = false;
  std::optional<domain::MessageStatus> status;
  std::optional<domain::RequestId> request_id;
  std::optional<domain::MessageId> cursor;
  std::int64_t limit = 50;
};
Result<std::vector<MessageRow>> list_messages(store::Tx& tx, const MessageFilter& filter);
Result<std::optional<MessageDetail>> find_message(store::Tx& tx, domain::TenantId tenant_id,
                                                  domain::MessageId id);

}  // namespace reads
