#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "net/http.h"
#include "sandbox/core/faults.h"
#include "sandbox/core/timeline.h"

namespace sandbox {

// One message to the product, tried until it is accepted or the attempts are used up.
struct Callback {
  std::string provider;
  std::string event;  // event type or message status
  std::string id;     // event or message id
  std::string url;
  std::string content_type;
  std::string body;
  // Adds the signature; called for each try, since it holds the time.
  std::function<void(net::Headers&, base::Time)> sign;
  std::vector<base::Duration> backoff;      // waits before the 2nd, 3rd … attempt
  std::function<void(bool accepted)> done;  // after each try, under the world's lock
  std::size_t attempt = 0;
  std::string mode;  // the fault it went through, for the log
  std::size_t generation = 0;
};

struct CallbackRecord {
  std::string provider, event, id, url, mode, error;
  std::int64_t attempt = 0;
  std::int64_t status = 0;  // 0: no answer
  base::Time at;
};

// Queue and log of outgoing callbacks. The world's loop takes what is ready and sends it. Guarded
// by the world's lock.
class Callbacks {
 public:
  Callbacks(Timeline& timeline, Faults& faults) : timeline_(timeline), faults_(faults) {}

  // Applies the callback faults, then queues.
  void post(Callback callback, base::Time now);
  // Without faults: replays asked for by a person, and retries.
  void queue(Callback callback);
  bool ready() const { return !queue_.empty() && in_flight_ < kInFlightMax; }
  std::shared_ptr<Callback> take();
  // What became of one try; queues the next when it failed. status 0: no answer, `error` says why.
  void finished(const std::shared_ptr<Callback>& callback, int status, std::string error,
                base::Time now);
  const std::deque<CallbackRecord>& log() const { return log_; }
  void clear();

 private:
  void record(const Callback& callback, int status, std::string error, base::Time now);
  void release_held();

  static constexpr std::size_t kInFlightMax = 64;
  static constexpr std::size_t kLogMax = 10'000;

  Timeline& timeline_;
  Faults& faults_;
  std::deque<Callback> queue_;
  std::deque<Callback> held_;  // reordered: wait for the next one
  std::deque<CallbackRecord> log_;
  std::size_t in_flight_ = 0;
  std::size_t generation_ = 0;  // counts clear(): what was in flight then is forgotten
};

}  // namespace sandbox
