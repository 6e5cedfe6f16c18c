// What only a server can do to us: deadlocks, killed sessions, unsafe settings.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>

#include "store/mariadb_connection.h"
#include "store/test_items.h"

namespace store::testing {
namespace {
using base::Code;

class MariadbTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (auto why = cannot_run(Kind::mariadb)) GTEST_SKIP() << *why;
    TestOptions options{.threaded = true, .migrated = false};
    options.store.threads = 2;
    t_ = std::make_unique<TestStore>(Kind::mariadb, options);
    create_items(t_->store());
    tenant_ = t_->ids().make<domain::TenantId>();
  }
  Store& store() { return t_->store(); }
  Item insert(std::string name) {
    Item item = make_item(*t_, tenant_, std::move(name));
    EXPECT_TRUE(store().transact_blocking([&](Tx& tx) { return tx.exec(kInsertItem, item); }));
    return item;
  }
  static Result<std::string> session_of(Tx& tx) {
    TRY(auto rows, tx.connection().raw("SELECT CONNECTION_ID()"));
    return rows.at(0).at(0).value();
  }
  void kill(const std::string& session) {
    const Status killed = store().administer([&](Connection& c) -> Status {
      TRY_STATUS(c.raw("KILL CONNECTION " + session));
      return {};
    });
    EXPECT_TRUE(killed) << killed.error().detail;
  }
  std::unique_ptr<TestStore> t_;
  domain::TenantId tenant_;
};

TEST_F(MariadbTest, a_killed_session_is_replaced_and_its_statements_prepared_again) {
  const Item item = insert("a");
  for (const bool snapshot : {false, true}) {
    int runs = 0;
    auto body = [&](Tx& tx) -> Result<std::int64_t> {
      TRY(const auto before, tx.one(kAmount, {tenant_, item.id}));
      if (++runs == 1) kill(session_of(tx).value());
      TRY(const auto after, tx.one(kAmount, {tenant_, item.id}));
      return before->amount + after->amount;
    };
    const auto sum = snapshot ? store().snapshot_blocking(body) : store().transact_blocking(body);
    ASSERT_TRUE(sum) << sum.error().detail;
    EXPECT_EQ(*sum, 2);
    EXPECT_EQ(runs, 2) << "the whole body runs again on a new session";
  }
}

TEST_F(MariadbTest, a_session_killed_while_idle_costs_nobody_an_error) {
  const Item item = insert("a");
  std::string session;
  auto body = [&](Tx& tx) -> Result<std::int64_t> {
    TRY(session, session_of(tx));
    return tx.exec(kSetAmount, {tenant_, item.id, 3});
  };
  ASSERT_TRUE(store().transact_blocking(body));
  kill(session);
  EXPECT_EQ(store().transact_blocking(body).value(), 1);
}

TEST_F(MariadbTest, a_body_that_swallows_a_lost_session_can_not_commit_the_rest) {
  int runs = 0;
  const Status done = store().transact_blocking([&](Tx& tx) -> Status {
    ++runs;
    static_cast<void>(
        tx.exec(kInsertItem, make_item(*t_, tenant_, "first " + std::to_string(runs))));
    if (runs == 1) kill(session_of(tx).value());
    static_cast<void>(
        tx.exec(kInsertItem, make_item(*t_, tenant_, "second " + std::to_string(runs))));
    return {};
  });
  EXPECT_TRUE(done);
  EXPECT_EQ(runs, 2);
  const auto names =
      store().snapshot_blocking([&](Tx& tx) { return tx.all(kListItems, {tenant_}); }).value();
  ASSERT_EQ(names.size(), 2U);
  EXPECT_EQ(names[0].name, "first 2");
}

TEST_F(MariadbTest, deadlocks_are_repeated_until_both_get_through) {
  const Item a = insert("a");
  const Item b = insert("b");
  std::barrier both(2);
  std::atomic<int> runs{0};
  auto rival = [&](const Item& first, const Item& second) {
    int own_runs = 0;
    const Status done = store().transact_blocking([&](Tx& tx) -> Status {
      ++runs;
      TRY(const auto x, tx.one(kLockAmount, {tenant_, first.id}));
      if (++own_runs == 1) both.arrive_and_wait();
      TRY(const auto y, tx.one(kLockAmount, {tenant_, second.id}));
      TRY_STATUS(tx.exec(kSetAmount, {tenant_, first.id, x->amount + 10}));
      TRY_STATUS(tx.exec(kSetAmount, {tenant_, second.id, y->amount + 100}));
      return {};
    });
    EXPECT_TRUE(done) << done.error().detail;
  };
  auto one = t_->runtime().start_thread("one", [&] { rival(a, b); });
  auto two = t_->runtime().start_thread("two", [&] { rival(b, a); });
  one.join();
  two.join();
  EXPECT_EQ(runs.load(), 3) << "one victim ran twice";
  const auto all =
      store().snapshot_blocking([&](Tx& tx) { return tx.all(kListItems, {tenant_}); }).value();
  EXPECT_EQ(all[0].amount, 111);
  EXPECT_EQ(all[1].amount, 111);
}

