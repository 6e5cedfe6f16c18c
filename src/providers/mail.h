#pragma once
#include <string>

#include "base/runtime.h"
#include "domain/ids.h"
#include "net/mime.h"
#include "net/smtp.h"

// What the product needs of a mail relay. Implemented by smtp/.
namespace providers {

struct MailAccount {
  domain::ConnectionId connection_id;
  domain::TenantId tenant_id;
  bool livemode = false;
  net::SmtpServer server;
  std::string envelope_from;    // bounces go here
  std::int64_t fee_micros = 0;  // what the relay charges for one mail; 0: nothing is booked
  std::string fee_currency;
};

struct MailAccepted {
  std::string provider_ref;  // our Message-ID
  std::string queue_text;    // the relay's answer
};

// Errors: refused (Error::reason "temporary" or "permanent"), unavailable, ambiguous as in
// net/smtp.h.
class MailProvider {
 public:
  virtual ~MailProvider() = default;
  virtual base::Awaitable<base::Result<MailAccepted>> send(MailAccount account,
                                                           net::MimeMessage message) = 0;
  virtual base::Awaitable<base::Result<std::string>> check(MailAccount account) = 0;
};

}  // namespace providers
