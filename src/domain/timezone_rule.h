#pragma once
#include <cstdint>
#include <string_view>

#include "domain/timezone.h"

// Inside the module only: the POSIX TZ text of a TZif footer (RFC 8536, 3.3; POSIX.1-2017, 8.3).
namespace domain {

base::Result<ZoneRule> parse_zone_rule(std::string_view text);
// Seconds east of UTC at `utc_s` seconds since 1970.
int rule_offset_s(const ZoneRule& rule, std::int64_t utc_s);

}  // namespace domain
