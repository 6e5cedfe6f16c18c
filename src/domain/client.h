#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/describe.h"
#include "base/result.h"
#include "domain/message.h"

namespace domain {

enum class Consent : std::uint8_t { unset, granted, denied };
BOOST_DESCRIBE_ENUM(Consent, unset, granted, denied)

// What stands against a message to this client, or nullopt. A payment request and its receipt
// belong to a contract, so unset allows them on both channels; a reminder by SMS needs a granted
// consent. denied and opted_out always refuse.
struct Contactability {
  Channel channel = Channel::email;
  MessageKind kind = MessageKind::request;
  Consent consent = Consent::unset;
  bool opted_out = false;  // STOP, or an unsubscribe
};
std::optional<SuppressReason> suppress_reason(const Contactability& facts);
inline bool can_send(const Contactability& facts) { return !suppress_reason(facts); }

// Free text of merchants and payers. The checked_… functions return the text trimmed of white space
// at both ends, or an error on `field` with code "required", "invalid_utf8", "control_character",
// "too_long" or "card_number".
struct TextRule {
  std::string_view field;
  std::size_t chars_max = 200;  // Unicode code points
  bool required = true;         // an empty text is then "required"
  bool multi_line = false;      // allows \n and \t; \r\n becomes \n
  bool refuse_card_numbers = true;
};
base::Result<std::string> checked_text(std::string_view text, const TextRule& rule);

inline constexpr std::size_t kEmailBytesMax = 254;  // RFC 5321, 4.5.3.1.3
// A mailbox as people have it: dot-atom local part of ASCII, a domain with at least two labels; an
// internationalised domain stays as written (UTF-8). No quoted parts, comments, address literals,
// white space or control characters. The domain's ASCII letters come back in lower case. Code
// "invalid_email" or those of checked_text.
base::Result<std::string> checked_email(std::string_view text, std::string_view field = "email");
// Equal for addresses that one mailbox surely shares here: ASCII letters in lower case.
std::string email_key(std::string_view email);

// 13 to 19 digits, single spaces, dots or dashes between them allowed, that pass the Luhn check
// (ISO/IEC 7812-1).
bool looks_like_card_number(std::string_view text);

// Unicode code points of valid UTF-8.
std::size_t count_chars(std::string_view utf8);

}  // namespace domain
