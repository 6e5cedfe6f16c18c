#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"

namespace base {

// A worker over rows in the database: claims what is due, runs each piece as its own task, and
// sleeps until it is woken or the sweep interval is over. A slow provider call holds one of
// `in_flight_max` places, never the loop. Owned by the service that it serves; lives as long as the
// runtime runs.
class WorkLoop {
 public:
  struct Options {
    std::string name;
    Duration sweep = std::chrono::seconds(1);
    std::size_t in_flight_max = 64;
    std::size_t claim_max = 64;
  };
  // Claims at most `room` pieces of work and returns a task for each; fewer than `room` means that
  // nothing more is due now.
  using Claim = std::function<Awaitable<Result<std::vector<Awaitable<void>>>>(std::size_t room)>;

  WorkLoop(Runtime& runtime, Options options, Claim claim);
  void start();                      // spawns the loop; call once
  void wake() { signal_.notify(); }  // any thread
  // One round without waiting for the tasks; the number claimed. For tests.
  Awaitable<Result<std::size_t>> step();
  std::size_t in_flight() const { return in_flight_.load(); }

 private:
  Awaitable<void> loop();
  Awaitable<void> guarded(Awaitable<void> task);

  Runtime& runtime_;
  Options options_;
  Claim claim_;
  Signal signal_;
  std::atomic<std::size_t> in_flight_{0};
};

}  // namespace base
