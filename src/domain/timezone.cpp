#include "domain/timezone.h"

#include <algorithm>
#include <charconv>

#include "domain/timezone_rule.h"

namespace domain {
namespace {

using base::Code;
using base::Result;
constexpr std::int64_t kDaySeconds = 86'400;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

std::int64_t seconds_of(base::Time t) { return floor_div(base::micros(t), 1'000'000); }
base::Time time_of(std::int64_t seconds) { return base::from_micros(seconds * 1'000'000); }

base::Error corrupt(const char* why) { return base::error(Code::corrupt, why); }

// Reads big-endian numbers; the caller has checked the size.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::size_t left() const { return bytes_.size(); }
  std::string_view take(std::size_t n) {
    const auto out = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return out;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(take(1)[0]); }
  std::int64_t number(std::size_t size) {
    std::uint64_t value = 0;
    const auto bytes = take(size);
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    if (size == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
    return static_cast<std::int64_t>(value);
  }

 private:
  std::string_view bytes_;
};

// RFC 8536, 3.1.
struct Header {
  int version = 1;
  std::size_t utc_indicators = 0, std_indicators = 0, leaps = 0, times = 0, types = 0, chars = 0;
  std::size_t body_size(std::size_t time_size) const {
    return times * (time_size + 1) + types * 6 + chars + leaps * (time_size + 4) + std_indicators +
           utc_indicators;
  }
};
constexpr std::size_t kHeaderSize = 44;
constexpr std::int64_t kCountMax = 100'000;

Result<Header> read_header(Reader& in) {
  if (in.left() < kHeaderSize || in.take(4) != "TZif") return corrupt("not a TZif file");
  Header header;
  const auto version = in.u8();
  header.version = version == 0 ? 1 : version - '0';
  in.take(15);
  for (auto* count : {&header.utc_indicators, &header.std_indicators, &header.leaps, &header.times,
                      &header.types, &header.chars}) {
    const auto value = in.number(4);
    if (value < 0 || value > kCountMax) return corrupt("a TZif count is out of range");
    *count = static_cast<std::size_t>(value);
  }
  if (header.types == 0 || header.types > 256) return corrupt("a TZif file needs local time types");
  return header;
}

struct Table {
  std::vector<std::int64_t> transitions;
  std::vector<int> offsets;
  int first_offset_s = 0;
};

Result<Table> read_table(Reader& in, const Header& header, std::size_t time_size) {
  if (in.left() < header.body_size(time_size)) return corrupt("a TZif file is cut short");
  Table table;
  for (std::size_t i = 0; i < header.times; ++i) {
    table.transitions.push_back(in.number(time_size));
  }
  if (!std::is_sorted(table.transitions.begin(), table.transitions.end())) {
    return corrupt("TZif transitions are not in order");
  }
  const auto indices = in.take(header.times);
  std::vector<int> types;
  for (std::size_t i = 0; i < header.types; ++i) {
    const auto offset = in.number(4);
    in.take(2);
    if (offset < -kDaySeconds || offset > kDaySeconds) return corrupt("a TZif offset is too large");
    types.push_back(static_cast<int>(offset));
  }
  for (const char c : indices) {
    const auto index = static_cast<unsigned char>(c);
    if (index >= types.size()) return corrupt("a TZif index has no type");
    table.offsets.push_back(types[index]);
  }
  table.first_offset_s = types[0];
  in.take(header.chars + header.leaps * (time_size + 4) + header.std_indicators +
          header.utc_indicators);
  return table;
}

}  // namespace

Result<TimeZone> TimeZone::parse(std::string_view tzif) {
  Reader in(tzif);
  TRY(auto header, read_header(in));
  TimeZone zone;
  std::size_t time_size = 4;
  if (header.version >= 2) {
    // The first block repeats the second one with 32-bit times.
    if (in.left() < header.body_size(4)) return corrupt("a TZif file is cut short");
    in.take(header.body_size(4));
    TRY(header, read_header(in));
    time_size = 8;
  }
  TRY(auto table, read_table(in, header, time_size));
  zone.transitions_ = std::move(table.transitions);
  zone.offsets_ = std::move(table.offsets);
  zone.first_offset_s_ = table.first_offset_s;
  if (header.version < 2) return zone;
  if (in.left() < 2 || in.take(1) != "\n") return corrupt("a TZif footer is missing");
  const auto rest = in.take(in.left());
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return corrupt("a TZif footer has no end");
  if (end > 0) {
    TRY(zone.rule_, parse_zone_rule(rest.substr(0, end)));
  }
  return zone;
}

TimeZone TimeZone::utc() { return TimeZone(); }

int TimeZone::offset_s(base::Time t) const {
  const auto seconds = seconds_of(t);
  const auto after = std::upper_bound(transitions_.begin(), transitions_.end(), seconds);
  if (after == transitions_.end() && rule_) return rule_offset_s(*rule_, seconds);
  if (after == transitions_.begin()) return first_offset_s_;
  return offsets_[static_cast<std::size_t>(after - transitions_.begin() - 1)];
}

Day TimeZone::day_of(base::Time t) const {
  return {static_cast<std::int32_t>(floor_div(seconds_of(t) + offset_s(t), kDaySeconds))};
}

base::Time TimeZone::day_start(Day day) const {
  // Local midnight is within 24 h of the same moment in UTC (26 h at the most, with a day's slack);
  // within that span the day of a moment never goes back but for an hour around a change of the
  // clock, so: take the earliest candidate that lies in the day, else the change that skipped it.
  const auto midnight = std::int64_t{day.since_1970} * kDaySeconds;
  std::vector<int> offsets;
  for (const std::int64_t hours : {-26, -20, -14, -8, -2, 4, 10, 16, 22, 28}) {
    offsets.push_back(offset_s(time_of(midnight + hours * 3600)));
  }
  std::optional<std::int64_t> best;
  for (const int offset : offsets) {
    const auto candidate = midnight - offset;
    const bool inside = day_of(time_of(candidate)) == day;
    if (inside && (!best || candidate < *best)) best = candidate;
  }
  std::int64_t low = midnight - 26 * 3600;
  std::int64_t high = best ? *best : midnight + 28 * 3600;
  if (best && day_of(time_of(*best - 1)) < day) return time_of(*best);
  // Midnight does not exist or exists twice: find the change that began the day.
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (day_of(time_of(middle)) < day ? low : high) = middle;
  }
  return time_of(high);
}

