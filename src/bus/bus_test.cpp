// Every event takes effect once for every consumer, whatever fails in between.
#include "bus/bus.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>

#include "store/explain.h"
#include "store/testing.h"

namespace bus {
namespace {
using base::Code;
using base::Status;
using store::Event;
using store::Tx;
using store::testing::Kind;
using store::testing::TestOptions;
using store::testing::TestStore;
using namespace std::chrono_literals;

// The effect: a row with a key of its own, so that a second effect of one event would be counted.
struct Effect {
  domain::MessageId id;
  std::string consumer;
  domain::EventId event_id;
};
BOOST_DESCRIBE_STRUCT(Effect, (), (id, consumer, event_id))
struct Counted {
  std::int64_t n = 0;
};
BOOST_DESCRIBE_STRUCT(Counted, (), (n))
constexpr std::string_view kEffectParams[] = {"id", "consumer", "event_id"};
constexpr std::string_view kInsertText =
    "INSERT INTO effect (id, consumer, event_id) VALUES (?, ?, ?)";
constexpr std::string_view kCountText = "SELECT COUNT(consumer) AS n FROM effect";
constexpr std::string_view kLeftText = "SELECT COUNT(consumer) AS n FROM delivery";
constexpr std::string_view kEventsText = "SELECT COUNT(id) AS n FROM event";
constexpr store::Statement kInsertStatement{.name = "test.insert",
                                            .sqlite = kInsertText,
                                            .mariadb = kInsertText,
                                            .params = kEffectParams,
                                            .table = "effect"};
constexpr store::Statement kCountStatement{
    .name = "test.count", .sqlite = kCountText, .mariadb = kCountText};
constexpr store::Statement kLeftStatement{
    .name = "test.left", .sqlite = kLeftText, .mariadb = kLeftText};
constexpr store::Statement kEventsStatement{
    .name = "test.events", .sqlite = kEventsText, .mariadb = kEventsText};
constexpr store::Query<Effect> kInsert{kInsertStatement};
constexpr store::Query<store::NoParams, Counted> kEffects{kCountStatement};
constexpr store::Query<store::NoParams, Counted> kLeft{kLeftStatement};
constexpr store::Query<store::NoParams, Counted> kEvents{kEventsStatement};

class BusTest : public ::testing::TestWithParam<Kind> {
 protected:
  void start(TestOptions options = {}) {
    t_ = std::make_unique<TestStore>(GetParam(), options);
    const Status made = t_->store().administer([](store::Connection& c) -> Status {
      const std::string id = c.engine() == store::Engine::mariadb ? "BINARY(16)" : "BLOB";
      TRY_STATUS(c.raw("CREATE TABLE effect (id " + id +
                       " NOT NULL PRIMARY KEY, consumer VARCHAR(64) NOT NULL, " + "event_id " + id +
                       " NOT NULL)"));
      return {};
    });
    ASSERT_TRUE(made);
    bus_ = memory_bus(t_->runtime());
    outbox_ = std::make_unique<store::Outbox>(
        t_->ids(), t_->runtime().clock(),
        std::vector<store::Subscription>{{"mail", "paid"}, {"ledger", "paid"}, {"mail", "made"}},
        [this](std::string_view consumer) { bus_->wake(consumer); });
  }
  void SetUp() override {
    if (auto why = store::testing::cannot_run(GetParam())) GTEST_SKIP() << *why;
  }
  void TearDown() override {
    if (!t_) return;
    t_->runtime().stop();
    bus_.reset();
  }
  void append(int count, const std::string& kind = "paid") {
    const Status done = t_->store().transact_blocking([&](Tx& tx) -> Status {
      for (int i = 0; i < count; ++i) {
        Event event{
            .kind = kind, .tenant_id = {}, .subject = std::to_string(i), .payload = {R"({"a":1})"}};
        TRY_STATUS(outbox_->append(tx, std::move(event)));
      }
      return {};
    });
    ASSERT_TRUE(done) << done.error().detail;
  }
  std::int64_t count(const store::Query<store::NoParams, Counted>& query) {
    return t_->store().snapshot_blocking([&](Tx& tx) { return tx.one(query); }).value()->n;
  }
  std::vector<DeadLetter> letters() {
    return t_->store()
        .snapshot_blocking([](Tx& tx) { return list_dead_letters(tx, {}, 100); })
        .value();
  }
  HandleEvent effect_of(std::string consumer) {
    return [this, consumer](Tx& tx, const Event& event) -> Status {
      TRY_STATUS(tx.exec(kInsert, {t_->ids().make<domain::MessageId>(), consumer, event.id}));
      return {};
    };
  }
  void consume(std::string name, HandleEvent handle) {
    start_consumer(t_->runtime(), t_->store(), *bus_,
                   {.name = std::move(name), .handle = std::move(handle)});
  }
  std::unique_ptr<Bus> bus_;
  std::unique_ptr<store::Outbox> outbox_;
  std::unique_ptr<TestStore> t_;
};

TEST_P(BusTest, each_consumer_handles_each_of_its_events_once) {
  start();
  append(100);
  consume("mail", effect_of("mail"));
  consume("ledger", effect_of("ledger"));
  t_->sim().run_until_idle();
  EXPECT_EQ(count(kEffects), 200) << "work left from before the start";
  append(70);
  append(3, "made");
  append(1, "unheard");
  t_->sim().run_until_idle();
  EXPECT_EQ(count(kEffects), 200 + 140 + 3) << "woken, without time passing";
  EXPECT_EQ(count(kLeft), 0);
}

TEST_P(BusTest, rolled_back_events_are_never_seen) {
  start();
  consume("mail", effect_of("mail"));
  const Status failed = t_->store().transact_blocking([&](Tx& tx) -> Status {
    TRY_STATUS(outbox_->append(tx, {.kind = "paid"}));
    return base::error(Code::unprocessable, "no");
  });
  EXPECT_FALSE(failed);
  t_->sim().advance(10s);
  EXPECT_EQ(count(kEffects), 0);
}

TEST_P(BusTest, a_lost_wake_up_costs_one_sweep) {
  start();
  outbox_ = std::make_unique<store::Outbox>(t_->ids(), t_->runtime().clock(),
                                            std::vector<store::Subscription>{{"mail", "paid"}},
                                            [](std::string_view) {});
  consume("mail", effect_of("mail"));
  t_->sim().run_until_idle();
  append(5);
  t_->sim().run_until_idle();
  EXPECT_EQ(count(kEffects), 0);
  t_->sim().advance(1s);
  EXPECT_EQ(count(kEffects), 5);
}

TEST_P(BusTest, a_poison_event_holds_up_nobody_and_ends_as_a_dead_letter) {
  start();
  std::map<std::string, int> tries;
  bool healed = false;
  consume("mail", [&](Tx& tx, const Event& event) -> Status {
    ++tries[event.subject];
    TRY_STATUS(tx.exec(kInsert, {t_->ids().make<domain::MessageId>(), "mail", event.id}));
    if (event.subject == "7" && !healed) return base::error(Code::internal, "poison");
    return {};
  });
  append(20);
  t_->sim().run_until_idle();
  EXPECT_EQ(count(kEffects), 19) << "the failing event's own effect is rolled back";
  const int first = tries["7"];
  t_->sim().advance(1s);
  EXPECT_EQ(tries["7"], first) << "backing off";
  t_->sim().advance(10min);
  EXPECT_GE(tries["7"], 5);
  const auto dead = letters();
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].consumer, "mail");
  EXPECT_EQ(dead[0].subject, "7");
  EXPECT_EQ(dead[0].attempts, 5);
  EXPECT_EQ(dead[0].error_code, "internal");
  EXPECT_EQ(dead[0].payload.text, R"({"a":1})");
  EXPECT_EQ(count(kLeft), 20) << "the other consumer's deliveries wait for it";
  healed = true;
  const auto replay = [&] {
    return t_->store().transact_blocking(
        [&](Tx& tx) { return replay_dead_letter(tx, dead[0].id, t_->now()); });
  };
  EXPECT_TRUE(replay());
  EXPECT_EQ(replay().error().code, Code::not_found) << "once only";
  t_->sim().advance(2s);
  EXPECT_EQ(count(kEffects), 20);
  EXPECT_TRUE(letters().empty());
}

