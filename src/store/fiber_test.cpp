#include "store/fiber.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace store {
namespace {

TEST(Fiber, stops_and_goes_on_where_it_was) {
  std::vector<int> seen;
  Fiber* self = nullptr;
  Fiber fiber([&] {
    for (int i = 0; i < 3; ++i) {
      const std::string local(100, static_cast<char>('a' + i));
      seen.push_back(i);
      self->stop();
      EXPECT_EQ(local[99], 'a' + i);
    }
  });
  self = &fiber;
  while (!fiber.returned()) {
    seen.push_back(-1);
    fiber.resume();
  }
  EXPECT_EQ(seen, (std::vector<int>{-1, 0, -1, 1, -1, 2, -1}));
}

TEST(Fiber, exceptions_stay_inside_and_many_run_by_turns) {
  std::vector<std::unique_ptr<Fiber>> fibers;
  int caught = 0;
  for (int i = 0; i < 20; ++i) {
    fibers.push_back(std::make_unique<Fiber>([&, i] {
      try {
        fibers[static_cast<std::size_t>(i)]->stop();
        throw std::runtime_error("inside");
      } catch (const std::exception&) {
        ++caught;
      }
    }));
  }
  for (int round = 0; round < 2; ++round) {
    for (auto& fiber : fibers) fiber->resume();
  }
  EXPECT_EQ(caught, 20);
}

TEST(Fiber, may_go_unused) {
  const Fiber fiber([] { FAIL(); });
}

}  // namespace
}  // namespace store
