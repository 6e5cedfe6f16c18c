#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"

namespace net {

// One mail as it goes over the wire; mime.h builds `data`.
struct Mail {
  std::string envelope_from;
  std::string envelope_to;  // exactly one recipient per mail
  std::string data;         // RFC 5322, CRLF lines; dot-stuffing is the client's work
};

enum class SmtpSecurity : std::uint8_t { none, starttls, tls };

struct SmtpServer {
  std::string host;
  std::uint16_t port = 25;
  SmtpSecurity security = SmtpSecurity::starttls;
  std::string user;  // empty: no AUTH
  base::Secret<std::string> password;
  friend bool same_endpoint(const SmtpServer& a, const SmtpServer& b);
};

// What the server said; `queue_text` is its answer to the final dot ("2.0.0 Ok: queued as …").
struct SmtpAccepted {
  std::string queue_text;
};

// Errors: refused (4xx/5xx reply before the final dot was acknowledged; Error::reason is
// "temporary" or "permanent"), unavailable (no connection, or it broke before DATA was ended),
// ambiguous (it broke after the final dot was sent and before a reply: the mail may have been
// accepted). Connections are kept and reused per server, at most connections_max at a time.
// Thread-safe.
class SmtpClient {
 public:
  virtual ~SmtpClient() = default;
  virtual base::Awaitable<base::Result<SmtpAccepted>> send(SmtpServer server, Mail mail) = 0;
};
struct SmtpOptions {
  std::size_t connections_max = 4;  // per server
  base::Duration timeout = std::chrono::seconds(30);
  base::Duration idle_timeout = std::chrono::seconds(30);
  std::size_t mails_per_connection_max = 100;
  std::string helo_name = "localhost";
};
std::unique_ptr<SmtpClient> smtp_client(base::Runtime& runtime, SmtpOptions options = {});

}  // namespace net
