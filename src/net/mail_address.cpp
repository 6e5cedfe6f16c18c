#include "net/mail_address.h"

#include "base/encoding.h"

namespace net {
namespace {

constexpr std::size_t kLocalMax = 64;
constexpr std::size_t kAddressMax = 254;
constexpr std::size_t kLabelMax = 63;

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool is_atom_char(char c) {
  constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~";
  return is_alnum(c) || is_high(c) || others.find(c) != others.npos;
}

// Parts between dots, each non-empty and made of `allowed`.
template <class F>
bool is_dotted(std::string_view text, std::size_t part_max, F allowed) {
  std::size_t length = 0;
  for (const char c : text) {
    if (c == '.') {
      if (length == 0) return false;
      length = 0;
    } else if (!allowed(c) || ++length > part_max) {
      return false;
    }
  }
  return length > 0;
}

bool is_domain(std::string_view domain) {
  if (domain.starts_with('[') && domain.ends_with(']')) {
    const auto literal = domain.substr(1, domain.size() - 2);
    return !literal.empty() &&
           literal.find_first_not_of("0123456789abcdefABCDEF:.IPv") == literal.npos;
  }
  if (domain.starts_with('-') || domain.ends_with('-')) return false;
  return is_dotted(domain, kLabelMax, [](char c) { return is_alnum(c) || c == '-' || is_high(c); });
}

}  // namespace

bool is_mail_address(std::string_view address) {
  if (address.size() > kAddressMax || !base::is_valid_utf8(address)) return false;
  const auto at = address.rfind('@');
  if (at == address.npos) return false;
  const auto local = address.substr(0, at);
  return local.size() <= kLocalMax && is_dotted(local, kLocalMax, is_atom_char) &&
         is_domain(address.substr(at + 1));
}

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (is_high(c)) return false;
  }
  return true;
}

}  // namespace net
