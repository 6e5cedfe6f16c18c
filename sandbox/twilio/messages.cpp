#include <cstdio>
#include <ctime>

#include "base/crypto.h"
#include "base/encoding.h"
#include "sandbox/core/json_out.h"
#include "sandbox/twilio/twilio.h"

// The life of a message, its callbacks and what comes back from handsets.
namespace sandbox::twilio {
std::string price_text(std::int64_t micros) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(micros / 1'000'000),
                static_cast<long long>(micros % 1'000'000));
  std::string out = text;
  if (out.back() == '0') out.pop_back();
  return out;
}

namespace {

constexpr std::string_view kDefaultSender = "+15005550006";
constexpr std::int64_t kUnreachable = 30003;
constexpr std::int64_t kUnknownError = 30008;

// "Mon, 23 Nov 2026 09:00:00 +0000" (RFC 2822).
std::string rfc2822(base::Time time) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02u %s %d %02d:%02d:%02d +0000",
                kDays[std::chrono::weekday(day).c_encoding()], unsigned(date.day()),
                kMonths[unsigned(date.month()) - 1], int(date.year()), int(clock.hours().count()),
                int(clock.minutes().count()), int(clock.seconds().count()));
  return text;
}

std::string upper_trimmed(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == ' ' || c == '\r' || c == '\n' || c == '\t') continue;
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

// STOP, START or HELP, or nothing. Source: twilio.com/docs, "Support for opt-out keywords".
std::string_view keyword_of(std::string_view body) {
  const auto word = " " + upper_trimmed(body) + " ";
  const auto in = [&](std::string_view list) { return list.find(word) != list.npos; };
  if (word.size() < 3) return "";
  if (in(" STOP STOPALL UNSUBSCRIBE CANCEL END QUIT OPTOUT REVOKE ")) return "STOP";
  if (in(" START YES UNSTOP ")) return "START";
  return in(" HELP INFO ") ? "HELP" : "";
}

std::string form_of(const std::map<std::string, std::string>& params) {
  std::vector<base::FormField> fields;
  for (const auto& [name, value] : params) fields.push_back({name, value});
  return base::form_encode(fields);
}

}  // namespace

std::string sign(std::string_view auth_token, std::string_view url,
                 const std::map<std::string, std::string>& params) {
  std::string signed_text(url);
  for (const auto& [name, value] : params) signed_text += name + value;
  return base::to_base64(base::as_chars(base::hmac_sha1(auth_token, signed_text)));
}

Account& Twilio::account(std::string_view sid) {
  auto it = accounts_.find(sid);
  if (it == accounts_.end()) {
    it = accounts_.emplace(std::string(sid), std::make_shared<Account>()).first;
    it->second->sid = sid;
  }
  return *it->second;
}

void Twilio::set_number(Number number) {
  auto key = number.phone;
  numbers_.insert_or_assign(std::move(key), std::move(number));
}

std::string Twilio::make_sid(std::string_view prefix) {
  std::array<std::uint8_t, 16> bytes{};
  world_.runtime().random().fill(bytes);
  return std::string(prefix) + base::to_hex(bytes);
}

std::string Twilio::sender_of(const std::string& service_sid) const {
  for (const auto& [phone, number] : numbers_) {
    if (number.service_sid == service_sid) return phone;
  }
  return std::string(kDefaultSender);
}

Message& Twilio::add(Message message) {
  message.index = messages_.size();
  message.created = message.updated = world_.now();
  auto& kept = messages_.emplace_back(std::move(message));
  by_sid_.emplace(kept.sid, &kept);
  by_phone_[kept.direction == "inbound" ? kept.from : kept.to].push_back(&kept);
  return kept;
}

