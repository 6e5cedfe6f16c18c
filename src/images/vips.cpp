#include "images/vips.h"

namespace images::detail {

namespace {

// What a damaged file makes libvips say is the uploader's business, not the operator's.
void ignore_warning(const char*, GLogLevelFlags, const char*, void*) {}

bool start() {
  if (vips_init("quittance") != 0) return false;
  // Only these four read bytes from outside; all other loaders (SVG, PDF, ImageMagick, …) stay
  // blocked.
  vips_operation_block_set("VipsForeignLoad", TRUE);
  for (const char* loader :
       {"VipsForeignLoadPng", "VipsForeignLoadJpeg", "VipsForeignLoadNsgif", "VipsForeignLoadWebp"})
    vips_operation_block_set(loader, FALSE);
  vips_block_untrusted_set(TRUE);
  // Every image is seen once; several are handled by several blocking threads.
  vips_cache_set_max(0);
  vips_concurrency_set(1);
  g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING, &ignore_warning, nullptr);
  return true;
}

}  // namespace

base::Status start_vips() {
  // The library's state belongs to the process; starting it costs 20 ms, which only a process that
  // handles images should pay.
  static const bool started = start();
  if (!started) return base::error(base::Code::unavailable, "libvips cannot start");
  return {};
}

base::Result<std::string> to_png(VipsImage* image, int bits) {
  void* bytes = nullptr;
  std::size_t size = 0;
  const auto filter = bits < 8 ? VIPS_FOREIGN_PNG_FILTER_NONE : VIPS_FOREIGN_PNG_FILTER_ALL;
  if (vips_pngsave_buffer(image, &bytes, &size, "compression", 9, "filter", filter, "bitdepth",
                          bits, "strip", TRUE, nullptr) != 0) {
    vips_error_clear();
    return base::error(base::Code::internal, "an image cannot be written as PNG");
  }
  return take(bytes, size);
}

std::string take(void* bytes, std::size_t size) {
  const std::unique_ptr<void, void (*)(void*)> held(bytes, &g_free);
  return {static_cast<const char*>(bytes), size};
}

}  // namespace images::detail
