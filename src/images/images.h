#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "images/header.h"

namespace images {

inline constexpr std::size_t kBytesMax = 8 * 1024 * 1024;
inline constexpr std::int64_t kSideMax = 8000;
inline constexpr std::int64_t kPixelsMax = 25'000'000;  // of all frames together
inline constexpr std::int64_t kFramesMax = 200;
inline constexpr std::int64_t kScansMax = 64;  // a progressive JPEG has about ten

// Pixels of a rendition's width, widest first. Mail is laid out 600 wide; screens show twice that.
inline constexpr std::int64_t kWidths[] = {1200, 600, 300};

struct Limits {
  std::size_t bytes_max = kBytesMax;
  std::int64_t side_max = kSideMax;
  std::int64_t pixels_max = kPixelsMax;
  std::int64_t frames_max = kFramesMax;
  std::int64_t scans_max = kScansMax;
};

// One size of an image, in a file of its own.
struct Rendition {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::string bytes;
};

struct Image {
  Format format = Format::png;  // of every rendition
  bool animated = false;
  std::vector<Rendition> renditions;  // widest first; only widths that the original has
};

// By the header alone: too_large above bytes_max; invalid_argument on the field "body" with
// "not_an_image", "out_of_range" (a side), "too_many_pixels", "too_many_frames" or
// "too_many_scans".
base::Result<Header> inspect(std::string_view bytes, const Limits& limits = {});

// Decodes the whole image and writes it anew, so that nothing of the file survives but its pixels:
// no metadata, no colour profile (it is sRGB afterwards), no tail behind the end, and upright as
// its EXIF orientation says. PNG stays PNG, JPEG stays JPEG, GIF stays GIF with its frames. WebP,
// which Outlook does not show, becomes GIF when it moves, JPEG when it is lossy and opaque, else
// PNG. The same bytes always give the same renditions. Errors of inspect(), and "broken" when it
// cannot be decoded to its end. Takes up to six seconds and 320 MB: call
// through base::run_blocking.
base::Result<Image> normalise(std::string_view bytes, const Limits& limits = {});

}  // namespace images
