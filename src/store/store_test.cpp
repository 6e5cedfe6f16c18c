// What Tx promises, the same on every engine.
#include "store/store.h"

#include <gtest/gtest.h>

#include "store/test_items.h"

namespace store::testing {
namespace {
using base::Code;

class StoreTest : public ::testing::TestWithParam<std::tuple<Kind, bool>> {
 protected:
  void SetUp() override {
    const auto [kind, threaded] = GetParam();
    if (auto why = cannot_run(kind)) GTEST_SKIP() << *why;
    TestOptions options;
    options.threaded = threaded;
    options.migrated = false;
    options.store.threads = 3;
    t_ = std::make_unique<TestStore>(kind, options);
    create_items(t_->store());
    tenant_ = t_->ids().make<domain::TenantId>();
  }
  Store& store() { return t_->store(); }
  Item insert(std::string name) {
    Item item = make_item(*t_, tenant_, std::move(name));
    const auto done = store().transact_blocking([&](Tx& tx) { return tx.exec(kInsertItem, item); });
    EXPECT_TRUE(done) << done.error().detail;
    return item;
  }
  std::int64_t count() {
    const auto total = store().snapshot_blocking([&](Tx& tx) { return tx.one(kTotal, {tenant_}); });
    return total.value()->items;
  }
  std::unique_ptr<TestStore> t_;
  domain::TenantId tenant_;
};

TEST_P(StoreTest, every_type_comes_back_as_it_went_in) {
  Item full = make_item(*t_, tenant_, "O'Brien \"\\%_ \U0001F4B6");
  full.note = std::string(300'000, 'n') + "\xc3\xa4";
  full.amount = std::numeric_limits<std::int64_t>::min();
  full.rank = std::numeric_limits<std::int32_t>::max();
  full.flag = true;
  full.color = Color::green;
  full.secret = base::Secret<std::string>("0123");
  full.bytes.bytes = std::string("\0\xff\x80", 3);
  full.gone_at = base::from_micros(1);
  full.parent_id = full.id;
  Item bare = make_item(*t_, tenant_, "");
  bare.amount = std::numeric_limits<std::int64_t>::max();
  bare.bytes = {};
  for (const Item& in : {full, bare}) {
    const auto out = store().transact_blocking([&](Tx& tx) -> Result<std::optional<Item>> {
      TRY(const auto affected, tx.exec(kInsertItem, in));
      EXPECT_EQ(affected, 1);
      return tx.one(kFindItem, {in.tenant_id, in.id});
    });
    ASSERT_TRUE(out) << out.error().detail;
    ASSERT_TRUE(*out);
    const Item& i = **out;
    EXPECT_EQ(i.tenant_id, in.tenant_id);
    EXPECT_EQ(i.id, in.id);
    EXPECT_EQ(i.name, in.name);
    EXPECT_EQ(i.note, in.note);
    EXPECT_EQ(i.amount, in.amount);
    EXPECT_EQ(i.rank, in.rank);
    EXPECT_EQ(i.flag, in.flag);
    EXPECT_EQ(i.color, in.color);
    EXPECT_EQ(i.secret.reveal(), in.secret.reveal());
    EXPECT_EQ(i.bytes, in.bytes);
    EXPECT_EQ(i.payload.text, in.payload.text);
    EXPECT_EQ(i.made_at, in.made_at);
    EXPECT_EQ(i.gone_at, in.gone_at);
    EXPECT_EQ(i.parent_id, in.parent_id);
  }
}

TEST_P(StoreTest, affected_rows_are_the_matched_ones) {
  const Item item = insert("a");
  const auto set = [&](std::int64_t amount, domain::RequestId id) {
    return store()
        .transact_blocking([&](Tx& tx) { return tx.exec(kSetAmount, {tenant_, id, amount}); })
        .value();
  };
  EXPECT_EQ(set(7, item.id), 1);
  EXPECT_EQ(set(7, item.id), 1) << "matched, although nothing changes";
  EXPECT_EQ(set(7, t_->ids().make<domain::RequestId>()), 0);
  const auto again =
      store().transact_blocking([&](Tx& tx) { return tx.exec(kInsertOrIgnore, item); });
  EXPECT_EQ(again.value(), 0);
  Item same_name = make_item(*t_, tenant_, "a");
  const auto other_key =
      store().transact_blocking([&](Tx& tx) { return tx.exec(kInsertOrIgnore, same_name); });
  ASSERT_FALSE(other_key) << "only the named key is ignored";
  EXPECT_EQ(other_key.error().reason, "item.uq_item_name");
}

TEST_P(StoreTest, unique_violations_name_the_key_and_no_value) {
  const Item item = insert("secret-name");
  Item same_name = make_item(*t_, tenant_, "secret-name");
  Item same_id = make_item(*t_, tenant_, "another");
  same_id.id = item.id;
  for (const auto& [row, reason] :
       {std::pair(same_id, "item.primary"), std::pair(same_name, "item.uq_item_name")}) {
    const auto done = store().transact_blocking([&](Tx& tx) { return tx.exec(kInsertItem, row); });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::conflict);
    EXPECT_EQ(done.error().reason, reason);
    EXPECT_EQ(done.error().detail.find("secret-name"), std::string::npos) << done.error().detail;
  }
  // The transaction stays usable after a conflict.
  const auto both = store().transact_blocking([&](Tx& tx) -> Result<std::int64_t> {
    EXPECT_FALSE(tx.exec(kInsertItem, item));
    same_name.name = "other";
    return tx.exec(kInsertItem, same_name);
  });
  EXPECT_TRUE(both);
  EXPECT_EQ(count(), 2);
}

TEST_P(StoreTest, values_that_do_not_fit_are_refused_without_being_quoted) {
  Item item = make_item(*t_, tenant_, std::string(65, 'x'));
  const auto done = store().transact_blocking([&](Tx& tx) { return tx.exec(kInsertItem, item); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::internal);
  EXPECT_EQ(done.error().reason, "out_of_range");
  EXPECT_EQ(done.error().detail.find("xxx"), std::string::npos);
}

TEST_P(StoreTest, one_refuses_a_second_row_and_each_may_use_the_transaction) {
  insert("a");
  insert("b");
  static constexpr Query<TenantKey, Item> kAny{sql::list_items};
  const auto two = store().snapshot_blocking([&](Tx& tx) { return tx.one(kAny, {tenant_}); });
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().code, Code::corrupt);
  std::vector<std::string> seen;
  const Status each = store().transact_blocking([&](Tx& tx) {
    seen.clear();
    return tx.each(kListItems, {tenant_}, [&](Item&& item) -> Status {
      seen.push_back(item.name);
      TRY_STATUS(tx.exec(kSetAmount, {tenant_, item.id, 5}));
      TRY(auto again, tx.one(kAmount, {tenant_, item.id}));
      EXPECT_EQ(again->amount, 5);
      return {};
    });
  });
  EXPECT_TRUE(each) << each.error().detail;
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "b"}));
  const Status stopped = store().snapshot_blocking([&](Tx& tx) {
    return tx.each(kListItems, {tenant_},
                   [&](Item&&) -> Status { return base::error(Code::refused, "enough"); });
  });
  EXPECT_EQ(stopped.error().code, Code::refused);
  EXPECT_EQ(count(), 2) << "the statement is free again";
  const Status nested = store().snapshot_blocking([&](Tx& tx) {
    return tx.each(kListItems, {tenant_}, [&](Item&&) -> Status {
      const auto again = tx.all(kListItems, {tenant_});
      EXPECT_FALSE(again) << "the same statement twice at a time";
      return {};
    });
  });
  EXPECT_TRUE(nested);
}

