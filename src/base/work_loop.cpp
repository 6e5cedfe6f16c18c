#include "base/work_loop.h"

#include "base/log.h"

namespace base {

namespace {
constexpr Duration kBackoffMin = std::chrono::milliseconds(200);
constexpr Duration kBackoffMax = std::chrono::seconds(10);
}  // namespace

WorkLoop::WorkLoop(Runtime& runtime, Options options, Claim claim)
    : runtime_(runtime), options_(std::move(options)), claim_(std::move(claim)), signal_(runtime) {}

void WorkLoop::start() { runtime_.spawn(options_.name, loop()); }

Awaitable<Result<std::size_t>> WorkLoop::step() {
  const std::size_t busy = in_flight_.load();
  if (busy >= options_.in_flight_max) co_return std::size_t{0};
  const std::size_t room = std::min(options_.claim_max, options_.in_flight_max - busy);
  CO_TRY(auto tasks, co_await claim_(room));
  const std::size_t count = tasks.size();
  for (auto& task : tasks) {
    in_flight_.fetch_add(1);
    runtime_.spawn(options_.name, guarded(std::move(task)));
  }
  co_return count;
}

Awaitable<void> WorkLoop::guarded(Awaitable<void> task) {
  co_await std::move(task);
  // A place became free: the loop may be waiting for it.
  if (in_flight_.fetch_sub(1) == options_.in_flight_max) signal_.notify();
}

Awaitable<void> WorkLoop::loop() {
  Duration backoff = kBackoffMin;
  while (!runtime_.stopping()) {
    const std::size_t busy = in_flight_.load();
    const std::size_t room = std::min(
        options_.claim_max, options_.in_flight_max - std::min(busy, options_.in_flight_max));
    auto claimed = co_await step();
    if (!claimed) {
      log::warn("work could not be claimed",
                {{"loop", options_.name}, {"detail", claimed.error().detail}});
      if (!co_await runtime_.sleep(backoff)) co_return;
      backoff = std::min(backoff * 2, kBackoffMax);
      continue;
    }
    backoff = kBackoffMin;
    if (room > 0 && *claimed >= room) continue;
    co_await signal_.wait(options_.sweep);
  }
}

}  // namespace base
