#include "base/random.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>
#include <thread>
#include <vector>

namespace {

TEST(Random, seeded_sequence_is_fixed) {
  // The sequence is part of every recorded simulation: a change here makes old seeds worthless.
  const auto random = base::seeded_random(42);
  EXPECT_EQ(random->u64(), 0x15780b2e0c2ec716U);
  const auto again = base::seeded_random(42);
  std::array<std::uint8_t, 8> bytes;
  again->fill(bytes);
  EXPECT_EQ(bytes[7], 0x15);
}

// Goal: every result is as likely as another; a modulo without rejection would fail for large
// bounds.
TEST(Random, below_is_uniform) {
  const auto random = base::seeded_random(3);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60'000; ++i) ++counts[random->below(6)];
  for (const int c : counts) EXPECT_NEAR(c, 10'000, 500);
  const std::uint64_t bound = 0xc000000000000000;
  int low = 0;
  for (int i = 0; i < 30'000; ++i) low += random->below(bound) < bound / 3 ? 1 : 0;
  EXPECT_NEAR(low, 10'000, 400);
  EXPECT_EQ(random->below(1), 0U);
}

TEST(Random, system_values_do_not_repeat_over_refills_and_threads) {
  const auto random = base::system_random();
  std::vector<std::vector<std::uint64_t>> drawn(3);
  std::vector<std::thread> threads;
  for (auto& mine : drawn) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2'000; ++i) mine.push_back(random->u64());
    });
  }
  for (auto& t : threads) t.join();
  std::set<std::uint64_t> all;
  for (const auto& mine : drawn) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 6'000U);
  std::vector<std::uint8_t> large(5'000);
  random->fill(large);
  EXPECT_NE(std::count(large.begin(), large.end(), 0), 5'000);
}

// Goal: a forked child does not repeat its parent's numbers.
TEST(Random, fork_does_not_share_the_buffer) {
  const auto random = base::system_random();
  random->u64();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::uint64_t value = random->u64();
    _exit(write(ends[1], &value, sizeof(value)) == sizeof(value) ? 0 : 1);
  }
  std::uint64_t of_child = 0;
  ASSERT_EQ(read(ends[0], &of_child, sizeof(of_child)), static_cast<ssize_t>(sizeof(of_child)));
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  close(ends[0]);
  close(ends[1]);
  EXPECT_EQ(status, 0);
  EXPECT_NE(random->u64(), of_child);
}

}  // namespace
