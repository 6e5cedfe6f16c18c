#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace base {

std::string to_hex(std::span<const std::uint8_t> bytes);
Result<std::string> from_hex(std::string_view text);
std::string to_base64(std::string_view bytes);
std::string to_base64url(std::string_view bytes);  // without padding
Result<std::string> from_base64(std::string_view text);
// 128 bits as 22 base62 digits (0-9A-Za-z), fixed width.
std::string to_base62(std::span<const std::uint8_t, 16> bytes);
void append_base62(std::string& out, std::span<const std::uint8_t, 16> bytes);
bool is_valid_utf8(
    std::string_view text);  // RFC 3629: no overlong forms, surrogates or values over U+10FFFF
std::string percent_encode(std::string_view text);  // RFC 3986 unreserved characters stay
Result<std::string> percent_decode(std::string_view text, bool plus_is_space);

// application/x-www-form-urlencoded, in order; repeated names allowed.
struct FormField {
  std::string name;
  std::string value;
};
std::string form_encode(std::span<const FormField> fields);
Result<std::vector<FormField>> form_decode(std::string_view body, std::size_t fields_max);

inline std::string_view as_chars(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace base
