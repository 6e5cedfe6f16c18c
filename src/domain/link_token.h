#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/secret.h"

namespace domain {

// The short links' tokens: the first 128 bits of HMAC-SHA-256(link key, id) as 22 base62 digits.
// Made again whenever a message is sent again, never stored, not guessable without the key.
// Immutable after start; any thread.
class LinkKeys {
 public:
  // Versions count from 1; the newest signs new links. Keys are at least 32 bytes.
  static base::Result<LinkKeys> make(std::map<std::int64_t, base::Secret<std::string>> keys);
  std::int64_t newest() const { return keys_.rbegin()->first; }
  // Code::not_found when that version is gone: the link can't be made again.
  base::Result<std::string> token(std::int64_t version, const base::Id128& id) const;
  // The same behind `out`; false, and nothing appended, when that version is gone.
  bool append_token(std::string& out, std::int64_t version, const base::Id128& id) const;

 private:
  std::map<std::int64_t, base::HmacKey> keys_;
};

inline constexpr std::size_t kLinkTokenChars = 22;
bool is_link_token(std::string_view text);
// What the database knows a token by.
base::Digest link_token_hash(std::string_view token);

}  // namespace domain
