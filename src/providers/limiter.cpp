#include "providers/limiter.h"

#include "base/assert.h"

namespace providers {

using base::Code;
using base::Duration;

namespace {
constexpr std::uint32_t seconds_up(Duration wait) {
  return static_cast<std::uint32_t>((wait.count() + 999'999) / 1'000'000);
}
}  // namespace

Limiter::Limiter(base::Runtime& runtime, LimiterOptions options)
    : runtime_(runtime), options_(options) {
  QT_ASSERT(options_.live_per_second > 0 && options_.test_per_second > 0 && options_.burst > 0);
}

base::Awaitable<base::Status> Limiter::acquire(domain::ConnectionId account, bool livemode) {
  CO_TRY(const Duration wait, reserve(account, livemode));
  if (wait > Duration{0}) {
    const bool still_running = co_await runtime_.sleep(wait);
    if (!still_running) co_return base::error(Code::unavailable, "stopping", "the process stops");
  }
  co_return base::Status{};
}

void Limiter::pause(domain::ConnectionId account, bool livemode, Duration pause) {
  const std::lock_guard lock(mutex_);
  const Duration spare = interval(livemode) * (options_.burst - 1);
  auto& full_at = full_at_[account];
  full_at = std::max(full_at, runtime_.clock().steady() + pause + spare);
}

Duration Limiter::interval(bool livemode) const {
  return Duration{1'000'000 / (livemode ? options_.live_per_second : options_.test_per_second)};
}

base::Result<Duration> Limiter::reserve(const domain::ConnectionId& account, bool livemode) {
  const std::lock_guard lock(mutex_);
  const Duration now = runtime_.clock().steady();
  if (full_at_.size() >= options_.accounts_max) forget_idle(now);
  const Duration step = interval(livemode);
  auto& full_at = full_at_[account];
  full_at = std::max(full_at, now);
  const Duration wait = full_at - step * (options_.burst - 1) - now;
  if (wait > step * options_.queue_max) {
    auto e = base::error(Code::rate_limited, "queue_full", "too many calls wait for this account");
    e.retry_after_s = std::max(1U, seconds_up(wait - step * options_.queue_max));
    return e;
  }
  full_at += step;
  return std::max(wait, Duration{0});
}

void Limiter::forget_idle(Duration now) {
  std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
}

}  // namespace providers
