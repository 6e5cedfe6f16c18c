#pragma once
#include <string>
#include <string_view>

#include "base/describe.h"
#include "base/result.h"

namespace domain {

enum class PhoneKind : std::uint8_t { mobile, fixed_line, fixed_or_mobile, other };
BOOST_DESCRIBE_ENUM(PhoneKind, mobile, fixed_line, fixed_or_mobile, other)

struct Phone {
  std::string e164;     // "+491701234567"
  std::string country;  // ISO 3166-1 alpha-2 ("DE"); "001" for numbers of no country
  PhoneKind kind = PhoneKind::other;
  friend bool operator==(const Phone&, const Phone&) = default;
};
BOOST_DESCRIBE_STRUCT(Phone, (), (e164, country, kind))

inline constexpr std::size_t kPhoneTextMax = 64;  // bytes, before parsing

// `default_region` is the ISO region whose national format is read ("DE"), or empty: then only +…
// is read. Errors on the field "phone" with code "required", "too_long", "not_a_number",
// "unknown_country", "too_short", "invalid". A number with an extension is refused as "invalid":
// nothing can be texted to it. Thread-safe.
base::Result<Phone> parse_phone(std::string_view text, std::string_view default_region);
bool is_known_region(std::string_view region);

}  // namespace domain
