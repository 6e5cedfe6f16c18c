#include "text/html_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace text {

namespace {

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

struct Entity {
  std::string_view name;
  std::uint32_t code_point;
};
// Sorted by name.
constexpr std::array<Entity, 61> kEntities = {{
    {"Agrave", 0xc0},   {"Auml", 0xc4},     {"Ccedil", 0xc7},   {"Eacute", 0xc9},
    {"Ouml", 0xd6},     {"Uuml", 0xdc},     {"aacute", 0xe1},   {"acirc", 0xe2},
    {"aelig", 0xe6},    {"agrave", 0xe0},   {"amp", '&'},       {"apos", '\''},
    {"aring", 0xe5},    {"auml", 0xe4},     {"bull", 0x2022},   {"ccedil", 0xe7},
    {"cent", 0xa2},     {"copy", 0xa9},     {"deg", 0xb0},      {"eacute", 0xe9},
    {"ecirc", 0xea},    {"egrave", 0xe8},   {"euml", 0xeb},     {"euro", 0x20ac},
    {"frac12", 0xbd},   {"gt", '>'},        {"hellip", 0x2026}, {"iacute", 0xed},
    {"icirc", 0xee},    {"iuml", 0xef},     {"laquo", 0xab},    {"larr", 0x2190},
    {"ldquo", 0x201c},  {"lsaquo", 0x2039}, {"lsquo", 0x2018},  {"lt", '<'},
    {"mdash", 0x2014},  {"middot", 0xb7},   {"nbsp", ' '},      {"ndash", 0x2013},
    {"ntilde", 0xf1},   {"oacute", 0xf3},   {"ocirc", 0xf4},    {"oslash", 0xf8},
    {"ouml", 0xf6},     {"para", 0xb6},     {"pound", 0xa3},    {"quot", '"'},
    {"raquo", 0xbb},    {"rarr", 0x2192},   {"rdquo", 0x201d},  {"reg", 0xae},
    {"rsaquo", 0x203a}, {"rsquo", 0x2019},  {"sect", 0xa7},     {"shy", 0xad},
    {"szlig", 0xdf},    {"times", 0xd7},    {"uuml", 0xfc},     {"yen", 0xa5},
    {"zwnj", 0x200c},
}};
static_assert(std::is_sorted(kEntities.begin(), kEntities.end(),
                             [](const Entity& a, const Entity& b) { return a.name < b.name; }));

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3f));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

// Fillers of preview lines and break hints: nothing that a reader of plain text should get.
bool is_invisible(std::uint32_t c) {
  return c == 0xad || c == 0x34f || c == 0x200b || c == 0x200c || c == 0xfeff || c == 0x7f ||
         (c < 0x20 && c != '\n' && c != '\t' && c != '\r');
}

// `body`: what stands between '&' and ';'.
std::optional<std::uint32_t> read_entity(std::string_view body) {
  if (body.starts_with('#')) {
    body.remove_prefix(1);
    const bool hex = body.starts_with('x') || body.starts_with('X');
    if (hex) body.remove_prefix(1);
    std::uint32_t c = 0;
    const auto [end, fault] =
        std::from_chars(body.data(), body.data() + body.size(), c, hex ? 16 : 10);
    if (fault != std::errc{} || end != body.data() + body.size()) return std::nullopt;
    if (c == 0xa0) return ' ';
    const bool scalar = c != 0 && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
    return scalar ? c : 0xfffd;
  }
  const auto found =
      std::lower_bound(kEntities.begin(), kEntities.end(), body,
                       [](const Entity& e, std::string_view n) { return e.name < n; });
  if (found == kEntities.end() || found->name != body) return std::nullopt;
  return found->code_point;
}

}  // namespace

const HtmlAttribute* HtmlTag::find(std::string_view wanted) const {
  for (const HtmlAttribute& one : attributes) {
    if (one.name == wanted) return &one;
  }
  return nullptr;
}

std::string HtmlTag::attribute(std::string_view wanted) const {
  const HtmlAttribute* found = find(wanted);
  return found ? found->value : std::string();
}

HtmlToken HtmlReader::next() {
  while (at_ < html_.size()) {
    if (html_[at_] != '<') return text_until(std::min(html_.find('<', at_), html_.size()));
    const auto rest = html_.substr(at_);
    const char mark = rest.size() > 1 ? rest[1] : ' ';
    const bool nameless = mark == '/' && (rest.size() < 3 || !is_letter(rest[2]));
    if (rest.starts_with("<!--")) {
      return read_comment();
    } else if (mark == '!' || mark == '?' || nameless) {
      const auto end = html_.find('>', at_);
      at_ = end == html_.npos ? html_.size() : end + 1;
    } else if (is_letter(mark) || mark == '/') {
      return read_tag();
    } else {
      return text_until(std::min(html_.find('<', at_ + 1), html_.size()));  // a bare "<"
    }
  }
  return {};
}

