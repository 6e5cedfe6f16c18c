#include "base/runtime.h"

#include <gtest/gtest.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <future>
#include <thread>

namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Duration;
using base::Runtime;
using base::Signal;

constexpr base::Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

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
TEST(Signal, loses_no_wake_up) {
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

}  // namespace
