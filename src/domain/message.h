#pragma once
#include <cstdint>
#include <optional>

#include "base/describe.h"
#include "base/time.h"

namespace domain {

enum class Channel : std::uint8_t { email, sms };
BOOST_DESCRIBE_ENUM(Channel, email, sms)

enum class MessageKind : std::uint8_t {
  request,
  reminder,
  last_reminder,
  receipt,
  refund,
  expired,
  thank_you,
  welcome
};
BOOST_DESCRIBE_ENUM(MessageKind, request, reminder, last_reminder, receipt, refund, expired,
                    thank_you, welcome)
// Such a message is pointless once its request takes no payment any more.
constexpr bool asks_for_payment(MessageKind kind) {
  return kind == MessageKind::request || kind == MessageKind::reminder ||
         kind == MessageKind::last_reminder;
}
// What a client gets because of a contract; anything else by SMS needs a consent that was given.
constexpr bool belongs_to_contract(MessageKind kind) {
  return kind == MessageKind::request || kind == MessageKind::receipt ||
         kind == MessageKind::refund || kind == MessageKind::expired;
}

// Whether a mail's reader fetches the pictures, or they come with it (RFC 2392).
enum class ImageMode : std::uint8_t { linked, embedded };
BOOST_DESCRIBE_ENUM(ImageMode, linked, embedded)

enum class MessageStatus : std::uint8_t {
  queued,   // waits for a claim, perhaps after an explicit refusal
  sending,  // claimed: an attempt may be on the wire
  sent,     // the provider took it
  delivered,
  undelivered,  // taken, then not delivered
  failed,       // refused for good
  suppressed,   // we decided not to send
  unknown,      // an attempt's outcome is ambiguous: never repeated blindly
};
BOOST_DESCRIBE_ENUM(MessageStatus, queued, sending, sent, delivered, undelivered, failed,
                    suppressed, unknown)

enum class MessageEvent : std::uint8_t {
  suppress,           // a guard says no before the claim
  claim,              // the attempt is committed, then sent
  accepted,           // the provider answered with its id
  refused_retryable,  // an explicit refusal, attempts left
  refused_final,      // an explicit refusal for good
  ambiguous,          // time-out, connection lost after the request, or the claim's owner died
  found,              // reconciliation found it at the provider
  // Status callbacks, in any order, of the newest attempt; of older ones only `delivered` counts.
  provider_sent,
  provider_delivered,
  provider_undelivered,
  provider_failed,
  resend,  // a person asked for another attempt
};
BOOST_DESCRIBE_ENUM(MessageEvent, suppress, claim, accepted, refused_retryable, refused_final,
                    ambiguous, found, provider_sent, provider_delivered, provider_undelivered,
                    provider_failed, resend)

enum class Transition : std::uint8_t {
  moved,    // to the given status
  ignored,  // late, repeated or outranked: harmless
  refused,  // the caller broke the protocol (claim of a sent message) or a person asked for the
            // impossible
};
struct MessageChange {
  Transition transition = Transition::refused;
  MessageStatus status = MessageStatus::queued;  // unchanged unless moved
};
MessageChange next(MessageStatus status, MessageEvent event);

// What a provider says about a message it took, in the order of truth: later outranks earlier
// whatever the order of arrival. `delivered` outranks the failures: a carrier that reports both has
// shown it.
enum class ProviderDelivery : std::uint8_t {
  accepted,
  queued,
  sending,
  sent,
  failed,
  undelivered,
  delivered
};
BOOST_DESCRIBE_ENUM(ProviderDelivery, accepted, queued, sending, sent, failed, undelivered,
                    delivered)
ProviderDelivery merge(ProviderDelivery a, ProviderDelivery b);
MessageEvent event_of(ProviderDelivery delivery);

// Waits after the n-th explicit temporary refusal (n from 1); none: give up, the message failed.
inline constexpr int kAttemptsMax = 6;
std::optional<base::Duration> retry_delay(int refusals);
// When to look for an unknown message at the provider, counted from the ambiguous attempt: 1, 5 and
// 60 minutes; none after `checks` = 3: it stays unknown for good.
std::optional<base::Duration> settle_delay(int checks);

enum class SuppressReason : std::uint8_t {
  no_consent,
  opted_out,
  no_address,  // no phone number or email address
  client_archived,
  request_closed,  // paid, expired or cancelled before it was sent
  country_not_allowed,
  number_rate,  // too many messages to one number
  daily_cap,
  guard_unavailable,  // a count could not be read: fail closed
};
BOOST_DESCRIBE_ENUM(SuppressReason, no_consent, opted_out, no_address, client_archived,
                    request_closed, country_not_allowed, number_rate, daily_cap, guard_unavailable)

}  // namespace domain
