#pragma once
#include <cstdint>
#include <optional>

#include "base/describe.h"
#include "base/result.h"
#include "base/time.h"

namespace domain {

using base::Result;

enum class RequestStatus : std::uint8_t {
  draft,       // being written; no link works
  scheduled,   // will open by itself at a set time
  open,        // the link takes payments
  processing,  // the payer finished the checkout; a delayed method has not settled yet
  paid,        // a payment was verified
  expired,     // closed by time
  cancelling,  // the merchant cancelled; the provider has not yet confirmed the open session's end
  cancelled,   // closed by the merchant
};
BOOST_DESCRIBE_ENUM(RequestStatus, draft, scheduled, open, processing, paid, expired, cancelling,
                    cancelled)

enum class RequestEvent : std::uint8_t {
  // Commands of people: refused with Code::conflict where the table says so.
  publish,                   // send now
  schedule,                  // send at a set time
  unschedule,                // back to draft
  cancel,                    // no checkout session is open at the provider
  cancel_with_open_session,  // one is: it has to be expired there first
  reopen,                    // take payments again, with a new expiry
  // Facts of the provider and of time: never refused. Those of a session are sent once, when its
  // transaction's status changes, which never goes back (transaction.h).
  schedule_due,
  checkout_processing,  // a session completed with a delayed method
  payment_verified,     // once per session that became succeeded
  payment_failed,       // the delayed method failed
  payment_quarantined,  // a payment that contradicts what was asked
  cancel_confirmed,     // the provider says that no session is open any more
  expire_due,
};
BOOST_DESCRIBE_ENUM(RequestEvent, publish, schedule, unschedule, cancel, cancel_with_open_session,
                    reopen, schedule_due, checkout_processing, payment_verified, payment_failed,
                    payment_quarantined, cancel_confirmed, expire_due)

// Bits of the column `flags`; set once, never cleared.
enum RequestFlag : std::int64_t {
  kRequestOverpaid = 1,        // two sessions were paid
  kRequestPaidAfterClose = 2,  // paid after expiry or after the merchant cancelled
  kRequestQuarantined = 4,     // a payment needs a person's look
};

struct RequestChange {
  RequestStatus status = RequestStatus::draft;
  std::int64_t flags = 0;  // the new value, never fewer bits than before
  bool changed = false;    // status or flags differ from before
};

// The only place that decides a request's status. Code::conflict with a reason ("already_paid",
// "not_draft", "closed" …) when a command does not fit; facts always succeed and a verified payment
// always wins.
Result<RequestChange> next(RequestStatus status, std::int64_t flags, RequestEvent event);

// The link shows a Pay button.
bool takes_payments(RequestStatus status);
// Nothing more is expected, though a verified payment may still arrive.
bool is_closed(RequestStatus status);
// Derived, never stored: open after its due time.
bool is_overdue(RequestStatus status, std::optional<base::Time> due_at, base::Time now);

}  // namespace domain
