// Goal: whatever is uploaded, what is served is pixels and nothing else, of a bounded size.
#include "images/images.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "images/vips.h"

namespace images {
namespace {

using namespace std::string_literals;
using detail::ImagePtr;

// --- drawing: a red left and a blue right half, so that turning shows ---

ImagePtr drawing(int width, int height, int bands = 3, int pages = 1) {
  EXPECT_TRUE(detail::start_vips());
  std::string pixels;
  for (int y = 0; y < height * pages; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool left = x < width / 2;
      pixels += left ? '\xf0' : '\x10';
      pixels += static_cast<char>(y / height * 40);
      pixels += left ? '\x10' : '\xf0';
      if (bands == 4) pixels += left ? '\xff' : '\x40';
    }
  }
  ImagePtr out(vips_image_new_from_memory_copy(pixels.data(), pixels.size(), width, height * pages,
                                               bands, VIPS_FORMAT_UCHAR));
  out->Type = VIPS_INTERPRETATION_sRGB;
  if (pages > 1) {
    vips_image_set_int(out.get(), "page-height", height);
    std::vector<int> delays(static_cast<std::size_t>(pages), 120);
    vips_image_set_array_int(out.get(), "delay", delays.data(), pages);
  }
  return out;
}

std::string saved(const ImagePtr& image, const char* suffix) {
  void* bytes = nullptr;
  std::size_t size = 0;
  EXPECT_EQ(vips_image_write_to_buffer(image.get(), suffix, &bytes, &size, nullptr), 0)
      << vips_error_buffer();
  return detail::take(bytes, size);
}

// The drawing in other colours: for print, or of 16 bits.
ImagePtr converted(VipsInterpretation to) {
  VipsImage* out = nullptr;
  EXPECT_EQ(vips_colourspace(drawing(80, 40).get(), &out, to, nullptr), 0);
  return ImagePtr(out);
}

// --- files that carry more than their picture ---

std::string number(std::uint32_t n, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(n >> (8 * i) & 0xff);
  return out;
}

// ISO/IEC 15948, annex D.
std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
  }
  return ~crc;
}

// `png` with a chunk behind its header.
std::string with_chunk(const std::string& png, const std::string& type, const std::string& data) {
  const std::string chunk = number(static_cast<std::uint32_t>(data.size()), 4) + type + data +
                            number(crc32(type + data), 4);
  return std::string(png).insert(33, chunk);
}

// `jpeg` with EXIF: an orientation and a place on earth; and a comment.
std::string with_exif(const std::string& jpeg, int orientation) {
  const auto entry = [](int tag, int type, std::uint32_t count, const std::string& value) {
    return number(static_cast<std::uint32_t>(tag), 2) +
           number(static_cast<std::uint32_t>(type), 2) + number(count, 4) + value;
  };
  const std::string turned = number(static_cast<std::uint32_t>(orientation), 2) + "\0\0"s;
  const std::string ifd0 = number(2, 2) + entry(0x0112, 3, 1, turned) +
                           entry(0x8825, 4, 1, number(38, 4)) + number(0, 4);
  const std::string gps = number(1, 2) + entry(0x001b, 2, 4, "GPS9") + number(0, 4);
  const std::string exif = "Exif\0\0MM\0\x2a\0\0\0\x08"s + ifd0 + gps + "secret-place";
  const std::string comment = "secret-comment";
  const auto segment = [](const char* marker, const std::string& data) {
    return marker + number(static_cast<std::uint32_t>(data.size() + 2), 2) + data;
  };
  return std::string(jpeg).insert(2, segment("\xff\xe1", exif) + segment("\xff\xfe", comment));
}

std::string gif_of_frames(int frames) {
  std::string out = "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff"s;
  for (int i = 0; i < frames; ++i) out += "\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x4c\x01\0"s;
  return out + ";";
}

// --- looking at what came out ---

struct Seen {
  int width = 0, height = 0, bands = 0;
  std::string pixels;
  std::string fields;
  // Of the first frame.
  std::array<int, 3> at(int x, int y) const {
    std::array<int, 3> out{};
    for (int band = 0; band < 3; ++band)
      out[static_cast<std::size_t>(band)] = static_cast<unsigned char>(
          pixels.at(static_cast<std::size_t>((y * width + x) * bands + band)));
    return out;
  }
  bool is_red(int x, int y) const { return at(x, y)[0] > 150 && at(x, y)[2] < 90; }
  bool is_blue(int x, int y) const { return at(x, y)[2] > 100 && at(x, y)[0] < 90; }
};

