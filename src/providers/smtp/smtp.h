#pragma once
#include <memory>

#include "net/smtp.h"
#include "providers/mail.h"

// Mail through the tenant's SMTP relay behind providers::MailProvider.
namespace providers::smtp {

// `client` outlives the provider; it keeps and reuses the connections.
std::unique_ptr<MailProvider> mail_provider(net::SmtpClient& client);

}  // namespace providers::smtp
