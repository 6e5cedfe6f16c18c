#include "tracking/transactions.h"

namespace tracking {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Stripe usually books the fee with the charge; when it does not, it follows within minutes.
constexpr base::Duration kFeeWaits[] = {seconds(5), seconds(30), minutes(5), hours(1), hours(6)};
// An open session without any sign of the payer: callbacks and the listing of events do the rest.
constexpr base::Duration kOpenWaits[] = {minutes(2), minutes(5), minutes(15), hours(1)};
// After the session's end by our clock, until the provider says so too.
constexpr base::Duration kEndMargin = seconds(30);
constexpr base::Duration kEndWaitMax = minutes(30);

template <std::size_t N>
std::optional<base::Duration> wait_of(const base::Duration (&waits)[N], std::int64_t step) {
  if (step < 0 || step >= static_cast<std::int64_t>(N)) return std::nullopt;
  return waits[step];
}

Time next_open(const Transaction& row, std::optional<Time> expires_at, Time now) {
  if (row.hinted_at && now - *row.hinted_at < minutes(1)) return now + seconds(3);
  if (row.hinted_at && now - *row.hinted_at < minutes(10)) return now + seconds(20);
  const Time end = expires_at.value_or(row.created_at + hours(24)) + kEndMargin;
  if (now >= end)
    return now + std::min<base::Duration>(kEndMargin * (row.verify_step + 1), kEndWaitMax);
  const auto wait = wait_of(kOpenWaits, row.verify_step);
  return wait ? std::min(end, now + *wait) : end;
}

}  // namespace

std::optional<Time> next_verification(const Transaction& row, const domain::TransactionState& state,
                                      std::optional<Time> session_expires_at, Time now) {
  switch (row.status) {
    case domain::TransactionStatus::open: return next_open(row, session_expires_at, now);
    case domain::TransactionStatus::processing:
      return now + (row.verify_step < 24 ? base::Duration(hours(1)) : base::Duration(hours(6)));
    case domain::TransactionStatus::succeeded: {
      if (!state.fees.empty()) return std::nullopt;
      const auto wait = wait_of(kFeeWaits, row.verify_step);
      return wait ? std::optional<Time>(now + *wait) : std::nullopt;
    }
    case domain::TransactionStatus::failed:
    case domain::TransactionStatus::expired:
    case domain::TransactionStatus::quarantined: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace tracking
