// Rivals on several threads: nothing is lost, nothing happens twice, and what was acknowledged
// survives kill -9.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <semaphore>

#include "store/idempotency.h"
#include "store/lease.h"
#include "store/migrate.h"
#include "store/test_items.h"

namespace store::testing {
namespace {
using base::Code;

constexpr int kRivals = 8;

class RivalsTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (auto why = cannot_run(GetParam())) GTEST_SKIP() << *why;
    t_ = std::make_unique<TestStore>(GetParam(), TestOptions{.threaded = true});
    create_items(t_->store());
    tenant_ = t_->ids().make<domain::TenantId>();
  }
  Store& store() { return t_->store(); }
  Item insert(std::string name) {
    Item item = make_item(*t_, tenant_, std::move(name));
    item.amount = 0;
    const auto done = store().transact_blocking([&](Tx& tx) { return tx.exec(kInsertItem, item); });
    EXPECT_TRUE(done) << done.error().detail;
    return item;
  }
  std::int64_t amount(const Item& item) {
    return store()
        .snapshot_blocking([&](Tx& tx) { return tx.one(kAmount, {tenant_, item.id}); })
        .value()
        ->amount;
  }
  // Runs `work(rival)` on as many threads as there are rivals.
  template <class F>
  void race(F work, int rivals = kRivals) {
    std::vector<std::thread> threads;
    for (int i = 0; i < rivals; ++i) {
      threads.push_back(t_->runtime().start_thread("rival", [&work, i] { work(i); }));
    }
    for (auto& t : threads) t.join();
  }
  std::unique_ptr<TestStore> t_;
  domain::TenantId tenant_;
};

TEST_P(RivalsTest, locked_reads_lose_no_update) {
  const Item item = insert("counter");
  race([&](int) {
    for (int i = 0; i < 25; ++i) {
      const auto done = store().transact_blocking([&](Tx& tx) -> Result<std::int64_t> {
        TRY(const auto row, tx.one(kLockAmount, {tenant_, item.id}));
        return tx.exec(kSetAmount, {tenant_, item.id, row->amount + 1});
      });
      EXPECT_TRUE(done) << done.error().detail;
    }
  });
  EXPECT_EQ(amount(item), kRivals * 25);
}

TEST_P(RivalsTest, compare_and_set_loses_no_update) {
  const Item item = insert("counter");
  std::atomic<int> won{0};
  race([&](int) {
    for (int i = 0; i < 25; ++i) {
      const auto done = store().transact_blocking([&](Tx& tx) -> Result<std::int64_t> {
        TRY(const auto row, tx.one(kAmount, {tenant_, item.id}));
        return tx.exec(kSwapAmount, {tenant_, item.id, row->amount + 1, row->amount});
      });
      ASSERT_TRUE(done) << done.error().detail;
      won += static_cast<int>(*done);
    }
  });
  EXPECT_GT(won.load(), 0);
  EXPECT_EQ(amount(item), won.load());
}

TEST_P(RivalsTest, one_of_many_equal_inserts_wins) {
  std::atomic<int> won{0}, conflicts{0};
  for (int round = 0; round < 10; ++round) {
    const std::string name = "name " + std::to_string(round);
    race([&](int) {
      const Item item = make_item(*t_, tenant_, name);
      const auto done =
          store().transact_blocking([&](Tx& tx) { return tx.exec(kInsertItem, item); });
      if (done) {
        ++won;
      } else {
        EXPECT_EQ(done.error().reason, "item.uq_item_name") << done.error().detail;
        ++conflicts;
      }
    });
  }
  EXPECT_EQ(won.load(), 10);
  EXPECT_EQ(conflicts.load(), 10 * (kRivals - 1));
}

