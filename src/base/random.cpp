#include "base/random.h"

#include <pthread.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "base/assert.h"

namespace base {
namespace {

void from_kernel(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const auto n = getrandom(out.data(), out.size(), 0);
    if (n < 0) {
      QT_ASSERT(errno == EINTR);
      continue;
    }
    out = out.subspan(static_cast<std::size_t>(n));
  }
}

// A forked child must not hand out the bytes that its parent holds buffered.
std::atomic<std::uint32_t> fork_count{0};

void note_fork() { fork_count.fetch_add(1, std::memory_order_relaxed); }

// Bytes fetched in advance by one thread, so that an id costs no system call.
struct Buffer {
  static constexpr std::size_t kSize = 1024;
  std::array<std::uint8_t, kSize> bytes;
  std::size_t used = kSize;
  std::uint32_t fork_count_seen = 0;

  void take(std::span<std::uint8_t> out) {
    const auto forks = fork_count.load(std::memory_order_relaxed);
    if (used + out.size() > kSize || forks != fork_count_seen) {
      from_kernel(bytes);
      used = 0;
      fork_count_seen = forks;
    }
    std::memcpy(out.data(), bytes.data() + used, out.size());
    // What was handed out may become a key: no copy stays behind.
    std::memset(bytes.data() + used, 0, out.size());
    used += out.size();
  }
};

class SystemRandom : public Random {
 public:
  SystemRandom() {
    static const int registered = pthread_atfork(nullptr, nullptr, note_fork);
    QT_ASSERT(registered == 0);
  }
  void fill(std::span<std::uint8_t> out) override {
    thread_local Buffer buffer;
    if (out.size() > Buffer::kSize / 4) {
      from_kernel(out);
    } else {
      buffer.take(out);
    }
  }
};

// xoshiro256** (Blackman and Vigna), its state filled by splitmix64.
class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) {
    for (auto& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      word = z ^ (z >> 31);
    }
  }
  void fill(std::span<std::uint8_t> out) override {
    const std::lock_guard lock(mutex_);
    while (!out.empty()) {
      const std::uint64_t word = next();
      const std::size_t n = std::min(out.size(), sizeof(word));
      std::memcpy(out.data(), &word, n);
      out = out.subspan(n);
    }
  }

 private:
  static std::uint64_t rotate(std::uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }
  std::uint64_t next() {
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  std::mutex mutex_;
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace

std::uint64_t Random::u64() {
  std::array<std::uint8_t, 8> bytes;
  fill(bytes);
  std::uint64_t out = 0;
  std::memcpy(&out, bytes.data(), sizeof(out));
  return out;
}

std::uint64_t Random::below(std::uint64_t bound) {
  QT_ASSERT(bound > 0);
  // Values under `bias` would make small results more likely; drawing again takes < 2 rounds on
  // average.
  const std::uint64_t bias = (0 - bound) % bound;
  for (;;) {
    const std::uint64_t x = u64();
    if (x >= bias) return x % bound;
  }
}

std::unique_ptr<Random> system_random() { return std::make_unique<SystemRandom>(); }

std::unique_ptr<Random> seeded_random(std::uint64_t seed) {
  return std::make_unique<SeededRandom>(seed);
}

}  // namespace base
