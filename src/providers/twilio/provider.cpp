#include "base/json.h"
#include "providers/twilio/errors.h"
#include "providers/twilio/parse.h"
#include "providers/twilio/signature.h"
#include "providers/twilio/twilio.h"

namespace providers::twilio {

using base::Awaitable;
using base::Code;
using base::Duration;
using base::FormField;
using base::Result;
using base::Status;
using boost::json::value;
using net::Method;

namespace {

constexpr std::size_t kListMax = 500;
constexpr int kPageSize = 100;
constexpr int kPagesMax = 5;

Status check_account(const SmsAccount& account) {
  if (!is_sid(account.account_sid)) {
    return base::field_error("account_sid", "malformed", "not an account id of Twilio");
  }
  if (account.auth_token.reveal().empty()) {
    return base::field_error("auth_token", "required", "the connection has no token");
  }
  return {};
}

Status check_message(const SmsAccount& account, const SmsMessage& message) {
  if (message.to.empty()) return base::field_error("to", "required", "nobody to send to");
  if (message.body.empty()) return base::field_error("body", "required", "nothing to send");
  if (account.from.empty() && account.messaging_service_sid.empty()) {
    return base::field_error("from", "required", "neither a sender nor a messaging service");
  }
  return {};
}

std::string messages_path(const SmsAccount& account) {
  return "/2010-04-01/Accounts/" + account.account_sid + "/Messages";
}

base::Error bad_answer(bool writes, std::string detail) {
  return base::error(writes ? Code::ambiguous : Code::corrupt, "bad_answer", std::move(detail));
}

// The next page's path, which must stay within this account's messages; "" after the last page.
Result<std::string> next_page(const SmsAccount& account, const value& page) {
  auto uri = base::json::find_string(page, "next_page_uri").value_or(std::string_view{});
  if (uri.empty()) return std::string{};
  if (uri.starts_with(account.base_url)) uri.remove_prefix(account.base_url.size());
  if (!uri.starts_with(messages_path(account) + ".json?") || uri.size() > 2000) {
    return bad_answer(false, "the next page lies elsewhere");
  }
  for (const char c : uri) {
    if (c <= ' ' || c > '~') return bad_answer(false, "the next page is not an address");
  }
  return std::string(uri);
}

class TwilioProvider final : public SmsProvider {
 public:
  TwilioProvider(base::Runtime& runtime, net::HttpClient& http, Options options)
      : runtime_(runtime), http_(http), options_(options), limiter_(runtime, options.limiter) {}

  Awaitable<Result<SmsSnapshot>> send(SmsAccount account, SmsMessage message) override;
  Awaitable<Result<SmsSnapshot>> fetch(SmsAccount account, std::string provider_ref) override;
  Awaitable<Result<std::vector<SmsSnapshot>>> list(SmsAccount account, std::string to,
                                                   base::Time since) override;
  Awaitable<Result<std::string>> check(SmsAccount account) override;
  Awaitable<Result<SmsPrice>> price(SmsAccount account, std::string country) override;

  Status verify_callback(std::string_view url, std::span<const FormField> form,
                         std::string_view signature,
                         const base::Secret<std::string>& auth_token) const override {
    return verify_form(url, form, signature, auth_token);
  }
  Status verify_body_callback(std::string_view url, std::string_view body,
                              std::string_view signature,
                              const base::Secret<std::string>& auth_token) const override {
    return verify_body(url, body, signature, auth_token);
  }
  Result<SmsStatus> read_status(std::span<const FormField> form) const override {
    return twilio::read_status(form);
  }
  Result<SmsInbound> read_inbound(std::span<const FormField> form) const override {
    return twilio::read_inbound(form);
  }

 private:
  // `form`: the body of a POST; a GET when empty.
  Awaitable<Result<value>> call(SmsAccount account, std::string path, std::string form);
  Duration backoff(int tries, std::optional<Duration> retry_after);

