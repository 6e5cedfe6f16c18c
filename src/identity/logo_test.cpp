// Goal: images are known by their bytes, not by what somebody calls them.
#include "identity/logo.h"

#include <gtest/gtest.h>

namespace identity {
namespace {

using namespace std::string_literals;

std::string png(std::uint8_t w1, std::uint8_t w0, std::uint8_t height) {
  return "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0"s + static_cast<char>(w1) + static_cast<char>(w0) +
         "\0\0\0"s + static_cast<char>(height) + "\x08\x06\0\0\0\0\0\0\0"s;
}
const std::string kJpeg = "\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"s +
                          "\xff\xc0\0\x11\x08\0\x40\0\x80\x03\x01\x22\0\x02\x11\x01\x03\x11\x01"s;
const std::string kWebpLossy =
    "RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0\x30\x01\0\x9d\x01\x2a\x20\0\x40\0\0\0"s;
const std::string kWebpLossless =
    "RIFF\x24\0\0\0WEBPVP8L\x18\0\0\0\x2f\x1f\xc0\x0f\0\0\0\0\0\0\0\0"s;
const std::string kWebpExtended = "RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1f\0\0\x3f\0\0"s;

struct Row {
  const char* name;
  std::string bytes;
  const char* type;  // "": no image
  std::int64_t width = 0;
  std::int64_t height = 0;
};

TEST(Logo, IsKnownByItsBytes) {
  const std::vector<Row> rows = {
      {"png", png(0, 32, 16), "image/png", 32, 16},
      {"jpeg", kJpeg, "image/jpeg", 128, 64},
      {"lossy webp", kWebpLossy, "image/webp", 32, 64},
      {"lossless webp", kWebpLossless, "image/webp", 32, 64},
      {"extended webp", kWebpExtended, "image/webp", 32, 64},
      {"empty", "", ""},
      {"svg", "<svg xmlns='http://www.w3.org/2000/svg'/>", ""},
      {"gif", "GIF89a\x20\0\x20\0\0\0\0;"s, ""},
      {"cut png", png(0, 32, 16).substr(0, 20), ""},
      {"png of no width", png(0, 0, 16), ""},
      {"jpeg without a frame", kJpeg.substr(0, 20), ""},
      {"jpeg with a bad length", "\xff\xd8\xff\xe0\0\x01\xff\xff"s, ""},
      {"text", "not an image at all, but long enough to be one", ""},
  };
  for (const Row& row : rows) {
    const auto facts = read_image(row.bytes);
    ASSERT_EQ(facts.has_value(), *row.type != 0) << row.name;
    if (!facts) continue;
    EXPECT_EQ(facts->media_type, row.type) << row.name;
    EXPECT_EQ(facts->width, row.width) << row.name;
    EXPECT_EQ(facts->height, row.height) << row.name;
  }
}

TEST(Logo, HasLimits) {
  EXPECT_TRUE(check_logo(png(0, 32, 16), "image/png"));
  EXPECT_EQ(check_logo(png(0, 32, 16), "image/jpeg").error().fields.at(0).code, "other_type");
  EXPECT_EQ(check_logo(png(0, 15, 16), "image/png").error().fields.at(0).code, "out_of_range");
  EXPECT_TRUE(check_logo(png(8, 0, 16), "image/png")) << "2048";
  EXPECT_EQ(check_logo(png(8, 1, 16), "image/png").error().fields.at(0).code, "out_of_range");
  EXPECT_EQ(check_logo(png(0, 32, 16) + std::string(kLogoBytesMax, 'x'), "image/png").error().code,
            base::Code::too_large);
}

}  // namespace
}  // namespace identity
