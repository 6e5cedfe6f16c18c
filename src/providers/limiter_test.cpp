#include "providers/limiter.h"

#include <gtest/gtest.h>

#include "providers/scripted_peer.h"

// Goal: calls to one account never start faster than its rate, in the order in which they asked,
// and a crowd is refused instead of growing a queue without end.
namespace providers {
namespace {

using base::Code;
using base::Duration;
using std::chrono::milliseconds;

domain::ConnectionId account(std::uint8_t n) {
  domain::ConnectionId id;
  id.value.bytes[15] = n;
  return id;
}

struct Fixture : ::testing::Test {
  std::unique_ptr<base::SimRuntime> runtime = base::sim_runtime(1, base::from_micros(0));
  LimiterOptions options{.live_per_second = 100, .test_per_second = 25, .burst = 4, .queue_max = 8};

  struct Started {
    int number = 0;
    Duration at{0};
    std::optional<Code> refused;
    std::uint32_t retry_after_s = 0;
  };
  std::vector<Started> started;

  // Ends the calls that still wait while the limiters of the test are alive.
  void TearDown() override { runtime->stop(); }
  std::vector<std::unique_ptr<Limiter>> limiters;
  Limiter& make_limiter() {
    return *limiters.emplace_back(std::make_unique<Limiter>(*runtime, options));
  }

  void ask(Limiter& limiter, int number, std::uint8_t who, bool livemode) {
    auto body = [](Fixture& self, Limiter& on, int n, std::uint8_t id,
                   bool live) -> base::Awaitable<void> {
      const base::Status slot = co_await on.acquire(account(id), live);
      Started entry{.number = n, .at = self.runtime->clock().steady()};
      if (!slot) {
        entry.refused = slot.error().code;
        entry.retry_after_s = slot.error().retry_after_s;
      }
      self.started.push_back(entry);
    };
    runtime->spawn("ask", body(*this, limiter, number, who, livemode));
  }
};

TEST_F(Fixture, SpacesCallsAfterTheBurstInOrder) {
  Limiter& limiter = make_limiter();
  for (int i = 0; i < 8; ++i) ask(limiter, i, 1, true);
  runtime->advance(milliseconds(1000));
  ASSERT_EQ(started.size(), 8u);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(started[i].number, i);
    EXPECT_FALSE(started[i].refused);
    EXPECT_EQ(started[i].at, milliseconds(i < 4 ? 0 : (i - 3) * 10)) << i;
  }
}

TEST_F(Fixture, TestModeIsSlower) {
  Limiter& limiter = make_limiter();
  for (int i = 0; i < 6; ++i) ask(limiter, i, 1, false);
  runtime->advance(milliseconds(1000));
  ASSERT_EQ(started.size(), 6u);
  EXPECT_EQ(started[5].at, milliseconds(80));
}

TEST_F(Fixture, NeverStartsMoreInASecondThanRateAndBurst) {
  options.queue_max = 1000;
  Limiter& limiter = make_limiter();
  for (int i = 0; i < 400; ++i) ask(limiter, i, 1, true);
  runtime->advance(std::chrono::seconds(10));
  ASSERT_EQ(started.size(), 400u);
  for (std::size_t i = 0; i + 104 < started.size(); ++i) {
    EXPECT_GE(started[i + 104].at - started[i].at, milliseconds(1000)) << i;
  }
}

TEST_F(Fixture, AccountsDoNotWaitForEachOther) {
  Limiter& limiter = make_limiter();
  for (int i = 0; i < 10; ++i) ask(limiter, i, 1, true);
  ask(limiter, 100, 2, true);
  runtime->run_until_idle();
  ASSERT_EQ(started.size(), 5u);
  EXPECT_EQ(started.back().number, 100);
}

TEST_F(Fixture, RefusesWhenTooManyWait) {
  Limiter& limiter = make_limiter();
  for (int i = 0; i < 13; ++i) ask(limiter, i, 1, true);
  runtime->run_until_idle();
  // Four start at once, eight wait for the next slots; the last finds the queue full.
  ASSERT_EQ(started.size(), 5u);
  EXPECT_EQ(started.back().number, 12);
  EXPECT_EQ(started.back().refused, Code::rate_limited);
  EXPECT_EQ(started.back().retry_after_s, 1u);
}

TEST_F(Fixture, PauseHoldsEveryNewCallBack) {
  Limiter& limiter = make_limiter();
  limiter.pause(account(1), true, std::chrono::seconds(2));
  ask(limiter, 0, 1, true);
  runtime->advance(milliseconds(500));
  // Longer than the queue: refused with the time to come back.
  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started[0].refused, Code::rate_limited);
  EXPECT_EQ(started[0].retry_after_s, 2u);
  runtime->advance(milliseconds(1450));
  ask(limiter, 1, 1, true);
  runtime->advance(milliseconds(100));
  ASSERT_EQ(started.size(), 2u);
  EXPECT_FALSE(started[1].refused);
  EXPECT_EQ(started[1].at, milliseconds(2000));
}

TEST_F(Fixture, ForgetsIdleAccounts) {
  options.accounts_max = 3;
  Limiter& limiter = make_limiter();
  for (std::uint8_t i = 0; i < 200; ++i) {
    ask(limiter, i, i, true);
    runtime->advance(milliseconds(50));
  }
  ASSERT_EQ(started.size(), 200u);
  for (const auto& entry : started) EXPECT_FALSE(entry.refused);
}

TEST_F(Fixture, StoppingEndsTheWait) {
  Limiter& limiter = make_limiter();
  for (int i = 0; i < 6; ++i) ask(limiter, i, 1, true);
  runtime->run_until_idle();
  runtime->stop();
  runtime->run_until_idle();
  ASSERT_EQ(started.size(), 6u);
  EXPECT_EQ(started.back().refused, Code::unavailable);
}

}  // namespace
}  // namespace providers
