#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace images {

inline constexpr std::size_t kQrTextMax = 500;
inline constexpr int kQrQuietModules = 4;  // ISO/IEC 18004, 9.1
inline constexpr int kQrPixelsMax = 360;   // a side; a module is a whole number of pixels

// The dark modules of a QR code, row by row, without the quiet zone.
struct QrCode {
  int side = 0;
  std::vector<bool> dark;
  bool at(int row, int column) const { return dark[static_cast<std::size_t>(row * side + column)]; }
};
// ISO/IEC 18004, error correction level M, the smallest version that holds the text.
// invalid_argument on the field "text" when it is empty or longer than kQrTextMax bytes.
base::Result<QrCode> qr_code(std::string_view text);

// The same as a PNG, black on white, about 240 to 360 pixels a side. The same text gives the same
// bytes. Takes a few milliseconds: call through base::run_blocking.
base::Result<std::string> qr_code_png(std::string_view text);

}  // namespace images
