#include <algorithm>
#include <map>

#include "base/log.h"
#include "bus/bus.h"
#include "bus/sql.gen.h"

namespace bus {
namespace {
using base::Awaitable;
using base::Result;
using base::Status;
using store::Event;
using store::Query;
using store::Tx;

struct Due {
  std::string consumer;
  base::Time now;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(Due, (), (consumer, now, limit))

struct Delivery {
  domain::EventId event_id;
  std::int64_t attempts = 0;
};
BOOST_DESCRIBE_STRUCT(Delivery, (), (event_id, attempts))

struct DeliveryKey {
  std::string consumer;
  domain::EventId event_id;
};
BOOST_DESCRIBE_STRUCT(DeliveryKey, (), (consumer, event_id))

struct Postponed {
  std::string consumer;
  domain::EventId event_id;
  base::Time available_at;
  std::int64_t attempts = 0;
};
BOOST_DESCRIBE_STRUCT(Postponed, (), (consumer, event_id, available_at, attempts))

struct DueAt {
  base::Time available_at;
};
BOOST_DESCRIBE_STRUCT(DueAt, (), (available_at))

constexpr Query<Due, Delivery> kLockDue{sql::lock_due};
constexpr Query<Due, Event> kDueEvents{sql::due_events};
constexpr Query<DeliveryKey, Event> kFindEvent{sql::find_event};
constexpr Query<DeliveryKey, Delivery> kLockOne{sql::lock_one};
constexpr Query<Due, DueAt> kNextDue{sql::next_due};
constexpr Query<DeliveryKey> kDeleteDelivery{sql::delete_delivery};
constexpr Query<Postponed> kPostpone{sql::postpone_delivery};
constexpr Query<DeadLetter> kInsertDeadLetter{sql::insert_dead_letter};

constexpr std::size_t kErrorDetailMax = 500;  // dead_letter.error_detail
constexpr base::Duration kBackoffMax = std::chrono::minutes(10);

// Trouble of the database itself, which says nothing about the event.
bool is_outage(const base::Error& e) {
  static constexpr std::array<std::string_view, 6> kReasons{"no_connection",    "database_busy",
                                                            "store_queue_full", "store_closing",
                                                            "storage_failed",   "commit_unknown"};
  return std::find(kReasons.begin(), kReasons.end(), e.reason) != kReasons.end();
}

// One consumer; owned by its coroutine.
class Consumer {
 public:
  Consumer(base::Runtime& runtime, store::Store& store, Bus& bus, ConsumerOptions options)
      : runtime_(runtime),
        store_(store),
        bus_(bus),
        options_(std::move(options)),
        ids_(runtime.clock(), runtime.random()) {}

  Awaitable<void> run() {
    bool look = true;  // at the start there may be work left from before
    base::Duration limit = options_.sweep;
    while (!runtime_.stopping()) {
      if (look) {
        const bool more = co_await handle_batch();
        if (more) continue;
      }
      limit = co_await time_to_next_due();
      look = limit <= base::Duration{0};
      if (look) continue;
      look = co_await bus_.wait(options_.name, limit);
    }
  }

 private:
  // What the last run of a transaction's body found; written again by each run.
  struct Taken {
    std::vector<Delivery> deliveries;
    bool handler_failed = false;
  };

  // How long until a delivery is due, at most one sweep; zero when one is due now. A snapshot, so
  // that an idle consumer never takes the writer's lock.
  Awaitable<base::Duration> time_to_next_due() {
    const base::Time now = runtime_.clock().now();
    auto body = [this](Tx& tx) { return tx.one(kNextDue, {.consumer = options_.name}); };
    const auto next = co_await store_.with_snapshot(body);
    if (!next || !*next) co_return options_.sweep;
    co_return std::min(options_.sweep, (*next)->available_at - now);
  }

  // True when there may be more to do at once.
  Awaitable<bool> handle_batch() {
    Taken taken;
    const base::Time now = runtime_.clock().now();
    auto body = [this, &taken, now](Tx& tx) { return handle_due(tx, taken, now); };
    const Status done = co_await store_.with_transaction(body);
    if (done) co_return taken.deliveries.size() == options_.batch_max;
    if (!taken.handler_failed || is_outage(done.error())) {
      base::log::warn("consumer can't reach its deliveries",
                      {{"consumer", options_.name}, {"error", done.error().detail}});
      co_await runtime_.sleep(options_.sweep);
      co_return false;
    }
    const std::vector<Delivery> each = taken.deliveries;
    for (const Delivery& delivery : each) {
      if (runtime_.stopping()) break;
      co_await handle_alone(delivery.event_id);
    }
    co_return true;
  }

