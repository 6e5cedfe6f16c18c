#include "domain/message.h"

#include <algorithm>
#include <array>

#include "base/assert.h"

namespace domain {
namespace {

constexpr std::size_t kStatuses = 8;
constexpr std::size_t kEvents = 12;
using Row = std::array<MessageChange, kStatuses>;

constexpr MessageChange to(MessageStatus status) { return {Transition::moved, status}; }

using S = MessageStatus;
constexpr auto kQue = to(S::queued);
constexpr auto kIng = to(S::sending);
constexpr auto kSnt = to(S::sent);
constexpr auto kDel = to(S::delivered);
constexpr auto kUnd = to(S::undelivered);
constexpr auto kFai = to(S::failed);
constexpr auto kSup = to(S::suppressed);
constexpr auto kUnk = to(S::unknown);
constexpr MessageChange kIgn = {Transition::ignored, S::queued};
constexpr MessageChange kRef = {Transition::refused, S::queued};

// clang-format off
// A row per event, in the enum's order; a column per status. Provider events follow the order of
// truth sent < failed < undelivered < delivered and also settle what was ambiguous: a status
// callback may overtake the answer to the attempt that caused it. `delivered` stops even a queued
// message: whoever has it must not get it again.
// queued sending sent  deliv. undel. failed suppr. unknown
constexpr std::array<Row, kEvents> kTable = {{
  {kSup,  kRef,  kRef,  kRef,  kRef,  kRef,  kIgn,  kRef},   // suppress
  {kIng,  kRef,  kRef,  kRef,  kRef,  kRef,  kRef,  kRef},   // claim
  {kRef,  kSnt,  kIgn,  kIgn,  kIgn,  kIgn,  kRef,  kSnt},   // accepted
  {kRef,  kQue,  kIgn,  kIgn,  kIgn,  kIgn,  kRef,  kQue},   // refused_retryable
  {kRef,  kFai,  kIgn,  kIgn,  kIgn,  kIgn,  kRef,  kFai},   // refused_final
  {kRef,  kUnk,  kIgn,  kIgn,  kIgn,  kIgn,  kRef,  kIgn},   // ambiguous
  {kRef,  kSnt,  kIgn,  kIgn,  kIgn,  kIgn,  kRef,  kSnt},   // found
  {kIgn,  kSnt,  kIgn,  kIgn,  kIgn,  kIgn,  kIgn,  kSnt},   // provider_sent
  {kDel,  kDel,  kDel,  kIgn,  kDel,  kDel,  kIgn,  kDel},   // provider_delivered
  {kIgn,  kUnd,  kUnd,  kIgn,  kIgn,  kUnd,  kIgn,  kUnd},   // provider_undelivered
  {kIgn,  kFai,  kFai,  kIgn,  kIgn,  kIgn,  kIgn,  kFai},   // provider_failed
  {kIgn,  kRef,  kRef,  kRef,  kQue,  kQue,  kQue,  kQue},   // resend
}};
// clang-format on

using std::chrono::minutes;
using std::chrono::seconds;
constexpr std::array<base::Duration, kAttemptsMax - 1> kRetryDelays = {
    seconds(30), minutes(2), minutes(10), minutes(30), minutes(120)};
constexpr std::array<base::Duration, 3> kSettleDelays = {minutes(1), minutes(5), minutes(60)};

}  // namespace

MessageChange next(MessageStatus status, MessageEvent event) {
  const auto row = static_cast<std::size_t>(event);
  const auto column = static_cast<std::size_t>(status);
  QT_ASSERT(row < kEvents && column < kStatuses);
  MessageChange change = kTable[row][column];
  if (change.transition != Transition::moved) change.status = status;
  return change;
}

ProviderDelivery merge(ProviderDelivery a, ProviderDelivery b) { return std::max(a, b); }

MessageEvent event_of(ProviderDelivery delivery) {
  switch (delivery) {
    case ProviderDelivery::failed: return MessageEvent::provider_failed;
    case ProviderDelivery::undelivered: return MessageEvent::provider_undelivered;
    case ProviderDelivery::delivered: return MessageEvent::provider_delivered;
    default: return MessageEvent::provider_sent;
  }
}

std::optional<base::Duration> retry_delay(int refusals) {
  QT_ASSERT(refusals >= 1);
  if (refusals > static_cast<int>(kRetryDelays.size())) return std::nullopt;
  return kRetryDelays[static_cast<std::size_t>(refusals - 1)];
}

std::optional<base::Duration> settle_delay(int checks) {
  QT_ASSERT(checks >= 0);
  if (checks >= static_cast<int>(kSettleDelays.size())) return std::nullopt;
  return kSettleDelays[static_cast<std::size_t>(checks)];
}

}  // namespace domain
