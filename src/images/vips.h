#pragma once
#include <vips/vips.h>

#include <memory>
#include <string>

#include "base/result.h"

// The module's own hold on libvips; nobody else includes this.
namespace images::detail {

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
using ImagePtr = std::unique_ptr<VipsImage, Unref>;

// Before any other call: initialises the library once, with four loaders and nothing that sniffs
// further. unavailable when the library cannot start.
base::Status start_vips();

// One sRGB or grey band image in memory as a PNG of the given bits.
base::Result<std::string> to_png(VipsImage* image, int bits);

// Takes over what libvips allocated.
std::string take(void* bytes, std::size_t size);

}  // namespace images::detail