void Twilio::progress(Message& message) {
  const auto step = message.account->status_delay;
  const auto now = world_.now();
  const auto it = outcomes_.find(message.to);
  const auto outcome = it == outcomes_.end() ? Outcome{"delivered"} : it->second;
  if (outcome.status == "stuck") return;
  if (outcome.status == "failed") {
    world_.at(now + step, [this, &message, outcome] {
      message.error_code = outcome.error_code ? outcome.error_code : kUnknownError;
      set_status(message, "failed");
    });
    return;
  }
  world_.at(now + step / 2, [this, &message] { set_status(message, "sending"); });
  world_.at(now + step, [this, &message] { set_status(message, "sent"); });
  if (outcome.status == "sent") return;
  world_.at(now + 2 * step, [this, &message, outcome] {
    if (outcome.status == "undelivered") {
      message.error_code = outcome.error_code ? outcome.error_code : kUnreachable;
    }
    set_status(message, outcome.status);
  });
}

void Twilio::set_status(Message& message, std::string status) {
  message.status = std::move(status);
  message.updated = world_.now();
  if (message.status == "sent") message.sent = message.updated;
  if (message.status != "sending") post_status(message);
}

void Twilio::post_status(const Message& message) {
  if (message.callback_url.empty()) return;
  std::map<std::string, std::string> params = {{"AccountSid", message.account->sid},
                                               {"ApiVersion", "2010-04-01"},
                                               {"From", message.from},
                                               {"MessageSid", message.sid},
                                               {"MessageStatus", message.status},
                                               {"SmsSid", message.sid},
                                               {"SmsStatus", message.status},
                                               {"To", message.to}};
  if (!message.service_sid.empty()) params["MessagingServiceSid"] = message.service_sid;
  if (message.error_code != 0) params["ErrorCode"] = std::to_string(message.error_code);
  Callback callback;
  callback.provider = "twilio";
  callback.event = message.status;
  callback.id = message.sid;
  callback.url = message.callback_url.substr(0, message.callback_url.find('#'));
  callback.content_type = "application/x-www-form-urlencoded";
  callback.body = form_of(params);
  callback.backoff = {std::chrono::seconds(1)};
  auto signature = sign(message.account->auth_token, callback.url, params);
  callback.sign = [signature](net::Headers& headers, base::Time) {
    headers.set("X-Twilio-Signature", signature);
  };
  world_.post(std::move(callback));
}

std::string Twilio::receive(std::string from, std::string to, std::string body) {
  const auto number = numbers_.find(to);
  Account* owner = number != numbers_.end() ? number->second.account : nullptr;
  std::string service = number != numbers_.end() ? number->second.service_sid : "";
  if (const auto it = by_phone_.find(from); it != by_phone_.end()) {
    for (const auto* earlier : it->second) {  // the newest message from that sender decides
      if (earlier->from != to) continue;
      if (number == numbers_.end()) owner = earlier->account;
      if (service.empty()) service = earlier->service_sid;
    }
  }
  if (!owner) return {};
  Message message;
  message.sid = make_sid("SM");
  message.account = owner;
  message.direction = "inbound";
  message.from = std::move(from);
  message.to = std::move(to);
  message.service_sid = std::move(service);
  message.body = std::move(body);
  message.status = "received";
  message.segments = segment_count(message.body);
  auto& kept = add(std::move(message));
  kept.sent = kept.created;
  const auto keyword = keyword_of(kept.body);
  answer_keyword(kept, keyword);
  if (number != numbers_.end()) post_inbound(kept, number->second, keyword);
  return kept.sid;
}

void Twilio::answer_keyword(const Message& message, std::string_view keyword) {
  if (keyword.empty()) return;
  const std::string pairs[] = {message.from + "|" + message.to,
                               message.from + "|" + message.service_sid};
  for (const auto& pair : pairs) {
    if (pair.back() == '|') continue;
    if (keyword == "STOP") opted_out_.insert(pair);
    if (keyword == "START") opted_out_.erase(pair);
  }
  Message reply;
  reply.sid = make_sid("SM");
  reply.account = message.account;
  reply.direction = "outbound-reply";
  reply.from = message.to;
  reply.to = message.from;
  reply.service_sid = message.service_sid;
  reply.status = "delivered";
  reply.body = keyword == "STOP" ? "You are unsubscribed and get no more messages. START resumes."
               : keyword == "START" ? "You are subscribed again. STOP ends it."
                                    : "Reply STOP to unsubscribe.";
  auto& kept = add(std::move(reply));
  kept.sent = kept.created;
}

