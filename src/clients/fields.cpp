#include "clients/fields.h"

#include <algorithm>

#include "domain/phone.h"

namespace clients {

namespace {

using MaybeText = std::optional<std::optional<std::string>>;

class Errors {
 public:
  void add(std::string field, std::string code, std::string detail) {
    error_.fields.push_back({std::move(field), std::move(code), std::move(detail)});
  }
  void add(const base::Error& error) {
    for (const auto& field : error.fields) error_.fields.push_back(field);
  }
  template <class T>
  std::optional<T> take(Result<T> result) {
    if (result) return *std::move(result);
    add(result.error());
    return std::nullopt;
  }
  bool empty() const { return error_.fields.empty(); }
  base::Error error() {
    error_.code = base::Code::invalid_argument;
    error_.detail = "fields of the client are wrong";
    return std::move(error_);
  }

 private:
  base::Error error_;
};

// A nullable field whose text `check` takes or refuses.
template <class F>
MaybeText checked(Errors& errors, const MaybeText& raw, F check) {
  if (!raw || !*raw) return raw;
  return MaybeText(errors.take(check(**raw)));
}

Result<std::string> checked_locale(const std::string& tag) {
  const auto within = [](std::string_view s, char from, char to) {
    return std::all_of(s.begin(), s.end(), [&](char c) { return c >= from && c <= to; });
  };
  const std::string_view text(tag);
  const std::size_t dash = text.find('-');
  const std::string_view language = text.substr(0, dash);
  const bool plain = dash == std::string_view::npos;
  const bool good = language.size() >= 2 && language.size() <= 3 && within(language, 'a', 'z') &&
                    (plain || (text.size() == dash + 3 && within(text.substr(dash + 1), 'A', 'Z')));
  if (!good) return base::field_error("locale", "invalid", "like en or de-AT");
  return tag;
}

std::vector<std::string> checked_tags(Errors& errors, const std::vector<std::string>& raw) {
  std::vector<std::string> out;
  if (raw.size() > kTagsMax) errors.add("tags", "too_many", "at most 50 tags");
  for (std::size_t i = 0; i < raw.size() && i <= kTagsMax; ++i) {
    const std::string field = "tags[" + std::to_string(i) + "]";
    auto tag = errors.take(checked_tag(raw[i], field));
    if (!tag) continue;
    if (std::find(out.begin(), out.end(), *tag) != out.end())
      errors.add(field, "repeated", "each tag once");
    out.push_back(*std::move(tag));
  }
  return out;
}

CustomFields checked_custom(Errors& errors, const CustomFields& raw) {
  CustomFields out;
  if (raw.size() > kCustomFieldsMax) errors.add("custom_fields", "too_many", "at most 50 fields");
  for (const auto& [key, value] : raw) {
    if (!is_custom_key(key)) {
      errors.add("custom_fields", "bad_key",
                 "keys are a lower-case letter, then letters, digits and _, at most 40");
      continue;
    }
    const std::string field = "custom_fields." + key;
    const domain::TextRule rule{
        .field = field, .chars_max = kCustomValueCharsMax, .required = false};
    if (auto text = errors.take(domain::checked_text(value, rule))) out[key] = *std::move(text);
  }
  return out;
}

}  // namespace

bool is_custom_key(std::string_view key) {
  if (key.empty() || key.size() > 40 || key[0] < 'a' || key[0] > 'z') return false;
  return key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

Result<std::string> checked_tag(std::string_view tag, const std::string& field) {
  TRY(auto text, domain::checked_text(tag, {.field = field, .chars_max = kTagCharsMax}));
  if (text.find_first_of(",;|") != std::string::npos) {
    return base::field_error(field, "bad_character", "no comma, semicolon or vertical bar");
  }
  return text;
}

Result<ClientChange> check_fields(RawFields raw, const std::string& country,
                                  domain::TimeZones& zones) {
  Errors errors;
  ClientChange out;
  if (raw.name)
    out.name = errors.take(domain::checked_text(*raw.name, {.field = "name", .chars_max = 120}));
  out.email =
      checked(errors, raw.email, [](const std::string& s) { return domain::checked_email(s); });
  out.phone = checked(errors, raw.phone, [&](const std::string& s) -> Result<std::string> {
    TRY(auto phone, domain::parse_phone(s, country));
    out.country = phone.country;
    return phone.e164;
  });
  out.locale = checked(errors, raw.locale, checked_locale);
  out.time_zone = checked(errors, raw.time_zone, [&](const std::string& s) -> Result<std::string> {
    if (!zones.find(s)) return base::field_error("time_zone", "unknown", "not an IANA time zone");
    return s;
  });
  out.external_reference = checked(errors, raw.external_reference, [](const std::string& s) {
    return domain::checked_text(s, {.field = "external_reference", .chars_max = 120});
  });
  if (raw.tags) out.tags = checked_tags(errors, *raw.tags);
  if (raw.custom_fields) out.custom_fields = checked_custom(errors, *raw.custom_fields);
  out.consent_email = raw.consent_email;
  out.consent_sms = raw.consent_sms;
  if (!errors.empty()) return errors.error();
  return out;
}

}  // namespace clients
