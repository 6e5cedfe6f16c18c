#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/ids.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "providers/payment.h"
#include "store/store.h"

namespace payments {

using base::Result;
using base::Status;
using base::Time;

enum class SessionStatus : std::uint8_t {
  creating,  // the intent is committed; the provider may or may not know it yet
  open,      // the payer can pay at `url`
  complete,  // the payer finished; money is tracking's matter
  expired,
  failed,  // the provider refused to create it
};
BOOST_DESCRIBE_ENUM(SessionStatus, creating, open, complete, expired, failed)

struct CheckoutSession {
  domain::TenantId tenant_id;
  domain::CheckoutSessionId id;
  domain::RequestId request_id;
  domain::ConnectionId connection_id;
  std::optional<domain::MessageId> message_id;  // whose link the payer used
  bool livemode = false;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  std::optional<std::string> provider_ref;
  std::string url;
  SessionStatus status = SessionStatus::creating;
  std::optional<domain::RequestId> open_slot;
  bool expire_asked = false;
  std::optional<Time> work_at;
  std::int64_t attempts = 0;
  Time expires_at;
  Time created_at;
  Time updated_at;

  domain::Money amount() const { return {amount_minor, currency}; }
};
BOOST_DESCRIBE_STRUCT(CheckoutSession, (),
                      (tenant_id, id, request_id, connection_id, message_id, livemode, amount_minor,
                       currency, provider_ref, url, status, open_slot, expire_asked, work_at,
                       attempts, expires_at, created_at, updated_at))

struct SessionOrder {
  domain::TenantId tenant_id;
  domain::RequestId request_id;
  domain::ConnectionId connection_id;
  std::optional<domain::MessageId> message_id;
  bool livemode = false;
  domain::Money amount;
};

// The rows and their rules; every member is called inside a transaction.
// Immutable after construction.
struct PaidSession {
  domain::TenantId tenant_id;
  domain::RequestId request_id;
  domain::CheckoutSessionId id;
};

class Sessions {
 public:
  // The provider knows the session and its reference is recorded; app lets tracking watch it from
  // the same transaction on.
  using OnOpened = std::function<Status(store::Tx&, const CheckoutSession&)>;
  using Wake = std::function<void()>;
  Sessions(base::Ids& ids, const base::Clock& clock, OnOpened on_opened, Wake wake);

  // The request's one session that is creating or open, or a new intent. Code::conflict "open_slot"
  // when another transaction made one meanwhile: run the transaction again.
  Result<CheckoutSession> begin(store::Tx& tx, const SessionOrder& order);
  // The provider answered the creation. Idempotent.
  Result<CheckoutSession> opened(store::Tx& tx, domain::TenantId tenant_id,
                                 domain::CheckoutSessionId id,
                                 const providers::CheckoutSnapshot& snapshot);
  // The provider refused the creation for good: the slot is free again.
  Status refused(store::Tx& tx, domain::TenantId tenant_id, domain::CheckoutSessionId id);
  // Tracking saw its end at the provider.
  Status closed(store::Tx& tx, domain::TenantId tenant_id, domain::CheckoutSessionId id,
                SessionStatus status);
  // Asks the provider (later, by the worker) to expire the request's open session; true when there
  // is one to wait for.
  Result<bool> end_open(store::Tx& tx, domain::TenantId tenant_id, domain::RequestId request_id);
  // Tracking saw them paid: each is complete, and when its request has another open one, that must
  // not be paid too. (A session that is creating or open holds its request's open slot, always.)
  Status paid(store::Tx& tx, std::span<const PaidSession> sessions);
  Result<std::optional<CheckoutSession>> find_open(store::Tx& tx, domain::TenantId tenant_id,
                                                   domain::RequestId request_id);
  Result<CheckoutSession> lock(store::Tx& tx, domain::TenantId tenant_id,
                               domain::CheckoutSessionId id);
  Status save(store::Tx& tx, CheckoutSession& session);

 private:
  base::Ids& ids_;
  const base::Clock& clock_;
  OnOpened on_opened_;
  Wake wake_;
};

}  // namespace payments
