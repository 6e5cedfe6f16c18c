#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "domain/eight.h"
#include "domain/ids.h"
#include "domain/ledger.h"
#include "domain/link_token.h"
#include "domain/message.h"
#include "domain/money.h"
#include "domain/request.h"
#include "store/outbox.h"
#include "store/store.h"

namespace requests {

using base::Result;
using base::Status;
using base::Time;

inline constexpr base::Duration kExpiresAfterDefault = std::chrono::hours(24 * 30);
inline constexpr base::Duration kExpiresAfterMax = std::chrono::hours(24 * 366);

struct PaymentRequest {
  domain::TenantId tenant_id;
  domain::RequestId id;
  domain::ClientId client_id;
  bool livemode = false;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  std::string description;
  std::optional<std::string> reference;
  std::string channels;  // "email", "sms" or "email,sms"
  domain::RequestStatus status = domain::RequestStatus::open;
  std::int64_t flags = 0;  // domain::RequestFlag bits
  std::int64_t link_key_version = 0;
  base::json::Raw metadata;  // object of texts
  std::optional<Time> due_at;
  Time expires_at;
  std::optional<Time> expiry_due_at;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
  std::optional<Time> paid_at;
  std::optional<Time> closed_at;

  domain::Money amount() const { return {amount_minor, currency}; }
};
BOOST_DESCRIBE_STRUCT(PaymentRequest, (),
                      (tenant_id, id, client_id, livemode, amount_minor, currency, description,
                       reference, channels, status, flags, link_key_version, metadata, due_at,
                       expires_at, expiry_due_at, version, created_at, updated_at, paid_at,
                       closed_at))

// Checked by the caller: amounts by domain::check_amount, texts by domain::checked_text.
struct NewRequest {
  domain::TenantId tenant_id;
  domain::ClientId client_id;
  bool livemode = false;
  domain::Money amount;
  std::string description;
  std::optional<std::string> reference;
  std::string channels;
  base::json::Raw metadata{"{}"};
  std::optional<Time> due_at;
  std::optional<Time> expires_at;
};

// What a link leads to.
struct Link {
  domain::TenantId tenant_id;
  domain::RequestId request_id;
  std::optional<domain::MessageId> message_id;  // absent: the request's own link
  std::optional<Time> first_opened_at;
};
BOOST_DESCRIBE_STRUCT(Link, (), (tenant_id, request_id, message_id, first_opened_at))

// What the totals are told of a new request or a changed status; app binds it to tracking.
struct Counted {
  domain::TenantId tenant_id;
  bool livemode = false;
  Time created_at;
  domain::RequestCounted change;
};
using Count = std::function<Status(store::Tx&, const Counted&)>;

// Immutable after construction; every member is called inside a transaction.
class Requests {
 public:
  Requests(base::Ids& ids, const base::Clock& clock, const domain::LinkKeys& links,
           store::Outbox& outbox, Count count);

  // Inserts the request (status open) with its own link, counts it and appends
  // payment_request.created.
  Result<PaymentRequest> create(store::Tx& tx, const NewRequest& order);
  Result<std::optional<PaymentRequest>> find(store::Tx& tx, domain::TenantId tenant_id,
                                             domain::RequestId id);
  // Locks the row until the end of the transaction; not_found when unknown.
  // In the order of `keys`; not_found unless all are there.
  Result<std::vector<PaymentRequest>> lock(store::Tx& tx, std::span<const domain::RequestKey> keys);
  Result<PaymentRequest> lock(store::Tx& tx, domain::TenantId tenant_id, domain::RequestId id);
  // Changes `request` (locked before) as domain::next says, counts the change and appends
  // payment_request.<status>. Unchanged: nothing is written. `at` is the fact's time (the
  // payment's), else now.
  Status apply(store::Tx& tx, PaymentRequest& request, domain::RequestEvent event, Time at);

  Status add_message_link(store::Tx& tx, const PaymentRequest& request,
                          domain::MessageId message_id);
  // The request's own token, or that of one of its messages.
  Result<std::string> token(const PaymentRequest& request,
                            std::optional<domain::MessageId> message_id = {}) const;
  Result<std::optional<Link>> find_link(store::Tx& tx, std::string_view token);
  // Pay was pressed; keeps the first time.
  Status mark_opened(store::Tx& tx, domain::TenantId tenant_id, std::string_view token);

 private:
  Status insert_link(store::Tx& tx, const PaymentRequest& request,
                     std::optional<domain::MessageId> message_id, const base::Id128& token_id);

  base::Ids& ids_;
  const base::Clock& clock_;
  const domain::LinkKeys& links_;
  store::Outbox& outbox_;
  Count count_;
};

}  // namespace requests
