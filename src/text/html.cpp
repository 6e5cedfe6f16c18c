#include "text/html.h"

namespace text {

void append_escaped(std::string& out, std::string_view value) {
  std::size_t plain = 0;  // start of the run not yet copied
  for (std::size_t i = 0; i < value.size(); ++i) {
    std::string_view entity;
    switch (value[i]) {
      case '&': entity = "&amp;"; break;
      case '<': entity = "&lt;"; break;
      case '>': entity = "&gt;"; break;
      case '"': entity = "&quot;"; break;
      case '\'': entity = "&#39;"; break;
      default: continue;
    }
    out.append(value, plain, i - plain);
    out += entity;
    plain = i + 1;
  }
  out.append(value, plain);
}

std::string escape_html(std::string_view value) {
  std::string out;
  out.reserve(value.size() + value.size() / 8);
  append_escaped(out, value);
  return out;
}

}  // namespace text
