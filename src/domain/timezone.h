#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace domain {

// A calendar day without a time zone. JSON and SQL text: "2026-11-23".
struct Day {
  std::int32_t since_1970 = 0;
  static base::Result<Day> parse(std::string_view text);
  std::string text() const;
  friend constexpr auto operator<=>(const Day&, const Day&) = default;
};

// When a rule of the year sets in: `time_s` seconds after local midnight of that day (may be
// negative or above 24 h).
struct ZoneRuleDate {
  enum class Form : std::uint8_t {
    julian_no_leap,
    day_of_year,
    month_week_day
  } form = Form::month_week_day;
  int month = 0, week = 0, day = 0;
  int time_s = 7200;
};
// The POSIX TZ footer of RFC 8536, 3.3: how the zone goes on after its last listed transition.
struct ZoneRule {
  int standard_s = 0;  // seconds east of UTC
  std::optional<int> summer_s;
  ZoneRuleDate summer_begins;
  ZoneRuleDate summer_ends;
};

// One IANA time zone, read from the bytes of its TZif file (RFC 8536, versions 1 to 4). Immutable;
// any thread.
class TimeZone {
 public:
  // Code::corrupt when the bytes are no TZif file. Any input is safe.
  static base::Result<TimeZone> parse(std::string_view tzif);
  static TimeZone utc();
  // Seconds east of UTC at that moment.
  int offset_s(base::Time t) const;
  Day day_of(base::Time t) const;
  // The first moment of that local day; where midnight does not exist or exists twice, the earliest
  // moment that day_of() puts into it.
  base::Time day_start(Day day) const;
  // The UTC moment at which the current local clock hour began: a bucket that never crosses a local
  // midnight.
  base::Time hour_start(base::Time t) const;

 private:
  std::vector<std::int64_t> transitions_;  // UTC seconds, ascending
  std::vector<int> offsets_;               // offsets_[i] holds from transitions_[i]
  int first_offset_s_ = 0;                 // before the first transition
  std::optional<ZoneRule> rule_;
};

// Zones by name, read once through `load`, which gets a well-formed name ("Europe/Berlin") and
// returns the file's bytes or Code::not_found. Owned by app, lives as long as the process, any
// thread.
class TimeZones {
 public:
  using Load = std::function<base::Result<std::string>(const std::string& name)>;
  explicit TimeZones(Load load) : load_(std::move(load)) {}
  // Code::invalid_argument on the field "time_zone" for an unknown or malformed name.
  base::Result<std::shared_ptr<const TimeZone>> find(std::string_view name);

 private:
  Load load_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const TimeZone>, std::less<>> zones_;
};

// Letters, digits and _ + - in parts joined by "/": never an absolute path, "." or "..".
bool is_time_zone_name(std::string_view name);

}  // namespace domain