Seen look(const std::string& bytes, const char* options = "") {
  const ImagePtr image(vips_image_new_from_buffer(bytes.data(), bytes.size(), options, nullptr));
  EXPECT_TRUE(image) << vips_error_buffer();
  if (!image) return {};
  std::size_t size = 0;
  void* memory = vips_image_write_to_memory(image.get(), &size);
  Seen out{vips_image_get_width(image.get()), vips_image_get_height(image.get()),
           vips_image_get_bands(image.get()), detail::take(memory, size), ""};
  char** fields = vips_image_get_fields(image.get());
  for (char** f = fields; *f; ++f) out.fields += std::string(*f) + " ";
  g_strfreev(fields);
  return out;
}

struct Good {
  const char* name;
  std::string bytes;
  Format format;
  std::vector<std::pair<std::int64_t, std::int64_t>> sizes;
  bool animated = false;
};

TEST(Normalise, TakesEveryFormat) {
  const std::vector<Good> rows = {
      {"png", saved(drawing(80, 40), ".png"), Format::png, {{80, 40}}},
      {"png of 16 bits",
       saved(converted(VIPS_INTERPRETATION_RGB16), ".png"),
       Format::png,
       {{80, 40}}},
      {"transparent png", saved(drawing(80, 40, 4), ".png"), Format::png, {{80, 40}}},
      {"palette png", saved(drawing(80, 40), ".png[palette]"), Format::png, {{80, 40}}},
      {"interlaced png", saved(drawing(80, 40), ".png[interlace]"), Format::png, {{80, 40}}},
      {"wide png",
       saved(drawing(2400, 600), ".png"),
       Format::png,
       {{1200, 300}, {600, 150}, {300, 75}}},
      {"jpeg",
       saved(drawing(700, 350), ".jpg"),
       Format::jpeg,
       {{700, 350}, {600, 300}, {300, 150}}},
      {"progressive jpeg", saved(drawing(300, 40), ".jpg[interlace]"), Format::jpeg, {{300, 40}}},
      {"cmyk jpeg",
       saved(converted(VIPS_INTERPRETATION_CMYK), ".jpg[strip]"),
       Format::jpeg,
       {{80, 40}}},
      {"gif", saved(drawing(80, 40), ".gif"), Format::gif, {{80, 40}}},
      {"moving gif",
       saved(drawing(400, 40, 3, 3), ".gif"),
       Format::gif,
       {{400, 40}, {300, 30}},
       true},
      {"lossy webp", saved(drawing(80, 40), ".webp"), Format::jpeg, {{80, 40}}},
      {"lossless webp", saved(drawing(80, 40), ".webp[lossless]"), Format::png, {{80, 40}}},
      {"transparent webp", saved(drawing(80, 40, 4), ".webp"), Format::png, {{80, 40}}},
      {"moving webp", saved(drawing(80, 40, 3, 3), ".webp"), Format::gif, {{80, 40}}, true},
      {"one pixel", saved(drawing(1, 1), ".png"), Format::png, {{1, 1}}},
  };
  for (const Good& row : rows) {
    const auto image = normalise(row.bytes);
    ASSERT_TRUE(image) << row.name << ": " << image.error().detail;
    EXPECT_EQ(image->format, row.format) << row.name;
    EXPECT_EQ(image->animated, row.animated) << row.name;
    ASSERT_EQ(image->renditions.size(), row.sizes.size()) << row.name;
    for (std::size_t i = 0; i < row.sizes.size(); ++i) {
      const Rendition& r = image->renditions[i];
      EXPECT_EQ(r.width, row.sizes[i].first) << row.name;
      EXPECT_EQ(r.height, row.sizes[i].second) << row.name;
      const auto header = read_header(r.bytes);
      ASSERT_TRUE(header) << row.name;
      EXPECT_EQ(header->format, row.format) << row.name;
      EXPECT_EQ(header->width, r.width) << row.name;
      EXPECT_EQ(header->frames, row.animated ? 3 : 1) << row.name;
      const Seen seen = look(r.bytes);
      if (seen.width < 2) continue;
      EXPECT_TRUE(seen.is_red(seen.width / 4, 1)) << row.name;
      EXPECT_TRUE(seen.is_blue(seen.width * 3 / 4, 1)) << row.name;
    }
  }
}

