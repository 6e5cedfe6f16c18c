#include "identity/seal_keys.h"

#include "base/crypto.h"

namespace identity {

base::Result<SealKeys> SealKeys::make(std::map<std::int64_t, base::Secret<std::string>> keys) {
  if (keys.empty())
    return base::error(base::Code::invalid_argument, "at least one sealing key is needed");
  for (const auto& [version, key] : keys) {
    if (version < 1)
      return base::error(base::Code::invalid_argument, "versions of sealing keys count from 1");
    if (key.reveal().size() != 32)
      return base::error(base::Code::invalid_argument, "a sealing key has 32 bytes");
  }
  SealKeys out;
  out.keys_ = std::move(keys);
  return out;
}

std::string SealKeys::seal(std::string_view plain, std::string_view place,
                           base::Random& random) const {
  return base::seal(plain, keys_.rbegin()->second.reveal(), place, random);
}

base::Result<std::string> SealKeys::open(std::string_view sealed, std::int64_t version,
                                         std::string_view place) const {
  const auto key = keys_.find(version);
  if (key == keys_.end()) {
    return base::error(base::Code::corrupt, "sealing key " + std::to_string(version) + " is gone");
  }
  return base::unseal(sealed, key->second.reveal(), place);
}

}  // namespace identity
