// Goal: a QR code holds exactly the link, is crisp, and is the same every time.
#include "images/qr.h"

#include <gtest/gtest.h>

#include "images/images.h"
#include "images/vips.h"

namespace images {
namespace {

using detail::ImagePtr;

struct Pixels {
  int side = 0;
  std::vector<unsigned char> grey;
  int at(int x, int y) const { return grey[static_cast<std::size_t>(y * side + x)]; }
};

Pixels pixels_of(const std::string& png) {
  const ImagePtr image(vips_image_new_from_buffer(png.data(), png.size(), "", nullptr));
  EXPECT_TRUE(image);
  if (!image) return {};
  EXPECT_EQ(vips_image_get_width(image.get()), vips_image_get_height(image.get()));
  EXPECT_EQ(vips_image_get_bands(image.get()), 1);
  std::size_t size = 0;
  void* memory = vips_image_write_to_memory(image.get(), &size);
  const std::string bytes = detail::take(memory, size);
  return {vips_image_get_width(image.get()), {bytes.begin(), bytes.end()}};
}

TEST(QrCode, IsDrawnModuleByModule) {
  for (const std::string& text : {std::string("https://pay.example.com/p/0123456789abcdefABCDEF"),
                                  std::string("a"), std::string(kQrTextMax, 'z')}) {
    const auto code = qr_code(text);
    ASSERT_TRUE(code);
    const auto png = qr_code_png(text);
    ASSERT_TRUE(png) << png.error().detail;
    const Pixels p = pixels_of(*png);
    const int modules = code->side + 2 * kQrQuietModules;
    ASSERT_EQ(p.side % modules, 0);
    const int scale = p.side / modules;
    EXPECT_LE(p.side, kQrPixelsMax);
    EXPECT_GE(p.side, 240);
    int wrong = 0;
    for (int y = 0; y < p.side; ++y) {
      for (int x = 0; x < p.side; ++x) {
        const int row = y / scale - kQrQuietModules;
        const int column = x / scale - kQrQuietModules;
        const bool inside = row >= 0 && column >= 0 && row < code->side && column < code->side;
        const bool dark = inside && code->at(row, column);
        wrong += p.at(x, y) == (dark ? 0 : 255) ? 0 : 1;
      }
    }
    EXPECT_EQ(wrong, 0);
  }
}

TEST(QrCode, HasItsThreeCorners) {
  const auto code = qr_code("https://pay.example.com/p/0123456789abcdefABCDEF");
  ASSERT_TRUE(code);
  const int last = code->side - 1;
  for (const auto& [row, column] :
       std::vector<std::pair<int, int>>{{0, 0}, {0, last - 6}, {last - 6, 0}}) {
    for (int i = 0; i < 7; ++i) {
      EXPECT_TRUE(code->at(row, column + i) && code->at(row + 6, column + i));
      EXPECT_TRUE(code->at(row + i, column) && code->at(row + i, column + 6));
    }
    EXPECT_FALSE(code->at(row + 1, column + 1));
  }
}

TEST(QrCode, IsTheSameEveryTime) {
  EXPECT_EQ(*qr_code_png("https://a.example/p/1"), *qr_code_png("https://a.example/p/1"));
  EXPECT_NE(*qr_code_png("https://a.example/p/1"), *qr_code_png("https://a.example/p/2"));
  EXPECT_LT(qr_code_png("https://a.example/p/1")->size(), 2000U);
}

TEST(QrCode, RefusesWhatDoesNotFit) {
  EXPECT_EQ(qr_code_png("").error().code, base::Code::invalid_argument);
  EXPECT_EQ(qr_code_png(std::string(kQrTextMax + 1, 'z')).error().code,
            base::Code::invalid_argument);
}

}  // namespace
}  // namespace images
