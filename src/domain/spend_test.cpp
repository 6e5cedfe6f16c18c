#include "domain/spend.h"

#include <gtest/gtest.h>

namespace domain {
namespace {

// Goal: every guard refuses on its own, and whatever can't be counted is refused.
TEST(Spend, Guards) {
  struct Row {
    const char* name;
    SpendPolicy policy;
    SpendFacts facts;
    const char* reason;  // "" sends
  };
  const SpendPolicy german{{"AT", "DE"}, 100};
  constexpr auto kSms = Channel::sms;
  constexpr auto kMail = Channel::email;
  constexpr auto kUncounted = std::nullopt;
  const std::vector<Row> rows = {
      {"allowed", german, {kSms, "DE", 0, 0}, ""},
      {"third of ten minutes", german, {kSms, "DE", 2, 0}, ""},
      {"fourth of ten minutes", german, {kSms, "DE", 3, 0}, "number_rate"},
      {"last of the day", german, {kSms, "DE", 0, 99}, ""},
      {"day is full", german, {kSms, "DE", 0, 100}, "daily_cap"},
      {"other country", german, {kSms, "US", 0, 0}, "country_not_allowed"},
      {"no country", german, {kSms, "", 0, 0}, "country_not_allowed"},
      {"lower case is no country", german, {kSms, "de", 0, 0}, "country_not_allowed"},
      {"nothing allowed by default", {}, {kSms, "DE", 0, 0}, "country_not_allowed"},
      {"no cap set", {{"DE"}, 0}, {kSms, "DE", 0, 0}, "daily_cap"},
      {"window unknown", german, {kSms, "DE", kUncounted, 0}, "guard_unavailable"},
      {"day unknown", german, {kSms, "DE", 0, kUncounted}, "guard_unavailable"},
      {"negative count", german, {kSms, "DE", -1, 0}, "guard_unavailable"},
      {"email needs no country", german, {kMail, "", 0, 0}, ""},
      {"email is capped", german, {kMail, "", 0, 100}, "daily_cap"},
      {"email is rated", german, {kMail, "", 3, 0}, "number_rate"},
  };
  for (const auto& row : rows) {
    const auto reason = spend_guard(row.policy, row.facts);
    EXPECT_EQ(reason ? base::enum_name(*reason) : "", row.reason) << row.name;
  }
}

}  // namespace
}  // namespace domain
