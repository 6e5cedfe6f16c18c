#include "base/ids.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <thread>
#include <unordered_set>
#include <vector>

namespace {

struct WidgetTag {
  static constexpr std::string_view kPrefix = "wd";
};
using WidgetId = base::Id<WidgetTag>;

class SetClock : public base::Clock {
 public:
  base::Time now() const override { return base::from_micros(us); }
  base::Duration steady() const override { return base::Duration{us}; }
  std::int64_t us = 0;
};

// Goal: ids of one instance increase strictly, whatever the clock does, also when a millisecond's
// counter runs out.
RC_GTEST_PROP(IdsProperty, strictly_increasing, ()) {
  SetClock clock;
  const auto random = base::seeded_random(1);
  base::Ids ids(clock, *random);
  const auto times =
      *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 5'000'000));
  base::Id128 last = ids.next();
  for (const auto us : times) {
    clock.us = us;
    const base::Id128 next = ids.next();
    RC_ASSERT(last < next);
    RC_ASSERT(base::to_base32(last) < base::to_base32(next));
    last = next;
  }
}

TEST(Ids, counter_runs_over_into_the_next_millisecond) {
  SetClock clock;
  clock.us = 5'000;
  const auto random = base::seeded_random(1);
  base::Ids ids(clock, *random);
  base::Id128 last = ids.next();
  EXPECT_EQ(last.bytes[5], 5);
  for (int i = 0; i < 70'000; ++i) {
    const base::Id128 next = ids.next();
    ASSERT_LT(last, next) << i;
    last = next;
  }
  EXPECT_EQ(last.bytes[5], 6);
}

TEST(Ids, are_unique_across_threads) {
  SetClock clock;
  const auto random = base::system_random();
  base::Ids ids(clock, *random);
  std::vector<std::vector<WidgetId>> made(4);
  std::vector<std::thread> threads;
  for (auto& mine : made) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5'000; ++i) mine.push_back(ids.make<WidgetId>());
    });
  }
  for (auto& t : threads) t.join();
  std::unordered_set<WidgetId> all;
  for (const auto& mine : made) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    all.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(all.size(), 20'000U);
}

RC_GTEST_PROP(IdsProperty, text_round_trip_and_order, ()) {
  WidgetId a;
  WidgetId b;
  for (auto& byte : a.value.bytes) byte = *rc::gen::arbitrary<std::uint8_t>();
  b = a;
  const auto at = *rc::gen::inRange<std::size_t>(0, 16);
  b.value.bytes[at] = *rc::gen::arbitrary<std::uint8_t>();
  RC_ASSERT(WidgetId::parse(a.text()).value() == a);
  RC_ASSERT((a <=> b) == (a.text() <=> b.text()));
}

TEST(Ids, parse_table) {
  struct Row {
    const char* text;
    bool good;
  };
  const Row rows[] = {{"wd_00000000000000000000000000", true},
                      {"wd_7zzzzzzzzzzzzzzzzzzzzzzzzz", true},
                      {"wd_80000000000000000000000000", false},
                      {"wd_0000000000000000000000000", false},
                      {"wd_000000000000000000000000000", false},
                      {"WD_00000000000000000000000000", false},
                      {"xx_00000000000000000000000000", false},
                      {"wd-00000000000000000000000000", false},
                      {"wd_0000000000000000000000000i", false},
                      {"wd_0000000000000000000000000l", false},
                      {"wd_0000000000000000000000000o", false},
                      {"wd_0000000000000000000000000u", false},
                      {"wd_0000000000000000000000000A", false},
                      {"wd_0000000000000000000000000\xff", false},
                      {"", false},
                      {"wd_", false}};
  for (const auto& row : rows) {
    const auto got = WidgetId::parse(row.text);
    EXPECT_EQ(got.has_value(), row.good) << row.text;
    if (got) {
      EXPECT_EQ(got->text(), row.text);
    }
  }
  EXPECT_TRUE(WidgetId::parse("wd_00000000000000000000000000")->is_nil());
}

}  // namespace