void Twilio::post_inbound(const Message& message, const Number& number, std::string_view keyword) {
  if (number.sms_url.empty()) return;
  std::map<std::string, std::string> params = {{"AccountSid", message.account->sid},
                                               {"ApiVersion", "2010-04-01"},
                                               {"Body", message.body},
                                               {"From", message.from},
                                               {"FromCity", ""},
                                               {"FromCountry", ""},
                                               {"MessageSid", message.sid},
                                               {"NumMedia", "0"},
                                               {"NumSegments", std::to_string(message.segments)},
                                               {"SmsMessageSid", message.sid},
                                               {"SmsSid", message.sid},
                                               {"SmsStatus", "received"},
                                               {"To", message.to}};
  if (!message.service_sid.empty()) {
    params["MessagingServiceSid"] = message.service_sid;
    if (!keyword.empty()) params["OptOutType"] = std::string(keyword);
  }
  Callback callback;
  callback.provider = "twilio";
  callback.event = "inbound";
  callback.id = message.sid;
  callback.url = number.sms_url;
  callback.content_type = "application/x-www-form-urlencoded";
  callback.body = form_of(params);
  callback.backoff = {std::chrono::seconds(1)};
  auto signature = sign(message.account->auth_token, callback.url, params);
  callback.sign = [signature](net::Headers& headers, base::Time) {
    headers.set("X-Twilio-Signature", signature);
  };
  world_.post(std::move(callback));
}

std::vector<const Message*> Twilio::conversation(std::string_view phone) const {
  const auto it = by_phone_.find(phone);
  if (it == by_phone_.end()) return {};
  return {it->second.begin(), it->second.end()};
}

std::string Twilio::render(const Message& message) const {
  const auto& account = *message.account;
  const auto uri = "/2010-04-01/Accounts/" + account.sid + "/Messages/" + message.sid;
  const bool priced = message.direction != "inbound" && message.status != "failed" &&
                      world_.now() >= message.created + account.price_delay;
  const auto fixed_from = message.status == "accepted" ? std::string_view() : message.from;
  JsonOut out;
  out.object().field("account_sid", account.sid).field("api_version", "2010-04-01");
  out.field("body", message.body).field("date_created", rfc2822(message.created));
  out.text_or_null("date_sent", message.sent ? rfc2822(*message.sent) : "");
  out.field("date_updated", rfc2822(message.updated)).field("direction", message.direction);
  if (message.error_code != 0) {
    out.field("error_code", message.error_code).field("error_message", "Delivery failed");
  } else {
    out.nulls({"error_code", "error_message"});
  }
  out.text_or_null("from", fixed_from);
  out.text_or_null("messaging_service_sid", message.service_sid).field("num_media", "0");
  out.field("num_segments", std::to_string(message.segments));
  out.text_or_null("price",
                   priced ? "-" + price_text(account.price_micros * message.segments) : "");
  out.field("price_unit", account.price_unit).field("sid", message.sid);
  out.field("status", message.status).object("subresource_uris");
  out.field("media", uri + "/Media.json").end_object().field("to", message.to);
  out.field("uri", uri + ".json").end_object();
  return out.take();
}

void Twilio::clear() {
  by_phone_.clear();
  by_sid_.clear();
  messages_.clear();
  numbers_.clear();
  outcomes_.clear();
  opted_out_.clear();
  accounts_.clear();
}

}  // namespace sandbox::twilio
