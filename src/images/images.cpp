#include "images/images.h"

#include <array>

#include "images/vips.h"

namespace images {

namespace {

using base::Result;
using base::Status;
using detail::ImagePtr;

constexpr int kJpegQuality = 85;

base::Error wrong(const char* code, const char* detail) {
  return base::field_error("body", code, detail);
}

base::Error cut_off() { return wrong("broken", "the image cannot be decoded to its end"); }

// Only once the library runs: it collects what went wrong for the whole process.
base::Error broken() {
  vips_error_clear();
  return cut_off();
}

Status check_size(std::int64_t width, std::int64_t height, std::int64_t frames, const Limits& l) {
  if (frames > l.frames_max) return wrong("too_many_frames", "more frames than are taken");
  if (width > l.side_max || height > l.side_max) return wrong("out_of_range", "a side is too long");
  if (width * height > l.pixels_max / frames)
    return wrong("too_many_pixels", "the frames together have too many pixels");
  return {};
}

// The limits hold for what the decoder itself makes of the header, too. Then every pixel is decoded
// once and dropped again: the caches of the resizing that follows would swallow errors.
Status check_decoder(std::string_view bytes, const Header& header, const char* options,
                     const Limits& limits) {
  const ImagePtr image(vips_image_new_from_buffer(bytes.data(), bytes.size(), options, "access",
                                                  VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                                  VIPS_FAIL_ON_ERROR, nullptr));
  if (!image) return broken();
  const int page = vips_image_get_page_height(image.get());
  const int frames = vips_image_get_height(image.get()) / page;
  TRY_STATUS(check_size(vips_image_get_width(image.get()), page, frames, limits));
  // Of an animation that was cut off the decoder gives the frames before.
  if (frames != header.frames) return broken();
  // tidy: float because the library averages so; only whether it could is asked.
  double average = 0;
  return vips_avg(image.get(), &average, nullptr) == 0 ? Status{} : broken();
}

// Whatever the file said besides its pixels; of an animation its timing stays.
void strip(VipsImage* image, bool animated) {
  const std::unique_ptr<char*, void (*)(char**)> fields(vips_image_get_fields(image), &g_strfreev);
  for (char** field = fields.get(); *field; ++field) {
    const std::string_view name(*field);
    const bool timing =
        name == "page-height" || name == "n-pages" || name == "delay" || name == "loop";
    if (!animated || !timing) vips_image_remove(image, *field);
  }
}

// In memory, so that its pixels are decoded now and once, and none of the source is needed later.
Result<ImagePtr> settle(ImagePtr lazy, bool animated) {
  VipsImage* srgb = nullptr;
  if (vips_colourspace(lazy.get(), &srgb, VIPS_INTERPRETATION_sRGB, nullptr) != 0) return broken();
  const ImagePtr owned(srgb);
  ImagePtr out(vips_image_copy_memory(owned.get()));
  if (!out) return broken();
  strip(out.get(), animated);
  return out;
}

// Turned upright, in sRGB, and no wider than the widest rendition.
Result<ImagePtr> decode(std::string_view bytes, const char* options, bool animated) {
  VipsImage* out = nullptr;
  const int failed = vips_thumbnail_buffer(
      const_cast<char*>(bytes.data()), bytes.size(), &out, static_cast<int>(kWidths[0]), "height",
      static_cast<int>(kSideMax), "size", VIPS_SIZE_DOWN, "export_profile", "srgb", "option_string",
      options, "fail_on", VIPS_FAIL_ON_ERROR, nullptr);
  if (failed != 0) return broken();
  return settle(ImagePtr(out), animated);
}

Result<ImagePtr> narrowed(VipsImage* image, std::int64_t width, bool animated) {
  VipsImage* out = nullptr;
  if (vips_thumbnail_image(image, &out, static_cast<int>(width), "height",
                           static_cast<int>(kSideMax), "size", VIPS_SIZE_DOWN, nullptr) != 0)
    return broken();
  return settle(ImagePtr(out), animated);
}

Result<std::string> encode(VipsImage* image, Format format) {
  if (format == Format::png) return detail::to_png(image, 8);
  void* bytes = nullptr;
  std::size_t size = 0;
  const int failed =
      format == Format::gif
          ? vips_gifsave_buffer(image, &bytes, &size, "strip", FALSE, nullptr)
          : vips_jpegsave_buffer(image, &bytes, &size, "Q", kJpegQuality, "optimize_coding", TRUE,
                                 "interlace", TRUE, "strip", TRUE, nullptr);
  if (failed != 0) {
    vips_error_clear();
    return base::error(base::Code::internal, "an image cannot be written anew");
  }
  return detail::take(bytes, size);
}

Format format_for(const Header& header) {
  if (header.format != Format::webp) return header.format;
  if (header.frames > 1) return Format::gif;
  return header.lossless || header.transparent ? Format::png : Format::jpeg;
}

Result<Rendition> rendition_of(VipsImage* image, Format format) {
  TRY(auto bytes, encode(image, format));
  return Rendition{vips_image_get_width(image), vips_image_get_page_height(image),
                   std::move(bytes)};
}

Result<Image> write_anew(std::string_view bytes, const Header& header, const Limits& limits) {
  const bool animated = header.frames > 1;
  const char* options = animated ? "[n=-1]" : "";
  TRY_STATUS(check_decoder(bytes, header, options, limits));
  TRY(const auto widest, decode(bytes, options, animated));
  Image out{format_for(header), animated, {}};
  TRY(auto first, rendition_of(widest.get(), out.format));
  out.renditions.push_back(std::move(first));
  for (const std::int64_t width : kWidths) {
    if (width >= out.renditions.front().width) continue;
    TRY(const auto image, narrowed(widest.get(), width, animated));
    TRY(auto next, rendition_of(image.get(), out.format));
    out.renditions.push_back(std::move(next));
  }
  return out;
}

}  // namespace

Result<Header> inspect(std::string_view bytes, const Limits& limits) {
  if (bytes.size() > limits.bytes_max)
    return base::error(base::Code::too_large, "the file has more bytes than are taken");
  TRY(const auto header, read_header(bytes));
  TRY_STATUS(check_size(header.width, header.height, header.frames, limits));
  if (!header.complete) return cut_off();
  if (header.scans > limits.scans_max)
    return wrong("too_many_scans", "the JPEG goes over its picture too often");
  return header;
}

Result<Image> normalise(std::string_view bytes, const Limits& limits) {
  TRY(const auto header, inspect(bytes, limits));
  TRY_STATUS(detail::start_vips());
  auto out = write_anew(bytes, header, limits);
  // Its buffers for this thread; the next image may be long in coming.
  vips_thread_shutdown();
  return out;
}

}  // namespace images
