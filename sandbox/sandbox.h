#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/runtime.h"
#include "net/http.h"
#include "sandbox/core/world.h"
#include "sandbox/mail/mail_store.h"

namespace sandbox {

// Everything at once. Outlives whatever serves router(); ends before the runtime and the client,
// which delivers callbacks to the product.
class Sandbox {
 public:
  Sandbox(base::Runtime& runtime, net::HttpClient& client, Options options = {});
  ~Sandbox();

  std::shared_ptr<const net::Router> router() const;
  // A mail as SMTP would have brought it; returns its number in the inbox.
  std::int64_t accept_mail(const mail::Envelope& envelope, std::string data);
  // Opens the mail socket; the port it got. Port 0: any.
  base::Result<std::uint16_t> start_smtp(const std::string& address, std::uint16_t port);
  // The shared clock: what /control/clock shows and moves.
  base::Time now() const;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace sandbox
