#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/runtime.h"
#include "domain/ids.h"
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

// Runs until the runtime stops. Several processes may run the same consumer: the locked delivery
// row decides. Events are taken in the order they became due; a failed one does not hold up the
// others.
void start_consumer(base::Runtime& runtime, store::Store& store, Bus& bus, ConsumerOptions options);

struct PruneOptions {
  base::Duration retention = std::chrono::hours(24 * 7);
  base::Duration every = std::chrono::minutes(1);
  std::size_t page = 500;  // events deleted in one transaction
};
// Deletes events that every consumer has handled and that are older than the retention. One per
// process is fine.
void start_event_pruner(base::Runtime& runtime, store::Store& store, PruneOptions options = {});

// A delivery that failed too often. `error_detail` is the last error's, without values.
struct DeadLetter {
  domain::DeadLetterId id;
  std::string consumer;
  domain::EventId event_id;
  domain::TenantId tenant_id;
  std::string kind;
  bool livemode = false;
  std::string subject;
  base::json::Raw payload;
  std::string trace_id;
  base::Time created_at;
  std::int64_t attempts = 0;
  std::string error_code;
  std::string error_detail;
  base::Time failed_at;
};
BOOST_DESCRIBE_STRUCT(DeadLetter, (),
                      (id, consumer, event_id, tenant_id, kind, livemode, subject, payload,
                       trace_id, created_at, attempts, error_code, error_detail, failed_at))

// Newest first, before the given id; nothing: from the newest.
base::Result<std::vector<DeadLetter>> list_dead_letters(store::Tx& tx,
                                                        std::optional<domain::DeadLetterId> before,
                                                        std::int64_t limit);
// Puts a dead letter back as a fresh delivery; the consumer's next sweep finds it. not_found when
// it is unknown.
base::Status replay_dead_letter(store::Tx& tx, domain::DeadLetterId id, base::Time now);

}  // namespace bus