TEST_P(RivalsTest, a_snapshot_does_not_see_what_is_committed_meanwhile) {
  if (GetParam() == Kind::sqlite_memory)
    GTEST_SKIP() << "one connection: nothing runs beside a body";
  const Item item = insert("a");
  std::binary_semaphore read_once(0), changed(0);
  auto reader = t_->runtime().start_thread("reader", [&] {
    const auto both =
        store().snapshot_blocking([&](Tx& tx) -> Result<std::pair<std::int64_t, std::int64_t>> {
          TRY(const auto first, tx.one(kAmount, {tenant_, item.id}));
          read_once.release();
          changed.acquire();
          TRY(const auto second, tx.one(kTotal, {tenant_}));
          return std::pair(first->amount, second->sum.value());
        });
    EXPECT_EQ(both.value(), std::pair(std::int64_t{0}, std::int64_t{0}));
  });
  read_once.acquire();
  const auto set =
      store().transact_blocking([&](Tx& tx) { return tx.exec(kSetAmount, {tenant_, item.id, 9}); });
  EXPECT_TRUE(set);
  changed.release();
  reader.join();
  EXPECT_EQ(amount(item), 9) << "the next snapshot is a new one";
}

TEST_P(RivalsTest, a_failing_body_takes_no_neighbour_with_it) {
  std::atomic<int> hooks{0};
  race([&](int rival) {
    for (int i = 0; i < 20; ++i) {
      const bool fails = (rival + i) % 4 == 0;
      const Item item = make_item(*t_, tenant_, std::to_string(rival) + "." + std::to_string(i));
      const Status done = store().transact_blocking([&](Tx& tx) -> Status {
        tx.after_commit([&] { ++hooks; });
        TRY_STATUS(tx.exec(kInsertItem, item));
        if (fails) return base::error(Code::unprocessable, "no");
        return {};
      });
      EXPECT_EQ(done.has_value(), !fails);
      const auto found =
          store().snapshot_blocking([&](Tx& tx) { return tx.one(kAmount, {tenant_, item.id}); });
      EXPECT_EQ(found.value().has_value(), !fails) << "visible as soon as acknowledged";
    }
  });
  const auto total = store().snapshot_blocking([&](Tx& tx) { return tx.one(kTotal, {tenant_}); });
  EXPECT_EQ(total.value()->items, kRivals * 20 * 3 / 4);
  EXPECT_EQ(hooks.load(), kRivals * 20 * 3 / 4);
}

TEST_P(RivalsTest, a_hundred_equal_posts_make_one_resource) {
  const IdempotencyKey key{tenant_, "key", "POST /things", base::sha256("body")};
  std::atomic<int> fresh{0}, replayed{0};
  race([&](int) {
    for (int i = 0; i < 13; ++i) {
      const Item item = make_item(*t_, tenant_, "r" + t_->ids().make<domain::RequestId>().text());
      const auto state = store().transact_blocking([&](Tx& tx) -> Result<IdempotencyState> {
        TRY(const auto begin, begin_idempotent(tx, key, t_->now()));
        if (begin.state == IdempotencyState::replay) {
          EXPECT_EQ(begin.answer.status, 201);
          EXPECT_EQ(begin.answer.body, "made");
        } else {
          TRY_STATUS(tx.exec(kInsertItem, item));
          TRY_STATUS(finish_idempotent(tx, key, {201, {"{}"}, "made"}));
        }
        return begin.state;
      });
      ASSERT_TRUE(state) << state.error().detail;
      ++(*state == IdempotencyState::fresh ? fresh : replayed);
    }
  });
  EXPECT_EQ(fresh.load(), 1);
  EXPECT_EQ(replayed.load(), kRivals * 13 - 1);
  EXPECT_EQ(
      store().snapshot_blocking([&](Tx& tx) { return tx.one(kTotal, {tenant_}); }).value()->items,
      1);
}

TEST_P(RivalsTest, one_of_many_gets_the_lease) {
  for (int round = 0; round < 10; ++round) {
    std::atomic<int> holders{0};
    const std::string name = "lease " + std::to_string(round);
    race([&](int rival) {
      const auto lease = store().transact_blocking([&](Tx& tx) {
        return acquire_lease(tx, name, "owner " + std::to_string(rival), t_->now(),
                             std::chrono::minutes(1));
      });
      ASSERT_TRUE(lease) << lease.error().detail;
      holders += *lease ? 1 : 0;
    });
    EXPECT_EQ(holders.load(), 1);
  }
}

