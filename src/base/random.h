#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace base {

// Where randomness comes from: the operating system's generator, or a seeded one in simulations.
// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
  std::uint64_t u64();
  std::uint64_t below(std::uint64_t bound);  // uniform in [0, bound); bound > 0
};

std::unique_ptr<Random> system_random();
std::unique_ptr<Random> seeded_random(std::uint64_t seed);  // tests and simulation only

}  // namespace base
