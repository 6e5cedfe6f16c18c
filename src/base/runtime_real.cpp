#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <vector>

#include "base/assert.h"
#include "base/log.h"
#include "base/runtime.h"
#include "base/runtime_wait.h"

namespace base {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kBlockingThreadsMax = 4;
constexpr std::size_t kThreadNameMax = 15;  // Linux's limit
constexpr std::chrono::seconds kStopLimit{10};

void name_this_thread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, kThreadNameMax).c_str());
}

class SystemClock : public Clock {
 public:
  Time now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
  Duration steady() const override {
    return std::chrono::duration_cast<Duration>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
};

// One event loop, run by one thread. Its timers hang on a single Asio timer that stands at the
// first deadline.
class Loop {
 public:
  explicit Loop(const Clock& clock)
      : clock_(clock),
        context_(1),
        guard_(asio::make_work_guard(context_)),
        alarm_(context_),
        timers_(clock, [this] { arm(); }) {}

  asio::any_io_executor executor() { return context_.get_executor(); }
  detail::TimerQueue& timers() { return timers_; }
  void start(std::size_t index) {
    thread_ = std::thread([this, index] {
      name_this_thread("loop-" + std::to_string(index));
      this_loop() = this;
      context_.run();
    });
  }
  void clock_changed() {
    asio::post(context_, [this] { fire(); });
  }
  void wake_all() {
    asio::post(context_, [this] { timers_.complete_all(detail::Wake::stopped); });
  }
  // Ends the thread and drops what is still suspended.
  void join() {
    guard_.reset();
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }
  // Frames hold executors of any loop, so they go before the first context does.
  void drop_waiters() { timers_.drop(); }

  static Loop*& this_loop() {
    thread_local Loop* loop = nullptr;
    return loop;
  }

 private:
  // Leaves an alarm that stands earlier: most waits end before their limit, and moving the alarm
  // for each would cost a system call.
  void arm() {
    const auto deadline = timers_.first_deadline();
    if (!deadline || (armed_for_ && *armed_for_ <= *deadline)) return;
    armed_for_ = deadline;
    alarm_.expires_after(std::max(*deadline - clock_.steady(), Duration{0}));
    alarm_.async_wait([this](const boost::system::error_code& code) {
      if (!code) fire();
    });
  }
  void fire() {
    armed_for_.reset();
    timers_.fire_due();
    arm();
  }

  const Clock& clock_;
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  asio::steady_timer alarm_;
  std::optional<Duration> armed_for_;
  detail::TimerQueue timers_;
  std::thread thread_;
};

// Threads for jobs that block, started when there are more jobs than idle threads.
class BlockingPool {
 public:
  ~BlockingPool() { join(); }

  // Callers limit how much they post (each request waits for its own job), so the queue has no
  // limit here.
  void post(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    if (idle_ < jobs_.size() && threads_.size() < kBlockingThreadsMax) {
      threads_.emplace_back([this] { work(); });
    }
    posted_.notify_one();
  }
  // Finishes what was posted: coroutines wait for it.
  void join() {
    std::vector<std::thread> threads;
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
      threads.swap(threads_);
    }
    posted_.notify_all();
    for (auto& thread : threads) thread.join();
  }
  static bool& on_this_thread() {
    thread_local bool here = false;
    return here;
  }

 private:
  void work() {
    name_this_thread("blocking");
    on_this_thread() = true;
    std::unique_lock lock(mutex_);
    for (;;) {
      ++idle_;
      posted_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
      --idle_;
      if (jobs_.empty()) return;
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool ending_ = false;
};

class RealRuntime : public Runtime {
 public:
  RealRuntime(std::size_t loop_count, std::shared_ptr<Clock> clock)
      : clock_(std::move(clock)), random_(system_random()) {
    QT_ASSERT(clock_ != nullptr);
    if (loop_count == 0) loop_count = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < loop_count; ++i) {
      loops_.push_back(std::make_unique<Loop>(*clock_));
    }
    for (std::size_t i = 0; i < loop_count; ++i) loops_[i]->start(i);
    if (auto* moving = dynamic_cast<OffsetClock*>(clock_.get())) {
      moving->set_listener([this] { clock_changed(); });
    }
  }
  ~RealRuntime() override {
    QT_ASSERT(!on_own_thread());
    if (auto* moving = dynamic_cast<OffsetClock*>(clock_.get())) moving->set_listener(nullptr);
    stop();
    blocking_.join();
    for (auto& loop : loops_) loop->join();
    for (auto& loop : loops_) loop->drop_waiters();
  }

  const Clock& clock() const override { return *clock_; }
  Random& random() override { return *random_; }
  std::size_t loop_count() const override { return loops_.size(); }
  asio::any_io_executor loop(std::size_t index) override { return loops_.at(index)->executor(); }
  std::optional<std::size_t> this_loop() const override {
    for (std::size_t i = 0; i < loops_.size(); ++i) {
      if (loops_[i].get() == Loop::this_loop()) return i;
    }
    return std::nullopt;
  }

  void spawn(std::string name, Awaitable<void> task) override {
    spawn_on(next_loop_.fetch_add(1, std::memory_order_relaxed) % loops_.size(), std::move(name),
             std::move(task));
  }
  void spawn_on(std::size_t index, std::string name, Awaitable<void> task) override {
    detail::start_task(tasks_, loop(index), std::move(name), std::move(task));
  }
  void post_blocking(std::function<void()> job) override { blocking_.post(std::move(job)); }
  bool threaded() const override { return true; }
  std::thread start_thread(std::string name, std::function<void()> body) override {
    return std::thread([name = std::move(name), body = std::move(body)] {
      name_this_thread(name);
      body();
    });
  }

  bool stopping() const override { return stopping_.load(); }
  void stop() override {
    if (!stopping_.exchange(true)) {
      for (auto& loop : loops_) loop->wake_all();
    }
    if (on_own_thread() || tasks_.wait_empty(kStopLimit)) return;
    log::error("tasks did not end in time", {{"tasks", tasks_.names()}});
  }
  void clock_changed() override {
    for (auto& loop : loops_) loop->clock_changed();
  }

 protected:
  detail::TimerQueue& timers() override {
    Loop* here = Loop::this_loop();
    QT_ASSERT(here != nullptr);
    return here->timers();
  }

 private:
  static bool on_own_thread() {
    return Loop::this_loop() != nullptr || BlockingPool::on_this_thread();
  }

  std::shared_ptr<Clock> clock_;
  std::unique_ptr<Random> random_;
  std::atomic<std::size_t> next_loop_{0};
  std::atomic<bool> stopping_{false};
  detail::TaskList tasks_;
  std::vector<std::unique_ptr<Loop>> loops_;
  BlockingPool blocking_;
};

}  // namespace

std::unique_ptr<Runtime> real_runtime(std::size_t loops, std::shared_ptr<Clock> clock) {
  return std::make_unique<RealRuntime>(loops, std::move(clock));
}

std::shared_ptr<Clock> system_clock() { return std::make_shared<SystemClock>(); }

}  // namespace base
