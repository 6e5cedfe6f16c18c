#include "domain/sms.h"

#include <algorithm>
#include <iterator>

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

struct Replacement {
  std::uint32_t code_point;
  std::string_view text;
};
// Sorted by code point. U+00A0 and what follows from Unicode's General Punctuation.
constexpr Replacement kReplacements[] = {
    {0x09, " "},    {0x60, "'"},    {0xA0, " "},     {0xA9, "(c)"},    {0xAB, "\""},
    {0xAD, ""},     {0xAE, "(R)"},  {0xB4, "'"},     {0xB7, "-"},      {0xBB, "\""},
    {0xBC, "1/4"},  {0xBD, "1/2"},  {0xBE, "3/4"},   {0xD7, "x"},      {0x2002, " "},
    {0x2003, " "},  {0x2004, " "},  {0x2005, " "},   {0x2006, " "},    {0x2007, " "},
    {0x2008, " "},  {0x2009, " "},  {0x200A, " "},   {0x200B, ""},     {0x2010, "-"},
    {0x2011, "-"},  {0x2012, "-"},  {0x2013, "-"},   {0x2014, "-"},    {0x2015, "-"},
    {0x2018, "'"},  {0x2019, "'"},  {0x201A, "'"},   {0x201B, "'"},    {0x201C, "\""},
    {0x201D, "\""}, {0x201E, "\""}, {0x201F, "\""},  {0x2022, "-"},    {0x2026, "..."},
    {0x202F, " "},  {0x2032, "'"},  {0x2033, "\""},  {0x2039, "'"},    {0x203A, "'"},
    {0x2044, "/"},  {0x2060, ""},   {0x2116, "No."}, {0x2122, "(TM)"}, {0x2190, "<-"},
    {0x2192, "->"}, {0x2212, "-"},  {0x2713, "v"},   {0x3000, " "},    {0xFB00, "ff"},
    {0xFB01, "fi"}, {0xFB02, "fl"}, {0xFEFF, ""},
};
static_assert(std::is_sorted(std::begin(kReplacements), std::end(kReplacements),
                             [](const Replacement& a, const Replacement& b) {
                               return a.code_point < b.code_point;
                             }));

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

std::vector<SmsChar> ucs2_chars(std::string_view text, std::size_t most) {
  std::vector<SmsChar> out;
  for (std::size_t at = 0; at < text.size() && out.size() < most;) {
    const auto c = code_point_at(text, at);
    const auto same = [&](const SmsChar& one) { return one.code_point == c.value; };
    if (septets(c.value) == 0 && std::none_of(out.begin(), out.end(), same))
      out.push_back({static_cast<std::int64_t>(at), c.value});
    at = c.next;
  }
  return out;
}

std::optional<std::string_view> gsm_replacement(std::int64_t code_point) {
  const auto found = std::lower_bound(
      std::begin(kReplacements), std::end(kReplacements), code_point,
      [](const Replacement& one, std::int64_t wanted) { return one.code_point < wanted; });
  if (found == std::end(kReplacements) || found->code_point != code_point) return std::nullopt;
  return found->text;
}

std::string gsm_rewrite(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto c = code_point_at(text, at);
    const auto replacement = gsm_replacement(c.value);
    out += replacement ? *replacement : text.substr(at, c.next - at);
    at = c.next;
  }
  return out;
}

}  // namespace domain
