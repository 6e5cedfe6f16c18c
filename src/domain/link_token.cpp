#include "domain/link_token.h"

#include <algorithm>

#include "base/encoding.h"

namespace domain {

base::Result<LinkKeys> LinkKeys::make(std::map<std::int64_t, base::Secret<std::string>> keys) {
  if (keys.empty()) return base::error(base::Code::invalid_argument, "no link key is configured");
  for (const auto& [version, key] : keys) {
    if (version < 1 || key.reveal().size() < 32) {
      return base::error(base::Code::invalid_argument,
                         "a link key needs a version from 1 and at least 32 bytes");
    }
  }
  LinkKeys out;
  for (const auto& [version, key] : keys) out.keys_.emplace(version, key.reveal());
  return out;
}

base::Result<std::string> LinkKeys::token(std::int64_t version, const base::Id128& id) const {
  std::string out;
  if (append_token(out, version, id)) return out;
  return base::error(base::Code::not_found, "link key version is not configured");
}

bool LinkKeys::append_token(std::string& out, std::int64_t version, const base::Id128& id) const {
  const auto found = keys_.find(version);
  if (found == keys_.end()) return false;
  const auto digest = found->second.hmac_sha256(base::as_chars(id.bytes));
  base::append_base62(out, std::span<const std::uint8_t, 16>(digest.data(), 16));
  return true;
}

bool is_link_token(std::string_view text) {
  return text.size() == kLinkTokenChars && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
         });
}

base::Digest link_token_hash(std::string_view token) { return base::sha256(token); }

}  // namespace domain
