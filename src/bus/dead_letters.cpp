#include "base/log.h"
#include "bus/bus.h"
#include "bus/sql.gen.h"

namespace bus {
namespace {
using store::NoParams;
using store::Query;
using store::Tx;

struct LetterKey {
  domain::DeadLetterId id;
};
BOOST_DESCRIBE_STRUCT(LetterKey, (), (id))

struct LetterPage {
  domain::DeadLetterId before;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(LetterPage, (), (before, limit))

struct Restored {
  std::string consumer;
  domain::EventId event_id;
  base::Time available_at;
};
BOOST_DESCRIBE_STRUCT(Restored, (), (consumer, event_id, available_at))

struct After {
  std::string after;
};
BOOST_DESCRIBE_STRUCT(After, (), (after))

struct ConsumerName {
  std::optional<std::string> consumer;
};
BOOST_DESCRIBE_STRUCT(ConsumerName, (), (consumer))

struct OldestEvent {
  std::optional<domain::EventId> event_id;
};
BOOST_DESCRIBE_STRUCT(OldestEvent, (), (event_id))

struct EventPage {
  domain::EventId cutoff;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(EventPage, (), (cutoff, limit))

struct EventKey {
  domain::EventId id;
};
BOOST_DESCRIBE_STRUCT(EventKey, (), (id))

constexpr Query<LetterKey, DeadLetter> kFindLetter{sql::find_dead_letter};
constexpr Query<LetterPage, DeadLetter> kListLetters{sql::list_dead_letters};
constexpr Query<LetterKey> kDeleteLetter{sql::delete_dead_letter};
constexpr Query<DeadLetter> kRestoreEvent{sql::restore_event};
constexpr Query<Restored> kRestoreDelivery{sql::restore_delivery};
constexpr Query<After, ConsumerName> kNextConsumer{sql::next_consumer};
constexpr Query<ConsumerName, OldestEvent> kOldestDelivery{sql::oldest_delivery};
constexpr Query<EventPage, EventKey> kOldEvents{sql::old_events};
constexpr Query<EventKey> kDeleteEvent{sql::delete_event};

// The smallest id that can be made at `t`: ids begin with their milliseconds.
domain::EventId first_id_at(base::Time t) {
  domain::EventId id;
  const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, base::micros(t) / 1000));
  for (int i = 0; i < 6; ++i)
    id.value.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  return id;
}

// Deletes one page; the number of events deleted. A consumer that has been away for longer than the
// retention keeps what it has not handled.
base::Result<std::int64_t> prune_page(Tx& tx, base::Time before, std::int64_t limit) {
  domain::EventId cutoff = first_id_at(before);
  TRY(auto consumer, tx.one(kNextConsumer, {.after = ""}));
  while (consumer && consumer->consumer) {
    TRY(const auto oldest, tx.one(kOldestDelivery, *consumer));
    if (oldest && oldest->event_id) cutoff = std::min(cutoff, *oldest->event_id);
    TRY(consumer, tx.one(kNextConsumer, {.after = *consumer->consumer}));
  }
  TRY(const auto old, tx.all(kOldEvents, {cutoff, limit}));
  return tx.exec_many(kDeleteEvent, old);
}

base::Awaitable<void> prune(base::Runtime& runtime, store::Store& store, PruneOptions options) {
  for (;;) {
    const bool awake = co_await runtime.sleep(options.every);
    if (!awake) co_return;
    const base::Time before = runtime.clock().now() - options.retention;
    const auto limit = static_cast<std::int64_t>(options.page);
    auto body = [before, limit](Tx& tx) { return prune_page(tx, before, limit); };
    bool more = true;
    while (more && !runtime.stopping()) {
      const auto deleted = co_await store.with_transaction(body);
      more = deleted && *deleted == limit;
      if (!deleted)
        base::log::warn("events could not be pruned", {{"error", deleted.error().detail}});
    }
  }
}

}  // namespace

base::Result<std::vector<DeadLetter>> list_dead_letters(Tx& tx,
                                                        std::optional<domain::DeadLetterId> before,
                                                        std::int64_t limit) {
  domain::DeadLetterId newest;
  newest.value.bytes.fill(0xff);
  return tx.all(kListLetters, {before.value_or(newest), limit});
}

base::Status replay_dead_letter(Tx& tx, domain::DeadLetterId id, base::Time now) {
  TRY(const auto letter, tx.one(kFindLetter, {id}));
  if (!letter) return base::error(base::Code::not_found, "no such dead letter");
  TRY_STATUS(tx.exec(kRestoreEvent, *letter));
  TRY_STATUS(tx.exec(kRestoreDelivery, {letter->consumer, letter->event_id, now}));
  TRY_STATUS(tx.exec(kDeleteLetter, {id}));
  return {};
}

void start_event_pruner(base::Runtime& runtime, store::Store& store, PruneOptions options) {
  runtime.spawn("event pruner", prune(runtime, store, options));
}

}  // namespace bus
