// Goal: a logo is a small image of the type that was named.
#include "identity/logo.h"

#include <gtest/gtest.h>

namespace identity {
namespace {

using namespace std::string_literals;

std::string png(std::uint8_t w1, std::uint8_t w0, std::uint8_t height) {
  return "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0"s + static_cast<char>(w1) + static_cast<char>(w0) +
         "\0\0\0"s + static_cast<char>(height) + "\x08\x06\0\0\0\0\0\0\0"s;
}
const std::string kGif = "GIF89a\x20\0\x20\0\0\0\0\x2c\0\0\0\0\x20\0\x20\0\0\x02\x02\x4c\x01\0;"s;

TEST(Logo, HasLimits) {
  EXPECT_TRUE(check_logo(png(0, 32, 16), "image/png"));
  EXPECT_EQ(check_logo(png(0, 32, 16), "image/jpeg").error().fields.at(0).code, "other_type");
  EXPECT_EQ(check_logo(kGif, "image/png").error().fields.at(0).code, "other_type");
  EXPECT_EQ(check_logo("<svg/>", "image/png").error().fields.at(0).code, "not_an_image");
  EXPECT_EQ(check_logo(png(0, 15, 16), "image/png").error().fields.at(0).code, "out_of_range");
  EXPECT_TRUE(check_logo(png(8, 0, 16), "image/png")) << "2048";
  EXPECT_EQ(check_logo(png(8, 1, 16), "image/png").error().fields.at(0).code, "out_of_range");
  EXPECT_EQ(check_logo(png(0, 32, 16) + std::string(kLogoBytesMax, 'x'), "image/png").error().code,
            base::Code::too_large);
}

}  // namespace
}  // namespace identity
