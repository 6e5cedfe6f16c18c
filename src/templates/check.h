#pragma once
#include "templates/content.h"

namespace templates {

// The fields of a template that people write; checked together so that every wrong one is named.
struct Written {
  std::string* name;
  std::string* locale;
  domain::Channel channel;
  Content* content;  // nullptr: not looked at
};
// Trims the texts. invalid_argument naming every field that is wrong. A draft may be unfinished
// otherwise: whether it can be sent is proof_of's question.
Status check_all(const Written& written);

}  // namespace templates
