// Templates as merchants write them, with data that fits somewhat: never a crash, a hang or an
// output over its limit.
#include "base/assert.h"
#include "text/html.h"
#include "text/mustache.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  static const boost::json::value kData = {
      {"a", "<&>"}, {"b", {{"c", 1}, {"d", true}}}, {"l", {1, "x", {{"a", 2}}}}, {"n", nullptr}};
  const text::Mustache::Partials partials = {{"p", "<{{a}}\n{{>q}}>\n"},
                                             {"q", std::string(source)}};
  for (const auto escape : {text::Escape::html, text::Escape::none}) {
    const auto parsed = text::Mustache::parse(source, escape, partials);
    if (!parsed) {
      QT_ASSERT(parsed.error().fields.size() == 1);
      continue;
    }
    for (const auto& placeholder : parsed->placeholders()) QT_ASSERT(!placeholder.name.empty());
    const auto out = parsed->render(kData, {.missing_is_error = false, .output_bytes_max = 4096});
    QT_ASSERT(!out || out->size() <= 4096);
  }
  QT_ASSERT(text::html_to_text(source).size() <= 2 * size);
  return 0;
}
