#include "sandbox/core/callbacks.h"

namespace sandbox {
namespace {

constexpr std::chrono::milliseconds kReorderWaitMs{2000};

}  // namespace

void Callbacks::post(Callback callback, base::Time now) {
  const auto fault = faults_.take_callback(callback.provider, callback.event);
  if (!fault) {
    queue(std::move(callback));
    release_held();
    return;
  }
  const std::chrono::milliseconds delay{fault->delay_ms};
  switch (fault->mode) {
    case CallbackMode::drop:
      callback.mode = "drop";
      record(callback, 0, "dropped on request", now);
      return;
    case CallbackMode::delay: {
      callback.mode = "delay";
      auto later = std::make_shared<Callback>(std::move(callback));
      timeline_.at(now + delay, [this, later] { queue(std::move(*later)); });
      return;
    }
    case CallbackMode::double_:
      callback.mode = "double";
      queue(callback);
      queue(std::move(callback));
      release_held();
      return;
    case CallbackMode::reorder:
      callback.mode = "reorder";
      held_.push_back(std::move(callback));
      timeline_.at(now + (fault->delay_ms > 0 ? delay : kReorderWaitMs),
                   [this] { release_held(); });
      return;
  }
}

void Callbacks::queue(Callback callback) { queue_.push_back(std::move(callback)); }

void Callbacks::release_held() {
  for (auto& callback : held_) queue_.push_back(std::move(callback));
  held_.clear();
}

std::shared_ptr<Callback> Callbacks::take() {
  auto callback = std::make_shared<Callback>(std::move(queue_.front()));
  queue_.pop_front();
  ++callback->attempt;
  callback->generation = generation_;
  ++in_flight_;
  return callback;
}

void Callbacks::finished(const std::shared_ptr<Callback>& callback, int status, std::string error,
                         base::Time now) {
  --in_flight_;
  if (callback->generation != generation_) return;
  const bool accepted = status >= 200 && status < 300;
  record(*callback, status, std::move(error), now);
  if (callback->done) callback->done(accepted);
  if (accepted || callback->attempt > callback->backoff.size()) return;
  timeline_.at(now + callback->backoff[callback->attempt - 1],
               [this, callback] { queue(std::move(*callback)); });
}

void Callbacks::record(const Callback& callback, int status, std::string error, base::Time now) {
  log_.push_back({callback.provider, callback.event, callback.id, callback.url, callback.mode,
                  std::move(error), static_cast<std::int64_t>(callback.attempt), status, now});
  if (log_.size() > kLogMax) log_.pop_front();
}

void Callbacks::clear() {
  queue_.clear();
  held_.clear();
  log_.clear();
  ++generation_;
}

}  // namespace sandbox
