#pragma once
#include <optional>
#include <string_view>

#include "base/describe.h"

namespace domain {

// Languages of messages, pay page and receipts.
enum class Locale : std::uint8_t { en, de };
BOOST_DESCRIBE_ENUM(Locale, en, de)

// The supported locale for a BCP 47 tag ("de-AT" → de); none for an unsupported language.
std::optional<Locale> locale_from_tag(std::string_view tag);
// The best of an Accept-Language header (RFC 9110, 12.5.4), or `fallback`. Any input is safe.
Locale locale_from_accept_language(std::string_view header, Locale fallback);

}  // namespace domain
