#include "identity/logo.h"

#include "images/header.h"

namespace identity {

base::Result<ImageFacts> check_logo(std::string_view bytes, std::string_view named_type) {
  if (bytes.size() > kLogoBytesMax)
    return base::error(base::Code::too_large, "a logo may have 20 KiB");
  TRY(const auto header, images::read_header(bytes));
  ImageFacts facts{std::string(images::media_type_of(header.format)), header.width, header.height};
  if (facts.media_type != named_type) {
    return base::field_error("body", "other_type", "the content is " + facts.media_type);
  }
  const auto fits = [](std::int64_t side) { return side >= kLogoSideMin && side <= kLogoSideMax; };
  if (!fits(facts.width) || !fits(facts.height)) {
    return base::field_error("body", "out_of_range", "16 to 2048 pixels a side");
  }
  return facts;
}

}  // namespace identity
