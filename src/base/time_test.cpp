#include "base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

TEST(Time, reads_rfc3339) {
  struct Row {
    const char* text;
    const char* want;  // empty: refused
  };
  const Row rows[] = {
      {"2026-11-23T09:00:00Z", "2026-11-23T09:00:00.000000Z"},
      {"2026-11-23t09:00:00z", "2026-11-23T09:00:00.000000Z"},
      {"2026-11-23T09:00:00.5Z", "2026-11-23T09:00:00.500000Z"},
      {"2026-11-23T09:00:00.123456789Z", "2026-11-23T09:00:00.123456Z"},
      {"2026-11-23T09:00:00+05:30", "2026-11-23T03:30:00.000000Z"},
      {"2026-11-23T09:00:00-00:00", "2026-11-23T09:00:00.000000Z"},
      {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000000Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
      {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"},
      {"2016-12-31T15:59:60-08:00", "2017-01-01T00:00:00.000000Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
      {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"},
      {"2026-11-23T09:00:60Z", ""},
      {"2025-02-29T00:00:00Z", ""},
      {"2026-13-01T00:00:00Z", ""},
      {"2026-00-01T00:00:00Z", ""},
      {"2026-11-31T00:00:00Z", ""},
      {"2026-11-23T24:00:00Z", ""},
      {"2026-11-23T09:60:00Z", ""},
      {"2026-11-23T09:00:61Z", ""},
      {"2026-11-23T09:00:00", ""},
      {"2026-11-23 09:00:00Z", ""},
      {"2026-11-23T09:00:00.Z", ""},
      {"2026-11-23T09:00:00.1234567890Z", ""},
      {"2026-11-23T09:00:00,5Z", ""},
      {"2026-11-23T09:00:00+0530", ""},
      {"2026-11-23T09:00:00+24:00", ""},
      {"2026-11-23T09:00:00+05:60", ""},
      {"2026-11-23T09:00:00ZZ", ""},
      {" 2026-11-23T09:00:00Z", ""},
      {"+026-11-23T09:00:00Z", ""},
      {"2026-11-23T9:00:00Z", ""},
      {"2026-11-23", ""},
      {"", ""},
  };
  for (const auto& row : rows) {
    const auto got = base::from_rfc3339(row.text);
    EXPECT_EQ(got ? base::to_rfc3339(*got) : "", row.want) << row.text;
  }
}

// Goal: a corrupt row far outside the four-digit years still prints as a date-time.
TEST(Time, clamps_impossible_times) {
  const auto smallest = std::numeric_limits<std::int64_t>::min();
  const auto largest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(base::to_rfc3339(base::from_micros(smallest)), "0000-01-01T00:00:00.000000Z");
  EXPECT_EQ(base::to_rfc3339(base::from_micros(largest)), "9999-12-31T23:59:59.999999Z");
}

RC_GTEST_PROP(TimeProperty, round_trip_and_order, ()) {
  const auto any = rc::gen::inRange<std::int64_t>(-62'167'219'200'000'000, 253'402'300'799'999'999);
  const std::int64_t a = *any;
  const std::int64_t b = *any;
  const std::string text_a = base::to_rfc3339(base::from_micros(a));
  const std::string text_b = base::to_rfc3339(base::from_micros(b));
  RC_ASSERT(text_a.size() == 27U);
  RC_ASSERT(base::micros(*base::from_rfc3339(text_a)) == a);
  RC_ASSERT((a < b) == (text_a < text_b));
}

RC_GTEST_PROP(TimeProperty, never_crashes, (const std::string& text)) {
  const auto got = base::from_rfc3339(text);
  if (got) RC_ASSERT(base::to_rfc3339(*got).size() == 27U);
}

}  // namespace
