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

// Recognises PNG (ISO/IEC 15948), JPEG (ITU T.81) and WebP (RFC 9649) by their content and reads
// the size from the header; nothing is decoded. invalid_argument for anything else. Any input is
// safe.
base::Result<ImageFacts> read_image(std::string_view bytes);
// The same with the limits of a logo and the type that was named; invalid_argument on the field
// "body".
base::Result<ImageFacts> check_logo(std::string_view bytes, std::string_view named_type);

}  // namespace identity
