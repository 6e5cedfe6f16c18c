#include <map>
#include <mutex>

#include "bus/bus.h"

namespace bus {
namespace {

class MemoryBus final : public Bus {
 public:
  explicit MemoryBus(base::Runtime& runtime) : runtime_(runtime) {}

  void wake(std::string_view consumer) override { signal(consumer).notify(); }

  base::Awaitable<bool> wait(std::string consumer, base::Duration limit) override {
    base::Signal& s = signal(consumer);
    co_return co_await s.wait(limit);
  }

 private:
  // Signals are never removed: there is one for each consumer of the program.
  base::Signal& signal(std::string_view consumer) {
    const std::lock_guard lock(mutex_);
    auto found = signals_.find(consumer);
    if (found == signals_.end()) {
      found = signals_.emplace(consumer, std::make_unique<base::Signal>(runtime_)).first;
    }
    return *found->second;
  }

  base::Runtime& runtime_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<base::Signal>, std::less<>> signals_;
};

}  // namespace

std::unique_ptr<Bus> memory_bus(base::Runtime& runtime) {
  return std::make_unique<MemoryBus>(runtime);
}

}  // namespace bus
