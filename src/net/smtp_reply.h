#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace net {

// One reply of an SMTP server (RFC 5321, section 4.2). Lines are without code and line end; bytes
// that are not printable ASCII are replaced by '?', since the text goes to logs and people.
struct SmtpReply {
  int code = 0;
  std::vector<std::string> lines;

  bool positive() const { return code >= 200 && code < 300; }
  bool refusal() const { return code >= 400 && code < 600; }
  bool temporary() const { return code >= 400 && code < 500; }
  std::string text() const;  // the lines joined by spaces
};

// Takes bytes as they arrive. Limits: 4096 bytes a line, 100 lines.
class SmtpReplyParser {
 public:
  enum class State : std::uint8_t { more, done, malformed };
  // Returns the number of bytes consumed; the rest belongs to the next reply.
  std::size_t feed(std::string_view bytes);
  State state() const { return state_; }
  SmtpReply take();  // when done; ready for the next reply afterwards

 private:
  void end_line();
  State state_ = State::more;
  std::string line_;
  SmtpReply reply_;
};

// What EHLO announced.
struct SmtpExtensions {
  bool starttls = false;
  bool pipelining = false;
  bool eight_bit = false;
  bool utf8 = false;
  bool size = false;
  bool auth_plain = false;
  bool auth_login = false;
};
SmtpExtensions extensions_from(const SmtpReply& ehlo);

// The message as it goes over the wire after DATA, without the final dot: CRLF line ends only (a
// lone CR or LF could end the data for some servers and not for others), leading dots doubled,
// ending in CRLF.
std::string dot_stuffed(std::string_view data);

}  // namespace net
