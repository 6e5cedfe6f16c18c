#include "net/smtp_reply.h"

#include "net/text.h"

namespace net {
namespace {

constexpr std::size_t kLineMax = 4096;
constexpr std::size_t kLinesMax = 100;

std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c < 0x20 || c == 0x7f) c = '?';
  }
  return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view next_word(std::string_view& text) {
  text = trim(text);
  const auto word = text.substr(0, text.find_first_of(" ="));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

}  // namespace

std::string SmtpReply::text() const {
  std::string out;
  for (const auto& line : lines) {
    if (!out.empty()) out += ' ';
    out += line;
  }
  return out;
}

std::size_t SmtpReplyParser::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && state_ == State::more) {
    const char c = bytes[used++];
    if (c == '\n') {
      end_line();
    } else if (line_.size() == kLineMax) {
      state_ = State::malformed;
    } else {
      line_ += c;
    }
  }
  return used;
}

void SmtpReplyParser::end_line() {
  std::string_view line = line_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  const bool shaped = line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && is_digit(line[1]) &&
                      is_digit(line[2]) && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
  const int code = shaped ? (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0') : 0;
  if (!shaped || (reply_.code != 0 && reply_.code != code) || reply_.lines.size() == kLinesMax) {
    state_ = State::malformed;
    return;
  }
  reply_.code = code;
  reply_.lines.push_back(printable(line.substr(std::min<std::size_t>(4, line.size()))));
  if (line.size() == 3 || line[3] == ' ') state_ = State::done;
  line_.clear();
}

SmtpReply SmtpReplyParser::take() {
  state_ = State::more;
  line_.clear();
  return std::exchange(reply_, {});
}

SmtpExtensions extensions_from(const SmtpReply& ehlo) {
  SmtpExtensions out;
  for (std::size_t i = 1; i < ehlo.lines.size(); ++i) {  // the first line is the greeting
    std::string_view line = ehlo.lines[i];
    const auto name = next_word(line);
    if (equal_ignoring_case(name, "STARTTLS")) out.starttls = true;
    if (equal_ignoring_case(name, "PIPELINING")) out.pipelining = true;
    if (equal_ignoring_case(name, "8BITMIME")) out.eight_bit = true;
    if (equal_ignoring_case(name, "SMTPUTF8")) out.utf8 = true;
    if (equal_ignoring_case(name, "SIZE")) out.size = true;
    if (!equal_ignoring_case(name, "AUTH")) continue;
    while (!line.empty()) {
      const auto mechanism = next_word(line);
      if (equal_ignoring_case(mechanism, "PLAIN")) out.auth_plain = true;
      if (equal_ignoring_case(mechanism, "LOGIN")) out.auth_login = true;
    }
  }
  return out;
}

std::string dot_stuffed(std::string_view data) {
  std::string out;
  out.reserve(data.size() + data.size() / 32 + 8);
  bool line_start = true;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const char c = data[i];
    if (c == '\r' || c == '\n') {
      if (c == '\r' && i + 1 < data.size() && data[i + 1] == '\n') ++i;
      out += "\r\n";
      line_start = true;
      continue;
    }
    if (line_start && c == '.') out += '.';
    out += c;
    line_start = false;
  }
  if (!line_start || out.empty()) out += "\r\n";
  return out;
}

}  // namespace net
