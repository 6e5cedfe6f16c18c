#pragma once
#include <memory>
#include <mutex>
#include <string>

#include "base/runtime.h"
#include "net/http.h"
#include "sandbox/core/callbacks.h"
#include "sandbox/core/faults.h"
#include "sandbox/core/request_log.h"
#include "sandbox/core/timeline.h"

namespace sandbox {

struct Options {
  std::string public_url =
      "http://127.0.0.1:12111";       // where a browser reaches us, without a final slash
  std::int64_t fee_bp = 150;          // Stripe's fee: basis points of the amount …
  std::int64_t fee_fixed_minor = 25;  // … plus this
  base::Duration async_delay{};       // delayed payments settle by control only when zero
};

// What all fakes share: the clock, the lock, chance, timers, callbacks, faults and the log of
// requests. Owned by Sandbox. Every fake's state is guarded by mutex(); nothing waits while holding
// it.
class World : public std::enable_shared_from_this<World> {
 public:
  World(base::Runtime& runtime, net::HttpClient& client, Options options);

  // Starts the one background task: timers and callbacks. It keeps `owner`, to whose parts timers
  // refer, alive until it has ended, by stop() or with the runtime.
  void start(std::shared_ptr<void> owner);
  void stop();

  base::Runtime& runtime() { return runtime_; }
  const Options& options() const { return options_; }
  std::mutex& mutex() { return mutex_; }
  Timeline& timeline() { return timeline_; }
  Faults& faults() { return faults_; }
  Callbacks& callbacks() { return callbacks_; }
  RequestLog& requests() { return requests_; }

  // The runtime's clock plus the offset that the control API moves.
  base::Time now() const;
  base::Duration offset() const { return base::Duration{offset_us_.load()}; }
  void set_offset(base::Duration offset) { offset_us_.store(offset.count()); }

  // Runs `action` at `when` under the lock.
  void at(base::Time when, std::function<void()> action);
  // Applies the callback faults and queues; sent once the lock is free.
  void post(Callback callback);
  // Something was queued or the clock moved: the loop looks again.
  void wake() { signal_.notify(); }
  // `digits` random characters of 0-9A-Za-z.
  std::string random_text(std::size_t digits);
  void clear();

 private:
  static base::Awaitable<void> run(std::shared_ptr<World> self, std::shared_ptr<void> owner);
  static base::Awaitable<void> deliver(std::shared_ptr<World> self, std::shared_ptr<void> owner,
                                       std::shared_ptr<Callback> callback);

  base::Runtime& runtime_;
  net::HttpClient& client_;
  Options options_;
  std::mutex mutex_;
  Timeline timeline_;
  Faults faults_;
  Callbacks callbacks_{timeline_, faults_};
  RequestLog requests_;
  base::Signal signal_;
  std::atomic<std::int64_t> offset_us_{0};
  std::atomic<bool> stopped_{false};
};

// Seconds since 1970, rounded down: the unit of Stripe's times.
inline std::int64_t unix_seconds(base::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace sandbox
