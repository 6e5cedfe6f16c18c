#include "identity/tokens.h"

#include "base/encoding.h"

namespace identity {

std::string make_token(std::string_view prefix, base::Random& random) {
  std::array<std::uint8_t, 32> bytes;
  random.fill(bytes);
  const std::span<const std::uint8_t, 32> all(bytes);
  return std::string(prefix) + base::to_base62(all.first<16>()) + base::to_base62(all.last<16>());
}

std::string token_hash(std::string_view token) {
  return std::string(base::as_chars(base::sha256(token)));
}

}  // namespace identity
