#include "sandbox/mail/mail_store.h"

#include <algorithm>
#include <optional>

#include "base/encoding.h"

namespace sandbox::mail {
namespace {

constexpr int kDepthMax = 8;

using HeaderList = std::vector<std::pair<std::string, std::string>>;

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string get(const HeaderList& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// RFC 2045 section 6.7; with `words`, '_' is a space (RFC 2047's Q encoding).
std::string quoted_printable(std::string_view text, bool words) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (words && text[i] == '_') {
      out += ' ';
    } else if (text[i] != '=') {
      out += text[i];
    } else if (i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else if (text.substr(i + 1).starts_with("\r\n")) {
      i += 2;
    } else if (text.substr(i + 1).starts_with("\n")) {
      i += 1;
    } else {
      out += '=';
    }
  }
  return out;
}

std::string base64(std::string_view text) {
  std::string packed;
  for (char c : text) {
    if (c != '\r' && c != '\n' && c != ' ' && c != '\t') packed += c;
  }
  const auto decoded = base::from_base64(packed);
  return decoded ? *decoded : std::string(text);
}

// ISO-8859-1 to UTF-8; other charsets are taken as UTF-8.
std::string to_utf8(std::string bytes, std::string_view charset) {
  if (lower(charset) != "iso-8859-1" && lower(charset) != "windows-1252") return bytes;
  std::string out;
  for (unsigned char c : bytes) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      out += static_cast<char>(0xc0 | (c >> 6));
      out += static_cast<char>(0x80 | (c & 0x3f));
    }
  }
  return out;
}

// The value of a parameter of a structured header: boundary="x".
std::string parameter(std::string_view header, std::string_view name) {
  for (auto at = header.find(';'); at != header.npos; at = header.find(';', at + 1)) {
    auto rest = trim(header.substr(at + 1));
    const auto equals = rest.find('=');
    if (equals == rest.npos || !same_name(trim(rest.substr(0, equals)), name)) continue;
    rest = trim(rest.substr(equals + 1));
    if (rest.starts_with('"')) return std::string(rest.substr(1, rest.find('"', 1) - 1));
    return std::string(trim(rest.substr(0, rest.find(';'))));
  }
  return {};
}

// Splits at the empty line; unfolds continuation lines.
std::pair<HeaderList, std::string_view> split_headers(std::string_view raw) {
  HeaderList headers;
  while (!raw.empty()) {
    const auto end = raw.find('\n');
    auto line = raw.substr(0, end);
    raw = end == raw.npos ? std::string_view() : raw.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    if ((line[0] == ' ' || line[0] == '\t') && !headers.empty()) {
      headers.back().second += " " + std::string(trim(line));
      continue;
    }
    const auto colon = line.find(':');
    if (colon == line.npos) continue;
    headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  return {std::move(headers), raw};
}

void read_part(Mail& mail, const HeaderList& headers, std::string_view body, int depth);

void read_multipart(Mail& mail, std::string_view boundary, std::string_view body, int depth) {
  const auto mark = "--" + std::string(boundary);
  auto at = body.find(mark);
  while (at != body.npos) {
    auto start = at + mark.size();
    if (body.substr(start).starts_with("--")) return;
    start = body.find('\n', start);
    if (start == body.npos) return;
    const auto next = body.find("\n" + mark, start);
    auto part = body.substr(start + 1, next == body.npos ? next : next - start - 1);
    if (part.ends_with('\r')) part.remove_suffix(1);
    auto [headers, content] = split_headers(part);
    read_part(mail, headers, content, depth + 1);
    at = next == body.npos ? next : next + 1;
  }
}

void read_part(Mail& mail, const HeaderList& headers, std::string_view body, int depth) {
  if (depth > kDepthMax) return;
  auto type = get(headers, "Content-Type");
  const auto kind = lower(trim(std::string_view(type).substr(0, type.find(';'))));
  if (kind.starts_with("multipart/")) {
    read_multipart(mail, parameter(type, "boundary"), body, depth);
    return;
  }
  const auto encoding = lower(trim(get(headers, "Content-Transfer-Encoding")));
  std::string content = encoding == "base64"             ? base64(body)
                        : encoding == "quoted-printable" ? quoted_printable(body, false)
                                                         : std::string(body);
  if (kind.starts_with("image/")) {
    auto id = std::string(trim(get(headers, "Content-ID")));
    if (id.size() > 2 && id.front() == '<' && id.back() == '>') id = id.substr(1, id.size() - 2);
    mail.pictures.push_back({std::move(id), kind, std::move(content)});
    return;
  }
  content = to_utf8(std::move(content), parameter(type, "charset"));
  if (kind == "text/html" && mail.html.empty())
    mail.html = std::move(content);
  else if ((kind == "text/plain" || kind.empty()) && mail.text.empty())
    mail.text = std::move(content);
}

}  // namespace

std::string decode_words(std::string_view text) {
  std::string out;
  bool after_word = false;  // white space between two encoded words is dropped (RFC 2047, 6.2)
  while (!text.empty()) {
    const auto start = text.find("=?");
    const auto before = text.substr(0, start);
    const bool only_space = trim(before).empty();
    std::optional<std::string> word;
    std::size_t used = 0;
    if (start != text.npos) {
      const auto charset_end = text.find('?', start + 2);
      const auto encoding_end =
          charset_end == text.npos ? text.npos : text.find('?', charset_end + 1);
      const auto end = encoding_end == text.npos ? text.npos : text.find("?=", encoding_end + 1);
      if (end != text.npos && encoding_end == charset_end + 2) {
        const auto encoded = text.substr(encoding_end + 1, end - encoding_end - 1);
        const char encoding = text[charset_end + 1];
        word =
            encoding == 'B' || encoding == 'b' ? base64(encoded) : quoted_printable(encoded, true);
        word = to_utf8(*word, text.substr(start + 2, charset_end - start - 2));
        used = end + 2;
      }
    }
    if (!word) {
      const auto cut = start == text.npos ? text.size() : start + 2;
      out += text.substr(0, cut);
      text.remove_prefix(cut);
      after_word = false;
      continue;
    }
    if (!(after_word && only_space)) out += before;
    out += *word;
    text.remove_prefix(used);
    after_word = true;
  }
  return out;
}

Mail parse_mail(std::string raw) {
  Mail mail;
  mail.raw = std::move(raw);
  auto [headers, body] = split_headers(mail.raw);
  read_part(mail, headers, body, 0);
  for (auto& [name, value] : headers) value = decode_words(value);
  mail.from = get(headers, "From");
  mail.to = get(headers, "To");
  mail.subject = get(headers, "Subject");
  mail.message_id = get(headers, "Message-ID");
  mail.headers = std::move(headers);
  return mail;
}

std::int64_t MailStore::add(Mail mail) {
  mail.n = ++last_n_;
  mails_.push_back(std::move(mail));
  if (mails_.size() > kMailsMax) mails_.pop_front();
  return last_n_;
}

const Mail* MailStore::find(std::int64_t n) const {
  if (mails_.empty() || n < mails_.front().n || n > mails_.back().n) return nullptr;
  return &mails_[static_cast<std::size_t>(n - mails_.front().n)];
}

void MailStore::clear() {
  mails_.clear();
  last_n_ = 0;
}

}  // namespace sandbox::mail
