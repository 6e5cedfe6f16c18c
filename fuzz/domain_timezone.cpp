// Any bytes are a time zone or refused, and any zone has days that a clock can live by.
#include "base/assert.h"
#include "domain/timezone.h"
#include "domain/timezone_rule.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto rule = domain::parse_zone_rule(bytes)) {
    for (std::int64_t at = -2'000'000'000; at < 4'000'000'000; at += 500'000'000) {
      QT_ASSERT(std::abs(domain::rule_offset_s(*rule, at)) <= 25 * 3600);
    }
  }
  const auto zone = domain::TimeZone::parse(bytes);
  if (!zone) {
    QT_ASSERT(zone.error().code == base::Code::corrupt ||
              zone.error().code == base::Code::invalid_argument);
    return 0;
  }
  for (std::int64_t at = -2'000'000'000; at < 4'000'000'000; at += 400'000'000) {
    const base::Time time = base::from_micros(at * 1'000'000);
    QT_ASSERT(zone->hour_start(time) <= time);
    QT_ASSERT(time - zone->hour_start(time) < std::chrono::hours(1));
    const domain::Day day = zone->day_of(time);
    QT_ASSERT(domain::Day::parse(day.text()).value() == day);
    static_cast<void>(zone->day_start(day));
  }
  return 0;
}
