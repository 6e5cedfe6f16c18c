#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "domain/client.h"
#include "domain/link_token.h"
#include "domain/locale.h"
#include "domain/request.h"
#include "domain/spend.h"
#include "domain/timezone.h"
#include "messaging/messages.h"
#include "providers/mail.h"
#include "providers/sms.h"
#include "text/mustache.h"

namespace messaging {

// Everything that a message says or depends on, read in the transaction of its claim; app binds it
// to reads and identity.
struct SendContext {
  // request
  domain::RequestStatus request_status = domain::RequestStatus::open;
  domain::Money amount;
  std::string description;
  std::string reference;
  std::optional<Time> due_at;
  std::optional<Time> paid_at;
  // client
  std::string client_name;
  std::string client_email;
  std::string client_phone;
  std::string client_custom_fields = "{}";  // JSON object of texts
  domain::Locale locale = domain::Locale::en;
  domain::Consent consent = domain::Consent::unset;  // for the message's channel
  bool client_archived = false;
  // tenant
  std::string merchant_name;
  std::string sender_name;
  std::string reply_to;
  std::string brand_color;
  std::shared_ptr<const domain::TimeZone> zone;
  domain::SpendPolicy policy;
  // template
  domain::TemplateId template_id;
  std::int64_t template_version = 0;
  std::string subject;
  std::string body_html;
  std::string body_text;
};

struct Accounts {
  std::optional<providers::SmsAccount> sms;
  std::optional<providers::MailAccount> mail;
};

struct Hooks {
  // not_found: no template for this channel, kind and language.
  std::function<Result<SendContext>(store::Tx&, const Message&)> load_context;
  // The tenant's account for the message's channel and mode; not_found when none is connected.
  std::function<Result<Accounts>(store::Tx&, const Message&)> find_accounts;
};

// Addresses of one installation, without a slash at their end.
struct Urls {
  std::string public_url;    // what links start with
  std::string callback_url;  // what providers call
};

// What the data of a template looks like; version 1 of the tree. templates/placeholders.h holds the
// names that a template may use.
boost::json::object template_data(const SendContext& context, const std::string& pay_url,
                                  const std::string& merchant_color);

struct PreparedSms {
  providers::SmsAccount account;
  providers::SmsMessage message;
};
struct PreparedMail {
  providers::MailAccount account;
  net::MimeMessage message;
};
using Prepared = std::variant<std::monostate, PreparedSms,
                              PreparedMail>;  // monostate: suppressed or failed, nothing to send

// Parsed templates by id and version; bounded. Thread-safe.
class TemplateCache {
 public:
  Result<std::shared_ptr<const text::Mustache>> get(const std::string& key,
                                                    const std::string& source, text::Escape escape);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const text::Mustache>> parsed_;
};

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
