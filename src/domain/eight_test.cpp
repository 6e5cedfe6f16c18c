// Goal: keys go into statements by eights, in order and none lost, and a short set is filled up
// with its last key.
#include "domain/eight.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/result.h"

namespace domain {
namespace {

RequestKey key(std::uint8_t n) {
  RequestKey out;
  out.tenant_id.value.bytes[15] = n;
  out.id.value.bytes[15] = n;
  return out;
}

std::vector<RequestKey> keys(std::uint8_t count) {
  std::vector<RequestKey> out;
  for (std::uint8_t n = 0; n < count; ++n) out.push_back(key(n));
  return out;
}

TEST(Eight, a_short_set_repeats_its_last_key) {
  const auto three = keys(3);
  const auto eight = eight_of<RequestId>(three);
  EXPECT_EQ(eight.id_0, key(0).id);
  EXPECT_EQ(eight.tenant_1, key(1).tenant_id);
  EXPECT_EQ(eight.id_2, key(2).id);
  EXPECT_EQ(eight.id_3, key(2).id);
  EXPECT_EQ(eight.id_7, key(2).id);
  EXPECT_EQ(eight.tenant_7, key(2).tenant_id);
}

TEST(Eight, all_are_used_once_and_in_order) {
  for (const std::uint8_t count : {0, 1, 7, 8, 9, 16, 21}) {
    const auto all = keys(count);
    std::vector<RequestKey> used;
    const auto use = [&](std::span<const RequestKey> some, std::size_t first) -> base::Status {
      EXPECT_LE(some.size(), kEight);
      EXPECT_EQ(first, used.size());
      used.insert(used.end(), some.begin(), some.end());
      return {};
    };
    EXPECT_TRUE(by_eights(std::span<const RequestKey>(all), use));
    EXPECT_EQ(used, all);
  }
}

TEST(Eight, the_first_failure_ends_it) {
  const auto all = keys(20);
  std::size_t calls = 0;
  const auto fail = [&](std::span<const RequestKey>, std::size_t first) -> base::Status {
    ++calls;
    if (first == 8) return base::error(base::Code::conflict, "changed");
    return {};
  };
  EXPECT_FALSE(by_eights(std::span<const RequestKey>(all), fail));
  EXPECT_EQ(calls, 2u);
}

}  // namespace
}  // namespace domain
