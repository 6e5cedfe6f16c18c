#include "templates/placeholders.h"

#include <algorithm>
#include <array>

#include "domain/client.h"
#include "text/mustache.h"

namespace templates {

namespace {

constexpr std::array<std::string_view, 14> kNames = {"request.amount",      "request.amount_sms",
                                                     "request.description", "request.reference",
                                                     "request.due_date",    "request.paid_date",
                                                     "client.name",         "client.first_name",
                                                     "client.email",        "client.phone",
                                                     "merchant.name",       "merchant.color",
                                                     "merchant.reply_to",   "link.url"};
constexpr std::string_view kLink = "link.url";
constexpr std::string_view kCustom = "custom.";
constexpr std::size_t kNameShownMax = 60;

bool is_custom_key(std::string_view key) {
  if (key.empty() || key.size() > 40 || key[0] < 'a' || key[0] > 'z') return false;
  return key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above + 1, row[j - 1] + 1, change});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// "en", "de-AT".
bool is_locale(std::string_view tag) {
  const auto within = [](std::string_view s, char from, char to) {
    return std::all_of(s.begin(), s.end(), [&](char c) { return c >= from && c <= to; });
  };
  const std::size_t dash = tag.find('-');
  const std::string_view language = tag.substr(0, dash);
  if (language.size() < 2 || language.size() > 3 || !within(language, 'a', 'z')) return false;
  if (dash == std::string_view::npos) return true;
  return tag.size() == dash + 3 && within(tag.substr(dash + 1), 'A', 'Z');
}

class Errors {
 public:
  void add(std::string field, std::string code, std::string detail) {
    error_.fields.push_back({std::move(field), std::move(code), std::move(detail)});
  }
  void add(const base::Error& error) {
    for (const auto& field : error.fields) error_.fields.push_back(field);
  }
  void text(std::optional<std::string>& value, const domain::TextRule& rule) {
    if (!value) return;
    auto checked = domain::checked_text(*value, rule);
    if (!checked) return add(checked.error());
    value = *std::move(checked);
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

std::string place(std::string_view line_column) {
  const std::size_t colon = line_column.find(':');
  if (colon == std::string_view::npos) return "";
  return "line " + std::string(line_column.substr(0, colon)) + ", column " +
         std::string(line_column.substr(colon + 1)) + ": ";
}

// Adds what is wrong with the Mustache of one field; true when it parses and names the link.
bool check_mustache(Errors& errors, const std::string& field, const std::string& source,
                    text::Escape escape) {
  const auto parsed = text::Mustache::parse(source, escape);
  if (!parsed) {
    const base::Error error = parsed.error();
    for (const auto& e : error.fields) errors.add(field, e.code, place(e.field) + e.detail);
    if (error.fields.empty()) errors.add(field, "invalid", error.detail);
    return true;  // nothing more to say about it
  }
  bool links = false;
  for (const text::Placeholder& p : parsed->placeholders()) {
    links = links || p.name == kLink;
    if (is_known_placeholder(p.name)) continue;
    const std::string where = place(std::to_string(p.line) + ":" + std::to_string(p.column));
    errors.add(field, "unknown_placeholder",
               where + "{{" + p.name.substr(0, kNameShownMax) + "}} is not known; did you mean {{" +
                   std::string(nearest_placeholder(p.name)) + "}}?");
  }
  return links;
}

void check_parts(Errors& errors, const Template& t) {
  if (t.channel == domain::Channel::sms) {
    if (t.subject) errors.add("subject", "not_allowed", "an SMS has no subject");
    if (t.body_html) errors.add("body_html", "not_allowed", "an SMS has no HTML");
    if (!t.body_text) errors.add("body_text", "required", "an SMS needs a text");
    return;
  }
  if (!t.subject) errors.add("subject", "required", "an email needs a subject");
  if (!t.body_text && !t.body_html)
    errors.add("body_text", "required", "an email needs a text or HTML body");
}

}  // namespace

std::span<const std::string_view> placeholder_names() { return kNames; }

bool is_known_placeholder(std::string_view name) {
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return true;
  if (name.starts_with(kCustom)) return is_custom_key(name.substr(kCustom.size()));
  return name == ".";
}

std::string_view nearest_placeholder(std::string_view name) {
  const std::string_view shown = name.substr(0, kNameShownMax);
  // "amount" means request.amount: a part alone counts nearly as much as the whole.
  const auto cost = [&](std::string_view known) {
    const std::size_t dot = known.find('.');
    return std::min({distance(known, shown), distance(known.substr(dot + 1), shown) + 1,
                     distance(known.substr(0, dot), shown) + 2});
  };
  const auto nearer = [&](std::string_view a, std::string_view b) { return cost(a) < cost(b); };
  return *std::min_element(kNames.begin(), kNames.end(), nearer);
}

Status check_template(Template& t) {
  Errors errors;
  std::optional<std::string> name = t.name;
  errors.text(name, {.field = "name", .chars_max = 120});
  t.name = *name;
  if (!is_locale(t.locale)) errors.add("locale", "invalid", "like en or de-AT");
  errors.text(t.subject, {.field = "subject", .chars_max = kSubjectCharsMax});
  // Pictures' addresses and style sheets are full of digits: a card number is looked for in what
  // people read only.
  errors.text(t.body_html, {.field = "body_html",
                            .chars_max = kHtmlCharsMax,
                            .multi_line = true,
                            .refuse_card_numbers = false});
  const std::size_t text_max = t.channel == domain::Channel::sms ? kSmsCharsMax : kTextCharsMax;
  errors.text(t.body_text, {.field = "body_text", .chars_max = text_max, .multi_line = true});
  check_parts(errors, t);
  if (t.subject) check_mustache(errors, "subject", *t.subject, text::Escape::none);
  // Without the link a client can't pay; each body must have it, since a client reads only one of
  // them.
  const bool needs_link = t.kind != domain::MessageKind::receipt;
  if (t.body_html && !check_mustache(errors, "body_html", *t.body_html, text::Escape::html) &&
      needs_link) {
    errors.add("body_html", "no_link", "{{link.url}} is missing");
  }
  if (t.body_text && !check_mustache(errors, "body_text", *t.body_text, text::Escape::none) &&
      needs_link) {
    errors.add("body_text", "no_link", "{{link.url}} is missing");
  }
  return errors.status();
}

}  // namespace templates
