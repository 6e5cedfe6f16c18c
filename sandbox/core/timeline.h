#pragma once
#include <functional>
#include <map>
#include <optional>

#include "base/time.h"

namespace sandbox {

// What shall happen when, on the sandbox's own clock. Guarded by the world's lock; actions run
// under it.
class Timeline {
 public:
  void at(base::Time when, std::function<void()> action) { due_.emplace(when, std::move(action)); }
  std::optional<base::Time> next() const {
    if (due_.empty()) return std::nullopt;
    return due_.begin()->first;
  }
  // An action may add further ones; those due are run too.
  void run_due(base::Time now) {
    while (!due_.empty() && due_.begin()->first <= now) {
      auto node = due_.extract(due_.begin());
      node.mapped()();
    }
  }
  void clear() { due_.clear(); }

 private:
  std::multimap<base::Time, std::function<void()>> due_;
};

}  // namespace sandbox
