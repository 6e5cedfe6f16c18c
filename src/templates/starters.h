#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/message.h"
#include "templates/content.h"

namespace templates {

struct Starter {
  std::string name;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::string locale;
  SourceKind source_kind = SourceKind::pug;
  std::optional<std::string> subject;
  std::string source;
  std::optional<std::string> html;  // compiled when the program was built
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Starter, (),
                      (name, channel, kind, locale, source_kind, subject, source, html, text))

// The templates of a new tenant: an email and an SMS for every kind of message, in English and
// German. starters/make.mjs makes them of one frame and two lists of words.
const std::vector<Starter>& starters();

}  // namespace templates