struct Bad {
  const char* name;
  std::string bytes;
  const char* code;
};

TEST(Normalise, RefusesTheRest) {
  const std::string png = saved(drawing(80, 40), ".png");
  const std::string jpeg = saved(drawing(80, 40), ".jpg");
  const std::string gif = saved(drawing(80, 40), ".gif");
  const std::string webp = saved(drawing(80, 40), ".webp");
  const std::string moving = saved(drawing(80, 40, 3, 3), ".gif");
  std::string bomb = png;
  bomb.replace(16, 8, number(60000, 4) + number(60000, 4));
  std::string large = png;
  large.replace(16, 8, number(7000, 4) + number(7000, 4));
  std::string wide_gif = gif;
  wide_gif.replace(6, 4, "\xff\xff\xff\xff");
  std::string wrong_crc = png;
  wrong_crc[wrong_crc.size() - 20] ^= 1;
  const std::string scan = "\xff\xda\0\x08\x01\x01\0\0\x3f\0"s;
  std::string scans = jpeg.substr(0, jpeg.size() - 2);
  for (int i = 0; i < 100; ++i) scans += scan;
  const std::vector<Bad> rows = {
      {"empty", "", "not_an_image"},
      {"svg with a script",
       R"(<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>)",
       "not_an_image"},
      {"html", "<!doctype html><script>alert(1)</script>", "not_an_image"},
      {"pdf", "%PDF-1.4\n1 0 obj<<>>endobj", "not_an_image"},
      {"tiff", saved(drawing(8, 4), ".tif"), "not_an_image"},
      {"netpbm", saved(drawing(8, 4), ".ppm"), "not_an_image"},
      {"half a png", png.substr(0, png.size() / 2), "broken"},
      {"half a jpeg", jpeg.substr(0, jpeg.size() / 2), "broken"},
      {"half a gif", gif.substr(0, gif.size() - 40), "broken"},
      {"half a moving gif", moving.substr(0, moving.size() / 2), "broken"},
      {"half a webp", webp.substr(0, webp.size() / 2), "broken"},
      {"png with a wrong check sum", wrong_crc, "broken"},
      {"png of 60000 a side", bomb, "out_of_range"},
      {"png of 49 million pixels", large, "too_many_pixels"},
      {"gif of 65535 a side", wide_gif, "out_of_range"},
      {"gif of 5000 frames", gif_of_frames(5000), "too_many_frames"},
      {"jpeg of 101 scans", scans, "too_many_scans"},
      {"png behind something", "x" + png, "not_an_image"},
  };
  for (const Bad& row : rows) {
    const auto image = normalise(row.bytes);
    EXPECT_FALSE(image) << row.name;
    if (image) continue;
    ASSERT_EQ(image.error().fields.size(), 1U) << row.name << ": " << image.error().detail;
    EXPECT_EQ(image.error().fields[0].field, "body") << row.name;
    EXPECT_EQ(image.error().fields[0].code, row.code) << row.name;
  }
  EXPECT_EQ(normalise(png + std::string(kBytesMax, 'x')).error().code, base::Code::too_large);
  EXPECT_TRUE(normalise(gif_of_frames(200)));
  const Limits few_pixels{.pixels_max = 80 * 40 * 3 - 1};
  EXPECT_EQ(inspect(saved(drawing(80, 40, 4, 3), ".gif"), few_pixels).error().fields[0].code,
            "too_many_pixels")
      << "all frames count";
}