TEST_P(BusTest, handled_events_are_pruned_and_unhandled_ones_kept) {
  start();
  consume("mail", effect_of("mail"));
  append(30);         // the ledger never comes
  append(5, "made");  // after an event that the ledger still needs
  t_->sim().run_until_idle();
  start_event_pruner(t_->runtime(), t_->store(), {.retention = 1h, .every = 1min, .page = 4});
  t_->sim().advance(2h);
  EXPECT_EQ(count(kEvents), 35);
  consume("ledger", effect_of("ledger"));
  t_->sim().advance(2min);
  EXPECT_EQ(count(kEvents), 0);
  append(2);
  t_->sim().advance(30min);
  EXPECT_EQ(count(kEvents), 2) << "younger than the retention";
}

TEST_P(BusTest, a_dead_letter_outlives_its_pruned_event) {
  start();
  bool healed = false;
  consume("mail", [&](Tx& tx, const Event& event) -> Status {
    if (!healed) return base::error(Code::internal, "poison");
    return effect_of("mail")(tx, event);
  });
  append(1, "made");
  t_->sim().advance(10min);
  ASSERT_EQ(letters().size(), 1U);
  start_event_pruner(t_->runtime(), t_->store(), {.retention = 1h, .every = 1min});
  t_->sim().advance(2h);
  ASSERT_EQ(count(kEvents), 0);
  healed = true;
  const auto id = letters()[0].id;
  ASSERT_TRUE(
      t_->store().transact_blocking([&](Tx& tx) { return replay_dead_letter(tx, id, t_->now()); }));
  t_->sim().advance(2s);
  EXPECT_EQ(count(kEffects), 1);
}

