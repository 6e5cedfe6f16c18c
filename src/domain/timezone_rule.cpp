#include "domain/timezone_rule.h"

#include <chrono>

namespace domain {
namespace {

using base::Result;
using base::Status;

base::Error malformed() { return base::error(base::Code::corrupt, "a TZif footer is malformed"); }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}
  bool done() const { return text_.empty(); }
  bool skip(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  char peek() const { return text_.empty() ? '\0' : text_.front(); }

  // A name of letters, or anything but '>' in angle brackets; at least three characters.
  Status name() {
    const bool quoted = skip('<');
    std::size_t size = 0;
    while (size < text_.size() && (quoted ? text_[size] != '>' : is_letter(text_[size]))) ++size;
    text_.remove_prefix(size);
    if (size < 3 || (quoted && !skip('>'))) return malformed();
    return {};
  }

  Result<int> number(int max) {
    int value = 0;
    std::size_t size = 0;
    for (; size < text_.size() && text_[size] >= '0' && text_[size] <= '9'; ++size) {
      value = value * 10 + (text_[size] - '0');
      if (value > max) return malformed();
    }
    if (size == 0) return malformed();
    text_.remove_prefix(size);
    return value;
  }

  // [+-]h[hh][:mm[:ss]] in seconds; RFC 8536 allows up to 167 hours.
  Result<int> seconds() {
    const bool negative = skip('-');
    if (!negative) skip('+');
    TRY(const int hours, number(167));
    int total = hours * 3600;
    if (skip(':')) {
      TRY(const int minutes, number(59));
      total += minutes * 60;
      if (skip(':')) {
        TRY(const int rest, number(59));
        total += rest;
      }
    }
    return negative ? -total : total;
  }

  // Seconds west of UTC; POSIX allows up to 24 hours, and RFC 8536 widens only the times of day.
  Result<int> west() {
    TRY(const int west_s, seconds());
    constexpr int kMax = 24 * 3600;
    if (west_s > kMax || west_s < -kMax) return malformed();
    return west_s;
  }

  Result<ZoneRuleDate> date() {
    ZoneRuleDate out;
    if (skip('M')) {
      TRY(out.month, number(12));
      if (!skip('.')) return malformed();
      TRY(out.week, number(5));
      if (!skip('.')) return malformed();
      TRY(out.day, number(6));
      if (out.month == 0 || out.week == 0) return malformed();
    } else if (skip('J')) {
      out.form = ZoneRuleDate::Form::julian_no_leap;
      TRY(out.day, number(365));
      if (out.day == 0) return malformed();
    } else {
      out.form = ZoneRuleDate::Form::day_of_year;
      TRY(out.day, number(365));
    }
    if (skip('/')) {
      TRY(out.time_s, seconds());
    }
    return out;
  }

 private:
  static bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
  std::string_view text_;
};

// Local seconds since 1970 at which the rule sets in, in its own standard or summer time.
std::int64_t local_begin(const ZoneRuleDate& date, std::chrono::year year) {
  using namespace std::chrono;
  sys_days day;
  const sys_days first = year / January / 1;
  switch (date.form) {
    case ZoneRuleDate::Form::julian_no_leap:
      // 29 February is never counted: day 60 is always 1 March.
      day = first + days{date.day - 1 + (year.is_leap() && date.day >= 60 ? 1 : 0)};
      break;
    case ZoneRuleDate::Form::day_of_year: day = first + days{date.day}; break;
    case ZoneRuleDate::Form::month_week_day: {
      const auto month_of = year / month{static_cast<unsigned>(date.month)};
      const weekday wanted{static_cast<unsigned>(date.day)};
      day = date.week == 5 ? sys_days{month_of / wanted[last]}
                           : sys_days{month_of / wanted[static_cast<unsigned>(date.week)]};
      break;
    }
  }
  return std::int64_t{day.time_since_epoch().count()} * 86'400 + date.time_s;
}

}  // namespace

Result<ZoneRule> parse_zone_rule(std::string_view text) {
  Parser in(text);
  ZoneRule rule;
  TRY_STATUS(in.name());
  // POSIX counts west of Greenwich; we count east.
  TRY(const int west, in.west());
  rule.standard_s = -west;
  if (in.done()) return rule;
  TRY_STATUS(in.name());
  rule.summer_s = rule.standard_s + 3600;
  if (in.peek() != ',') {
    TRY(const int summer_west, in.west());
    rule.summer_s = -summer_west;
  }
  if (!in.skip(',')) return malformed();
  TRY(rule.summer_begins, in.date());
  if (!in.skip(',')) return malformed();
  TRY(rule.summer_ends, in.date());
  if (!in.done()) return malformed();
  return rule;
}

int rule_offset_s(const ZoneRule& rule, std::int64_t utc_s) {
  if (!rule.summer_s) return rule.standard_s;
  using namespace std::chrono;
  // Beyond what calendars of std::chrono cover there is no one to charge: standard time.
  constexpr std::int64_t kYearMax = 32'000;
  if (utc_s > kYearMax * 31'556'952 || utc_s < -kYearMax * 31'556'952) return rule.standard_s;
  const auto local_day = floor<days>(sys_seconds{seconds{utc_s + rule.standard_s}});
  const auto year = year_month_day{local_day}.year();
  const auto begin = local_begin(rule.summer_begins, year) - rule.standard_s;
  const auto end = local_begin(rule.summer_ends, year) - *rule.summer_s;
  const bool summer = begin < end ? utc_s >= begin && utc_s < end : utc_s >= begin || utc_s < end;
  return summer ? *rule.summer_s : rule.standard_s;
}

}  // namespace domain
