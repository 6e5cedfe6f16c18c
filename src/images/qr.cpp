#include "images/qr.h"

#include <qrencode.h>

#include <algorithm>

#include "images/vips.h"

namespace images {

namespace {

struct Free {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

}  // namespace

base::Result<QrCode> qr_code(std::string_view text) {
  if (text.empty() || text.size() > kQrTextMax)
    return base::field_error("text", "out_of_range", "1 to 500 bytes");
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  constexpr int kSmallestVersion = 0;
  const std::unique_ptr<QRcode, Free> code(
      QRcode_encodeData(static_cast<int>(text.size()), bytes, kSmallestVersion, QR_ECLEVEL_M));
  if (!code) return base::error(base::Code::internal, "a QR code cannot be made");
  QrCode out{code->width, {}};
  const auto modules = static_cast<std::size_t>(code->width * code->width);
  out.dark.reserve(modules);
  constexpr unsigned char kDark = 1;
  for (std::size_t i = 0; i < modules; ++i) out.dark.push_back((code->data[i] & kDark) != 0);
  return out;
}

base::Result<std::string> qr_code_png(std::string_view text) {
  TRY(const auto code, qr_code(text));
  TRY_STATUS(detail::start_vips());
  const int modules = code.side + 2 * kQrQuietModules;
  const int scale = std::max(1, kQrPixelsMax / modules);
  const int side = modules * scale;
  std::string pixels(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), '\xff');
  for (int y = 0; y < code.side * scale; ++y) {
    const int row = y + kQrQuietModules * scale;
    for (int x = 0; x < code.side * scale; ++x) {
      if (code.at(y / scale, x / scale))
        pixels[static_cast<std::size_t>(row * side + x + kQrQuietModules * scale)] = '\0';
    }
  }
  const detail::ImagePtr image(
      vips_image_new_from_memory(pixels.data(), pixels.size(), side, side, 1, VIPS_FORMAT_UCHAR));
  if (!image) return base::error(base::Code::internal, "no memory for a QR code");
  image->Type = VIPS_INTERPRETATION_B_W;
  return detail::to_png(image.get(), 1);
}

}  // namespace images