// HTML's own rules (WHATWG, 13.2.5.43): "<!-->" and "<!--->" are whole comments, and "--!>" ends
// one as "-->" does.
HtmlToken HtmlReader::read_comment() {
  HtmlToken token{.kind = HtmlToken::Kind::comment};
  at_ += 4;
  for (const std::string_view abrupt : {">", "->"}) {
    if (!html_.substr(at_).starts_with(abrupt)) continue;
    at_ += abrupt.size();
    return token;
  }
  const std::size_t begin = at_;
  for (std::size_t dashes = html_.find("--", at_); dashes != html_.npos;
       dashes = html_.find("--", dashes + 1)) {
    const std::string_view rest = html_.substr(dashes + 2);
    const std::size_t tail = rest.starts_with('>') ? 1 : rest.starts_with("!>") ? 2 : 0;
    if (tail == 0) continue;
    token.text = html_.substr(begin, dashes - begin);
    at_ = dashes + 2 + tail;
    return token;
  }
  token.text = html_.substr(begin);
  at_ = html_.size();
  return token;
}

std::string_view HtmlReader::skip_raw(std::string_view name) {
  const std::size_t begin = at_;
  for (;; ++at_) {
    at_ = std::min(html_.find("</", at_), html_.size());
    if (at_ == html_.size()) return html_.substr(begin);
    const auto candidate = html_.substr(at_ + 2, name.size());
    const bool same = candidate.size() == name.size() &&
                      std::equal(candidate.begin(), candidate.end(), name.begin(),
                                 [](char a, char b) { return to_lower(a) == b; });
    const char after = at_ + 2 + name.size() < html_.size() ? html_[at_ + 2 + name.size()] : '>';
    if (same && (is_space(after) || after == '/' || after == '>'))
      return html_.substr(begin, at_ - begin);
  }
}

HtmlToken HtmlReader::text_until(std::size_t end) {
  HtmlToken token{.kind = HtmlToken::Kind::text, .text = html_.substr(at_, end - at_)};
  at_ = end;
  return token;
}

HtmlToken HtmlReader::read_tag() {
  HtmlToken token{.kind = HtmlToken::Kind::tag};
  ++at_;
  if (peek() == '/') {
    token.tag.closing = true;
    ++at_;
  }
  while (at_ < html_.size() && !is_space(peek()) && peek() != '>' && peek() != '/') {
    token.tag.name += to_lower(html_[at_++]);
  }
  for (;;) {
    while (at_ < html_.size() && (is_space(peek()) || peek() == '/')) ++at_;
    if (at_ >= html_.size()) return {};  // cut off: as good as the end
    if (peek() == '>') break;
    read_attribute(token.tag);
  }
  ++at_;
  return token;
}

void HtmlReader::read_attribute(HtmlTag& tag) {
  std::string name(1, to_lower(html_[at_++]));  // even "=" begins a name here
  while (at_ < html_.size() && !is_space(peek()) && peek() != '=' && peek() != '>' &&
         peek() != '/') {
    name += to_lower(html_[at_++]);
  }
  while (at_ < html_.size() && is_space(peek())) ++at_;
  std::string_view value;
  bool quoted = false;
  if (peek() == '=') {
    ++at_;
    while (at_ < html_.size() && is_space(peek())) ++at_;
    const char quote = peek();
    quoted = quote == '"' || quote == '\'';
    if (quoted) ++at_;
    const auto begin = at_;
    while (at_ < html_.size() && (quoted ? peek() != quote : !is_space(peek()) && peek() != '>'))
      ++at_;
    value = html_.substr(begin, at_ - begin);
    if (quoted && at_ < html_.size()) ++at_;
  }
  tag.attributes.push_back({std::move(name), decode_entities(value), quoted});
}

std::string decode_entities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c != '&') {
      if (!is_invisible(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80)
        out += c;
      ++i;
      continue;
    }
    const auto end = text.substr(i, 12).find(';');
    const auto code_point =
        end == text.npos ? std::nullopt : read_entity(text.substr(i + 1, end - 1));
    if (!code_point) {
      out += c;
      ++i;
      continue;
    }
    if (!is_invisible(*code_point)) append_utf8(out, *code_point);
    i += end + 1;
  }
  return out;
}

}  // namespace text
