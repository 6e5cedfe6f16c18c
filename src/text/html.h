#pragma once
#include <string>
#include <string_view>

namespace text {

void append_escaped(std::string& out,
                    std::string_view value);  // & < > " ' for text and quoted attributes
std::string escape_html(std::string_view value);
// The plain-text alternative of an HTML mail: blocks become lines, links "words (https://…)",
// images their alt text, style, script and head are dropped, entities decoded. Any input is safe;
// the output is at most twice as long as the input.
std::string html_to_text(std::string_view html);
// What inboxes show beside the subject: the hidden text that a mail begins with, else the first
// words of its text; at most `chars_max` characters.
std::string preheader_of(std::string_view html, std::size_t chars_max = 140);

}  // namespace text
