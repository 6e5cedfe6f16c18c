#include "base/runtime.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/assert.h"
#include "base/log.h"
#include "base/runtime_wait.h"

namespace base {
namespace asio = boost::asio;

// Between notify() and the coroutine that waits; outlives the Signal while a wait is on.
struct Signal::State {
  std::mutex mutex;
  bool notified = false;
  std::shared_ptr<detail::Waiter> waiter;

  bool take() {
    const std::lock_guard lock(mutex);
    waiter.reset();
    return std::exchange(notified, false);
  }
  void set_waiter(std::shared_ptr<detail::Waiter> next) {
    std::unique_lock lock(mutex);
    QT_ASSERT(waiter == nullptr);
    if (!notified) {
      waiter = std::move(next);
      return;
    }
    lock.unlock();
    next->complete(detail::Wake::notified);
  }
  void wake(detail::Wake how) {
    std::shared_ptr<detail::Waiter> woken;
    {
      const std::lock_guard lock(mutex);
      if (how == detail::Wake::notified) notified = true;
      woken = std::move(waiter);
      waiter.reset();
    }
    if (woken) woken->complete(how);
  }
};

namespace detail {
namespace {

constexpr Duration kDelayMax = std::chrono::hours{24 * 366 * 100};

template <class Handler>
class HandlerWaiter : public Waiter {
 public:
  explicit HandlerWaiter(Handler handler)
      : executor_(asio::get_associated_executor(handler)), handler_(std::move(handler)) {}

 private:
  void resume() override {
    // The queue may hold this waiter for a moment longer, so the handler leaves it.
    auto executor = std::move(executor_);
    Handler handler = std::move(*handler_);
    handler_.reset();
    asio::post(executor, std::move(handler));
  }
  asio::any_io_executor executor_;
  std::optional<Handler> handler_;
};

// Makes the waiter of the coroutine that suspends and hands it to everyone who may wake it.
struct StartWait {
  TimerQueue* timers;
  Duration delay;
  std::shared_ptr<Waiter>* out;
  std::function<void(const std::shared_ptr<Waiter>&)> publish;

  template <class Handler>
  void operator()(Handler&& handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    auto waiter =
        std::make_shared<HandlerWaiter<std::decay_t<Handler>>>(std::forward<Handler>(handler));
    if (slot.is_connected()) {
      slot.assign([weak = std::weak_ptr<Waiter>(waiter)](asio::cancellation_type) {
        if (const auto alive = weak.lock()) alive->complete(Wake::cancelled);
      });
    }
    *out = waiter;
    timers->add(waiter, delay);
    if (publish) publish(waiter);
  }
};

Awaitable<Wake> wait(TimerQueue& timers, Duration delay,
                     std::function<void(const std::shared_ptr<Waiter>&)> publish) {
  std::shared_ptr<Waiter> waiter;
  StartWait start{&timers, delay, &waiter, std::move(publish)};
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
  timers.remove(*waiter);
  co_return waiter->how();
}

// Runs the job on a blocking thread, then resumes the coroutine on its own executor.
struct StartJob {
  Runtime* runtime;
  std::function<void()> job;

  template <class Handler>
  void operator()(Handler&& handler) {
    using H = std::decay_t<Handler>;
    struct Resume {
      asio::any_io_executor executor;
      asio::executor_work_guard<asio::any_io_executor> guard;
      H handler;
    };
    asio::any_io_executor executor = asio::get_associated_executor(handler);
    auto resume = std::make_shared<Resume>(
        Resume{executor, asio::make_work_guard(executor), std::forward<Handler>(handler)});
    runtime->post_blocking([work = std::move(job), resume] {
      work();
      asio::post(resume->executor, std::move(resume->handler));
    });
  }
};

// What is no std::exception leaves by std::terminate, which ends the process just as well.
[[noreturn]] void end_process(const std::string& task, const std::exception_ptr& failure) noexcept {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    log::error("task failed", {{"task", task}, {"what", e.what()}});
  }
  std::abort();
}

}  // namespace

Awaitable<void> run_erased(Runtime& runtime, std::function<void()> job) {
  StartJob start{&runtime, std::move(job)};
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
}

void TimerQueue::add(std::shared_ptr<Waiter> waiter, Duration delay) {
  waiter->deadline = clock_.steady() + std::clamp(delay, Duration{0}, kDelayMax);
  waiter->sequence = added_++;
  const std::pair key{waiter->deadline, waiter->sequence};
  const auto at = entries_.emplace(key, std::move(waiter)).first;
  if (at == entries_.begin() && earlier_) earlier_();
}

std::optional<Duration> TimerQueue::first_deadline() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.begin()->first.first;
}

void TimerQueue::fire_due() {
  const Duration now = clock_.steady();
  while (!entries_.empty() && entries_.begin()->first.first <= now) {
    const auto waiter = std::move(entries_.begin()->second);
    entries_.erase(entries_.begin());
    waiter->complete(Wake::due);
  }
}

void TimerQueue::complete_all(Wake how) {
  // Completing only posts, so nothing is added to the queue meanwhile.
  for (const auto& [key, waiter] : std::exchange(entries_, {})) waiter->complete(how);
}

std::uint64_t TaskList::add(std::string name) {
  const std::lock_guard lock(mutex_);
  names_.emplace(++added_, std::move(name));
  return added_;
}

void TaskList::remove(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  names_.erase(number);
  if (names_.empty()) emptied_.notify_all();
}

bool TaskList::wait_empty(std::chrono::seconds limit) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, limit, [this] { return names_.empty(); });
}

std::string TaskList::names() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [number, name] : names_) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

void start_task(TaskList& tasks, asio::any_io_executor executor, std::string name,
                Awaitable<void> task) {
  const std::uint64_t number = tasks.add(name);
  auto ended = [&tasks, number, name = std::move(name)](std::exception_ptr failure) {
    if (failure) end_process(name, failure);
    tasks.remove(number);
  };
  asio::co_spawn(executor, std::move(task), std::move(ended));
}

}  // namespace detail

Awaitable<bool> Runtime::sleep(Duration delay) {
  if (stopping()) co_return false;
  const detail::Wake how = co_await detail::wait(timers(), delay, nullptr);
  co_return how == detail::Wake::due;
}

Signal::Signal(Runtime& runtime) : runtime_(runtime), state_(std::make_shared<State>()) {}

Signal::~Signal() { state_->wake(detail::Wake::stopped); }

void Signal::notify() { state_->wake(detail::Wake::notified); }

Awaitable<bool> Signal::wait(Duration limit) {
  // The signal may end during the wait; its state may not.
  const std::shared_ptr<State> state = state_;
  if (state->take()) co_return true;
  if (runtime_.stopping()) co_return false;
  std::function<void(const std::shared_ptr<detail::Waiter>&)> publish =
      [state](const std::shared_ptr<detail::Waiter>& waiter) { state->set_waiter(waiter); };
  co_await detail::wait(runtime_.timers(), limit, std::move(publish));
  co_return state->take();
}

void OffsetClock::set_offset(Duration offset) {
  offset_us_.store(offset.count());
  const std::lock_guard lock(mutex_);
  if (listener_) listener_();
}

void OffsetClock::set_listener(std::function<void()> listener) {
  const std::lock_guard lock(mutex_);
  listener_ = std::move(listener);
}

}  // namespace base