TEST(Normalise, LeavesNothingButPixels) {
  const std::string script = "<html><script>alert(document.domain)</script>";
  const std::string text = "secret-text" + std::string(3'000'000, 'x');
  struct Row {
    const char* name;
    std::string bytes;
  };
  const std::string png = saved(drawing(80, 40), ".png");
  const std::string jpeg = saved(drawing(80, 40), ".jpg");
  const std::vector<Row> rows = {
      {"png and html", png + script},
      {"jpeg and html", jpeg + script},
      {"gif and html", saved(drawing(80, 40), ".gif") + script},
      {"moving gif and html", saved(drawing(80, 40, 4, 3), ".gif") + script},
      {"webp and html", saved(drawing(80, 40), ".webp") + script},
      {"png with a text", with_chunk(png, "tEXt", "Comment\0"s + script)},
      {"png with a long text", with_chunk(png, "tEXt", "Comment\0"s + text)},
      {"png with an unknown chunk", with_chunk(png, "quIt", "secret" + script)},
      {"jpeg with a place", with_exif(jpeg, 1)},
  };
  for (const Row& row : rows) {
    const auto image = normalise(row.bytes);
    ASSERT_TRUE(image) << row.name << ": " << image.error().detail;
    const std::string& out = image->renditions.at(0).bytes;
    for (const char* part : {"script", "secret", "GPS", "Exif", "exif", "ICC", "iCCP", "tEXt",
                             "x-vips", "Comment", "XMP"}) {
      EXPECT_EQ(out.find(part), std::string::npos) << row.name << ": " << part;
    }
    EXPECT_LT(out.size(), 20'000U) << row.name;
    const std::string fields = look(out).fields;
    EXPECT_EQ(fields.find("exif"), std::string::npos) << row.name;
    EXPECT_EQ(fields.find("icc"), std::string::npos) << row.name;
  }
}

TEST(Normalise, TurnsUpright) {
  // EXIF 2.32, orientation: what stands where when the picture is shown as it should be.
  const std::string jpeg = saved(drawing(80, 40), ".jpg[strip]");
  const auto turned = [&](int orientation) {
    const auto image = normalise(with_exif(jpeg, orientation));
    EXPECT_TRUE(image);
    return look(image->renditions.at(0).bytes);
  };
  EXPECT_TRUE(turned(1).is_red(10, 20));
  EXPECT_TRUE(turned(3).is_blue(10, 20));
  const Seen clockwise = turned(6);
  EXPECT_EQ(clockwise.width, 40);
  EXPECT_EQ(clockwise.height, 80);
  EXPECT_TRUE(clockwise.is_red(20, 10));
  const Seen counter = turned(8);
  EXPECT_EQ(counter.width, 40);
  EXPECT_TRUE(counter.is_blue(20, 10));
}

TEST(Normalise, KeepsTheTimingOfAnAnimation) {
  const auto image = normalise(saved(drawing(400, 40, 4, 3), ".gif"));
  ASSERT_TRUE(image);
  for (const Rendition& r : image->renditions) {
    const ImagePtr seen(
        vips_image_new_from_buffer(r.bytes.data(), r.bytes.size(), "n=-1", nullptr));
    ASSERT_TRUE(seen);
    int* delays = nullptr;
    int count = 0;
    ASSERT_EQ(vips_image_get_array_int(seen.get(), "delay", &delays, &count), 0);
    ASSERT_EQ(count, 3);
    EXPECT_EQ(delays[1], 120);
  }
}

TEST(Normalise, RunsOnSeveralThreadsAtOnce) {
  const std::vector<std::string> files = {
      saved(drawing(700, 40), ".png"), saved(drawing(700, 40), ".jpg"),
      saved(drawing(400, 40, 3, 3), ".gif"), saved(drawing(700, 40), ".webp")};
  std::vector<std::string> expected;
  for (const auto& file : files) expected.push_back(normalise(file)->renditions.at(0).bytes);
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 20; ++i) {
        const std::size_t n = (t + i) % files.size();
        const auto image = normalise(files[n]);
        const auto cut = normalise(std::string_view(files[n]).substr(0, files[n].size() / 2));
        if (!image || image->renditions.at(0).bytes != expected[n] || cut) ++wrong[t];
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(Normalise, GivesTheSameBytesAgain) {
  for (const char* suffix : {".png", ".jpg", ".gif", ".webp"}) {
    const std::string bytes = saved(drawing(700, 40), suffix);
    const auto first = normalise(bytes);
    const auto second = normalise(bytes);
    ASSERT_TRUE(first && second);
    for (std::size_t i = 0; i < first->renditions.size(); ++i)
      EXPECT_EQ(first->renditions[i].bytes, second->renditions[i].bytes) << suffix;
  }
}

}  // namespace
}  // namespace images
