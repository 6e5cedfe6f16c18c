#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace identity {

// The installation's master keys, by version; the newest seals, all open. XChaCha20-Poly1305
// (base/crypto.h). Immutable after start.
class SealKeys {
 public:
  // Versions count from 1; keys are 32 bytes.
  static base::Result<SealKeys> make(std::map<std::int64_t, base::Secret<std::string>> keys);
  std::int64_t newest() const { return keys_.rbegin()->first; }
  // `place` is authenticated with the text: it opens nowhere else.
  std::string seal(std::string_view plain, std::string_view place, base::Random& random) const;
  // corrupt when the key is gone, the place is another or the bytes were changed.
  base::Result<std::string> open(std::string_view sealed, std::int64_t version,
                                 std::string_view place) const;

 private:
  std::map<std::int64_t, base::Secret<std::string>> keys_;
};

}  // namespace identity
