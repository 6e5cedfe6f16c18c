#include "base/runtime.h"

#include <gtest/gtest.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <condition_variable>
#include <future>
#include <set>

#include "base/log.h"

namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Duration;
using base::Runtime;
using base::Signal;

constexpr base::Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

Awaitable<void> note_after(Runtime& runtime, Duration delay, std::string name,
                           std::vector<std::string>& log) {
  const bool slept = co_await runtime.sleep(delay);
  log.push_back(name + (slept ? "" : " stopped"));
}

// Goal: timers fire in the order of their deadlines, equal ones in the order of their start, and the
// clock stands exactly at each deadline.
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
  Signal signal(*runtime);
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

Awaitable<void> wait_once(Signal& signal, Duration limit, std::vector<std::string>& log) {
  const bool notified = co_await signal.wait(limit);
  log.push_back(notified ? "notified" : "no");
}

TEST(Signal, is_remembered_counted_once_and_limited) {
  const auto runtime = base::sim_runtime(1, kStart);
  std::vector<std::string> log;
  Signal signal(*runtime);
  signal.notify();
  signal.notify();
  runtime->run(wait_once(signal, 1s, log));
  runtime->run(wait_once(signal, 1s, log));
  EXPECT_EQ(log, (std::vector<std::string>{"notified", "no"}));
  EXPECT_EQ(runtime->clock().now(), kStart + 1s);
  runtime->spawn("wait", wait_once(signal, 1h, log));
  runtime->run_until_idle();
  signal.notify();
  runtime->run_until_idle();
  EXPECT_EQ(log.back(), "notified");
  runtime->run(wait_once(signal, 1s, log));
  EXPECT_EQ(log.back(), "no");
}

TEST(Signal, end_of_the_signal_ends_the_wait) {
  const auto runtime = base::sim_runtime(1, kStart);
  std::vector<std::string> log;
  auto signal = std::make_unique<Signal>(*runtime);
  runtime->spawn("wait", wait_once(*signal, 1h, log));
  runtime->run_until_idle();
  signal.reset();
  runtime->run_until_idle();
  EXPECT_EQ(log, (std::vector<std::string>{"no"}));
}

Awaitable<void> race(Runtime& runtime, Signal& signal, std::vector<std::string>& log) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto either = runtime.sleep(1s) || signal.wait(1h);
  const auto winner = co_await std::move(either);
  log.push_back(winner.index() == 0 ? "sleep" : "signal");
}

// Goal: the loser of `a || b` is cancelled, not waited for.
TEST(Signal, waits_can_be_cancelled) {
  const auto runtime = base::sim_runtime(1, kStart);
  std::vector<std::string> log;
  Signal signal(*runtime);
  runtime->run(race(*runtime, signal, log));
  EXPECT_EQ(runtime->clock().now(), kStart + 1s);
  runtime->spawn("race", race(*runtime, signal, log));
  runtime->run_until_idle();
  signal.notify();
  runtime->run_until_idle();
  EXPECT_EQ(runtime->clock().now(), kStart + 1s);
  EXPECT_EQ(log, (std::vector<std::string>{"sleep", "signal"}));
}

// Runs one coroutine on a real runtime and waits for its end.
template <class Start>
void run_real(Runtime& runtime, Start start) {
  std::promise<void> done;
  const auto body = [&]() -> Awaitable<void> {
    co_await start();
    done.set_value();
  };
  runtime.spawn("test", body());
  ASSERT_EQ(done.get_future().wait_for(20s), std::future_status::ready);
}

// Goal: no wake-up is lost: the waiter sees the last of many notifies.
TEST(RealRuntime, signal_loses_no_wake_up) {
  const auto runtime = base::real_runtime(2, base::system_clock());
  Signal signal(*runtime);
  constexpr int kCount = 20'000;
  std::atomic<int> made{0};
  int seen = 0;
  const auto consume = [&]() -> Awaitable<void> {
    while (seen < kCount) {
      const bool notified = co_await signal.wait(10s);
      EXPECT_TRUE(notified);
      if (!notified) co_return;
      seen = made.load();
    }
  };
  std::thread producer([&] {
    for (int i = 0; i < kCount; ++i) {
      made.fetch_add(1);
      signal.notify();
      if (i % 64 == 0) std::this_thread::yield();
    }
  });
  run_real(*runtime, consume);
  producer.join();
  EXPECT_EQ(seen, kCount);
}

