#pragma once
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/random.h"

namespace identity {

inline constexpr std::string_view kTestKeyPrefix = "qk_test_";
inline constexpr std::string_view kLiveKeyPrefix = "qk_live_";
inline constexpr std::string_view kSessionPrefix = "qs_";

// `prefix` and 44 base62 characters made of 256 random bits.
std::string make_token(std::string_view prefix, base::Random& random);
// What the database knows a token by, as the bytes of its column.
std::string token_hash(std::string_view token);

}  // namespace identity
