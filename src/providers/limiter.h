#pragma once
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "base/result.h"
#include "base/runtime.h"
#include "domain/ids.h"

namespace providers {

struct LimiterOptions {
  std::int64_t live_per_second = 100;
  std::int64_t test_per_second = 25;
  std::int64_t burst = 10;       // calls that may start at once after a quiet time
  std::int64_t queue_max = 500;  // waiting calls per account; more are refused at once
  std::size_t accounts_max = 10'000;
};

// Spaces the calls to one account at a provider, so that we stay below its limit instead of being
// told off. A token bucket per connection: each call reserves the next free slot and sleeps until
// then, so calls start in the order in which they asked. Owned by an adapter; thread-safe.
class Limiter {
 public:
  Limiter(base::Runtime& runtime, LimiterOptions options);

  // Code::rate_limited when too many wait already (retry_after_s: until the queue has room);
  // Code::unavailable when the runtime stops.
  base::Awaitable<base::Status> acquire(domain::ConnectionId account, bool livemode);

  // The provider said "slow down": no new call of this account starts before `pause` has passed.
  void pause(domain::ConnectionId account, bool livemode, base::Duration pause);

 private:
  base::Duration interval(bool livemode) const;
  base::Result<base::Duration> reserve(const domain::ConnectionId& account, bool livemode);
  void forget_idle(base::Duration now);

  base::Runtime& runtime_;
  const LimiterOptions options_;
  std::mutex mutex_;
  // When the bucket will be full again (steady time): the only state that a token bucket needs.
  std::unordered_map<domain::ConnectionId, base::Duration> full_at_;
};

}  // namespace providers
