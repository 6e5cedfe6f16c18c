#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/assert.h"
#include "base/runtime.h"
#include "base/runtime_wait.h"

namespace base {
namespace {

namespace asio = boost::asio;

class SimClock : public Clock {
 public:
  explicit SimClock(Time start) : start_(start) {}
  Time now() const override { return start_ + steady_; }
  Duration steady() const override { return steady_; }
  void move_to(Duration steady) { steady_ = std::max(steady_, steady); }

 private:
  Time start_;
  Duration steady_{0};
};

// Everything happens on the thread that calls run(), advance() or run_until_idle(), in an order
// that depends only on what was spawned and posted: the same seed gives the same run.
class SimRuntimeImpl : public SimRuntime {
 public:
  SimRuntimeImpl(std::uint64_t seed, Time start)
      : clock_(start), random_(seeded_random(seed)), timers_(clock_) {}
  ~SimRuntimeImpl() override {
    stop();
    timers_.drop();
  }

  const Clock& clock() const override { return clock_; }
  Random& random() override { return *random_; }
  std::size_t loop_count() const override { return 1; }
  std::optional<std::size_t> this_loop() const override { return 0; }
  asio::any_io_executor loop(std::size_t index) override {
    QT_ASSERT(index == 0);
    return context_.get_executor();
  }

  void spawn(std::string name, Awaitable<void> task) override {
    spawn_on(0, std::move(name), std::move(task));
  }
  void spawn_on(std::size_t index, std::string name, Awaitable<void> task) override {
    detail::start_task(tasks_, loop(index), std::move(name), std::move(task));
  }
  void post_blocking(std::function<void()> job) override { asio::post(context_, std::move(job)); }
  bool threaded() const override { return false; }
  std::thread start_thread(std::string, std::function<void()>) override {
    QT_ASSERT(!"threads do not exist in a simulation");
    return {};
  }

  bool stopping() const override { return stopping_; }
  void stop() override {
    stopping_ = true;
    timers_.complete_all(detail::Wake::stopped);
    // Called from inside a task, the loop that runs it finishes the rest.
    if (!running_) run_until_idle();
  }
  void clock_changed() override { timers_.fire_due(); }

  void run_until_idle() override {
    QT_ASSERT(!running_);
    running_ = true;
    context_.restart();
    context_.poll();
    running_ = false;
  }
  void advance(Duration by) override {
    const Duration end = clock_.steady() + by;
    run_until_idle();
    for (auto next = timers_.first_deadline(); next && *next <= end;
         next = timers_.first_deadline()) {
      step_to(*next);
    }
    clock_.move_to(end);
  }
  void run(Awaitable<void> task) override {
    bool done = false;
    std::exception_ptr failure;
    asio::co_spawn(context_, std::move(task), [&](std::exception_ptr e) {
      failure = e;
      done = true;
    });
    run_until_idle();
    while (!done) {
      const auto next = timers_.first_deadline();
      // Nothing runnable and nothing to wait for: the task waits for something that never comes.
      QT_ASSERT(next.has_value());
      step_to(*next);
    }
    if (failure) std::rethrow_exception(failure);
  }

 protected:
  detail::TimerQueue& timers() override { return timers_; }

 private:
  void step_to(Duration deadline) {
    clock_.move_to(deadline);
    timers_.fire_due();
    run_until_idle();
  }

  SimClock clock_;
  std::unique_ptr<Random> random_;
  bool stopping_ = false;
  bool running_ = false;
  detail::TaskList tasks_;
  asio::io_context context_{1};
  detail::TimerQueue timers_;
};

}  // namespace

std::unique_ptr<SimRuntime> sim_runtime(std::uint64_t seed, Time start) {
  return std::make_unique<SimRuntimeImpl>(seed, start);
}

}  // namespace base
