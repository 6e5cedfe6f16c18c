#include "sandbox/core/world.h"

#include <algorithm>
#include <array>

namespace sandbox {
namespace {

constexpr std::chrono::hours kIdleWait{1};
constexpr std::chrono::seconds kCallbackTimeout{15};

}  // namespace

World::World(base::Runtime& runtime, net::HttpClient& client, Options options)
    : runtime_(runtime), client_(client), options_(std::move(options)), signal_(runtime) {}

void World::start(std::shared_ptr<void> owner) {
  runtime_.spawn("sandbox loop", run(shared_from_this(), std::move(owner)));
}

void World::stop() {
  stopped_ = true;
  wake();
}

base::Time World::now() const { return runtime_.clock().now() + offset(); }

void World::at(base::Time when, std::function<void()> action) {
  timeline_.at(when, std::move(action));
  wake();
}

void World::post(Callback callback) {
  callbacks_.post(std::move(callback), now());
  wake();
}

std::string World::random_text(std::size_t digits) {
  static constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::array<std::uint8_t, 64> bytes{};
  std::string out;
  out.reserve(digits);
  while (out.size() < digits) {
    runtime_.random().fill(bytes);
    for (auto byte : bytes) {
      if (byte >= 248 || out.size() == digits) continue;  // 248 = 4 * 62: no digit is favoured
      out += kDigits[byte % kDigits.size()];
    }
  }
  return out;
}

void World::clear() {
  timeline_.clear();
  faults_.clear();
  faults_.clear_callbacks();
  callbacks_.clear();
  requests_.clear();
  set_offset({});
}

base::Awaitable<void> World::run(std::shared_ptr<World> self, std::shared_ptr<void> owner) {
  while (!self->runtime_.stopping() && !self->stopped_) {
    std::vector<std::shared_ptr<Callback>> ready;
    base::Duration wait = kIdleWait;
    {
      const std::lock_guard lock(self->mutex_);
      const auto now = self->now();
      self->timeline_.run_due(now);
      while (self->callbacks_.ready()) ready.push_back(self->callbacks_.take());
      if (const auto next = self->timeline_.next()) {
        wait = std::clamp<base::Duration>(*next - now, base::Duration{1}, kIdleWait);
      }
    }
    for (auto& callback : ready) {
      self->runtime_.spawn("sandbox callback", deliver(self, owner, std::move(callback)));
    }
    co_await self->signal_.wait(wait);
  }
}

base::Awaitable<void> World::deliver(std::shared_ptr<World> self, std::shared_ptr<void>,
                                     std::shared_ptr<Callback> callback) {
  net::ClientRequest request;
  request.method = net::Method::post;
  request.url = callback->url;
  request.timeout = kCallbackTimeout;
  request.body = callback->body;
  request.headers.set("Content-Type", callback->content_type);
  {
    const std::lock_guard lock(self->mutex_);
    if (callback->sign) callback->sign(request.headers, self->now());
  }
  const auto answer = co_await self->client_.send(std::move(request));
  {
    const std::lock_guard lock(self->mutex_);
    self->callbacks_.finished(callback, answer ? answer->status : 0,
                              answer ? std::string() : answer.error().detail, self->now());
  }
  self->wake();
}

}  // namespace sandbox
