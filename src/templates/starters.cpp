#include "templates/starters.h"

#include "base/assert.h"
#include "base/json.h"
#include "templates/starters.gen.h"
#include "text/html.h"

namespace templates {

const std::vector<Starter>& starters() {
  static const std::vector<Starter> all = [] {
    auto read = base::json::read<std::vector<Starter>>(std::string_view(kStarters));
    QT_ASSERT(read);
    for (Starter& one : *read) one.text = one.html ? text::html_to_text(*one.html) : one.source;
    return *std::move(read);
  }();
  return all;
}

}  // namespace templates