TEST_P(RivalsTest, several_processes_may_migrate_at_once) {
  if (GetParam() == Kind::sqlite_memory) GTEST_SKIP() << "not shared";
  TestStore empty(GetParam(), TestOptions{.threaded = true, .migrated = false});
  race(
      [&](int) {
        const auto own = empty.second();
        const auto report = migrate(*own, t_->now());
        EXPECT_TRUE(report) << report.error().detail;
      },
      4);
  EXPECT_TRUE(check_schema(empty.store()));
}

// The child acknowledges each commit over a pipe until it is killed in the middle of its work.
TEST_P(RivalsTest, acknowledged_commits_survive_kill_9) {
  if (GetParam() == Kind::sqlite_memory) GTEST_SKIP() << "memory";
  // Without threads, so that this process may fork.
  t_.reset();
  t_ = std::make_unique<TestStore>(GetParam(), TestOptions{.migrated = false});
  create_items(store());
  t_->close();
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto runtime = base::real_runtime(1, base::system_clock());
    auto own = open(*runtime, {.url = t_->url()});
    for (int i = 0; own; ++i) {
      const Item item = make_item(*t_, tenant_, "n" + std::to_string(i));
      const auto done =
          (*own)->transact_blocking([&](Tx& tx) { return tx.exec(kInsertItem, item); });
      if (!done || write(pipe_ends[1], item.id.value.bytes.data(), 16) != 16) break;
    }
    _exit(1);
  }
  ::close(pipe_ends[1]);
  std::vector<domain::RequestId> acknowledged;
  domain::RequestId id;
  while (acknowledged.size() < 100 && read(pipe_ends[0], id.value.bytes.data(), 16) == 16)
    acknowledged.push_back(id);
  kill(child, SIGKILL);
  while (read(pipe_ends[0], id.value.bytes.data(), 16) == 16) acknowledged.push_back(id);
  int status = 0;
  waitpid(child, &status, 0);
  ::close(pipe_ends[0]);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended on its own";
  ASSERT_GE(acknowledged.size(), 100U);
  t_->reopen();
  for (const auto& one : acknowledged) {
    const auto found =
        store().snapshot_blocking([&](Tx& tx) { return tx.one(kAmount, {tenant_, one}); });
    ASSERT_TRUE(found.value().has_value()) << "lost " << one.text();
  }
}

TEST_P(RivalsTest, a_full_queue_refuses_more) {
  if (GetParam() == Kind::mariadb) GTEST_SKIP() << "no thread to block: see mariadb_test.cpp";
  TestOptions options{.threaded = true};
  options.store.queue_max = 2;
  options.store.threads = 1;
  TestStore small(GetParam(), options);
  std::binary_semaphore entered(0), leave(0);
  auto blocker = small.runtime().start_thread("blocker", [&] {
    EXPECT_TRUE(small.store().transact_blocking([&](Tx&) -> Status {
      entered.release();
      leave.acquire();
      return {};
    }));
  });
  entered.acquire();
  std::atomic<int> refused{0}, done{0}, ended{0};
  std::vector<std::thread> rivals;
  for (int i = 0; i < 6; ++i) {
    rivals.push_back(small.runtime().start_thread("rival", [&] {
      // Group commit takes waiting bodies into the blocker's transaction only after it, so the
      // queue stays full.
      const Status s = small.store().transact_blocking([](Tx&) -> Status { return {}; });
      if (s) {
        ++done;
      } else if (s.error().reason == "store_queue_full") {
        ++refused;
        EXPECT_EQ(s.error().code, Code::unavailable);
      }
      ++ended;
    }));
  }
  while (ended.load() < 4) std::this_thread::yield();  // four of six find the queue full
  leave.release();
  for (auto& t : rivals) t.join();
  blocker.join();
  EXPECT_EQ(refused.load(), 4);
  EXPECT_EQ(done.load(), 2);
}

std::string kind_name(const ::testing::TestParamInfo<Kind>& info) { return to_string(info.param); }
INSTANTIATE_TEST_SUITE_P(engines, RivalsTest, ::testing::ValuesIn(all_kinds()), kind_name);

}  // namespace
}  // namespace store::testing