base::Time TimeZone::hour_start(base::Time t) const {
  const auto local = seconds_of(t) + offset_s(t);
  return time_of(seconds_of(t) - (local - floor_div(local, 3600) * 3600));
}

Result<Day> Day::parse(std::string_view text) {
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(at, size)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
    const int year = number(0, 4);
    const int month = number(5, 2);
    const int day = number(8, 2);
    if (year >= 0 && month >= 0 && day >= 0) {
      const std::chrono::year_month_day date{std::chrono::year{year},
                                             std::chrono::month{static_cast<unsigned>(month)},
                                             std::chrono::day{static_cast<unsigned>(day)}};
      if (date.ok()) {
        return Day{
            static_cast<std::int32_t>(std::chrono::sys_days{date}.time_since_epoch().count())};
      }
    }
  }
  return base::error(Code::invalid_argument, "not_a_date", "a date such as 2026-11-23 is needed");
}

std::string Day::text() const {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{since_1970}}};
  const auto padded = [](int value, std::size_t width) {
    std::string digits = std::to_string(value);
    if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
    return digits;
  };
  return padded(static_cast<int>(date.year()), 4) + '-' +
         padded(static_cast<int>(static_cast<unsigned>(date.month())), 2) + '-' +
         padded(static_cast<int>(static_cast<unsigned>(date.day())), 2);
}

bool is_time_zone_name(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  char before = '/';
  for (const char c : name) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool other = (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
    if (c == '/' ? before == '/' : !letter && !(other && before != '/')) return false;
    before = c;
  }
  return before != '/';
}

Result<std::shared_ptr<const TimeZone>> TimeZones::find(std::string_view name) {
  const auto unknown = [] {
    return base::field_error("time_zone", "unknown", "not a known IANA time zone");
  };
  if (!is_time_zone_name(name)) return unknown();
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = zones_.find(name); known != zones_.end()) return known->second;
  }
  const std::string key(name);
  auto bytes = load_(key);
  if (!bytes) {
    if (bytes.error().code == Code::not_found) return unknown();
    return std::move(bytes).error();
  }
  TRY(auto zone, TimeZone::parse(*bytes));
  const std::lock_guard lock(mutex_);
  return zones_.try_emplace(key, std::make_shared<const TimeZone>(std::move(zone))).first->second;
}

}  // namespace domain