  base::Runtime& runtime_;
  net::HttpClient& http_;
  const Options options_;
  Limiter limiter_;
};

Awaitable<Result<SmsSnapshot>> TwilioProvider::send(SmsAccount account, SmsMessage message) {
  CO_TRY_STATUS(check_message(account, message));
  std::vector<FormField> form;
  form.push_back({"To", std::move(message.to)});
  form.push_back({"Body", std::move(message.body)});
  if (account.messaging_service_sid.empty()) {
    form.push_back({"From", account.from});
  } else {
    form.push_back({"MessagingServiceSid", account.messaging_service_sid});
  }
  if (!message.status_callback_url.empty()) {
    form.push_back({"StatusCallback", std::move(message.status_callback_url)});
  }
  std::string path = messages_path(account) + ".json";
  std::string body = base::form_encode(form);
  CO_TRY(const value answer, co_await call(std::move(account), std::move(path), std::move(body)));
  auto snapshot = read_message(answer);
  // It took the message, but we cannot read under which id.
  if (!snapshot) co_return bad_answer(true, snapshot.error().detail);
  co_return snapshot;
}

Awaitable<Result<SmsSnapshot>> TwilioProvider::fetch(SmsAccount account, std::string provider_ref) {
  if (!is_sid(provider_ref)) {
    co_return base::field_error("provider_ref", "malformed", "not a message id of Twilio");
  }
  std::string path = messages_path(account) + "/" + provider_ref + ".json";
  CO_TRY(const value answer, co_await call(std::move(account), std::move(path), std::string()));
  CO_TRY(SmsSnapshot snapshot, read_message(answer));
  if (snapshot.provider_ref != provider_ref) {
    co_return bad_answer(false, "twilio answered with another message");
  }
  co_return snapshot;
}

// Not filtered by DateSent: a message that still waits in Twilio's queue has no such date, and it
// may be the very one that is looked for. Pages come newest first, so old ones end the reading.
Awaitable<Result<std::vector<SmsSnapshot>>> TwilioProvider::list(SmsAccount account, std::string to,
                                                                 base::Time since) {
  if (to.empty()) co_return base::field_error("to", "required", "no number to list");
  // Twilio's dates have whole seconds.
  const auto floor = std::chrono::floor<std::chrono::seconds>(since);
  std::vector<SmsSnapshot> out;
  std::string path = messages_path(account) + ".json?To=" + base::percent_encode(to) +
                     "&PageSize=" + std::to_string(kPageSize);
  for (int pages = 0; pages < kPagesMax && !path.empty(); ++pages) {
    CO_TRY(const value page, co_await call(account, std::move(path), std::string()));
    const value* items = base::json::find(page, "messages");
    if (items == nullptr || !items->is_array())
      co_return bad_answer(false, "not a list of messages");
    bool reached_older = false;
    for (const value& item : items->get_array()) {
      CO_TRY(SmsSnapshot message, read_message(item));
      if (message.to != to) continue;
      const bool older = message.created_at && *message.created_at < floor;
      reached_older = reached_older || older;
      if (!older && out.size() < kListMax) out.push_back(std::move(message));
    }
    if (reached_older) break;
    CO_TRY(path, next_page(account, page));
  }
  co_return out;
}

Awaitable<Result<std::string>> TwilioProvider::check(SmsAccount account) {
  std::string path = "/2010-04-01/Accounts/" + account.account_sid + ".json";
  CO_TRY(const value answer, co_await call(std::move(account), std::move(path), std::string()));
  const auto status = base::json::find_string(answer, "status").value_or(std::string_view{});
  if (status != "active") {
    co_return base::error(Code::refused, "account_not_active", "the account is not active");
  }
  const auto name = base::json::find_string(answer, "friendly_name").value_or(std::string_view{});
  co_return std::string(name);
}

Awaitable<Result<SmsPrice>> TwilioProvider::price(SmsAccount account, std::string country) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (country.size() != 2 || !is_capital(country[0]) || !is_capital(country[1]))
    co_return base::field_error("country", "malformed", "not a country");
  account.base_url = account.pricing_url;
  std::string path = "/v1/Messaging/Countries/" + country;
  CO_TRY(const value answer, co_await call(std::move(account), std::move(path), std::string()));
  co_return read_price_list(answer);
}

Awaitable<Result<value>> TwilioProvider::call(SmsAccount account, std::string path,
                                              std::string form) {
  CO_TRY_STATUS(check_account(account));
  const bool writes = !form.empty();
  net::ClientRequest request;
  request.method = writes ? Method::post : Method::get;
  request.url = account.base_url + path;
  request.timeout = options_.timeout;
  request.basic_auth =
      base::Secret<std::string>(account.account_sid + ":" + account.auth_token.reveal());
  if (writes) request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.body = std::move(form);

  for (int tries = 1;; ++tries) {
    const Status slot = co_await limiter_.acquire(account.connection_id, account.livemode);
    if (!slot) co_return slot.error();
    net::ClientRequest copy = request;
    const Result<net::ClientResponse> answer = co_await http_.send(std::move(copy));
    const Outcome outcome = classify(writes, answer);
    if (!outcome.error) {
      auto parsed = base::json::parse(answer->body);
      if (!parsed) co_return bad_answer(writes, "twilio's answer is not JSON");
      co_return parsed;
    }
    const Duration wait = backoff(tries, outcome.retry_after);
    if (outcome.error->code == Code::rate_limited) {
      limiter_.pause(account.connection_id, account.livemode, wait);
    }
    const bool give_up =
        writes || !outcome.repeat || tries > options_.retries_max || wait > options_.backoff_max;
    if (give_up) co_return *outcome.error;
    const bool still_running = co_await runtime_.sleep(wait);
    if (!still_running) co_return *outcome.error;
  }
}

Duration TwilioProvider::backoff(int tries, std::optional<Duration> retry_after) {
  const Duration full =
      std::min(options_.backoff * (std::int64_t{1} << (tries - 1)), options_.backoff_max);
  const auto half = static_cast<std::uint64_t>(full.count() / 2);
  const Duration jittered{static_cast<std::int64_t>(half + runtime_.random().below(half + 1))};
  return std::max(jittered, retry_after.value_or(Duration{0}));
}

}  // namespace

std::unique_ptr<SmsProvider> sms_provider(base::Runtime& runtime, net::HttpClient& http,
                                          Options options) {
  return std::make_unique<TwilioProvider>(runtime, http, options);
}

}  // namespace providers::twilio
