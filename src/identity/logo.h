#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace identity {

inline constexpr std::size_t kLogoBytesMax = 20 * 1024;
inline constexpr std::int64_t kLogoSideMin = 16;
inline constexpr std::int64_t kLogoSideMax = 2048;

struct ImageFacts {
  std::string media_type;  // "image/png", "image/jpeg" or "image/webp"
  std::int64_t width = 0;
  std::int64_t height = 0;
};

// Reads the header of an image, with the limits of a logo and the type that was named;
// invalid_argument on the field "body". Any input is safe.
base::Result<ImageFacts> check_logo(std::string_view bytes, std::string_view named_type);

}  // namespace identity
