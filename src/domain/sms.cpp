#include "domain/sms.h"

#include <string_view>

#include "base/encoding.h"
#include "domain/utf8.h"

namespace domain {
namespace {

// The default alphabet of 3GPP TS 23.038, 6.2.1, beyond its ASCII part.
constexpr std::u32string_view kBasicBeyondAscii = U"¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ";

// Septets that a character takes in the 7-bit alphabet; 0 when it is not in it.
int septets(std::uint32_t c) {
  if (c == '\n' || c == '\r') return 1;
  if (c == '\f') return 2;
  if (c < 0x20 || c == 0x7F || c == '`') return 0;
  if (c < 0x7F) {
    constexpr std::string_view kExtension = "^{}\\[~]|";
    return kExtension.find(static_cast<char>(c)) != std::string_view::npos ? 2 : 1;
  }
  if (c == 0x20AC) return 2;
  return kBasicBeyondAscii.find(static_cast<char32_t>(c)) != std::u32string_view::npos ? 1 : 0;
}

int utf16_units(std::uint32_t c) { return c > 0xFFFF ? 2 : 1; }

struct Limits {
  std::int64_t single;
  std::int64_t part;  // of several; the rest holds the concatenation header (TS 23.040, 9.2.3.24.1)
};
constexpr Limits kGsm7Limits = {160, 153};
constexpr Limits kUcs2Limits = {70, 67};

// Fills parts one after the other; a character that does not fit whole starts the next part.
template <class Units>
void count(std::string_view text, const Limits& limits, Units&& units_of, SmsSize& size) {
  std::int64_t parts = 0;
  std::int64_t used = limits.part;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = code_point_at(text, at);
    at = c.next;
    const auto units = units_of(c.value);
    if (used + units > limits.part) {
      ++parts;
      used = 0;
    }
    used += units;
    size.units += units;
  }
  if (size.units == 0) return;
  size.segments = size.units <= limits.single ? 1 : parts;
}

}  // namespace

base::Result<SmsSize> sms_size(std::string_view text) {
  if (!base::is_valid_utf8(text)) {
    return base::error(base::Code::invalid_argument, "invalid_utf8", "the text is not UTF-8");
  }
  SmsSize size;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = code_point_at(text, at);
    if (septets(c.value) == 0) {
      size.encoding = SmsEncoding::ucs2;
      size.first_ucs2_char = SmsChar{static_cast<std::int64_t>(at), c.value};
      break;
    }
    at = c.next;
  }
  if (size.encoding == SmsEncoding::gsm7) {
    count(text, kGsm7Limits, septets, size);
  } else {
    count(text, kUcs2Limits, utf16_units, size);
  }
  return size;
}

}  // namespace domain
