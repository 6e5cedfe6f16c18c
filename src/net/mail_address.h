#pragma once
#include <string_view>

namespace net {

// An addr-spec that is safe to put between angle brackets: dot-atom, '@', and a domain or address
// literal, within the lengths of RFC 5321. Quoted local parts are refused; UTF-8 (RFC 6532) is
// accepted when it is valid.
bool is_mail_address(std::string_view address);

// Whether it needs SMTPUTF8 (RFC 6531).
bool is_ascii(std::string_view text);

}  // namespace net
