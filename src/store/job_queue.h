#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "store/store.h"

namespace store {

// What a body is told that is not taken: Code::unavailable, to be tried again soon.
base::Error refused(const char* reason);

// Bodies waiting for database threads. The thread that went idle last is woken first, so that at
// low load the same connection (with warm caches on both sides) does all the work.
class JobQueue {
 public:
  explicit JobQueue(std::size_t max) : max_(max) {}

  // Refuses with Code::unavailable when full or closed; the job's owner is told on this thread.
  void push(std::unique_ptr<Job> job);
  // Waits for a job; null when the queue is closed, then jobs still inside have been refused.
  std::unique_ptr<Job> pop();
  std::unique_ptr<Job> try_pop();
  void close();

 private:
  struct Sleeper {
    std::condition_variable wake;
    bool woken = false;
  };

  const std::size_t max_;
  std::mutex mutex_;
  std::deque<std::unique_ptr<Job>> jobs_;
  std::vector<Sleeper*> idle_;
  bool closed_ = false;
};

}  // namespace store
