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
};
// Whether a connection to one may carry mail for the other: all fields, the password included.
bool same_endpoint(const SmtpServer& a, const SmtpServer& b);

// What the server said; `queue_text` is its answer to the final dot ("2.0.0 Ok: queued as …").
struct SmtpAccepted {
  std::string queue_text;
};

// Errors, by what can have happened to the mail:
// - invalid_argument: an envelope address is malformed; nothing was sent.
// - refused: a 4xx or 5xx reply to MAIL, RCPT, DATA or the final dot; Error::reason is "temporary"
//   or "permanent"; not accepted.
// - unavailable: no connection, or it broke or timed out before the final dot, or the session could
//   not begin (greeting, reason "authentication", reason "no_tls"); not accepted.
// - ambiguous: the final dot was sent and no reply to it came: it may have been accepted.
// A kept connection that turns out to be dead before the final dot is replaced once, silently.
// Connections are kept and reused per server, at most connections_max at a time; the rest wait in
// order. With starttls a server that does not offer it is an error, never plain text; certificates
// and host names are verified. Thread-safe.
class SmtpClient {
 public:
  virtual ~SmtpClient() = default;
  virtual base::Awaitable<base::Result<SmtpAccepted>> send(SmtpServer server, Mail mail) = 0;
  // Connects, secures and signs in on a connection of its own, then leaves: no mail is sent.
  virtual base::Awaitable<base::Status> check(SmtpServer server) = 0;
};
struct SmtpOptions {
  std::size_t connections_max = 4;  // per server
  // For connection and mail together, and again for the reply to the final dot.
  base::Duration timeout = std::chrono::seconds(30);
  base::Duration idle_timeout = std::chrono::seconds(30);
  std::size_t mails_per_connection_max = 100;
  std::string helo_name = "localhost";
  std::string ca_file;                                    // PEM; empty: the system's
  base::Duration stop_timeout = std::chrono::seconds(5);  // for running mails at runtime stop
};
std::unique_ptr<SmtpClient> smtp_client(base::Runtime& runtime, SmtpOptions options = {});

}  // namespace net
