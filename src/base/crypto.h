#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace base {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view data);
Digest hmac_sha256(std::string_view key, std::string_view data);
// The same for many short texts under one key, whose blocks are hashed once. Any thread.
class HmacKey {
 public:
  explicit HmacKey(std::string_view key);
  Digest hmac_sha256(std::string_view data) const;

 private:
  struct Begun;  // hashed so far: the key's two blocks of RFC 2104
  std::shared_ptr<const Begun> begun_;
};
std::array<std::uint8_t, 20> hmac_sha1(std::string_view key,
                                       std::string_view data);  // Twilio's signature only
bool equal_constant_time(std::string_view a, std::string_view b);

// Password hashes: argon2id, PHC string with its parameters (RFC 9106). Takes tens of milliseconds:
// call through Runtime::blocking.
std::string hash_password(std::string_view password, Random& random);
bool verify_password(std::string_view password, const std::string& phc);

// XChaCha20-Poly1305. The result is nonce || ciphertext || tag; `associated` binds it to its place.
std::string seal(std::string_view plain, std::string_view key32, std::string_view associated,
                 Random& random);
Result<std::string> unseal(std::string_view sealed, std::string_view key32,
                           std::string_view associated);

}  // namespace base
