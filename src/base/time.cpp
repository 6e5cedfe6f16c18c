#include "base/time.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace base {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr Time kFirst{sys_days{std::chrono::year{0} / 1 / 1}};
constexpr Time kLast{sys_days{std::chrono::year{9999} / 12 / 31} + days{1} - Duration{1}};

// "00" to "99": two digits for one division.
constexpr std::array<char, 200> kPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

void put_two(char* at, std::uint32_t value) {
  std::memcpy(at, kPairs.data() + std::size_t{2} * value, 2);
}

// Reads from the front of `text`; every function answers false when the text does not fit.
struct Scanner {
  std::string_view text;

  bool number(std::size_t digits, int& out) {
    if (text.size() < digits) return false;
    out = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (text[i] < '0' || text[i] > '9') return false;
      out = out * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return true;
  }
  bool one_of(std::string_view wanted) {
    if (text.empty() || wanted.find(text.front()) == wanted.npos) return false;
    text.remove_prefix(1);
    return true;
  }
  // ".5" is 500000 microseconds; digits after the sixth are dropped.
  bool fraction(std::int64_t& us) {
    us = 0;
    if (!one_of(".")) return true;
    std::int64_t scale = 100'000;
    std::size_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      us += (text.front() - '0') * scale;
      scale /= 10;
      text.remove_prefix(1);
      if (++digits > 9) return false;
    }
    return digits > 0;
  }
  bool offset(std::chrono::minutes& out) {
    out = {};
    if (one_of("Zz")) return true;
    const bool negative = !text.empty() && text.front() == '-';
    int hours = 0;
    int minutes = 0;
    if (!one_of("+-") || !number(2, hours) || !one_of(":") || !number(2, minutes)) return false;
    if (hours > 23 || minutes > 59) return false;
    out = std::chrono::hours{hours} + std::chrono::minutes{minutes};
    if (negative) out = -out;
    return true;
  }
};

}  // namespace

void append_rfc3339(std::string& out, Time t) {
  // Four digits of year are all that RFC 3339 has; times outside can only come from corrupt rows.
  t = std::clamp(t, kFirst, kLast);
  const auto day = std::chrono::floor<days>(t);
  const year_month_day date{day};
  const auto in_day = static_cast<std::uint64_t>((t - day).count());
  const auto s = static_cast<std::uint32_t>(in_day / 1'000'000);
  const auto us = static_cast<std::uint32_t>(in_day % 1'000'000);
  const auto year = static_cast<std::uint32_t>(static_cast<int>(date.year()));
  char text[] = "0000-00-00T00:00:00.000000Z";
  put_two(text, year / 100);
  put_two(text + 2, year % 100);
  put_two(text + 5, static_cast<unsigned>(date.month()));
  put_two(text + 8, static_cast<unsigned>(date.day()));
  put_two(text + 11, s / 3600);
  put_two(text + 14, s / 60 % 60);
  put_two(text + 17, s % 60);
  put_two(text + 20, us / 10'000);
  put_two(text + 22, us / 100 % 100);
  put_two(text + 24, us % 100);
  out.append(text, sizeof(text) - 1);
}

std::string to_rfc3339(Time t) {
  std::string out;
  append_rfc3339(out, t);
  return out;
}

Result<Time> from_rfc3339(std::string_view text) {
  Scanner in{text};
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t us = 0;
  std::chrono::minutes offset{};
  const bool shaped = in.number(4, year) && in.one_of("-") && in.number(2, month) &&
                      in.one_of("-") && in.number(2, day) && in.one_of("Tt") &&
                      in.number(2, hour) && in.one_of(":") && in.number(2, minute) &&
                      in.one_of(":") && in.number(2, second) && in.fraction(us) &&
                      in.offset(offset) && in.text.empty();
  const year_month_day date{std::chrono::year{year}, std::chrono::month(month),
                            std::chrono::day(day)};
  if (!shaped || !date.ok() || hour > 23 || minute > 59 || second > 60) {
    return error(Code::invalid_argument, "not an RFC 3339 date-time");
  }
  const Time whole_minute =
      Time{sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} - offset;
  // A leap second only ever ends a UTC day; it becomes the first second of the next one.
  const auto of_day = whole_minute - std::chrono::floor<days>(whole_minute);
  if (second == 60 && of_day != std::chrono::hours{23} + std::chrono::minutes{59}) {
    return error(Code::invalid_argument, "not an RFC 3339 date-time");
  }
  return whole_minute + std::chrono::seconds{second} + Duration{us};
}

}  // namespace base
