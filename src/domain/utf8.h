#pragma once
#include <cstdint>
#include <string_view>

namespace domain {

// How long valid UTF-8 is in UTF-16 code units, which editors and browsers count.
inline std::int64_t utf16_length(std::string_view valid_utf8) {
  std::int64_t units = 0;
  for (const char c : valid_utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

// The code point at `at` of valid UTF-8 and the place behind it.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t next = 0;
};

inline CodePoint code_point_at(std::string_view valid_utf8, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(valid_utf8[i]));
  };
  const auto tail = [&](std::size_t i) { return byte(i) & 0x3F; };
  const auto lead = byte(at);
  if (lead < 0x80) return {lead, at + 1};
  if (lead < 0xE0) return {(lead & 0x1F) << 6 | tail(at + 1), at + 2};
  if (lead < 0xF0) return {(lead & 0x0F) << 12 | tail(at + 1) << 6 | tail(at + 2), at + 3};
  return {(lead & 0x07) << 18 | tail(at + 1) << 12 | tail(at + 2) << 6 | tail(at + 3), at + 4};
}

}  // namespace domain
