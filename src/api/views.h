#pragma once
#include <optional>
#include <string>
#include <vector>

#include "api/idempotent.h"
#include "api/page.h"
#include "messaging/messages.h"
#include "payments/refunds.h"
#include "reads/messages.h"
#include "reads/money.h"
#include "reads/requests.h"
#include "requests/requests.h"

// The JSON shapes of the contract (api/openapi.yaml) that the payment routes answer.
namespace api {

using base::Time;

struct RequestFlagsView {
  bool overpaid = false;
  bool paid_after_close = false;
  bool quarantined = false;
};
BOOST_DESCRIBE_STRUCT(RequestFlagsView, (), (overpaid, paid_after_close, quarantined))

struct RequestView {
  domain::RequestId id;
  domain::ClientId client_id;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  std::string description;
  domain::RequestStatus status = domain::RequestStatus::open;
  bool overdue = false;
  RequestFlagsView flags;
  bool livemode = false;
  std::optional<std::string> reference;
  std::optional<Time> due_at;
  Time expires_at;
  Time created_at;
  Time updated_at;
  std::optional<Time> paid_at;
  std::string link;
  std::vector<std::string> channels;
  base::json::Raw metadata;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(RequestView, (),
                      (id, client_id, amount_minor, currency, description, status, overdue, flags,
                       livemode, reference, due_at, expires_at, created_at, updated_at, paid_at,
                       link, channels, metadata, version))
// All but the link. Texts change places with the row's, so that a view used again keeps its memory.
void fill(RequestView& view, reads::RequestRow& row, Time now);
RequestView view_of(reads::RequestRow row, std::string link, Time now);
RequestView view_of(const requests::PaymentRequest& row, std::string link, Time now);

struct ClientSummaryView {
  domain::ClientId id;
  std::string name;
  std::optional<std::string> email;
  std::optional<std::string> phone;
};
BOOST_DESCRIBE_STRUCT(ClientSummaryView, (), (id, name, email, phone))

struct TransactionView {
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
  std::optional<std::int64_t> fee_micros;
  std::optional<std::string> fee_currency;
  std::optional<std::string> decline_code;
  std::optional<std::string> quarantine_reason;
  bool livemode = false;
  Time created_at;
  Time updated_at;
  std::optional<Time> paid_at;
};
BOOST_DESCRIBE_STRUCT(TransactionView, (),
                      (id, request_id, provider, provider_ref, payment_intent, amount_minor,
                       currency, status, refunded_minor, disputed_minor, fee_micros, fee_currency,
                       decline_code, quarantine_reason, livemode, created_at, updated_at, paid_at))
TransactionView view_of(reads::TransactionRow row);

struct RequestDetailExtra {
  ClientSummaryView client;
  std::vector<TransactionView> transactions;
};
BOOST_DESCRIBE_STRUCT(RequestDetailExtra, (), (client, transactions))
struct RequestDetailView : RequestView, RequestDetailExtra {};
BOOST_DESCRIBE_STRUCT(RequestDetailView, (RequestView, RequestDetailExtra), ())

struct RefundView {
  domain::RefundId id;
  domain::TransactionId transaction_id;
  domain::RequestId request_id;
  std::optional<std::string> provider_ref;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  std::optional<std::string> reason;
  std::string status;
  std::optional<std::string> failure;
  bool livemode = false;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(RefundView, (),
                      (id, transaction_id, request_id, provider_ref, amount_minor, currency, reason,
                       status, failure, livemode, created_at, updated_at))
RefundView view_of(reads::RefundRow row);
RefundView view_of(const payments::Refund& row);

struct MessageView {
  domain::MessageId id;
  domain::RequestId request_id;
  domain::ClientId client_id;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::optional<domain::TemplateId> template_id;
  domain::MessageStatus status = domain::MessageStatus::queued;
  std::optional<std::string> reason;
  std::optional<std::string> error_code;
  std::string to;
  std::optional<std::string> subject;
  std::optional<std::int64_t> segments;
  std::optional<std::int64_t> fee_micros;
  std::optional<std::string> fee_currency;
  std::optional<std::string> provider_ref;
  bool livemode = false;
  Time created_at;
  Time updated_at;
  std::optional<Time> sent_at;
  std::optional<Time> delivered_at;
};
BOOST_DESCRIBE_STRUCT(MessageView, (),
                      (id, request_id, client_id, channel, kind, template_id, status, reason,
                       error_code, to, subject, segments, fee_micros, fee_currency, provider_ref,
                       livemode, created_at, updated_at, sent_at, delivered_at))
struct MessageBodyView {
  std::string body;
};
BOOST_DESCRIBE_STRUCT(MessageBodyView, (), (body))
struct MessageDetailView : MessageView, MessageBodyView {};
BOOST_DESCRIBE_STRUCT(MessageDetailView, (MessageView, MessageBodyView), ())
MessageView view_of(reads::MessageRow row);
MessageView view_of(const messaging::Message& row);

struct MessageListView {
  std::vector<MessageView> data;
};
BOOST_DESCRIBE_STRUCT(MessageListView, (), (data))

}  // namespace api
