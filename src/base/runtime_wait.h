#pragma once
// Internal to base: one suspended coroutine (Waiter), the timers of one loop (TimerQueue) and the
// tasks of a runtime (TaskList). The real and the simulated runtime differ only in what moves the
// timers.
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <map>
#include <set>

#include "base/runtime.h"

namespace base::detail {

enum class Wake : std::uint8_t { due, notified, stopped, cancelled };

// Owned by the timer queue, the signal and the suspended frame together. Any thread may complete
// it; only the first does, and the coroutine resumes on its own executor, never inside complete().
class Waiter {
 public:
  virtual ~Waiter() = default;
  void complete(Wake how) {
    if (done_.exchange(true)) return;
    how_ = how;
    resume();
  }
  Wake how() const { return how_; }

  // Where it stands in its TimerQueue; touched only on the loop's thread.
  Duration deadline{};
  std::uint64_t sequence = 0;

 private:
  virtual void resume() = 0;
  std::atomic<bool> done_{false};
  Wake how_ = Wake::stopped;
};

// Deadlines on the runtime's steady clock; equal ones fire in the order they were added. One
// thread.
class TimerQueue {
 public:
  // `earlier` is called when the first deadline has moved closer.
  explicit TimerQueue(const Clock& clock, std::function<void()> earlier = {})
      : clock_(clock), earlier_(std::move(earlier)) {}
  TimerQueue(const TimerQueue&) = delete;

  void add(std::shared_ptr<Waiter> waiter, Duration delay);
  void remove(const Waiter& waiter) { entries_.erase({waiter.deadline, waiter.sequence}); }
  std::optional<Duration> first_deadline() const;
  void fire_due();
  void complete_all(Wake how);
  // Destroys the suspended coroutines without resuming them.
  void drop() { std::exchange(entries_, {}).clear(); }

 private:
  const Clock& clock_;
  std::function<void()> earlier_;
  std::map<std::pair<Duration, std::uint64_t>, std::shared_ptr<Waiter>> entries_;
  std::uint64_t added_ = 0;
};

// The running tasks by number; thread-safe.
class TaskList {
 public:
  std::uint64_t add(std::string name);
  void remove(std::uint64_t number);
  bool wait_empty(std::chrono::seconds limit);
  std::string names() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::map<std::uint64_t, std::string> names_;
  std::uint64_t added_ = 0;
};

void start_task(TaskList& tasks, boost::asio::any_io_executor executor, std::string name,
                Awaitable<void> task);

}  // namespace base::detail
