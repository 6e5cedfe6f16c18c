#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

// Points in time are UTC with microseconds, everywhere: SQL (BIGINT), C++, JSON (RFC 3339).
using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;

constexpr std::int64_t micros(Time t) { return t.time_since_epoch().count(); }
constexpr Time from_micros(std::int64_t us) { return Time{Duration{us}}; }

// "2026-11-23T09:00:00.000000Z".
std::string to_rfc3339(Time t);
void append_rfc3339(std::string& out, Time t);
// Accepts any RFC 3339 date-time with 0–9 fraction digits and Z or a numeric offset.
Result<Time> from_rfc3339(std::string_view text);

// Where the time comes from. Owned by the runtime; thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;         // wall clock, UTC; may jump (sandbox mode shares an offset)
  virtual Duration steady() const = 0;  // since some fixed point; never goes back
};

}  // namespace base
