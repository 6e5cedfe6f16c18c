#include "net/trace.h"

#include "net/text.h"

namespace net {
namespace {

constexpr std::size_t kLength = 55;  // 2 version, 32 trace, 16 parent, 2 flags and 3 dashes

bool all_zeros(std::string_view text) { return text.find_first_not_of('0') == text.npos; }

}  // namespace

std::string_view trace_id_from(std::string_view traceparent) {
  const auto text = trim(traceparent);
  if (text.size() < kLength) return {};
  const auto version = text.substr(0, 2);
  const auto trace = text.substr(3, 32);
  const auto parent = text.substr(36, 16);
  const auto flags = text.substr(53, 2);
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  if (!is_hex_lower(version) || version == "ff") return {};
  if (version == "00" ? text.size() != kLength : text.size() > kLength && text[kLength] != '-') {
    return {};
  }
  if (!is_hex_lower(trace) || !is_hex_lower(parent) || !is_hex_lower(flags)) return {};
  if (all_zeros(trace) || all_zeros(parent)) return {};
  return trace;
}

std::string make_trace_id(std::uint64_t high, std::uint64_t low) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (high == 0 && low == 0) low = 1;
  std::string out(32, '0');
  for (std::size_t i = 0; i < 16; ++i) {
    out[i] = digits[high >> (60 - 4 * i) & 15];
    out[i + 16] = digits[low >> (60 - 4 * i) & 15];
  }
  return out;
}

}  // namespace net
