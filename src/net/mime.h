#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace net {

struct Mailbox {
  std::string name;     // UTF-8, may be empty
  std::string address;  // addr-spec
};

struct MimeMessage {
  Mailbox from;
  Mailbox to;
  std::string reply_to;    // empty: none
  std::string subject;     // UTF-8
  std::string text;        // UTF-8
  std::string html;        // UTF-8; empty: text only
  std::string message_id;  // without angle brackets
  base::Time date;
  std::string list_unsubscribe_url;  // empty: none; adds List-Unsubscribe and List-Unsubscribe-Post
                                     // (RFC 8058)
  std::vector<std::pair<std::string, std::string>> extra_headers;
};

// RFC 5322 with multipart/alternative, RFC 2047 encoded words, quoted-printable bodies, lines of at
// most 78 (998) octets and a boundary that no part contains. CR, LF or NUL in any header value or
// address: invalid_argument naming the field.
base::Result<std::string> build_mime(const MimeMessage& message);

}  // namespace net
