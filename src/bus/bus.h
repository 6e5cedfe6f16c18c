#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/runtime.h"
#include "store/outbox.h"

namespace bus {

// Carries wake-ups ("consumer X has deliveries") between the committing side and the consumers. The
// database stays the queue of record: a lost wake-up costs only the sweep's interval. In-process
// now; Redis Streams behind the same interface later.
class Bus {
 public:
  virtual ~Bus() = default;
  virtual void wake(std::string_view consumer) = 0;  // any thread, never blocks
  // True when woken, false after `limit` (time for a sweep) or at stop.
  virtual base::Awaitable<bool> wait(std::string consumer, base::Duration limit) = 0;
};
std::unique_ptr<Bus> memory_bus(base::Runtime& runtime);

// Handles one event inside the transaction that also deletes its delivery row, so its effects
// happen exactly once. May run again after a rollback; must not touch anything but the transaction.
using HandleEvent = std::function<base::Status(store::Tx&, const store::Event&)>;

struct ConsumerOptions {
  std::string name;  // as in store::Subscription
  HandleEvent handle;
  std::size_t batch_max = 64;      // events in one transaction; if it fails, each alone
  std::uint32_t attempts_max = 5;  // then dead_letter, visible and replayable
  base::Duration sweep = std::chrono::seconds(1);
  base::Duration retry_base = std::chrono::seconds(2);  // doubles per attempt, with jitter
};

// Runs until the runtime stops. Several processes may run the same consumer: the delete of the
// delivery row decides.
void start_consumer(base::Runtime& runtime, store::Store& store, Bus& bus, ConsumerOptions options);

// Puts a dead letter back as a fresh delivery. not_found when it is unknown.
base::Status replay_dead_letter(store::Tx& tx, domain::DeadLetterId id, base::Time now);

}  // namespace bus
