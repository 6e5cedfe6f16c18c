// Any bytes are an image within the limits or refused, and what was taken is served in a form that
// is taken again. Small limits, so that a run spends its time on reading and not on pixels.
#include "images/images.h"
#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto header = images::read_header(bytes);
  if (!header) return 0;
  QT_ASSERT(header->width > 0 && header->height > 0 && header->frames > 0);
  const images::Limits limits{
      .bytes_max = 64 * 1024, .side_max = 512, .pixels_max = 64 * 1024, .frames_max = 8};
  const auto image = images::normalise(bytes, limits);
  if (!image) return 0;
  QT_ASSERT(!image->renditions.empty());
  for (const auto& rendition : image->renditions) {
    const auto again = images::read_header(rendition.bytes);
    QT_ASSERT(again && again->format == image->format && again->width == rendition.width);
  }
  return 0;
}
