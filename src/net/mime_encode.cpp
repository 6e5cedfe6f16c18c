#include "net/mime_encode.h"

#include "base/encoding.h"
#include "net/mail_address.h"

namespace net {
namespace {

constexpr std::size_t kLineMax = 76;
constexpr std::string_view kWordStart = "=?UTF-8?B?";
constexpr std::string_view kWordEnd = "?=";
constexpr std::string_view kHex = "0123456789ABCDEF";

bool is_printable(char c) { return c >= 0x20 && c < 0x7f; }

std::size_t sequence_length(char lead) {
  const auto b = static_cast<unsigned char>(lead);
  return b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
}

// The longest run of whole characters of at most `bytes_max` bytes, at least one character.
std::string_view whole_characters(std::string_view text, std::size_t bytes_max) {
  std::size_t size = 0;
  while (size < text.size()) {
    const std::size_t next = sequence_length(text[size]);
    if (size > 0 && size + next > bytes_max) break;
    size += next;
  }
  return text.substr(0, size);
}

std::string encoded_words(std::string_view text, std::size_t used) {
  std::string out;
  const std::size_t overhead = kWordStart.size() + kWordEnd.size();
  while (!text.empty()) {
    std::size_t room = kLineMax > used + overhead ? kLineMax - used - overhead : 0;
    // A word that hardly fits moves to the next line.
    if (room < 16) {
      out += "\r\n ";
      used = 1;
      room = kLineMax - used - overhead;
    }
    const auto part = whole_characters(text, room / 4 * 3);
    text.remove_prefix(part.size());
    out += kWordStart;
    out += base::to_base64(part);
    out += kWordEnd;
    used = kLineMax;
  }
  return out;
}

// Breaks plain text at spaces; a longer word stays whole, which RFC 5322 allows up to 998.
std::string folded(std::string_view text, std::size_t used) {
  std::string out;
  while (!text.empty()) {
    const auto word_end = text.find(' ', 1);
    const auto word = text.substr(0, word_end);
    if (used + word.size() > kLineMax && word.front() == ' ' && word.size() > 1 && used > 1) {
      out += "\r\n";
      used = 0;
    }
    out += word;
    used += word.size();
    text.remove_prefix(word.size());
  }
  return out;
}

bool has_long_word(std::string_view text) {
  std::size_t run = 0;
  for (const char c : text) {
    run = c == ' ' ? 0 : run + 1;
    if (run > kLineMax - 1) return true;
  }
  return false;
}

bool is_plain(std::string_view text) {
  if (text.find("=?") != text.npos || text.starts_with(' ') || text.ends_with(' ')) return false;
  // A fold between two spaces would leave a line of spaces only, which some relays drop.
  if (text.find("  ") != text.npos || has_long_word(text)) return false;
  return std::all_of(text.begin(), text.end(), is_printable);
}

}  // namespace

std::string quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  std::size_t column = 0;
  const auto put = [&](std::string_view piece) {
    // One column stays free for the '=' of a soft break.
    if (column + piece.size() > kLineMax - 1) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' || c == '\n') {
      if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool line_ends = i + 1 == text.size() || text[i + 1] == '\r' || text[i + 1] == '\n';
    const bool blank = c == ' ' || c == '\t';
    // Blanks at a line's end get lost; "From " and dots at its start are changed by some relays.
    const bool fragile = (blank && line_ends) || (column == 0 && (c == '.' || c == 'F'));
    if ((is_printable(c) || c == '\t') && c != '=' && !fragile) {
      put(std::string_view(&c, 1));
      continue;
    }
    const auto b = static_cast<unsigned char>(c);
    const char code[3] = {'=', kHex[b >> 4], kHex[b & 15]};
    put(std::string_view(code, 3));
  }
  return out;
}

std::string header_text(std::string_view text, std::size_t used) {
  return is_plain(text) ? folded(text, used) : encoded_words(text, used);
}

std::string header_phrase(std::string_view name, std::size_t used) {
  if (!is_plain(name)) return encoded_words(name, used);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  quoted += '"';
  // A quoted string may be folded at its spaces, too.
  return has_long_word(quoted) ? encoded_words(name, used) : folded(quoted, used);
}

}  // namespace net
