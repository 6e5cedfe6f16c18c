#include "identity/logo.h"

#include <optional>

namespace identity {

namespace {

// Big and little endian numbers of a header; absent behind its end.
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

 private:
  std::string_view bytes_;
};

std::optional<ImageFacts> read_png(const Bytes& in) {
  constexpr std::size_t kHeader = 33;  // signature, then IHDR as the first chunk
  if (!in.has(0, std::string_view("\x89PNG\r\n\x1a\n", 8)) || in.size() < kHeader)
    return std::nullopt;
  if (in.big32(8) != 13 || !in.has(12, "IHDR")) return std::nullopt;
  return ImageFacts{"image/png", in.big32(16), in.big32(20)};
}

// Walks over the segments to the first frame header (SOF0…SOF15 without DHT, JPG and DAC).
std::optional<ImageFacts> read_jpeg(const Bytes& in) {
  if (!in.has(0, "\xff\xd8\xff")) return std::nullopt;
  std::size_t at = 2;
  while (at + 4 <= in.size()) {
    if (in.at(at) != 0xff) return std::nullopt;
    const std::int64_t marker = in.at(at + 1);
    if (marker == 0xff) {  // fill byte
      ++at;
      continue;
    }
    const bool frame =
        marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (frame) {
      if (at + 9 > in.size()) return std::nullopt;
      return ImageFacts{"image/jpeg", in.big16(at + 7), in.big16(at + 5)};
    }
    const bool alone = marker == 0x01 || (marker >= 0xd0 && marker <= 0xd9);
    const std::int64_t length = alone ? 0 : in.big16(at + 2);
    if (marker == 0xda || (!alone && length < 2)) return std::nullopt;
    at += 2 + static_cast<std::size_t>(length);
  }
  return std::nullopt;
}

std::optional<ImageFacts> read_webp(const Bytes& in) {
  if (!in.has(0, "RIFF") || !in.has(8, "WEBP") || in.size() < 30) return std::nullopt;
  if (in.has(12, "VP8 ") && in.has(23, "\x9d\x01\x2a")) {
    return ImageFacts{"image/webp", in.little16(26) & 0x3fff, in.little16(28) & 0x3fff};
  }
  if (in.has(12, "VP8L") && in.at(20) == 0x2f) {
    const std::int64_t bits = in.little16(21) | in.little16(23) << 16;
    return ImageFacts{"image/webp", (bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1};
  }
  if (in.has(12, "VP8X")) return ImageFacts{"image/webp", in.little24(24) + 1, in.little24(27) + 1};
  return std::nullopt;
}

}  // namespace

base::Result<ImageFacts> read_image(std::string_view bytes) {
  const Bytes in(bytes);
  for (const auto read : {&read_png, &read_jpeg, &read_webp}) {
    if (auto facts = read(in); facts && facts->width > 0 && facts->height > 0)
      return *std::move(facts);
  }
  return base::field_error("body", "not_an_image", "not a PNG, JPEG or WebP image");
}

base::Result<ImageFacts> check_logo(std::string_view bytes, std::string_view named_type) {
  if (bytes.size() > kLogoBytesMax)
    return base::error(base::Code::too_large, "a logo may have 20 KiB");
  TRY(auto facts, read_image(bytes));
  if (facts.media_type != named_type) {
    return base::field_error("body", "other_type", "the content is " + facts.media_type);
  }
  const auto fits = [](std::int64_t side) { return side >= kLogoSideMin && side <= kLogoSideMax; };
  if (!fits(facts.width) || !fits(facts.height)) {
    return base::field_error("body", "out_of_range", "16 to 2048 pixels a side");
  }
  return facts;
}

}  // namespace identity
