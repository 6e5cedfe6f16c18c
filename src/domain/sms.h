#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "base/result.h"

namespace domain {

enum class SmsEncoding : std::uint8_t { gsm7, ucs2 };
BOOST_DESCRIBE_ENUM(SmsEncoding, gsm7, ucs2)

struct SmsChar {
  std::int64_t byte_offset = 0;
  std::int64_t code_point = 0;
  friend bool operator==(const SmsChar&, const SmsChar&) = default;
};
BOOST_DESCRIBE_STRUCT(SmsChar, (), (byte_offset, code_point))

// `units`: septets (an extension character takes two) or UTF-16 code units. One segment holds 160
// or 70 of them; each of several 153 or 67, and neither an extension character nor a surrogate pair
// is ever split (3GPP TS 23.038, 23.040).
struct SmsSize {
  SmsEncoding encoding = SmsEncoding::gsm7;
  std::int64_t units = 0;
  std::int64_t segments = 0;
  std::optional<SmsChar> first_ucs2_char;  // the first character that forces UCS-2
  friend bool operator==(const SmsSize&, const SmsSize&) = default;
};
BOOST_DESCRIBE_STRUCT(SmsSize, (), (encoding, units, segments, first_ucs2_char))

// Code::invalid_argument for invalid UTF-8. An empty text has no segments.
base::Result<SmsSize> sms_size(std::string_view text);

// The first of each character that forces UCS-2, at most `most` of them. `text` is valid UTF-8.
std::vector<SmsChar> ucs2_chars(std::string_view text, std::size_t most);
// What can stand in such a character's place without changing what the text says: plain quotes,
// dashes and spaces for typographic ones, letters for their ligatures and signs. Absent where the
// meaning or a name would suffer (letters with accents, emoji, other scripts).
std::optional<std::string_view> gsm_replacement(std::int64_t code_point);
// The text with every such replacement made.
std::string gsm_rewrite(std::string_view text);

}  // namespace domain
