#include "domain/day_text.h"

#include <array>
#include <chrono>

namespace domain {
namespace {

constexpr std::array kEnglishMonths = {"January",   "February", "March",    "April",
                                       "May",       "June",     "July",     "August",
                                       "September", "October",  "November", "December"};

std::string two_digits(unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); }

}  // namespace

std::string day_text(Day day, Locale locale) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day.since_1970}}};
  const auto day_of_month = static_cast<unsigned>(date.day());
  const auto month = static_cast<unsigned>(date.month());
  const std::string year = std::to_string(static_cast<int>(date.year()));
  switch (locale) {
    case Locale::de: return two_digits(day_of_month) + "." + two_digits(month) + "." + year;
    case Locale::en: break;
  }
  return std::to_string(day_of_month) + " " + kEnglishMonths[month - 1] + " " + year;
}

}  // namespace domain