// Several processes may run one consumer.
TEST_P(BusTest, rival_consumers_share_a_thousand_events_without_a_second_effect) {
  start({.threaded = true});
  std::atomic<int> handled{0};
  std::vector<std::unique_ptr<store::Store>> stores;
  std::vector<std::unique_ptr<Bus>> buses;
  for (int i = 0; i < 4; ++i) {
    store::Store* own = &t_->store();
    if (GetParam() != Kind::sqlite_memory) own = stores.emplace_back(t_->second()).get();
    buses.push_back(memory_bus(t_->runtime()));
    start_consumer(t_->runtime(), *own, *buses.back(),
                   {.name = "mail",
                    .handle = [this, &handled](Tx& tx, const Event& event) -> Status {
                      tx.after_commit([&handled] { ++handled; });
                      return effect_of("mail")(tx, event);
                    },
                    .batch_max = 16,
                    .sweep = 20ms});
  }
  for (int i = 0; i < 50; ++i) append(20, "made");
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (handled.load() < 1000 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_EQ(handled.load(), 1000);
  EXPECT_EQ(count(kEffects), 1000);
  EXPECT_EQ(count(kLeft), 0);
  EXPECT_TRUE(letters().empty());
  t_->runtime().stop();  // ends the consumers before their stores and buses
}

TEST_P(BusTest, statements_use_indexes) {
  start();
  for (int i = 0; i < 10; ++i) append(200);
  ASSERT_TRUE(store::refresh_statistics(t_->store()));
  const auto found = store::explain_all(t_->store());
  ASSERT_TRUE(found) << found.error().detail;
  for (const auto& f : *found) {
    const bool filled =
        f.statement.starts_with("bus.") && f.statement.find("dead_letter") == std::string::npos;
    if (GetParam() != Kind::mariadb || filled)
      ADD_FAILURE() << f.statement << " " << f.problem << ": " << f.plan;
  }
}

std::string kind_name(const ::testing::TestParamInfo<Kind>& info) {
  return store::testing::to_string(info.param);
}
INSTANTIATE_TEST_SUITE_P(engines, BusTest, ::testing::ValuesIn(store::testing::all_kinds()),
                         kind_name);

}  // namespace
}  // namespace bus