TEST_P(StoreTest, exec_many_sums_and_keeps_the_order_of_nulls) {
  std::vector<Item> items;
  for (int i = 0; i < 10; ++i) {
    Item item = make_item(*t_, tenant_, "n" + std::to_string(i));
    if (i % 2) item.note = "note " + std::to_string(i);
    if (i % 3) item.rank = i;
    item.bytes.bytes.assign(static_cast<std::size_t>(i), '\0');
    items.push_back(std::move(item));
  }
  const auto inserted =
      store().transact_blocking([&](Tx& tx) { return tx.exec_many(kInsertItem, items); });
  EXPECT_EQ(inserted.value(), 10);
  const auto back =
      store().snapshot_blocking([&](Tx& tx) { return tx.all(kListItems, {tenant_}); }).value();
  ASSERT_EQ(back.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(back[i].name, items[i].name);
    EXPECT_EQ(back[i].note, items[i].note);
    EXPECT_EQ(back[i].rank, items[i].rank);
    EXPECT_EQ(back[i].bytes, items[i].bytes);
  }
  std::vector<ItemAmount> sets;
  for (const Item& item : items) sets.push_back({tenant_, item.id, 1});
  sets.push_back({tenant_, t_->ids().make<domain::RequestId>(), 1});
  EXPECT_EQ(
      store().transact_blocking([&](Tx& tx) { return tx.exec_many(kSetAmount, sets); }).value(),
      10);
  const auto ignored =
      store().transact_blocking([&](Tx& tx) { return tx.exec_many(kInsertOrIgnore, items); });
  EXPECT_EQ(ignored.value(), 0);
  items[7].name = "changed";
  items.erase(items.begin(),
              items.begin() + 7);  // which of two violated keys is named depends on the engine
  items.resize(1);
  items.push_back(make_item(*t_, tenant_, "fresh"));
  const auto conflict =
      store().transact_blocking([&](Tx& tx) { return tx.exec_many(kInsertItem, items); });
  EXPECT_EQ(conflict.error().reason, "item.primary");
  EXPECT_EQ(
      store().transact_blocking([&](Tx& tx) { return tx.exec_many(kInsertItem, {}); }).value(), 0);
}

