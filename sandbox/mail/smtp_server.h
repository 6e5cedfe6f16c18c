#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/runtime.h"
#include "sandbox/mail/certificate.h"
#include "sandbox/mail/dialogue.h"

namespace sandbox::mail {

// Sockets around Dialogue: plain, and TLS after STARTTLS. All connections live on the runtime's
// first loop and end when the runtime stops.
class SmtpServer {
 public:
  virtual ~SmtpServer() = default;
  virtual std::uint16_t port() const = 0;
};

struct SmtpOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free port
  std::size_t connections_max = 200;
  base::Duration idle_timeout = std::chrono::minutes(5);
};

// `services` are called on the loop, without the world's lock.
base::Result<std::unique_ptr<SmtpServer>> serve_smtp(base::Runtime& runtime, SmtpOptions options,
                                                     const Certificate& certificate,
                                                     DialogueServices services);

}  // namespace sandbox::mail
