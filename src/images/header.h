#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace images {

enum class Format : std::uint8_t { png, jpeg, gif, webp };
std::string_view media_type_of(Format format);  // "image/png"
std::string_view extension_of(Format format);   // "png", "jpg", "gif", "webp"

// What an image says about itself; nothing is decoded, so it may lie.
struct Header {
  Format format = Format::png;
  std::int64_t width = 0;  // of the canvas and of every frame
  std::int64_t height = 0;
  std::int64_t frames = 1;
  std::int64_t scans = 1;   // of a JPEG: each goes over the whole picture again
  bool complete = true;     // false: a GIF that ends inside of a frame, which decoders take
  bool lossless = true;     // false: a photograph, as JPEG and lossy WebP hold them
  bool transparent = true;  // may be; JPEG and WebP say when they are not
};

// Recognises PNG (ISO/IEC 15948), JPEG (ITU T.81), GIF (89a) and WebP (RFC 9649) by their content.
// invalid_argument on the field "body" for anything else. Any input is safe; takes time linear in
// its length.
base::Result<Header> read_header(std::string_view bytes);

}  // namespace images
