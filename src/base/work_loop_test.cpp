#include "base/work_loop.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace {

using namespace std::chrono_literals;
using base::Awaitable;

constexpr base::Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

// A pile of work that takes `work_time` a piece, and a record of how it was taken.
struct Pile {
  explicit Pile(base::Runtime& r) : runtime(r) {}
  Awaitable<void> piece() {
    ++running;
    running_max = std::max(running_max, running);
    co_await runtime.sleep(work_time);
    --running;
    ++done;
  }
  Awaitable<base::Result<std::vector<Awaitable<void>>>> claim(std::size_t room) {
    claims.push_back(runtime.clock().now());
    if (failures > 0) {
      --failures;
      co_return base::error(base::Code::unavailable, "expected");
    }
    std::vector<Awaitable<void>> tasks;
    for (; left > 0 && tasks.size() < room; --left) tasks.push_back(piece());
    co_return tasks;
  }
  base::WorkLoop::Claim claimer() {
    return [this](std::size_t room) { return claim(room); };
  }

  base::Runtime& runtime;
  base::Duration work_time = 100ms;
  std::size_t left = 0;
  int failures = 0;
  int running = 0;
  int running_max = 0;
  int done = 0;
  std::vector<base::Time> claims;
};

base::WorkLoop::Options options() {
  return {.name = "pile", .sweep = 1s, .in_flight_max = 4, .claim_max = 3};
}

// Goal: a full pile is worked off at the speed of its places, never more than that at once.
TEST(WorkLoop, keeps_its_places_filled) {
  const auto runtime = base::sim_runtime(1, kStart);
  Pile pile(*runtime);
  pile.left = 40;
  base::WorkLoop loop(*runtime, options(), pile.claimer());
  loop.start();
  runtime->advance(1s);
  EXPECT_EQ(pile.done, 40);
  EXPECT_EQ(pile.running_max, 4);
  EXPECT_EQ(loop.in_flight(), 0U);
  runtime->stop();
}

TEST(WorkLoop, sleeps_until_the_sweep_or_a_wake) {
  const auto runtime = base::sim_runtime(1, kStart);
  Pile pile(*runtime);
  base::WorkLoop loop(*runtime, options(), pile.claimer());
  loop.start();
  runtime->advance(1500ms);
  EXPECT_EQ(pile.claims, (std::vector<base::Time>{kStart, kStart + 1s}));
  pile.left = 1;
  loop.wake();
  runtime->run_until_idle();
  EXPECT_EQ(pile.running, 1);
  EXPECT_EQ(pile.claims.back(), kStart + 1500ms);
  runtime->stop();
}

// Goal: a database that is away is asked less and less, up to every 10 s, and at once afterwards.
TEST(WorkLoop, backs_off_while_claims_fail) {
  const auto runtime = base::sim_runtime(1, kStart);
  Pile pile(*runtime);
  pile.failures = 9;
  pile.left = 1;
  base::WorkLoop loop(*runtime, options(), pile.claimer());
  loop.start();
  runtime->advance(1h);
  ASSERT_GT(pile.claims.size(), 9U);
  EXPECT_EQ(pile.claims[1] - pile.claims[0], 200ms);
  EXPECT_EQ(pile.claims[2] - pile.claims[1], 400ms);
  EXPECT_EQ(pile.claims[8] - pile.claims[7], 10s);
  EXPECT_EQ(pile.done, 1);
  EXPECT_EQ(pile.claims[10] - pile.claims[9], 1s);
  runtime->stop();
}

TEST(WorkLoop, step_claims_without_waiting) {
  const auto runtime = base::sim_runtime(1, kStart);
  Pile pile(*runtime);
  pile.left = 10;
  base::WorkLoop loop(*runtime, options(), pile.claimer());
  std::vector<std::size_t> counts;
  const auto body = [&]() -> Awaitable<void> {
    for (int i = 0; i < 3; ++i) {
      const auto count = co_await loop.step();
      counts.push_back(count.value());
    }
  };
  runtime->run(body());
  EXPECT_EQ(counts, (std::vector<std::size_t>{3, 1, 0}));
  EXPECT_EQ(runtime->clock().now(), kStart);
  runtime->stop();
}

}  // namespace
