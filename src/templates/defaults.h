#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/message.h"

namespace templates {

struct DefaultText {
  std::string name;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::string locale;
  std::optional<std::string> subject;
  std::optional<std::string> body_html;
  std::optional<std::string> body_text;
};

// The templates of a new tenant: emails for request, reminder and receipt, SMS for request and
// receipt, in English and German.
const std::vector<DefaultText>& default_texts();

}  // namespace templates
