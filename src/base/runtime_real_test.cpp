#include "base/runtime.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <future>
#include <set>
#include <thread>

namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Duration;
using base::Runtime;
using base::Signal;

Awaitable<void> note_after(Runtime& runtime, Duration delay, std::string name,
                           std::vector<std::string>& log) {
  const bool slept = co_await runtime.sleep(delay);
  log.push_back(name + (slept ? "" : " stopped"));
}

// What is posted to a loop runs after the coroutines that were started there have suspended.
void wait_for_loop(Runtime& runtime, std::size_t index) {
  std::promise<void> reached;
  boost::asio::post(runtime.loop(index), [&] { reached.set_value(); });
  reached.get_future().wait();
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
    wait_for_loop(*runtime, 0);
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
    done.set_value();
  };
  runtime->spawn_on(0, "long", note_after(*runtime, 1h, "long", log));
  runtime->spawn_on(0, "short", body());
  ASSERT_EQ(done.get_future().wait_for(20s), std::future_status::ready);
  runtime->stop();
  EXPECT_EQ(log, (std::vector<std::string>{"short", "long stopped"}));
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
  for (std::size_t i = 0; i < runtime->loop_count(); ++i) wait_for_loop(*runtime, i);
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
