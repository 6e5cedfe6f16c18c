#include "store/migrate.h"

#include <gtest/gtest.h>

#include "store/test_items.h"

namespace store::testing {
namespace {
using base::Code;

constexpr std::array<std::string_view, 2> kFirst{
    "CREATE TABLE first (a INTEGER NOT NULL PRIMARY KEY, b INTEGER)",
    "CREATE INDEX ix_first_b ON first (b)"};
constexpr std::array<std::string_view, 1> kSecond{
    "CREATE TABLE second (a INTEGER NOT NULL PRIMARY KEY)"};
constexpr std::array<std::string_view, 2> kBroken{
    "CREATE TABLE third (a INTEGER NOT NULL PRIMARY KEY)", "CREATE INDEX ix_third ON nowhere (a)"};
constexpr std::array<std::string_view, 2> kMended{
    "CREATE TABLE third (a INTEGER NOT NULL PRIMARY KEY)", "CREATE INDEX ix_third ON third (a)"};
constexpr Migration kOne{1, "first", kFirst, kFirst};
constexpr Migration kTwo{2, "second", kSecond, kSecond};
constexpr Migration kThreeBroken{3, "third", kBroken, kBroken};
constexpr Migration kThree{3, "third", kMended, kMended};

class MigrateTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (auto why = cannot_run(GetParam())) GTEST_SKIP() << *why;
    t_ = std::make_unique<TestStore>(GetParam(), TestOptions{.migrated = false});
  }
  Result<MigrateReport> apply(std::vector<Migration> steps) {
    return migrate(t_->store(), t_->now(), steps);
  }
  bool exists(const std::string& table) {
    return t_->store()
        .administer([&](Connection& c) -> Status {
          TRY_STATUS(c.raw("SELECT COUNT(*) FROM " + table));
          return {};
        })
        .has_value();
  }
  std::unique_ptr<TestStore> t_;
};

TEST_P(MigrateTest, applies_what_is_missing_once) {
  EXPECT_EQ(check_schema(t_->store(), std::array{kOne}).error().reason, "schema_too_old");
  const auto fresh = apply({kOne});
  ASSERT_TRUE(fresh) << fresh.error().detail;
  EXPECT_EQ(fresh->from, 0U);
  EXPECT_EQ(fresh->to, 1U);
  EXPECT_EQ(check_schema(t_->store(), std::array{kOne, kTwo}).error().reason, "schema_too_old");
  const auto more = apply({kOne, kTwo});
  ASSERT_TRUE(more) << more.error().detail;
  EXPECT_EQ(more->from, 1U);
  EXPECT_EQ(more->to, 2U);
  EXPECT_TRUE(apply({kOne, kTwo}));
  EXPECT_TRUE(check_schema(t_->store(), std::array{kOne, kTwo}));
}

TEST_P(MigrateTest, a_newer_schema_is_refused_and_left_alone) {
  ASSERT_TRUE(apply({kOne, kTwo}));
  const auto older = apply({kOne});
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, Code::conflict);
  EXPECT_EQ(older.error().reason, "schema_too_new");
  EXPECT_EQ(check_schema(t_->store(), std::array{kOne}).error().reason, "schema_too_new");
}

TEST_P(MigrateTest, a_failed_step_can_be_mended_and_continued) {
  ASSERT_TRUE(apply({kOne}));
  const auto broken = apply({kOne, kTwo, kThreeBroken});
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().detail.find("migration 3"), std::string::npos) << broken.error().detail;
  // SQLite takes the whole run back, MariaDB has committed what came before.
  EXPECT_EQ(exists("second"), GetParam() == Kind::mariadb);
  const auto mended = apply({kOne, kTwo, kThree});
  ASSERT_TRUE(mended) << mended.error().detail;
  EXPECT_EQ(mended->to, 3U);
  EXPECT_TRUE(exists("third"));
}

TEST_P(MigrateTest, an_interrupted_statement_counts_as_done) {
  if (GetParam() != Kind::mariadb) GTEST_SKIP() << "SQLite's DDL is transactional";
  ASSERT_TRUE(apply({kOne}));
  // As a crash between the DDL and its record leaves it.
  const Status crashed = t_->store().administer([](Connection& c) -> Status {
    TRY_STATUS(
        c.raw("INSERT INTO schema_migration (number, name, statements_done, finished, applied_at) "
              "VALUES (2, 'second', 0, 0, 0)"));
    TRY_STATUS(c.raw(std::string(kSecond[0])));
    return {};
  });
  ASSERT_TRUE(crashed);
  EXPECT_TRUE(apply({kOne, kTwo}));
}

TEST_P(MigrateTest, the_program_s_own_steps_apply) {
  const auto all = migrate(t_->store(), t_->now());
  ASSERT_TRUE(all) << all.error().detail;
  EXPECT_EQ(all->to, migrations().back().number);
  EXPECT_TRUE(check_schema(t_->store()));
}

std::string kind_name(const ::testing::TestParamInfo<Kind>& info) { return to_string(info.param); }
INSTANTIATE_TEST_SUITE_P(engines, MigrateTest, ::testing::ValuesIn(all_kinds()), kind_name);

}  // namespace
}  // namespace store::testing
