#include "store/batch.h"

#include <gtest/gtest.h>

#include "store/test_items.h"

namespace store::testing {
namespace {

using Inserts = Batch<Item, std::size_t>;

class BatchTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (auto why = cannot_run(GetParam())) GTEST_SKIP() << *why;
    TestOptions options;
    options.migrated = false;
    t_ = std::make_unique<TestStore>(GetParam(), options);
    create_items(t_->store());
    tenant_ = t_->ids().make<domain::TenantId>();
  }

  // Inserts the items and tells each how many went together with it.
  Inserts::Body insert() {
    return [this](Tx& tx, std::span<const Item> items) -> Result<std::vector<std::size_t>> {
      sizes_.push_back(items.size());
      for (const Item& item : items) TRY_STATUS(tx.later(kInsertItem, item));
      TRY_STATUS(tx.flush());
      return std::vector<std::size_t>(items.size(), items.size());
    };
  }

  // All at once; the results in the items' order.
  std::vector<Result<std::size_t>> run(Inserts& batch, const std::vector<Item>& items) {
    std::vector<Result<std::size_t>> results(items.size(), Result<std::size_t>(std::size_t{0}));
    auto one = [&batch, &results](Item item, std::size_t at) -> base::Awaitable<void> {
      results[at] = co_await batch.run(std::move(item));
    };
    for (std::size_t i = 0; i < items.size(); ++i) t_->runtime().spawn("item", one(items[i], i));
    t_->sim().run_until_idle();
    return results;
  }

  std::int64_t count() {
    const auto body = [&](Tx& tx) { return tx.one(kTotal, {tenant_}); };
    return t_->store().snapshot_blocking(body).value()->items;
  }

  std::vector<Item> items(int n) {
    std::vector<Item> out;
    for (int i = 0; i < n; ++i) out.push_back(make_item(*t_, tenant_, "n" + std::to_string(i)));
    return out;
  }

  std::unique_ptr<TestStore> t_;
  domain::TenantId tenant_;
  std::vector<std::size_t> sizes_;
};

TEST_P(BatchTest, what_arrives_together_is_written_together_up_to_the_limit) {
  Inserts batch(t_->runtime(), t_->store(), {.name = "inserts", .items_max = 4, .running_max = 1},
                insert());
  const auto results = run(batch, items(10));
  for (const auto& result : results) EXPECT_TRUE(result);
  EXPECT_EQ(count(), 10);
  std::size_t sum = 0;
  for (const std::size_t size : sizes_) {
    EXPECT_LE(size, 4U);
    sum += size;
  }
  EXPECT_EQ(sum, 10U);
  EXPECT_LT(sizes_.size(), 10U);
}

TEST_P(BatchTest, a_bad_item_fails_alone) {
  Inserts batch(t_->runtime(), t_->store(), {.name = "inserts", .items_max = 8, .running_max = 1},
                insert());
  auto some = items(6);
  some[3].name = some[1].name;  // the unique key refuses the second of them
  const auto results = run(batch, some);
  EXPECT_EQ(count(), 5);
  for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i].has_value(), i != 3) << i;
  EXPECT_EQ(results[3].error().reason, "item.uq_item_name");
}

INSTANTIATE_TEST_SUITE_P(engines, BatchTest, ::testing::ValuesIn(all_kinds()),
                         [](const auto& info) { return to_string(info.param); });

}  // namespace
}  // namespace store::testing
