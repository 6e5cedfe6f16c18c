#pragma once
#include <string>
#include <string_view>

#include "net/http.h"

namespace sandbox {

// For text and for quoted attribute values.
std::string escape_html(std::string_view text);
// Escaped, with http(s) links clickable and line ends kept.
std::string linkify(std::string_view text);

// A whole page in the sandbox's look, with its Content-Security-Policy. `body` is HTML.
net::Response html_page(std::string_view title, std::string_view body, int status = 200);
net::Response json_response(std::string body, int status = 200);
net::Response see_other(std::string location);

// "12.34 EUR" from minor units, by the exponent that Stripe uses for the currency.
std::string show_amount(std::int64_t amount_minor, std::string_view currency);

}  // namespace sandbox
