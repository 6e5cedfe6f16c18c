#include "images/header.h"

#include <algorithm>
#include <optional>

namespace images {

namespace {

// Big and little endian numbers of a header; zero behind its end.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  bool has(std::size_t at, std::string_view what) const {
    return at <= bytes_.size() && bytes_.substr(at).starts_with(what);
  }
  std::size_t size() const { return bytes_.size(); }
  std::int64_t at(std::size_t i) const {
    return i < bytes_.size() ? static_cast<unsigned char>(bytes_[i]) : 0;
  }
  std::int64_t big16(std::size_t i) const { return at(i) << 8 | at(i + 1); }
  std::int64_t big32(std::size_t i) const { return big16(i) << 16 | big16(i + 2); }
  std::int64_t little16(std::size_t i) const { return at(i + 1) << 8 | at(i); }
  std::int64_t little24(std::size_t i) const { return at(i + 2) << 16 | little16(i); }
  std::int64_t little32(std::size_t i) const { return at(i + 3) << 24 | little24(i); }

 private:
  std::string_view bytes_;
};

std::optional<Header> read_png(const Bytes& in) {
  constexpr std::size_t kHeader = 33;  // signature, then IHDR as the first chunk
  if (!in.has(0, std::string_view("\x89PNG\r\n\x1a\n", 8)) || in.size() < kHeader)
    return std::nullopt;
  if (in.big32(8) != 13 || !in.has(12, "IHDR")) return std::nullopt;
  return Header{.format = Format::png, .width = in.big32(16), .height = in.big32(20)};
}

// The next marker behind the coded data of a scan, where FF stands before 00 and restarts only.
std::size_t end_of_scan(const Bytes& in, std::size_t at) {
  for (; at + 1 < in.size(); ++at) {
    const std::int64_t next = in.at(at + 1);
    const bool inside = next == 0 || (next >= 0xd0 && next <= 0xd7);
    if (in.at(at) == 0xff && !inside) return at;
  }
  return in.size();
}

// Walks over the segments to the first frame header (SOF0…SOF15 without DHT, JPG and DAC), and on
// over the scans.
std::optional<Header> read_jpeg(const Bytes& in) {
  if (!in.has(0, "\xff\xd8\xff")) return std::nullopt;
  Header out{.format = Format::jpeg, .scans = 0, .lossless = false, .transparent = false};
  std::size_t at = 2;
  while (at + 4 <= in.size() && in.at(at) == 0xff) {
    const std::int64_t marker = in.at(at + 1);
    if (marker == 0xff) {  // fill byte
      ++at;
      continue;
    }
    if (marker == 0xd9) break;
    const bool frame =
        marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (frame && out.width == 0) {
      if (at + 9 > in.size()) return std::nullopt;
      out.height = in.big16(at + 5);
      out.width = in.big16(at + 7);
    }
    const bool alone = marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    const std::int64_t length = alone ? 0 : in.big16(at + 2);
    if (!alone && length < 2) break;
    at += 2 + static_cast<std::size_t>(length);
    if (marker != 0xda) continue;
    if (out.width == 0) return std::nullopt;
    ++out.scans;
    at = end_of_scan(in, at);
  }
  return out.width == 0 ? std::nullopt : std::optional(out);
}

// Behind the sub-blocks that begin here, each led by its length; the last one is empty. Behind the
// end of the file when that one is missing.
std::size_t behind_blocks(const Bytes& in, std::size_t at) {
  while (at < in.size()) {
    const auto length = static_cast<std::size_t>(in.at(at));
    at += 1 + length;
    if (length == 0) return at;
  }
  return in.size() + 1;
}

std::size_t color_table(std::int64_t flags) {
  return (flags & 0x80) == 0 ? 0 : 3U << ((flags & 7) + 1);
}

// Frames may reach over the screen that the file names; decoders widen it then.
std::optional<Header> read_gif(const Bytes& in) {
  if (!in.has(0, "GIF87a") && !in.has(0, "GIF89a")) return std::nullopt;
  Header out{.format = Format::gif, .frames = 0};
  out.width = in.little16(6);
  out.height = in.little16(8);
  std::size_t at = 13 + color_table(in.at(10));
  while (at < in.size()) {
    if (in.at(at) == 0x21) {
      at = behind_blocks(in, at + 2);
      continue;
    }
    if (in.at(at) != 0x2c || at + 10 >= in.size()) break;
    ++out.frames;
    out.width = std::max(out.width, in.little16(at + 1) + in.little16(at + 5));
    out.height = std::max(out.height, in.little16(at + 3) + in.little16(at + 7));
    at = behind_blocks(in, at + 10 + color_table(in.at(at + 9)) + 1);
  }
  out.complete = at <= in.size();
  return out.frames == 0 ? std::nullopt : std::optional(out);
}

// The extended form: a canvas, then chunks, each frame of an animation in one of its own.
Header read_webp_chunks(const Bytes& in) {
  Header out{.format = Format::webp, .frames = 0, .lossless = false};
  out.width = in.little24(24) + 1;
  out.height = in.little24(27) + 1;
  out.transparent = (in.at(20) & 0x10) != 0;
  std::size_t at = 12;
  while (at + 8 <= in.size()) {
    if (in.has(at, "ANMF")) ++out.frames;
    if (in.has(at, "VP8L")) out.lossless = true;
    const auto length = static_cast<std::size_t>(in.little32(at + 4));
    at += 8 + length + length % 2;
  }
  out.frames = std::max<std::int64_t>(out.frames, 1);
  return out;
}

std::optional<Header> read_webp(const Bytes& in) {
  if (!in.has(0, "RIFF") || !in.has(8, "WEBP") || in.size() < 30) return std::nullopt;
  Header out{.format = Format::webp};
  if (in.has(12, "VP8 ") && in.has(23, "\x9d\x01\x2a")) {
    out.width = in.little16(26) & 0x3fff;
    out.height = in.little16(28) & 0x3fff;
    out.lossless = out.transparent = false;
    return out;
  }
  if (in.has(12, "VP8L") && in.at(20) == 0x2f) {
    const std::int64_t bits = in.little32(21);
    out.width = (bits & 0x3fff) + 1;
    out.height = ((bits >> 14) & 0x3fff) + 1;
    return out;
  }
  if (in.has(12, "VP8X")) return read_webp_chunks(in);
  return std::nullopt;
}

}  // namespace

std::string_view media_type_of(Format format) {
  switch (format) {
    case Format::png: return "image/png";
    case Format::jpeg: return "image/jpeg";
    case Format::gif: return "image/gif";
    case Format::webp: return "image/webp";
  }
  return "";
}

std::string_view extension_of(Format format) {
  switch (format) {
    case Format::png: return "png";
    case Format::jpeg: return "jpg";
    case Format::gif: return "gif";
    case Format::webp: return "webp";
  }
  return "";
}

base::Result<Header> read_header(std::string_view bytes) {
  const Bytes in(bytes);
  for (const auto read : {&read_png, &read_jpeg, &read_gif, &read_webp}) {
    if (const auto header = read(in); header && header->width > 0 && header->height > 0)
      return *header;
  }
  return base::field_error("body", "not_an_image", "not a PNG, JPEG, GIF or WebP image");
}

}  // namespace images
