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

// A picture inside the mail, which the HTML shows as src="cid:<cid>" (RFC 2392).
struct InlineImage {
  std::string cid;         // left@right like a message id, without angle brackets
  std::string media_type;  // "image/png", "image/jpeg" or "image/gif"
  std::string bytes;
};
inline constexpr std::size_t kInlineImagesMax = 20;
inline constexpr std::size_t kInlineBytesMax = 10 * 1024 * 1024;  // together; base64 adds a third

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
  std::vector<InlineImage> inline_images;  // only with HTML; each cid once
};

// RFC 5322 with multipart/alternative, RFC 2047 encoded words, quoted-printable bodies, lines of at
// most 78 (998) octets and a boundary that no part contains. With pictures the HTML and they are a
// multipart/related (RFC 2387) in its place. CR, LF or NUL in any header value or address, and
// pictures that break the rules above: invalid_argument naming the field; too_large above
// kInlineBytesMax.
base::Result<std::string> build_mime(const MimeMessage& message);

}  // namespace net
