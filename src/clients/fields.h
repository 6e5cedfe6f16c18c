#pragma once
#include <optional>
#include <string>
#include <vector>

#include "clients/clients.h"
#include "domain/timezone.h"

namespace clients {

inline constexpr std::size_t kTagsMax = 50;
inline constexpr std::size_t kTagCharsMax = 40;
inline constexpr std::size_t kCustomFieldsMax = 50;
inline constexpr std::size_t kCustomValueCharsMax = 500;

// A client's fields as somebody wrote them. Absent: not mentioned; the inner optional absent: to be
// cleared.
struct RawFields {
  std::optional<std::string> name;
  std::optional<std::optional<std::string>> email;
  std::optional<std::optional<std::string>> phone;
  std::optional<std::optional<std::string>> locale;
  std::optional<std::optional<std::string>> time_zone;
  std::optional<std::optional<std::string>> external_reference;
  std::optional<std::vector<std::string>> tags;
  std::optional<CustomFields> custom_fields;
  std::optional<domain::Consent> consent_email;
  std::optional<domain::Consent> consent_sms;
};

bool is_custom_key(std::string_view key);  // "[a-z][a-z0-9_]*", at most 40 characters
// A label, trimmed; errors on `field`.
Result<std::string> checked_tag(std::string_view tag, const std::string& field);

// Checks every field; invalid_argument naming all that are wrong. `country` reads phone numbers
// without +.
Result<ClientChange> check_fields(RawFields raw, const std::string& country,
                                  domain::TimeZones& zones);

}  // namespace clients
