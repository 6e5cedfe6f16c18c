#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/ids.h"
#include "domain/ids.h"
#include "domain/message.h"
#include "domain/money.h"
#include "store/store.h"

namespace messaging {

using base::Result;
using base::Status;
using base::Time;

struct Message {
  domain::TenantId tenant_id;
  domain::MessageId id;
  domain::RequestId request_id;
  domain::ClientId client_id;
  bool livemode = false;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  domain::MessageStatus status = domain::MessageStatus::queued;
  std::string reason;                             // domain::SuppressReason, or why it failed
  std::optional<domain::TemplateId> template_id;  // absent until sent: the tenant's default
  std::int64_t template_version = 0;
  std::int64_t link_key_version = 1;
  std::optional<domain::ConnectionId> connection_id;
  std::string to_address;
  std::string country;  // of the phone number; "" for email
  std::int64_t segments = 0;
  std::string encoding;  // "", "gsm7", "ucs2"
  std::optional<std::string> provider_ref;
  std::optional<std::int64_t> fee_micros;  // absent until known
  std::string fee_currency;
  std::string error_code;
  std::optional<domain::AttemptId> attempt_id;
  std::int64_t attempts = 0;
  std::int64_t settle_step = 0;
  std::optional<Time> work_at;
  std::optional<Time> attempted_at;
  std::optional<Time> sent_at;
  std::optional<Time> delivered_at;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(Message, (),
                      (tenant_id, id, request_id, client_id, livemode, channel, kind, status,
                       reason, template_id, template_version, link_key_version, connection_id,
                       to_address, country, segments, encoding, provider_ref, fee_micros,
                       fee_currency, error_code, attempt_id, attempts, settle_step, work_at,
                       attempted_at, sent_at, delivered_at, version, created_at, updated_at))

struct NewMessage {
  domain::TenantId tenant_id;
  domain::RequestId request_id;
  domain::ClientId client_id;
  bool livemode = false;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::optional<domain::TemplateId> template_id;
  std::int64_t link_key_version = 1;
  std::string to_address;  // empty: recorded as suppressed, no_address
  std::string country;
};

enum class OptOutSource : std::uint8_t { inbound, provider, unsubscribe, user };
BOOST_DESCRIBE_ENUM(OptOutSource, inbound, provider, unsubscribe, user)

// The rows and their rules; called inside a transaction. Immutable after
// construction.
class Messages {
 public:
  using Wake = std::function<void()>;
  // Books a message's fee in the ledger; app binds it to tracking.
  using BookFee = std::function<Status(store::Tx&, const Message&, domain::Micros fee,
                                       domain::Currency currency)>;
  // `content_kept`: how long what a message said can be read; absent: for ever.
  Messages(base::Ids& ids, const base::Clock& clock, std::optional<base::Duration> content_kept,
           BookFee book_fee, Wake wake);

  Result<Message> enqueue(store::Tx& tx, const NewMessage& order);
  Result<Message> lock(store::Tx& tx, domain::TenantId tenant_id, domain::MessageId id);
  Result<std::optional<Message>> lock_by_attempt(store::Tx& tx, domain::TenantId tenant_id,
                                                 domain::AttemptId id);
  // Moves the status as domain::next says; false when the event changes nothing. Times of sending
  // and delivery follow. The caller saves.
  bool move(Message& message, domain::MessageEvent event) const;
  Status save(store::Tx& tx, Message& message);
  Status save_content(store::Tx& tx, const Message& message, std::string subject, std::string body);
  // Records the provider's price once and books it.
  Status set_fee(store::Tx& tx, Message& message, std::int64_t fee_micros,
                 const std::string& currency);

  Status opt_out(store::Tx& tx, domain::TenantId tenant_id, domain::Channel channel,
                 const std::string& address, OptOutSource source);
  Status opt_in(store::Tx& tx, domain::TenantId tenant_id, domain::Channel channel,
                const std::string& address);
  Result<bool> is_opted_out(store::Tx& tx, domain::TenantId tenant_id, domain::Channel channel,
                            const std::string& address);
  // Counted for the spend guard, in the transaction of the claim.
  Result<std::int64_t> count_to_address(store::Tx& tx, const Message& message, Time since);
  Result<std::int64_t> count_today(store::Tx& tx, const Message& message, Time now);
  Status add_to_today(store::Tx& tx, const Message& message, Time now);
  void wake_after_commit(store::Tx& tx) const { tx.after_commit(wake_); }

 private:
  base::Ids& ids_;
  const base::Clock& clock_;
  std::optional<base::Duration> content_kept_;
  BookFee book_fee_;
  Wake wake_;
};

}  // namespace messaging
