#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "templates/content.h"

namespace templates {

// Something about the HTML; `needle` is text of the source that the place can be found by.
struct Finding {
  text::Severity severity = text::Severity::error;
  std::string code;
  std::string detail;
  std::string needle;
};

struct HtmlFacts {
  std::vector<Finding> findings;
  bool links_to_pay_page = false;
};

// Gmail shows the first 102 kB of a mail and hides the rest behind a link.
inline constexpr std::size_t kGmailBytesMax = 102 * 1024;

// Checks what placeholders and links may do where they stand. Values are escaped for text and for
// quoted attributes; this keeps them out of everywhere else, so that no value can become markup, a
// script or a link's scheme. `html` still holds its Mustache tags.
HtmlFacts check_html(std::string_view html);

}  // namespace templates
