// Any bytes are an image of a plausible size or refused.
#include "base/assert.h"
#include "identity/logo.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto facts = identity::read_image(bytes);
  if (facts) QT_ASSERT(facts->width > 0 && facts->height > 0);
  static_cast<void>(identity::check_logo(bytes, "image/png"));
  return 0;
}
