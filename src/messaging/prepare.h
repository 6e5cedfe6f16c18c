#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "domain/link_token.h"
#include "messaging/messages.h"
#include "messaging/render.h"
#include "providers/mail.h"
#include "providers/sms.h"

namespace messaging {

struct Accounts {
  std::optional<providers::SmsAccount> sms;
  std::optional<providers::MailAccount> mail;
};

struct MessageImage {
  std::string name;
  std::string url;
  std::string media_type;  // with `bytes`
  std::string bytes;       // of an embedded one
};

struct Hooks {
  // not_found: no template for this channel, kind and language.
  std::function<Result<SendContext>(store::Tx&, const Message&)> load_context;
  // The published version that the context names.
  std::function<Result<TemplateText>(store::Tx&, domain::TenantId, const TemplateRef&)>
      load_template;
  // Those of the names that the tenant has; from now on they stay where they are.
  std::function<Result<std::vector<MessageImage>>(
      store::Tx&, domain::TenantId, std::span<const std::string> names, domain::ImageMode)>
      load_images;
  // The tenant's account for the message's channel and mode; not_found when none is connected.
  std::function<Result<Accounts>(store::Tx&, const Message&)> find_accounts;
};

// Addresses of one installation, without a slash at their end.
struct Urls {
  std::string public_url;    // what links start with
  std::string callback_url;  // what providers call
};

struct PreparedSms {
  providers::SmsAccount account;
  providers::SmsMessage message;
};
// The picture of a link that is drawn once the transaction is over.
struct QrCodePart {
  std::string cid;
  std::string link;
};
struct PreparedMail {
  providers::MailAccount account;
  net::MimeMessage message;
  std::optional<QrCodePart> qr_code;
};
using Prepared = std::variant<std::monostate, PreparedSms,
                              PreparedMail>;  // monostate: suppressed or failed, nothing to send

// Decides whether a queued message may go, and writes it. Called inside the claim's transaction.
// Immutable but for the cache; thread-safe.
class Preparer {
 public:
  Preparer(base::Ids& ids, const base::Clock& clock, Messages& messages,
           const domain::LinkKeys& links, Urls urls, Hooks hooks);

  // Moves `message` to sending with a new attempt (saved, content stored without the token), or to
  // suppressed or failed (saved, with its reason).
  Result<Prepared> prepare(store::Tx& tx, Message& message);
  // The message's own link, for settling; and its token.
  Result<std::string> token_of(const Message& message) const;
  const Hooks& hooks() const { return hooks_; }

 private:
  Result<std::optional<domain::SuppressReason>> guard(store::Tx& tx, const Message& message,
                                                      const SendContext& context);
  Status suppress(store::Tx& tx, Message& message, domain::SuppressReason reason);
  Status fail(store::Tx& tx, Message& message, std::string reason);
  Result<Prepared> write_sms(store::Tx& tx, Message& message, const SendContext& context,
                             const Accounts& accounts);
  Result<Prepared> write_mail(store::Tx& tx, Message& message, const SendContext& context,
                              const Accounts& accounts);
  // The context's template, parsed.
  Result<std::shared_ptr<const ParsedTemplate>> template_of(store::Tx& tx, const Message& message,
                                                            const SendContext& context);
  // Its data; `token` is the message's own.
  boost::json::value data_of(const SendContext& context, const std::string& token) const;
  // The addresses of its pictures, in the data and as parts of the mail.
  Status add_images(store::Tx& tx, const Message& message, const ParsedTemplate& parsed,
                    boost::json::value& data, PreparedMail& mail);
  Status start_attempt(store::Tx& tx, Message& message, const SendContext& context);

  base::Ids& ids_;
  const base::Clock& clock_;
  Messages& messages_;
  const domain::LinkKeys& links_;
  Urls urls_;
  Hooks hooks_;
  TemplateCache cache_;
};

}  // namespace messaging
