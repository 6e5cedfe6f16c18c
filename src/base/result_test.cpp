#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/assert.h"
#include "base/runtime.h"

namespace {

base::Result<int> half(int x) {
  if (x % 2 != 0) return base::error(base::Code::invalid_argument, "odd", "not even");
  return x / 2;
}

base::Status check(int x) {
  TRY_STATUS(half(x));
  return {};
}

base::Result<std::unique_ptr<int>> quarter(int x) {
  TRY(const int first, half(x));
  TRY(const int second, half(first));
  return std::make_unique<int>(second);
}

base::Awaitable<base::Result<int>> half_later(base::Runtime& runtime, int x) {
  CO_TRY_STATUS(check(x));
  co_await runtime.sleep(std::chrono::seconds(1));
  CO_TRY(const int out, half(x));
  co_return out;
}

TEST(Result, try_returns_the_first_error) {
  EXPECT_EQ(**quarter(8), 2);
  EXPECT_EQ(quarter(6).error().reason, "odd");
  EXPECT_EQ(quarter(3).error().detail, "not even");
  EXPECT_TRUE(check(2));
  EXPECT_EQ(check(1).error().code, base::Code::invalid_argument);
}

TEST(Result, co_try_in_coroutines) {
  const auto runtime = base::sim_runtime(1, base::Time{});
  const auto body = [&]() -> base::Awaitable<void> {
    const auto good = co_await half_later(*runtime, 4);
    EXPECT_EQ(good.value(), 2);
    const auto bad = co_await half_later(*runtime, 5);
    EXPECT_FALSE(bad);
  };
  runtime->run(body());
}

TEST(ResultDeathTest, value_of_an_error_is_a_bug) {
  EXPECT_DEATH(quarter(3).value(), "not even");
  EXPECT_DEATH(QT_ASSERT(1 == 2), "assertion failed: 1 == 2 .*result_test.cpp");
}

TEST(Result, field_error_names_the_field) {
  const auto e = base::field_error("amount_minor", "out_of_range", "is negative");
  EXPECT_EQ(e.code, base::Code::invalid_argument);
  ASSERT_EQ(e.fields.size(), 1U);
  EXPECT_EQ(e.fields[0].field, "amount_minor");
  EXPECT_EQ(base::to_string(e.code), "invalid_argument");
}

}  // namespace
