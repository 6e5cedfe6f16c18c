#include "store/job_queue.h"

namespace store {

base::Error refused(const char* reason) {
  base::Error e =
      base::error(base::Code::unavailable, reason, "the database takes no more work now");
  e.retry_after_s = 1;
  return e;
}

void JobQueue::push(std::unique_ptr<Job> job) {
  bool closed = false;
  {
    std::lock_guard lock(mutex_);
    closed = closed_;
    if (!closed && jobs_.size() < max_) {
      jobs_.push_back(std::move(job));
      if (!idle_.empty()) {
        Sleeper* sleeper = idle_.back();
        idle_.pop_back();
        sleeper->woken = true;
        sleeper->wake.notify_one();
      }
      return;
    }
  }
  job->done(refused(closed ? "store_closing" : "store_queue_full"));
}

std::unique_ptr<Job> JobQueue::pop() {
  std::unique_lock lock(mutex_);
  Sleeper self;
  while (jobs_.empty() && !closed_) {
    self.woken = false;
    idle_.push_back(&self);
    self.wake.wait(lock, [&] { return self.woken; });
  }
  if (jobs_.empty()) return nullptr;
  auto job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

std::unique_ptr<Job> JobQueue::try_pop() {
  std::lock_guard lock(mutex_);
  if (jobs_.empty()) return nullptr;
  auto job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

void JobQueue::close() {
  std::deque<std::unique_ptr<Job>> left;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    left.swap(jobs_);
    for (Sleeper* sleeper : std::exchange(idle_, {})) {
      sleeper->woken = true;
      sleeper->wake.notify_one();
    }
  }
  for (auto& job : left) job->done(refused("store_closing"));
}

}  // namespace store
