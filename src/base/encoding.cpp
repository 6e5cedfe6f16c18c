#include "base/encoding.h"

#include <array>

namespace base {
namespace {

constexpr std::string_view kHexLower = "0123456789abcdef";
constexpr std::string_view kHexUpper = "0123456789ABCDEF";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kBase62Size = 22;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

unsigned byte_at(std::string_view s, std::size_t i) { return static_cast<unsigned char>(s[i]); }

// Without padding.
std::string encode_64(std::string_view in, std::string_view digits) {
  std::string out;
  out.reserve((in.size() + 2) / 3 * 4);
  std::size_t i = 0;
  for (; i + 3 <= in.size(); i += 3) {
    const unsigned bits = byte_at(in, i) << 16 | byte_at(in, i + 1) << 8 | byte_at(in, i + 2);
    out += digits[bits >> 18];
    out += digits[bits >> 12 & 63];
    out += digits[bits >> 6 & 63];
    out += digits[bits & 63];
  }
  const std::size_t rest = in.size() - i;
  if (rest > 0) {
    const unsigned bits = byte_at(in, i) << 16 | (rest == 2 ? byte_at(in, i + 1) << 8 : 0U);
    out += digits[bits >> 18];
    out += digits[bits >> 12 & 63];
    if (rest == 2) out += digits[bits >> 6 & 63];
  }
  return out;
}

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

Error not_base64() { return error(Code::invalid_argument, "not base64"); }

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void append_percent(std::string& out, char c) {
  const auto b = static_cast<unsigned char>(c);
  out += '%';
  out += kHexUpper[b >> 4];
  out += kHexUpper[b & 15];
}

void append_form_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == ' ') {
      out += '+';
    } else if (is_unreserved(c)) {
      out += c;
    } else {
      append_percent(out, c);
    }
  }
}

// The length of the well-formed sequence at `i`, 0 if there is none (Unicode table 3-7).
std::size_t utf8_sequence(std::string_view s, std::size_t i) {
  const unsigned lead = byte_at(s, i);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (s.size() - i < size) return 0;
  const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (byte_at(s, i + 1) < low || byte_at(s, i + 1) > high) return 0;
  for (std::size_t k = 2; k < size; ++k) {
    if ((byte_at(s, i + k) & 0xc0) != 0x80) return 0;
  }
  return size;
}

}  // namespace

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const auto b : bytes) {
    out += kHexLower[b >> 4];
    out += kHexLower[b & 15];
  }
  return out;
}

Result<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return error(Code::invalid_argument, "not hexadecimal");
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return error(Code::invalid_argument, "not hexadecimal");
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string out = encode_64(bytes, kBase64);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::string to_base64url(std::string_view bytes) { return encode_64(bytes, kBase64Url); }

Result<std::string> from_base64(std::string_view text) {
  if (text.ends_with('=')) {
    // Padding is optional, but if it is there it must be complete.
    if (text.size() % 4 != 0) return not_base64();
    text.remove_suffix(text.ends_with("==") ? 2 : 1);
  }
  if (text.size() % 4 == 1) return not_base64();
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  unsigned bits = 0;
  unsigned bit_count = 0;
  for (const char c : text) {
    const int value = base64_value(c);
    if (value < 0) return not_base64();
    bits = bits << 6 | static_cast<unsigned>(value);
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      out += static_cast<char>(bits >> bit_count & 0xff);
    }
  }
  // Bits that do not reach a whole byte must be zero, else two texts would mean the same bytes.
  if ((bits & ((1U << bit_count) - 1)) != 0) return not_base64();
  return out;
}

void append_base62(std::string& out, std::span<const std::uint8_t, 16> bytes) {
  unsigned __int128 value = 0;
  for (const auto b : bytes) value = value << 8 | b;
  // Ten digits at a time fit 64 bits, whose division is many times faster.
  constexpr std::uint64_t kTenDigits = 839'299'365'868'340'224;  // 62 to the power of 10
  char text[kBase62Size];
  std::uint64_t part = 0;
  for (std::size_t done = 0; done < kBase62Size; ++done) {
    if (done % 10 == 0) {
      part = static_cast<std::uint64_t>(value % kTenDigits);
      value /= kTenDigits;
    }
    text[kBase62Size - 1 - done] = kBase62[part % 62];
    part /= 62;
  }
  out.append(text, kBase62Size);
}

std::string to_base62(std::span<const std::uint8_t, 16> bytes) {
  std::string out;
  append_base62(out, bytes);
  return out;
}

bool is_valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = utf8_sequence(text, i);
    if (size == 0) return false;
    i += size;
  }
  return true;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      append_percent(out, c);
    }
  }
  return out;
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return error(Code::invalid_argument, "broken percent encoding");
      out += static_cast<char>(high << 4 | low);
      i += 2;
    }
  }
  return out;
}

std::string form_encode(std::span<const FormField> fields) {
  std::string out;
  for (const auto& field : fields) {
    if (!out.empty()) out += '&';
    append_form_text(out, field.name);
    out += '=';
    append_form_text(out, field.value);
  }
  return out;
}

Result<std::vector<FormField>> form_decode(std::string_view body, std::size_t fields_max) {
  std::vector<FormField> fields;
  while (!body.empty()) {
    const std::string_view pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(pair.size() + 1, body.size()));
    if (pair.empty()) continue;
    if (fields.size() == fields_max) return error(Code::too_large, "too many form fields");
    const auto equals = pair.find('=');
    TRY(auto name, percent_decode(pair.substr(0, equals), true));
    std::string value;
    if (equals != pair.npos) {
      TRY(value, percent_decode(pair.substr(equals + 1), true));
    }
    fields.push_back({std::move(name), std::move(value)});
  }
  return fields;
}

}  // namespace base