  Status handle_due(Tx& tx, Taken& taken, base::Time now) {
    taken = {};
    const Due due{options_.name, now, static_cast<std::int64_t>(options_.batch_max)};
    TRY(taken.deliveries, tx.all(kLockDue, due));
    if (taken.deliveries.empty()) return {};
    TRY(auto events, tx.all(kDueEvents, due));
    std::map<domain::EventId, const Event*> by_id;
    for (const Event& e : events) by_id.emplace(e.id, &e);
    std::vector<DeliveryKey> keys;
    for (const Delivery& delivery : taken.deliveries) {
      const auto found = by_id.find(delivery.event_id);
      if (found != by_id.end()) {
        TRY_STATUS(handle(tx, taken, *found->second));
      } else {
        // A rival holds rows of the same page, so ours reach further than the page of events.
        TRY(const Event event, find_event(tx, delivery.event_id));
        TRY_STATUS(handle(tx, taken, event));
      }
      keys.push_back({options_.name, delivery.event_id});
    }
    TRY(const std::int64_t deleted, tx.exec_many(kDeleteDelivery, keys));
    if (deleted != static_cast<std::int64_t>(keys.size())) {
      return base::error(base::Code::internal, "deliveries vanished under their lock");
    }
    return {};
  }

  Result<Event> find_event(Tx& tx, domain::EventId id) {
    TRY(auto event, tx.one(kFindEvent, {options_.name, id}));
    if (!event) return base::error(base::Code::corrupt, "a delivery without its event");
    return *std::move(event);
  }

  Status handle(Tx& tx, Taken& taken, const Event& event) {
    Status done = options_.handle(tx, event);
    if (done) done = tx.flush();  // so that a failure is known to be this event's
    if (!done) taken.handler_failed = true;
    return done;
  }

  Awaitable<void> handle_alone(domain::EventId id) {
    Taken taken;
    auto body = [this, &taken, id](Tx& tx) -> Status {
      taken = {};
      TRY(const auto delivery, tx.one(kLockOne, {options_.name, id}));
      if (!delivery) return {};  // a rival has it or had it
      taken.deliveries = {*delivery};
      TRY(const Event event, find_event(tx, id));
      TRY_STATUS(handle(tx, taken, event));
      TRY_STATUS(tx.exec(kDeleteDelivery, {options_.name, id}));
      return {};
    };
    const Status done = co_await store_.with_transaction(body);
    if (done) co_return;
    const base::Error failure = done.error();
    const bool events_fault = taken.handler_failed || failure.code == base::Code::corrupt;
    if (!events_fault || is_outage(failure)) co_return;  // still due: the next sweep meets it again
    co_await record_failure(id, failure);
  }

  Awaitable<void> record_failure(domain::EventId id, base::Error failure) {
    const base::Time now = runtime_.clock().now();
    // 75 % to 125 % of the doubled delay, drawn before the body: it may run several times.
    const auto percent = static_cast<std::int64_t>(75 + runtime_.random().below(51));
    const auto letter_id = ids_.make<domain::DeadLetterId>();
    std::int64_t attempts = 0;
    auto body = [&](Tx& tx) {
      return count_failure(tx, id, failure, now, percent, letter_id, attempts);
    };
    const Status recorded = co_await store_.with_transaction(body);
    if (!recorded) {
      base::log::warn("a failed delivery could not be recorded",
                      {{"consumer", options_.name}, {"event", id.text()}});
      co_return;
    }
    const bool dead = attempts >= options_.attempts_max;
    (dead ? base::log::error : base::log::warn)(
        dead ? "an event became a dead letter" : "an event could not be handled",
        {{"consumer", options_.name},
         {"event", id.text()},
         {"attempts", attempts},
         {"error", failure.detail}});
  }

  Status count_failure(Tx& tx, domain::EventId id, const base::Error& failure, base::Time now,
                       std::int64_t percent, domain::DeadLetterId letter_id,
                       std::int64_t& attempts) {
    TRY(const auto delivery, tx.one(kLockOne, {options_.name, id}));
    if (!delivery) return {};
    attempts = delivery->attempts + 1;
    if (attempts < options_.attempts_max) {
      const std::int64_t doubled = options_.retry_base.count()
                                   << std::min<std::int64_t>(delivery->attempts, 20);
      const base::Duration delay = std::min(kBackoffMax, base::Duration(doubled)) * percent / 100;
      TRY_STATUS(tx.exec(kPostpone, {options_.name, id, now + delay, attempts}));
      return {};
    }
    TRY(auto event, tx.one(kFindEvent, {options_.name, id}));
    if (!event) event.emplace();
    DeadLetter letter{letter_id,
                      options_.name,
                      id,
                      event->tenant_id,
                      event->kind,
                      event->livemode,
                      event->subject,
                      event->payload,
                      event->trace_id,
                      event->created_at,
                      attempts,
                      std::string(base::to_string(failure.code)),
                      failure.detail.substr(0, kErrorDetailMax),
                      now};
    TRY_STATUS(tx.exec(kInsertDeadLetter, letter));
    TRY_STATUS(tx.exec(kDeleteDelivery, {options_.name, id}));
    return {};
  }

  base::Runtime& runtime_;
  store::Store& store_;
  Bus& bus_;
  const ConsumerOptions options_;
  base::Ids ids_;
};

Awaitable<void> consume(std::unique_ptr<Consumer> consumer) { co_await consumer->run(); }

}  // namespace

void start_consumer(base::Runtime& runtime, store::Store& store, Bus& bus,
                    ConsumerOptions options) {
  QT_ASSERT(options.batch_max > 0 && options.attempts_max > 0 && options.handle);
  const std::string name = "consumer " + options.name;
  auto consumer = std::make_unique<Consumer>(runtime, store, bus, std::move(options));
  runtime.spawn(name, consume(std::move(consumer)));
}

}  // namespace bus
