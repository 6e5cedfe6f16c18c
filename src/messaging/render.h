#pragma once
#include <array>
#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/client.h"
#include "domain/ids.h"
#include "domain/locale.h"
#include "domain/money.h"
#include "domain/request.h"
#include "domain/spend.h"
#include "domain/timezone.h"
#include "text/mustache.h"

// What a message says. Sending and previewing both come through here, so that what a merchant saw
// is what a client gets.
namespace messaging {

using base::Result;
using base::Time;

struct TemplateRef {
  domain::TemplateId id;
  std::int64_t number = 0;  // of the version
};

struct RefundContext {
  domain::Money amount;
  Time at;
};

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
  std::optional<RefundContext> refund;  // of a message about one
  // client
  std::string client_name;
  std::string client_email;
  std::string client_phone;
  std::string client_country;               // of the phone; "" without one
  std::string client_custom_fields = "{}";  // JSON object of texts
  domain::Locale locale = domain::Locale::en;
  domain::Consent consent = domain::Consent::unset;  // for the message's channel
  bool client_archived = false;
  // tenant
  std::string merchant_name;
  std::string sender_name;
  std::string reply_to;
  std::string brand_color;
  bool has_logo = false;
  std::shared_ptr<const domain::TimeZone> zone;
  domain::SpendPolicy policy;
  TemplateRef template_ref;
};

// Where a message's placeholders lead; https, without a slash at their end.
struct MessageUrls {
  std::string pay;          // the message's own short link
  std::string unsubscribe;  // of an email
};

// The tree that templates/placeholders.h documents.
boost::json::value template_data(const SendContext& context, const MessageUrls& urls, Time now);

// What is sent, Mustache tags still in: of a published version, or of a draft's proof.
struct TemplateText {
  std::optional<std::string> subject;
  std::optional<std::string> html;
  std::optional<std::string> text;
  domain::ImageMode image_mode = domain::ImageMode::linked;
};

// The same, parsed once. Immutable; any thread.
struct ParsedTemplate {
  std::optional<text::Mustache> subject;
  std::optional<text::Mustache> html;
  std::optional<text::Mustache> text;
  domain::ImageMode image_mode = domain::ImageMode::linked;
  std::vector<std::string> image_names;  // of {{image.<name>}}, each once
  bool shows_qr_code = false;
};
// invalid_argument for broken Mustache.
Result<ParsedTemplate> parse_template(const TemplateText& source);

// Puts addresses in the place of {{image.<name>}}.
struct ImageAddress {
  std::string name;
  std::string address;
};
void set_images(boost::json::value& data, const std::vector<ImageAddress>& images);

struct RenderedMail {
  std::string subject;  // one line
  std::string html;     // empty for a plain email
  std::string text;
};
// invalid_argument naming the placeholders that lack data.
Result<RenderedMail> render_mail(const ParsedTemplate& parsed, const boost::json::value& data);
Result<std::string> render_sms(const ParsedTemplate& parsed, const boost::json::value& data);

// Parsed versions; bounded. A version never changes once it is published, so nothing gets stale.
// Thread-safe.
class TemplateCache {
 public:
  using Load = std::function<Result<TemplateText>()>;
  // `load` is called when the version is not here yet.
  Result<std::shared_ptr<const ParsedTemplate>> get(const TemplateRef& ref, const Load& load);

 private:
  using Key = std::array<std::uint8_t, 24>;
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  std::mutex mutex_;
  std::unordered_map<Key, std::shared_ptr<const ParsedTemplate>, Hash> parsed_;
};

}  // namespace messaging
