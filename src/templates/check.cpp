#include "templates/check.h"

#include "domain/client.h"
#include "domain/locale_tag.h"

namespace templates {

namespace {

class Errors {
 public:
  void add(std::string field, std::string code, std::string detail) {
    error_.fields.push_back({std::move(field), std::move(code), std::move(detail)});
  }
  void text(std::string& value, const domain::TextRule& rule) {
    auto checked = domain::checked_text(value, rule);
    if (checked) {
      value = *std::move(checked);
      return;
    }
    for (const auto& field : checked.error().fields) error_.fields.push_back(field);
  }
  Status status() {
    if (error_.fields.empty()) return {};
    error_.code = base::Code::invalid_argument;
    error_.detail = "fields of the template are wrong";
    return error_;
  }

 private:
  base::Error error_;
};

// Indentation is part of a Pug source: white space at the ends of markup stays.
void check_source(Errors& errors, std::string& source, std::size_t chars_max, bool people_read_it) {
  std::string copy = source;
  errors.text(copy, {.field = "source",
                     .chars_max = chars_max,
                     .multi_line = true,
                     .refuse_card_numbers = people_read_it});
  if (source.size() > text::kSourceBytesMax) errors.add("source", "too_long", "at most 128 KB");
  if (people_read_it) {
    source = std::move(copy);
    return;
  }
  if (source.find('\r') == std::string::npos) return;
  std::string lines;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      lines += source[i];
    } else if (i + 1 == source.size() || source[i + 1] != '\n') {
      lines += '\n';
    }
  }
  source = std::move(lines);
}

void check_content(Errors& errors, domain::Channel channel, Content& c) {
  const bool sms = channel == domain::Channel::sms;
  const bool markup = c.source_kind != SourceKind::text;
  if (c.subject) errors.text(*c.subject, {.field = "subject", .chars_max = kSubjectCharsMax});
  // Pictures' addresses and style sheets are full of digits: a card number is looked for in what
  // people read only.
  check_source(errors, c.source,
               sms      ? kSmsCharsMax
               : markup ? text::kSourceBytesMax
                        : kTextCharsMax,
               !markup);
  if (c.body_text)
    errors.text(*c.body_text,
                {.field = "body_text", .chars_max = kTextCharsMax, .multi_line = true});
  if (sms) {
    if (markup) errors.add("source_kind", "not_allowed", "an SMS is text");
    if (c.subject) errors.add("subject", "not_allowed", "an SMS has no subject");
  } else if (!c.subject) {
    errors.add("subject", "required", "an email needs a subject");
  }
  if (!markup && c.body_text)
    errors.add("body_text", "not_allowed", "the source itself is the text");
}

}  // namespace

Status check_all(const Written& written) {
  Errors errors;
  errors.text(*written.name, {.field = "name", .chars_max = 120});
  if (!domain::is_locale_tag(*written.locale)) errors.add("locale", "invalid", "like en or de-AT");
  if (written.content) check_content(errors, written.channel, *written.content);
  return errors.status();
}

}  // namespace templates