TEST(RealRuntime, blocking_jobs_resume_on_the_callers_loop) {
  const auto runtime = base::real_runtime(2, base::system_clock());
  const auto body = [&]() -> Awaitable<void> {
    const auto loop = std::this_thread::get_id();
    std::thread::id ran;
    auto text = std::make_unique<std::string>("moved");
    auto job = [&ran, text = std::move(text)] {
      ran = std::this_thread::get_id();
      return std::make_unique<std::string>(*text);
    };
    const auto result = co_await base::run_blocking(*runtime, std::move(job));
    EXPECT_EQ(*result, "moved");
    EXPECT_NE(ran, loop);
    EXPECT_EQ(std::this_thread::get_id(), loop);
    auto failing = [] { throw std::runtime_error("expected"); };
    bool thrown = false;
    try {
      co_await base::run_blocking(*runtime, failing);
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
  };
  run_real(*runtime, body);
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

// Goal: a sandbox that moves its clock by a day wakes who sleeps for an hour, without polling.
TEST(RealRuntime, moved_clock_wakes_sleepers) {
  const auto clock = std::make_shared<base::OffsetClock>(base::system_clock());
  const auto runtime = base::real_runtime(1, clock);
  std::promise<void> asleep;
  const auto body = [&]() -> Awaitable<void> {
    asleep.set_value();
    const bool slept = co_await runtime->sleep(1h);
    EXPECT_TRUE(slept);
  };
  std::thread mover([&] {
    asleep.get_future().wait();
    // What is posted to the loop runs after the coroutine has suspended.
    std::promise<void> suspended;
    boost::asio::post(runtime->loop(0), [&] { suspended.set_value(); });
    suspended.get_future().wait();
    clock->set_offset(24h);
  });
  const auto start = std::chrono::steady_clock::now();
  run_real(*runtime, body);
  mover.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

// Goal: a shorter sleep that starts later fires first, so the loop's single alarm is set anew.
TEST(RealRuntime, shorter_sleep_overtakes) {
  const auto runtime = base::real_runtime(1, base::system_clock());
  std::vector<std::string> log;
  std::promise<void> done;
  const auto body = [&]() -> Awaitable<void> {
    co_await note_after(*runtime, 20ms, "short", log);
    co_await runtime->sleep(200ms);
    done.set_value();
  };
  runtime->spawn_on(0, "long", note_after(*runtime, 100ms, "long", log));
  runtime->spawn_on(0, "short", body());
  ASSERT_EQ(done.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_EQ(log, (std::vector<std::string>{"short", "long"}));
}

TEST(RealRuntime, stop_wakes_and_waits_for_every_task) {
  const auto runtime = base::real_runtime(2, base::system_clock());
  std::atomic<int> ended{0};
  Signal signal(*runtime);
  const auto sleeper = [&]() -> Awaitable<void> {
    const bool slept = co_await runtime->sleep(1h);
    EXPECT_FALSE(slept);
    ++ended;
  };
  const auto waiter = [&]() -> Awaitable<void> {
    const bool notified = co_await signal.wait(1h);
    EXPECT_FALSE(notified);
    ++ended;
  };
  for (int i = 0; i < 20; ++i) runtime->spawn("sleeper", sleeper());
  runtime->spawn("waiter", waiter());
  runtime->stop();
  EXPECT_EQ(ended.load(), 21);
  runtime->stop();
}

TEST(RealRuntime, tasks_spread_over_the_loops) {
  const auto runtime = base::real_runtime(2, base::system_clock());
  std::mutex mutex;
  std::set<std::thread::id> threads;
  const auto body = [&]() -> Awaitable<void> {
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
    co_return;
  };
  for (int i = 0; i < 4; ++i) runtime->spawn("task", body());
  runtime->stop();
  EXPECT_EQ(threads.size(), 2U);
}

}  // namespace
