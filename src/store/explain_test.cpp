#include "store/explain.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "store/test_items.h"

namespace store::testing {
namespace {

struct Case {
  const char* sql;
  const char* problem;  // empty: none
};
constexpr std::string_view kIdParam[] = {"tenant_id"};

class ExplainTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (auto why = cannot_run(GetParam())) GTEST_SKIP() << *why;
    t_ = std::make_unique<TestStore>(GetParam());
    create_items(t_->store());
    for (int tenant = 0; tenant < 20; ++tenant) {
      const auto id = t_->ids().make<domain::TenantId>();
      std::vector<Item> items;
      for (int i = 0; i < 100; ++i) items.push_back(make_item(*t_, id, std::to_string(i)));
      ASSERT_TRUE(
          t_->store().transact_blocking([&](Tx& tx) { return tx.exec_many(kInsertItem, items); }));
    }
    ASSERT_TRUE(refresh_statistics(t_->store()));
  }
  std::unique_ptr<TestStore> t_;
};

TEST_P(ExplainTest, finds_scans_and_sorts) {
  const Case cases[] = {
      {"SELECT id, amount FROM item WHERE tenant_id = ? ORDER BY id LIMIT 10", ""},
      {"SELECT i.id FROM item AS i WHERE ? = i.tenant_id", ""},
      {"UPDATE item SET amount = 2 WHERE tenant_id = ? AND id = tenant_id", ""},
      {"SELECT id FROM item WHERE amount = ?", "scans all of item"},
      {"SELECT id, note FROM item WHERE note LIKE ? LIMIT 10", "scans all of item"},
      {"SELECT COUNT(id) AS n FROM item WHERE name > ?", "scans all of item"},
      {"SELECT id, amount FROM item WHERE tenant_id = ? ORDER BY amount", "sorts"},
      {"DELETE FROM item WHERE made_at < ?", "scans all of item"},
  };
  for (const Case& c : cases) {
    const Statement statement{
        .name = "test.case", .sqlite = c.sql, .mariadb = c.sql, .params = kIdParam};
    std::vector<Finding> found;
    const Status done = t_->store().administer([&](Connection& connection) -> Status {
      TRY(found, explain(connection, statement));
      return {};
    });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(found.empty() ? "" : found[0].problem, c.problem)
        << c.sql << (found.empty() ? "" : " -> " + found[0].plan);
  }
}

TEST_P(ExplainTest, the_store_s_own_statements_use_indexes) {
  const auto found = explain_all(t_->store());
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_GE(all_statements().size(), 13U);
  for (const Finding& f : *found) {
    // Empty tables say nothing about MariaDB's plans: it reads a whole empty table on purpose.
    if (GetParam() == Kind::mariadb) continue;
    ADD_FAILURE() << f.statement << " " << f.problem << ": " << f.plan;
  }
}

std::string kind_name(const ::testing::TestParamInfo<Kind>& info) { return to_string(info.param); }
INSTANTIATE_TEST_SUITE_P(engines, ExplainTest, ::testing::ValuesIn(all_kinds()), kind_name);

}  // namespace
}  // namespace store::testing
