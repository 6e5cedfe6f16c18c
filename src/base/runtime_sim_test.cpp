#include "base/runtime.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <thread>

namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Duration;
using base::Runtime;

constexpr base::Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

Awaitable<void> note_after(Runtime& runtime, Duration delay, std::string name,
                           std::vector<std::string>& log) {
  const bool slept = co_await runtime.sleep(delay);
  log.push_back(name + (slept ? "" : " stopped"));
}

// Goal: timers fire in the order of their deadlines, equal ones in the order of their start, and
// the clock stands exactly at each deadline.
TEST(SimRuntime, fires_in_order) {
  const auto runtime = base::sim_runtime(1, kStart);
  std::vector<std::string> log;
  runtime->spawn("c", note_after(*runtime, 30s, "c", log));
  runtime->spawn("a", note_after(*runtime, 10s, "a", log));
  runtime->spawn("b", note_after(*runtime, 10s, "b", log));
  runtime->run_until_idle();
  EXPECT_TRUE(log.empty());
  runtime->advance(9'999'999us);
  EXPECT_TRUE(log.empty());
  runtime->advance(1us);
  EXPECT_EQ(log, (std::vector<std::string>{"a", "b"}));
  runtime->advance(1h);
  EXPECT_EQ(log.back(), "c");
  EXPECT_EQ(runtime->clock().now(), kStart + 1h + 10s);
}

Awaitable<void> tick(Runtime& runtime, int times, std::vector<base::Time>& log) {
  for (int i = 0; i < times; ++i) {
    co_await runtime.sleep(1s);
    log.push_back(runtime.clock().now());
  }
}

TEST(SimRuntime, run_moves_the_clock_by_itself) {
  const auto runtime = base::sim_runtime(1, kStart);
  std::vector<base::Time> log;
  runtime->run(tick(*runtime, 3, log));
  EXPECT_EQ(log, (std::vector<base::Time>{kStart + 1s, kStart + 2s, kStart + 3s}));
}

TEST(SimRuntime, stop_wakes_sleepers_and_later_sleeps_end_at_once) {
  const auto runtime = base::sim_runtime(1, kStart);
  std::vector<std::string> log;
  runtime->spawn("a", note_after(*runtime, 10s, "a", log));
  runtime->run_until_idle();
  runtime->stop();
  runtime->spawn("b", note_after(*runtime, 10s, "b", log));
  runtime->run_until_idle();
  EXPECT_EQ(log, (std::vector<std::string>{"a stopped", "b stopped"}));
  EXPECT_EQ(runtime->clock().now(), kStart);
}

Awaitable<void> fail() {
  co_await boost::asio::post(boost::asio::use_awaitable);
  throw std::runtime_error("expected");
}

TEST(SimRuntime, run_passes_the_exception_on) {
  const auto runtime = base::sim_runtime(1, kStart);
  EXPECT_THROW(runtime->run(fail()), std::runtime_error);
}

TEST(SimRuntimeDeathTest, asserts_when_stuck_or_a_task_fails) {
  const auto runtime = base::sim_runtime(1, kStart);
  const auto stuck = [&] {
    boost::asio::steady_timer never(runtime->loop(0), std::chrono::steady_clock::time_point::max());
    runtime->run(never.async_wait(boost::asio::use_awaitable));
  };
  EXPECT_DEATH(stuck(), "assertion failed");
  const auto failing = [&] {
    runtime->spawn("broken", fail());
    runtime->run_until_idle();
  };
  EXPECT_DEATH(failing(), "broken.*expected");
}

// Goal: one seed gives one sequence, another seed another.
TEST(SimRuntime, randomness_depends_on_the_seed_only) {
  const auto draw = [](std::uint64_t seed) {
    const auto runtime = base::sim_runtime(seed, kStart);
    return std::pair{runtime->random().u64(), runtime->random().below(1000)};
  };
  EXPECT_EQ(draw(7), draw(7));
  EXPECT_NE(draw(7), draw(8));
}

TEST(SimRuntime, blocking_jobs_run_inline) {
  const auto runtime = base::sim_runtime(1, kStart);
  std::thread::id ran;
  const auto body = [&]() -> Awaitable<void> {
    auto job = [&] {
      ran = std::this_thread::get_id();
      return 5;
    };
    const int five = co_await base::run_blocking(*runtime, job);
    EXPECT_EQ(five, 5);
  };
  runtime->run(body());
  EXPECT_EQ(ran, std::this_thread::get_id());
  EXPECT_FALSE(runtime->threaded());
}

}  // namespace
