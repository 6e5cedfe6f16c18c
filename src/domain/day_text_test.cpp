// Goal: payers read days in their own language, and the words never make a text message dearer.
#include "domain/day_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/sms.h"

namespace domain {
namespace {

struct Row {
  const char* day;
  const char* en;
  const char* de;
};
constexpr Row kRows[] = {
    {"2026-01-01", "1 January 2026", "01.01.2026"},
    {"2026-02-28", "28 February 2026", "28.02.2026"},
    {"2028-02-29", "29 February 2028", "29.02.2028"},
    {"2026-09-09", "9 September 2026", "09.09.2026"},
    {"2026-12-31", "31 December 2026", "31.12.2026"},
    {"1969-12-31", "31 December 1969", "31.12.1969"},
};

TEST(DayText, Table) {
  for (const Row& row : kRows) {
    const auto day = Day::parse(row.day);
    ASSERT_TRUE(day) << row.day;
    EXPECT_EQ(day_text(*day, Locale::en), row.en);
    EXPECT_EQ(day_text(*day, Locale::de), row.de);
  }
}

RC_GTEST_PROP(DayText, StaysInTheSmallAlphabet, ()) {
  const Day day{*rc::gen::inRange(-20'000, 100'000)};
  for (const Locale locale : {Locale::en, Locale::de}) {
    const std::string text = day_text(day, locale);
    const SmsSize size = sms_size(text).value();
    RC_ASSERT(size.encoding == SmsEncoding::gsm7);
    RC_ASSERT(size.units == std::ssize(text));
  }
}

}  // namespace
}  // namespace domain
