#include "store/idempotency.h"

#include <gtest/gtest.h>

#include "store/lease.h"
#include "store/test_items.h"

namespace store::testing {
namespace {

class KeysTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (auto why = cannot_run(GetParam())) GTEST_SKIP() << *why;
    t_ = std::make_unique<TestStore>(GetParam());
    key_ = {t_->ids().make<domain::TenantId>(), "abc", "POST /v1/things", base::sha256("body")};
  }
  template <class F>
  auto transact(F body) {
    return t_->store().transact_blocking(std::move(body));
  }
  IdempotencyState begin(const IdempotencyKey& key) {
    return transact(
               [&](Tx& tx) { return begin_idempotent(tx, key, t_->now(), std::chrono::hours(1)); })
        .value()
        .state;
  }
  std::unique_ptr<TestStore> t_;
  IdempotencyKey key_;
};

TEST_P(KeysTest, a_finished_key_replays_its_answer_until_it_expires) {
  const auto first = transact([&](Tx& tx) -> Status {
    TRY(const auto state, begin_idempotent(tx, key_, t_->now(), std::chrono::hours(1)));
    EXPECT_EQ(state.state, IdempotencyState::fresh);
    return finish_idempotent(tx, key_, {201, {R"({"Location":"/x"})"}, "made"});
  });
  ASSERT_TRUE(first) << first.error().detail;
  const auto again = transact([&](Tx& tx) { return begin_idempotent(tx, key_, t_->now()); });
  ASSERT_EQ(again.value().state, IdempotencyState::replay);
  EXPECT_EQ(again->answer.status, 201);
  EXPECT_EQ(again->answer.headers.text, R"({"Location":"/x"})");
  EXPECT_EQ(again->answer.body, "made");
  IdempotencyKey other = key_;
  other.body_hash = base::sha256("other body");
  EXPECT_EQ(begin(other), IdempotencyState::mismatch);
  for (auto change : {0, 1, 2}) {
    IdempotencyKey fresh = key_;
    if (change == 0) fresh.key = "abd";
    if (change == 1) fresh.scope = "POST /v1/others";
    if (change == 2) fresh.tenant_id = t_->ids().make<domain::TenantId>();
    EXPECT_EQ(begin(fresh), IdempotencyState::fresh) << change;
  }
  t_->sim().advance(std::chrono::hours(2));
  EXPECT_EQ(begin(other), IdempotencyState::fresh) << "expired";
  EXPECT_EQ(begin(other), IdempotencyState::running);
}

TEST_P(KeysTest, a_rolled_back_effect_leaves_no_key) {
  const Status failed = transact([&](Tx& tx) -> Status {
    TRY_STATUS(begin_idempotent(tx, key_, t_->now()));
    return base::error(base::Code::unprocessable, "no");
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(begin(key_), IdempotencyState::fresh);
}

TEST_P(KeysTest, expired_keys_are_pruned_page_by_page) {
  for (int i = 0; i < 5; ++i) {
    IdempotencyKey key = key_;
    key.key = std::to_string(i);
    begin(key);
  }
  const auto prune = [&] {
    return transact([&](Tx& tx) { return prune_idempotency_keys(tx, t_->now(), 3); }).value();
  };
  EXPECT_EQ(prune(), 0);
  t_->sim().advance(std::chrono::hours(1));
  EXPECT_EQ(prune(), 3);
  EXPECT_EQ(prune(), 2);
}

TEST_P(KeysTest, leases_pass_on_with_a_higher_fence) {
  const auto minute = std::chrono::minutes(1);
  const auto acquire = [&](const char* owner) {
    return transact([&](Tx& tx) { return acquire_lease(tx, "fold", owner, t_->now(), minute); })
        .value();
  };
  const auto holds = [&](const Lease& lease) {
    return transact([&](Tx& tx) { return holds_lease(tx, lease, t_->now()); }).value();
  };
  auto first = acquire("a");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->fence, 1);
  EXPECT_FALSE(acquire("b"));
  EXPECT_EQ(acquire("a")->fence, 1) << "its holder may ask again";
  t_->sim().advance(std::chrono::seconds(50));
  EXPECT_TRUE(transact([&](Tx& tx) { return renew_lease(tx, *first, t_->now(), minute); }).value());
  t_->sim().advance(std::chrono::seconds(50));
  EXPECT_TRUE(holds(*first));
  EXPECT_FALSE(acquire("b"));
  t_->sim().advance(std::chrono::seconds(10));
  EXPECT_FALSE(holds(*first));
  EXPECT_FALSE(
      transact([&](Tx& tx) { return renew_lease(tx, *first, t_->now(), minute); }).value());
  const auto second = acquire("b");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->fence, 2);
  EXPECT_TRUE(transact([&](Tx& tx) { return release_lease(tx, *first); }));
  EXPECT_TRUE(holds(*second)) << "a late release by the former holder does nothing";
  EXPECT_TRUE(transact([&](Tx& tx) { return release_lease(tx, *second); }));
  EXPECT_EQ(acquire("a")->fence, 3);
}

std::string kind_name(const ::testing::TestParamInfo<Kind>& info) { return to_string(info.param); }
INSTANTIATE_TEST_SUITE_P(engines, KeysTest, ::testing::ValuesIn(all_kinds()), kind_name);

}  // namespace
}  // namespace store::testing