TEST_P(StoreTest, exec_many_ignores_only_the_rows_that_exist) {
  std::vector<Item> items;
  for (int i = 0; i < 5; ++i) items.push_back(make_item(*t_, tenant_, "n" + std::to_string(i)));
  const auto first =
      store().transact_blocking([&](Tx& tx) { return tx.exec(kInsertItem, items[2]); });
  ASSERT_TRUE(first);
  items.push_back(items[4]);  // twice in one array
  const auto inserted =
      store().transact_blocking([&](Tx& tx) { return tx.exec_many(kInsertOrIgnore, items); });
  EXPECT_EQ(inserted.value(), 4);
  EXPECT_EQ(count(), 5);
}

TEST_P(StoreTest, later_runs_before_a_read_of_its_table_and_before_the_commit) {
  std::vector<Item> items;
  for (int i = 0; i < 3; ++i) items.push_back(make_item(*t_, tenant_, "n" + std::to_string(i)));
  const auto seen = store().transact_blocking([&](Tx& tx) -> Result<std::int64_t> {
    for (const Item& item : items) TRY_STATUS(tx.later(kInsertItem, item));
    TRY_STATUS(tx.later(kSetAmount, {tenant_, items[1].id, 7}));
    TRY(const auto total, tx.one(kTotal, {tenant_}));
    TRY_STATUS(tx.later(kSetAmount, {tenant_, items[0].id, 100}));
    return total->sum.value_or(0);
  });
  EXPECT_EQ(seen.value(), 9);
  const auto total =
      store().snapshot_blocking([&](Tx& tx) { return tx.one(kTotal, {tenant_}); }).value();
  EXPECT_EQ(total->sum, 108);
}

TEST_P(StoreTest, later_fails_the_body_when_a_row_was_not_there) {
  const Item item = make_item(*t_, tenant_, "a");
  const ItemAmount nobody{tenant_, t_->ids().make<domain::RequestId>(), 1};
  int hooks = 0;
  const auto write = [&](Affects affects) {
    return store().transact_blocking([&](Tx& tx) -> Status {
      tx.after_commit([&] { ++hooks; });
      TRY_STATUS(tx.later(kInsertItem, item));
      return tx.later(kSetAmount, nobody, affects);
    });
  };
  EXPECT_EQ(write(Affects::one_row).error().reason, "changed");
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(hooks, 0);
  EXPECT_TRUE(write(Affects::any_rows));
  EXPECT_EQ(write(Affects::any_rows).error().code, base::Code::conflict);
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(hooks, 1);
}

TEST_P(StoreTest, errors_and_exceptions_roll_back_and_drop_the_hooks) {
  int hooks = 0;
  const Status failed = store().transact_blocking([&](Tx& tx) -> Status {
    tx.after_commit([&] { ++hooks; });
    TRY_STATUS(tx.exec(kInsertItem, make_item(*t_, tenant_, "a")));
    return base::error(Code::unprocessable, "no");
  });
  EXPECT_EQ(failed.error().code, Code::unprocessable);
  const Status thrown = store().transact_blocking([&](Tx& tx) -> Status {
    tx.after_commit([&] { ++hooks; });
    TRY_STATUS(tx.exec(kInsertItem, make_item(*t_, tenant_, "a")));
    throw std::runtime_error("oops");
  });
  EXPECT_EQ(thrown.error().code, Code::internal);
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(hooks, 0);
  const Status kept = store().transact_blocking([&](Tx& tx) -> Status {
    tx.after_commit([&] { ++hooks; });
    TRY_STATUS(tx.exec(kInsertItem, make_item(*t_, tenant_, "a")));
    return {};
  });
  EXPECT_TRUE(kept);
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(hooks, 1);
}

