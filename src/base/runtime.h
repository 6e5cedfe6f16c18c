#pragma once
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include "base/random.h"
#include "base/time.h"

namespace base {

template <class T>
using Awaitable = boost::asio::awaitable<T>;

namespace detail {
class TimerQueue;
}

// The seam between the product and the machine: executors, waits, tasks and threads. The real
// runtime owns one io_context per thread; the simulated one runs everything on one thread and moves
// its own clock. Lives longer than every service. All members are thread-safe unless said.
class Runtime {
 public:
  virtual ~Runtime() = default;
  virtual const Clock& clock() const = 0;
  virtual Random& random() = 0;

  // Number of event loops and the executor of each; services that own sockets spread over them.
  virtual std::size_t loop_count() const = 0;
  virtual boost::asio::any_io_executor loop(std::size_t index) = 0;
  // The loop whose thread the caller is on.
  virtual std::optional<std::size_t> this_loop() const = 0;

  // Ends after `delay` of the clock's time, or early when the runtime stops or the coroutine is
  // cancelled (then false: leave your loop). Only for coroutines that run on a loop of this
  // runtime.
  Awaitable<bool> sleep(Duration delay);

  // Starts a task that the runtime owns and waits for at stop; spawn() takes the loops in turn. An
  // escaping exception is logged and ends the process: a service that has lost a task must not
  // pretend to work.
  virtual void spawn(std::string name, Awaitable<void> task) = 0;
  virtual void spawn_on(std::size_t loop, std::string name, Awaitable<void> task) = 0;

  // Runs `job` where blocking is allowed (password hashing, image decoding). The simulation runs it
  // inline.
  virtual void post_blocking(std::function<void()> job) = 0;

  // True when start_thread() may be used, for blocking libraries that keep state per thread
  // (database connections); false when jobs must run inline on the caller (simulation).
  virtual bool threaded() const = 0;
  // The caller joins the thread, before the runtime ends.
  virtual std::thread start_thread(std::string name, std::function<void()> body) = 0;

  virtual bool stopping() const = 0;
  // Wakes every sleep and wait, then waits up to 10 s for the spawned tasks and logs the names of
  // those that hang. Idempotent. Called on one of the runtime's own threads it only wakes; the
  // destructor waits.
  virtual void stop() = 0;
  // The clock was moved: whatever became due wakes now. An OffsetClock calls it by itself.
  virtual void clock_changed() = 0;

 protected:
  friend class Signal;
  // The timers of the loop that the caller runs on.
  virtual detail::TimerQueue& timers() = 0;
};

// A wake-up that is remembered: notify() before wait() is not lost. Any thread may notify; one
// coroutine waits.
class Signal {
 public:
  explicit Signal(Runtime& runtime);
  ~Signal();
  void notify();
  // True when notified, false when `limit` passed or the runtime stops first.
  Awaitable<bool> wait(Duration limit);

 private:
  struct State;
  Runtime& runtime_;
  std::shared_ptr<State> state_;
};

// Runs `job` on a blocking thread and resumes the caller on its own executor with the job's result.
template <class F>
Awaitable<std::invoke_result_t<F&>> run_blocking(Runtime& runtime, F job);

// loops: 0 = one per core.
std::unique_ptr<Runtime> real_runtime(std::size_t loops, std::shared_ptr<Clock> clock);
std::shared_ptr<Clock> system_clock();

// A clock whose offset can be moved (sandbox mode only). Sleepers of the runtime that was made with
// it follow.
class OffsetClock : public Clock {
 public:
  explicit OffsetClock(std::shared_ptr<Clock> real) : real_(std::move(real)) {}
  Time now() const override { return real_->now() + Duration{offset_us_.load()}; }
  Duration steady() const override { return real_->steady() + Duration{offset_us_.load()}; }
  Duration offset() const { return Duration{offset_us_.load()}; }
  void set_offset(Duration offset);
  // Called after every move; the runtime's own wire.
  void set_listener(std::function<void()> listener);

 private:
  std::shared_ptr<Clock> real_;
  std::atomic<std::int64_t> offset_us_{0};
  std::mutex mutex_;
  std::function<void()> listener_;
};

// One thread, a seeded Random and a clock that moves only by advance(). Used by scenario tests and
// the simulation.
class SimRuntime : public Runtime {
 public:
  // Runs until nothing is runnable without moving the clock.
  virtual void run_until_idle() = 0;
  // Moves the clock step by step to every timer within `by`, running what becomes due; ends exactly
  // at `by`.
  virtual void advance(Duration by) = 0;
  // Runs `task` to its end, moving the clock to the next timer whenever nothing else is runnable;
  // asserts when stuck.
  virtual void run(Awaitable<void> task) = 0;
};
std::unique_ptr<SimRuntime> sim_runtime(std::uint64_t seed, Time start);

}  // namespace base

#include "base/runtime_inl.h"
