#include "providers/smtp/smtp.h"

#include "net/mime.h"

namespace providers::smtp {

using base::Awaitable;
using base::Result;

namespace {

class SmtpProvider final : public MailProvider {
 public:
  explicit SmtpProvider(net::SmtpClient& client) : client_(client) {}

  // The Message-ID comes with the message, so that a mail whose fate is unknown can be recognised.
  Awaitable<Result<MailAccepted>> send(MailAccount account, net::MimeMessage message) override {
    if (message.message_id.empty()) {
      co_return base::field_error("message_id", "required", "a mail needs its Message-ID");
    }
    net::Mail mail;
    CO_TRY(mail.data, net::build_mime(message));
    mail.envelope_from =
        account.envelope_from.empty() ? message.from.address : account.envelope_from;
    mail.envelope_to = message.to.address;
    CO_TRY(net::SmtpAccepted accepted,
           co_await client_.send(std::move(account.server), std::move(mail)));
    MailAccepted out;
    out.provider_ref = std::move(message.message_id);
    out.queue_text = std::move(accepted.queue_text);
    co_return out;
  }

  Awaitable<Result<std::string>> check(MailAccount account) override {
    std::string name = account.server.host + ":" + std::to_string(account.server.port);
    CO_TRY_STATUS(co_await client_.check(std::move(account.server)));
    co_return name;
  }

 private:
  net::SmtpClient& client_;
};

}  // namespace

std::unique_ptr<MailProvider> mail_provider(net::SmtpClient& client) {
  return std::make_unique<SmtpProvider>(client);
}

}  // namespace providers::smtp