TEST_P(StoreTest, snapshots_refuse_writes) {
  const auto done = store().snapshot_blocking(
      [&](Tx& tx) { return tx.exec(kInsertItem, make_item(*t_, tenant_, "a")); });
  EXPECT_EQ(done.error().code, Code::internal);
  EXPECT_EQ(count(), 0);
}

struct WrongName {
  std::int64_t amounts = 0;
};
BOOST_DESCRIBE_STRUCT(WrongName, (), (amounts))
struct WrongType {
  std::string amount;
};
BOOST_DESCRIBE_STRUCT(WrongType, (), (amount))
struct TooMany {
  std::int64_t amount = 0;
  std::int64_t more = 0;
};
BOOST_DESCRIBE_STRUCT(TooMany, (), (amount, more))

TEST_P(StoreTest, rows_that_do_not_match_their_statement_are_named) {
  const Item item = insert("a");
  static constexpr Query<ItemKey, WrongName> kName{sql::amount};
  static constexpr Query<ItemKey, WrongType> kType{sql::amount};
  static constexpr Query<ItemKey, TooMany> kMany{sql::amount};
  static constexpr Query<ItemKey, WrongName> kMissingTable{sql::amount};
  const auto refused = [&](const auto& query, const char* part) {
    const auto done =
        store().snapshot_blocking([&](Tx& tx) { return tx.one(query, {tenant_, item.id}); });
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().detail.find("test.amount"), std::string::npos) << done.error().detail;
    EXPECT_NE(done.error().detail.find(part), std::string::npos) << done.error().detail;
  };
  refused(kName, "amounts");
  refused(kType, "amount");
  refused(kMany, "columns");
  // The right row type still works on the same prepared statement.
  EXPECT_EQ(store()
                .snapshot_blocking([&](Tx& tx) { return tx.one(kAmount, {tenant_, item.id}); })
                .value()
                ->amount,
            1);
}

Awaitable<Result<std::int64_t>> add_two(Store& store, Item first, Item second) {
  auto insert = [&](Tx& tx) -> Result<std::int64_t> {
    TRY_STATUS(tx.exec(kInsertItem, first));
    return tx.exec(kInsertItem, second);
  };
  auto inserted = co_await store.with_transaction(insert);
  if (!inserted) co_return inserted;
  auto sum = [tenant = first.tenant_id](Tx& tx) { return tx.one(kTotal, {tenant}); };
  auto total = co_await store.with_snapshot(sum);
  if (!total) co_return total.error();
  co_return (*total)->items;
}

TEST_P(StoreTest, coroutines_see_their_committed_work) {
  const auto two =
      t_->run(add_two(store(), make_item(*t_, tenant_, "a"), make_item(*t_, tenant_, "b")));
  ASSERT_TRUE(two) << two.error().detail;
  EXPECT_EQ(*two, 2);
  const auto again =
      t_->run(add_two(store(), make_item(*t_, tenant_, "c"), make_item(*t_, tenant_, "a")));
  EXPECT_EQ(again.error().reason, "item.uq_item_name");
  EXPECT_EQ(count(), 2) << "the first insert went with the second";
}

TEST_P(StoreTest, reads_see_what_was_committed_and_refuse_writes) {
  const Item item = insert("a");
  auto read = [&](Tx& tx) { return tx.one(kAmount, {tenant_, item.id}); };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(t_->run(store().with_reads(read)).value()->amount, 1);
  auto write = [&](Tx& tx) { return tx.exec(kSetAmount, {tenant_, item.id, 2}); };
  EXPECT_EQ(t_->run(store().with_reads(write)).error().code, Code::internal);
  EXPECT_EQ(t_->run(store().with_transaction(write)).value(), 1);
  EXPECT_EQ(t_->run(store().with_reads(read)).value()->amount, 2);
}

// A body that can be moved but not copied.
TEST_P(StoreTest, bodies_may_be_move_only) {
  auto item = std::make_unique<Item>(make_item(*t_, tenant_, "a"));
  auto body = [item = std::move(item)](Tx& tx) { return tx.exec(kInsertItem, *item); };
  const auto done = t_->run(store().with_transaction(std::move(body)));
  EXPECT_EQ(done.value(), 1);
}

std::string param_name(const ::testing::TestParamInfo<std::tuple<Kind, bool>>& info) {
  return to_string(std::get<0>(info.param)) + (std::get<1>(info.param) ? "_threads" : "_sim");
}
INSTANTIATE_TEST_SUITE_P(engines, StoreTest,
                         ::testing::Combine(::testing::ValuesIn(all_kinds()), ::testing::Bool()),
                         param_name);

}  // namespace
}  // namespace store::testing
