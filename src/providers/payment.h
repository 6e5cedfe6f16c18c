#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/runtime.h"
#include "base/secret.h"
#include "domain/ids.h"
#include "domain/money.h"

// What the product needs of a payment provider with a hosted checkout. Implemented by stripe/.
// Results say what the provider answered now; what it means is decided in domain/ and tracking/.
namespace providers {

using base::Awaitable;
using base::Result;
using base::Secret;
using base::Status;
using base::Time;

// A tenant's account at the provider, opened from its connection row. The limiter is kept per
// connection_id.
struct PaymentAccount {
  domain::ConnectionId connection_id;
  domain::TenantId tenant_id;
  bool livemode = false;
  std::string base_url;  // "https://api.stripe.com"; the sandbox's in sandbox mode
  Secret<std::string> api_key;
};

struct CreateCheckout {
  domain::CheckoutSessionId id;  // idempotency key and client_reference_id
  domain::RequestId request_id;  // metadata, with tenant and session ids
  domain::Money amount;
  std::string description;
  std::string payer_email;  // empty: the checkout asks
  std::string locale;       // "en", "de"
  std::string success_url;  // the payer comes back here; says nothing about payment
  std::string cancel_url;
  Time expires_at;  // provider's bounds: 30 minutes to 24 hours from now
};

enum class CheckoutStatus : std::uint8_t { open, complete, expired };
enum class CheckoutPayment : std::uint8_t { unpaid, paid, no_payment_required };
BOOST_DESCRIBE_ENUM(CheckoutStatus, open, complete, expired)
BOOST_DESCRIBE_ENUM(CheckoutPayment, unpaid, paid, no_payment_required)

struct RefundSnapshot {
  std::string provider_ref;  // "re_…"
  std::string own_id;        // metadata.refund_id that we sent; empty: made at the provider's site
  std::int64_t amount_minor = 0;
  std::string currency;  // upper case
  std::string status;    // pending, requires_action, succeeded, failed, canceled
  Time created_at;
};

// The ledger takes amount_micros, which is exact; amount_minor is rounded to our exponent, which is
// coarser than the provider's for a few currencies (ISK, UGX).
struct FeeSnapshot {
  std::string balance_transaction;  // "txn_…"
  std::int64_t amount_minor = 0;    // in `currency`, the settlement currency
  std::string currency;
  std::int64_t amount_micros = 0;
};

struct DisputeSnapshot {
  std::string provider_ref;  // "du_…"
  std::int64_t amount_minor = 0;
  std::string currency;
  std::string
      status;  // warning_* are inquiries; needs_response, under_review, won, lost, prevented
  std::string reason;
  Time created_at;
  std::vector<FeeSnapshot> fees;  // what the provider took for handling it; zero fees are left out
};

// A checkout session with what hangs on it, in our units (currency upper case, our exponents).
struct CheckoutSnapshot {
  std::string provider_ref;  // "cs_…"
  std::string url;           // hosted page; empty once closed
  std::string client_reference_id;
  std::string tenant_id;  // metadata as we wrote it; text ids
  std::string request_id;
  std::string session_id;
  std::int64_t amount_minor = 0;
  std::string currency;
  bool livemode = false;
  CheckoutStatus status = CheckoutStatus::open;
  CheckoutPayment payment = CheckoutPayment::unpaid;
  std::string payment_intent;         // "pi_…" once known
  std::string payment_intent_status;  // processing, succeeded, requires_payment_method, canceled …
  std::string decline_code;           // of the last failed try, may be empty
  std::int64_t amount_received_minor = 0;
  std::int64_t refunded_minor = 0;  // cumulative, of the charge
  std::optional<FeeSnapshot> fee;
  std::vector<RefundSnapshot> refunds;
  std::vector<DisputeSnapshot> disputes;
  Time created_at;
  Time expires_at;
  std::optional<Time> paid_at;  // the charge's creation
};

struct CreateRefund {
  domain::RefundId id;  // idempotency key and metadata.refund_id
  std::string payment_intent;
  domain::Money amount;
  std::string reason;  // "", duplicate, fraudulent, requested_by_customer
};

// One event as far as it may be trusted: a hint to ask again.
struct PaymentEvent {
  std::string provider_event_id;  // "evt_…"
  std::string type;
  std::string session_ref;     // "cs_…" or empty
  std::string payment_intent;  // "pi_…" or empty
  std::string session_id;      // metadata.session_id where the object carries it: our id, a hint
  bool livemode = false;
  Time created_at;
};

struct EventPage {
  std::vector<PaymentEvent> events;  // newest first, as listed
  bool has_more = false;
};

// Errors of every call, beside base::Code::invalid_argument for our own mistakes:
//   refused          the provider said no (4xx other than 409 and 429); nothing happened;
//                    Error::reason holds its code
//   not_found        it does not know the object under this key
//   rate_limited, unavailable, deadline
//                    try again later with the same id; nothing is known to have happened
//   ambiguous        it may have happened: repeat with the SAME id (idempotency key) and the same
//                    order to the last field, or retrieve. Reason "idempotency_error": the id was
//                    used before with another order, so repeating cannot help.
//   unauthenticated  the account's key is wrong, revoked or lacks a permission
//   corrupt          a reading call's answer lacks what it must hold or contradicts what was asked
class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;
  virtual Awaitable<Result<CheckoutSnapshot>> create_checkout(PaymentAccount account,
                                                              CreateCheckout order) = 0;
  // Expanded with intent, charge, balance transaction, refunds and disputes in as few calls as the
  // provider allows.
  virtual Awaitable<Result<CheckoutSnapshot>> retrieve_checkout(PaymentAccount account,
                                                                std::string provider_ref) = 0;
  virtual Awaitable<Result<CheckoutSnapshot>> expire_checkout(PaymentAccount account,
                                                              std::string provider_ref) = 0;
  virtual Awaitable<Result<RefundSnapshot>> create_refund(PaymentAccount account,
                                                          CreateRefund refund) = 0;
  // Events created at or after `since`, newest first; `starting_after` is the last event of the
  // page before.
  virtual Awaitable<Result<EventPage>> list_events(PaymentAccount account, Time since,
                                                   std::string starting_after) = 0;
  // The account's display name or id; "" when a restricted key may not read it.
  virtual Awaitable<Result<std::string>> check(PaymentAccount account) = 0;

  // Verifies a callback over its raw body; `secrets` may hold several while one is rotated. Pure,
  // no I/O. unauthenticated: bad, missing or stale signature (tolerance 300 s).
  // invalid_argument: signed but not an event.
  virtual Result<PaymentEvent> read_callback(std::string_view body,
                                             std::string_view signature_header,
                                             std::span<const Secret<std::string>> secrets,
                                             Time now) const = 0;
};

}  // namespace providers
