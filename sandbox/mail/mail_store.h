#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace sandbox::mail {

struct Envelope {
  std::string from;
  std::vector<std::string> to;
  std::string helo;
  std::string user;  // who signed in, empty when nobody did
  bool tls = false;
};

// A part that the HTML can name as "cid:<content_id>".
struct Picture {
  std::string content_id;  // without angle brackets
  std::string media_type;
  std::string bytes;
};

// What the inbox page needs of a mail; `raw` is what came over the wire.
struct Mail {
  std::int64_t n = 0;
  Envelope envelope;
  base::Time received;
  std::string raw;
  std::vector<std::pair<std::string, std::string>> headers;  // unfolded, encoded words decoded
  std::string from, to, subject, message_id;
  std::string text, html;
  std::vector<Picture> pictures;
};

// Parses header fields (RFC 5322 folding, RFC 2047 words) and multipart bodies (base64,
// quoted-printable). Never fails: what it cannot read stays as it is.
Mail parse_mail(std::string raw);
std::string decode_words(std::string_view text);

// Guarded by the world's lock.
class MailStore {
 public:
  std::int64_t add(Mail mail);
  const Mail* find(std::int64_t n) const;
  const std::deque<Mail>& all() const { return mails_; }
  void clear();

  static constexpr std::size_t kMailsMax = 50'000;

 private:
  std::deque<Mail> mails_;
  std::int64_t last_n_ = 0;
};

}  // namespace sandbox::mail
