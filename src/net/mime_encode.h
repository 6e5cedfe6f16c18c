#pragma once
#include <string>
#include <string_view>

namespace net {

// RFC 2045, section 6.7: lines of at most 76 characters, CRLF line ends in the text kept as such (a
// lone CR or LF counts as one), everything else that is not printable ASCII encoded, so that any
// relay leaves it alone.
std::string quoted_printable(std::string_view text);

// A header's unstructured text: as it is when that is printable ASCII which nothing could take for
// an encoded word, else RFC 2047 encoded words (UTF-8, base64), none of them splitting a character.
// `used` is what already stands on the first line; continuation lines begin with a space. Lines
// stay within 76 characters where the text allows it.
std::string header_text(std::string_view text, std::size_t used);

// A display name: an atom phrase, a quoted string or encoded words.
std::string header_phrase(std::string_view name, std::size_t used);

}  // namespace net
