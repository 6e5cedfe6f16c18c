// Goal: images are known by their bytes, not by what somebody calls them.
#include "images/header.h"

#include <gtest/gtest.h>

namespace images {
namespace {

using namespace std::string_literals;

std::string png(std::uint8_t width, std::uint8_t height) {
  return "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0"s + static_cast<char>(width) + "\0\0\0"s +
         static_cast<char>(height) + "\x08\x06\0\0\0\0\0\0\0"s;
}
const std::string kJpeg = "\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"s +
                          "\xff\xc0\0\x11\x08\0\x40\0\x80\x03\x01\x22\0\x02\x11\x01\x03\x11\x01"s;
const std::string kScan = "\xff\xda\0\x04\0\0\x12\xff\0\x34\xff\xd0\x56"s;
const std::string kWebpLossy =
    "RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0\x30\x01\0\x9d\x01\x2a\x20\0\x40\0\0\0"s;
const std::string kWebpLossless =
    "RIFF\x24\0\0\0WEBPVP8L\x18\0\0\0\x2f\x1f\xc0\x0f\0\0\0\0\0\0\0\0"s;
const std::string kWebpExtended = "RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1f\0\0\x3f\0\0"s;
const std::string kWebpFrame = "ANMF\x02\0\0\0\0\0"s;
const std::string kGifScreen = "GIF89a\x20\0\x40\0\0\0\0"s;
const std::string kGifFrame = "\x2c\0\0\0\0\x08\0\x08\0\0\x02\x02\x4c\x01\0"s;
const std::string kGifWideFrame = "\x2c\x10\0\0\0\x20\0\x08\0\0\x02\x02\x4c\x01\0"s;
const std::string kGifComment = "\x21\xfe\x03\x2c\x2c\x2c\0"s;

struct Row {
  const char* name;
  std::string bytes;
  const char* type;  // "": no image
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t frames = 1;
};

TEST(Header, TellsKindAndSize) {
  const std::vector<Row> rows = {
      {"png", png(32, 16), "image/png", 32, 16},
      {"jpeg", kJpeg, "image/jpeg", 128, 64},
      {"lossy webp", kWebpLossy, "image/webp", 32, 64},
      {"lossless webp", kWebpLossless, "image/webp", 32, 64},
      {"extended webp", kWebpExtended, "image/webp", 32, 64},
      {"moving webp", kWebpExtended + kWebpFrame + kWebpFrame, "image/webp", 32, 64, 2},
      {"gif", kGifScreen + kGifFrame + ";", "image/gif", 32, 64},
      {"moving gif", kGifScreen + kGifComment + kGifFrame + kGifFrame + ";", "image/gif", 32, 64,
       2},
      {"gif with a frame over its screen", kGifScreen + kGifWideFrame, "image/gif", 48, 64},
      {"gif without a frame", kGifScreen + ";", ""},
      {"empty", "", ""},
      {"svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", ""},
      {"html", "<!doctype html><script>alert(1)</script>", ""},
      {"tiff", "II*\0\x08\0\0\0"s + std::string(100, '\0'), ""},
      {"cut png", png(32, 16).substr(0, 20), ""},
      {"png of no width", png(0, 16), ""},
      {"jpeg without a frame", kJpeg.substr(0, 20), ""},
      {"jpeg that begins with a scan", "\xff\xd8"s + kScan, ""},
      {"jpeg with a bad length", "\xff\xd8\xff\xe0\0\x01\xff\xff"s, ""},
      {"text", "not an image at all, but long enough to be one", ""},
  };
  for (const Row& row : rows) {
    const auto header = read_header(row.bytes);
    ASSERT_EQ(header.has_value(), *row.type != 0) << row.name;
    if (!header) {
      EXPECT_EQ(header.error().fields.at(0).code, "not_an_image") << row.name;
      continue;
    }
    EXPECT_EQ(media_type_of(header->format), row.type) << row.name;
    EXPECT_EQ(header->width, row.width) << row.name;
    EXPECT_EQ(header->height, row.height) << row.name;
    EXPECT_EQ(header->frames, row.frames) << row.name;
  }
}

TEST(Header, CountsTheScansOfAJpeg) {
  EXPECT_EQ(read_header(kJpeg)->scans, 0);
  EXPECT_EQ(read_header(kJpeg + kScan)->scans, 1);
  EXPECT_EQ(read_header(kJpeg + kScan + kScan + kScan + "\xff\xd9")->scans, 3);
  EXPECT_EQ(read_header(kJpeg + kScan + "\xff\xd9" + kScan)->scans, 1) << "a tail";
}

TEST(Header, KnowsPhotographs) {
  EXPECT_FALSE(read_header(kJpeg)->lossless);
  EXPECT_FALSE(read_header(kWebpLossy)->lossless);
  EXPECT_FALSE(read_header(kWebpLossy)->transparent);
  EXPECT_TRUE(read_header(kWebpLossless)->lossless);
  EXPECT_TRUE(read_header(kWebpExtended + "VP8L\0\0\0\0"s)->lossless);
  std::string with_alpha = kWebpExtended;
  with_alpha[20] = '\x10';
  EXPECT_TRUE(read_header(with_alpha)->transparent);
}

}  // namespace
}  // namespace images
