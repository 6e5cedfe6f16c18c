#pragma once
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/time.h"

namespace identity {

// Rows as they were a moment ago, by key: at most kRecentFor old, and gone at once when forget()
// says that something was changed in this process. Bounded, thread-safe.
inline constexpr base::Duration kRecentFor = std::chrono::seconds(2);
// A snapshot that began before a change may still read the old row after it: nothing is kept for as
// long as such a snapshot can last.
inline constexpr base::Duration kQuietFor = std::chrono::seconds(1);

template <class Key, class Value, class Hash = std::hash<Key>>
class Recent {
 public:
  explicit Recent(const base::Clock& clock, std::size_t size_max = 10'000)
      : clock_(clock), size_max_(size_max) {}

  struct Seen {
    std::shared_ptr<const Value> value;  // nullptr: to be read
    std::uint64_t generation = 0;        // for keep()
  };
  Seen look(const Key& key) const {
    const base::Duration now = clock_.steady();
    const std::lock_guard lock(mutex_);
    const auto at = entries_.find(key);
    if (at != entries_.end() && at->second.until > now) return {at->second.value, generation_};
    return {nullptr, generation_};
  }
  // What was read after look(); dropped when something was changed meanwhile.
  void keep(const Key& key, std::shared_ptr<const Value> value, std::uint64_t generation) {
    const base::Duration now = clock_.steady();
    const std::lock_guard lock(mutex_);
    if (generation != generation_ || now < quiet_until_) return;
    // Starting anew is simpler than choosing a victim and costs one statement for each key in use.
    if (entries_.size() >= size_max_ && !entries_.contains(key)) entries_.clear();
    entries_[key] = Entry{std::move(value), now + kRecentFor};
  }
  void forget() {
    const base::Duration now = clock_.steady();
    const std::lock_guard lock(mutex_);
    ++generation_;
    entries_.clear();
    quiet_until_ = now + kQuietFor;
  }

 private:
  struct Entry {
    std::shared_ptr<const Value> value;
    base::Duration until{};
  };
  const base::Clock& clock_;
  std::size_t size_max_;
  mutable std::mutex mutex_;
  std::uint64_t generation_ = 0;
  base::Duration quiet_until_{};
  std::unordered_map<Key, Entry, Hash> entries_;
};

}  // namespace identity