TEST_F(MariadbTest, bodies_that_wait_for_the_server_hold_up_no_other_and_a_full_queue_refuses) {
  // On each of two loops one body runs and one waits.
  TestOptions options{.threaded = true, .migrated = false};
  options.store.threads = 4;
  options.store.queue_max = 2;
  TestStore small(Kind::mariadb, options);
  create_items(small.store());
  const Item item = make_item(small, tenant_, "locked");
  const auto insert = [&](Tx& tx) { return tx.exec(kInsertItem, item); };
  ASSERT_TRUE(small.store().transact_blocking(insert));
  std::atomic<int> refused{0}, done{0};
  std::vector<std::thread> rivals;
  const Status held = small.store().administer([&](Connection& c) -> Status {
    TRY_STATUS(c.raw("START TRANSACTION"));
    TRY_STATUS(c.raw("UPDATE item SET amount = 2"));
    for (int i = 0; i < 8; ++i) {
      rivals.push_back(small.runtime().start_thread("rival", [&] {
        const auto lock = [&](Tx& tx) { return tx.one(kLockAmount, {tenant_, item.id}); };
        const auto locked = small.store().transact_blocking(lock);
        if (locked) {
          EXPECT_EQ((*locked)->amount, 2);
          ++done;
        } else if (locked.error().reason == "store_queue_full") {
          EXPECT_EQ(locked.error().code, Code::unavailable);
          ++refused;
        }
      }));
    }
    while (refused.load() < 2) std::this_thread::yield();
    TRY_STATUS(c.raw("COMMIT"));
    return {};
  });
  EXPECT_TRUE(held) << held.error().detail;
  for (auto& rival : rivals) rival.join();
  EXPECT_EQ(refused.load(), 2);
  EXPECT_EQ(done.load(), 6);
}

TEST_F(MariadbTest, a_server_that_is_away_is_unavailable) {
  auto gone = open(t_->runtime(), {.url = "mysql://nobody:x@127.0.0.1:1/none"});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Code::unavailable);
}

TEST_F(MariadbTest, texts_join_and_compare_as_on_sqlite) {
  const Status done = store().administer([](Connection& c) -> Status {
    TRY(auto rows, c.raw("SELECT 'a' || 'b', 'a' = 'A', 'a' LIKE 'A', 'x_y' LIKE 'x!_y' ESCAPE "
                         "'!', 7 DIV 2, '\\'"));
    const RawRow expected{"ab", "0", "0", "1", "3", "\\"};
    EXPECT_EQ(rows.at(0), expected);
    return {};
  });
  EXPECT_TRUE(done) << done.error().detail;
}

TEST(MariadbSettings, only_durable_and_strict_servers_are_safe) {
  struct Case {
    const char* flush;
    const char* mode;
    bool safe;
  };
  for (const Case& c :
       {Case{"1", "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION", true},
        Case{"1", "STRICT_ALL_TABLES", true}, Case{"1", "", false}, Case{"1", "ANSI_QUOTES", false},
        Case{"2", "STRICT_ALL_TABLES", false}, Case{"0", "", false}}) {
    EXPECT_EQ(unsafe_settings(c.flush, c.mode).empty(), c.safe) << c.flush << " " << c.mode;
  }
}

TEST(MariadbUrl, is_read_or_refused) {
  const auto full = parse_mysql_url("mysql://us%40er:p%3Aw@db.example:3307/shop?tls_ca=%2Fca.pem");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->user, "us@er");
  EXPECT_EQ(full->password.reveal(), "p:w");
  EXPECT_EQ(full->host, "db.example");
  EXPECT_EQ(full->port, 3307);
  EXPECT_EQ(full->database, "shop");
  EXPECT_EQ(full->tls_ca, "/ca.pem");
  const auto socket = parse_mysql_url("mysql:///shop?socket=/run/db.sock&user=u");
  ASSERT_TRUE(socket);
  EXPECT_EQ(socket->socket, "/run/db.sock");
  EXPECT_EQ(socket->user, "u");
  for (const char* bad :
       {"mysql:", "mysql://host", "mysql://host/", "mysql://host:x/d", "mysql://host:0/d",
        "mysql://host:99999/d", "mysql://host/d?what=1", "sqlite:x"}) {
    EXPECT_FALSE(parse_mysql_url(bad)) << bad;
  }
}

}  // namespace
}  // namespace store::testing
