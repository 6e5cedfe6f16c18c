#pragma once
#include <boost/json/value.hpp>

#include "base/result.h"
#include "providers/payment.h"

// From Stripe's JSON to our snapshots. Pure. Code::corrupt names what an answer lacks.
namespace providers::stripe {

Result<CheckoutSnapshot> read_checkout(const boost::json::value& session);
Result<RefundSnapshot> read_refund(const boost::json::value& refund);
Result<DisputeSnapshot> read_dispute(const boost::json::value& dispute);
// Any event object, from a list or a callback. Code::invalid_argument when it is none.
Result<PaymentEvent> read_event(const boost::json::value& event);

// The charge as retrieved has more refunds than the ten that come with it.
bool refunds_are_cut(const boost::json::value& session);
bool is_disputed(const boost::json::value& session);

}  // namespace providers::stripe
