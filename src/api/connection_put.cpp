#include "api/connection_put.h"

#include <algorithm>

#include "api/check.h"
#include "base/encoding.h"
#include "domain/client.h"
#include "domain/money.h"

namespace api {

namespace {

using Maybe = std::optional<std::string>;

struct StripeBody {
  std::string secret_key;
  Maybe webhook_secret;
  Maybe base_url;
};
BOOST_DESCRIBE_STRUCT(StripeBody, (), (secret_key, webhook_secret, base_url))
struct TwilioBody {
  std::string account_sid;
  std::string auth_token;
  Maybe messaging_service_sid;
  Maybe from;
  Maybe base_url;
};
BOOST_DESCRIBE_STRUCT(TwilioBody, (),
                      (account_sid, auth_token, messaging_service_sid, from, base_url))
enum class SmtpSecurity : std::uint8_t { none, starttls, tls };
BOOST_DESCRIBE_ENUM(SmtpSecurity, none, starttls, tls)
struct SmtpBody {
  std::string host;
  std::int64_t port = 0;
  SmtpSecurity security = SmtpSecurity::starttls;
  Maybe username;
  Maybe password;
  std::string from_address;
  std::optional<std::int64_t> fee_micros;
  std::optional<domain::Currency> fee_currency;
};
BOOST_DESCRIBE_STRUCT(SmtpBody, (),
                      (host, port, security, username, password, from_address, fee_micros,
                       fee_currency))

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kAlnum =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::int64_t kFeeMax = 1'000'000'000;
constexpr std::size_t kUrlMax = 255;

bool only(std::string_view text, std::string_view allowed, std::string_view also = "") {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return allowed.find(c) != std::string_view::npos || also.find(c) != std::string_view::npos;
  });
}

bool between(std::size_t size, std::size_t min, std::size_t max) {
  return size >= min && size <= max;
}

boost::json::value value_of(const Maybe& text) {
  if (!text) return nullptr;
  return boost::json::value(*text);
}

// A tenant's address must not lead the server anywhere: only what the installation lists, at the
// end of a name.
bool is_allowed_url(std::string_view url, const ConnectionPolicy& policy) {
  for (std::string_view allowed : policy.base_urls_allowed) {
    while (allowed.ends_with('/')) allowed.remove_suffix(1);
    if (allowed.empty() || !url.starts_with(allowed)) continue;
    const std::string_view rest = url.substr(allowed.size());
    if ((rest.empty() || rest.front() == '/') && rest.find("..") == std::string_view::npos)
      return true;
  }
  return false;
}

void check_base_url(Check& check, const Maybe& url, const ConnectionPolicy& policy) {
  if (!url) return;
  const bool plain = url->size() <= kUrlMax && only(*url, kAlnum, ".:/[]-_~");
  if (!plain || !is_allowed_url(*url, policy)) {
    check.add("base_url", "not_allowed", "the installation does not allow this address");
  }
}

bool is_stripe_key(std::string_view key, std::string_view mode) {
  for (const std::string_view kind : {"sk_", "rk_"}) {
    const std::string prefix = std::string(kind) + std::string(mode) + "_";
    if (key.starts_with(prefix)) {
      const std::string_view rest = key.substr(prefix.size());
      return between(rest.size(), 8, 240) && only(rest, kAlnum, "_");
    }
  }
  return false;
}

bool is_sid(std::string_view sid, std::string_view prefix) {
  return sid.size() == 34 && sid.starts_with(prefix) && only(sid.substr(2), "0123456789abcdef");
}

bool is_e164(std::string_view phone) {
  return between(phone.size(), 6, 16) && phone[0] == '+' && phone[1] != '0' &&
         only(phone.substr(1), kDigits);
}

bool is_host(std::string_view host) {
  return between(host.size(), 1, 253) && only(host, kAlnum, ".:-") &&
         kAlnum.find(host.front()) != std::string_view::npos &&
         kAlnum.find(host.back()) != std::string_view::npos;
}

void check_plain(Check& check, const Maybe& text, const char* field) {
  if (!text) return;
  const bool controls = std::any_of(text->begin(), text->end(),
                                    [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (text->empty()) check.add(field, "required", "must not be empty");
  if (domain::count_chars(*text) > 255) check.add(field, "too_long", "at most 255 characters");
  if (controls) check.add(field, "control_character", "no control characters");
}

Result<identity::Connections::Put> read_stripe(const net::Request& request,
                                               const identity::ConnectionKey& key,
                                               const ConnectionPolicy& policy) {
  TRY(const auto body, read_body<StripeBody>(request));
  Check check;
  const char* mode = key.livemode ? "live" : "test";
  const char* other = key.livemode ? "test" : "live";
  if (is_stripe_key(body.secret_key, other)) {
    check.add("secret_key", "wrong_mode", "this key is of the other mode");
  } else if (!is_stripe_key(body.secret_key, mode)) {
    check.add("secret_key", "invalid", "not a secret or restricted key of Stripe");
  }
  constexpr std::string_view kWhsec = "whsec_";
  if (const auto& secret = body.webhook_secret) {
    const bool good = secret->starts_with(kWhsec) &&
                      between(secret->size() - kWhsec.size(), 8, 240) &&
                      only(std::string_view(*secret).substr(kWhsec.size()), kAlnum, "+/=_-");
    if (!good) check.add("webhook_secret", "invalid", "not a signing secret of Stripe");
  }
  check_base_url(check, body.base_url, policy);
  TRY_STATUS(check.status());
  return identity::Connections::Put{
      key,
      {{"base_url", value_of(body.base_url)}},
      {{"secret_key", body.secret_key}, {"webhook_secret", value_of(body.webhook_secret)}}};
}

Result<identity::Connections::Put> read_twilio(const net::Request& request,
                                               const identity::ConnectionKey& key,
                                               const ConnectionPolicy& policy) {
  TRY(const auto body, read_body<TwilioBody>(request));
  Check check;
  if (!is_sid(body.account_sid, "AC"))
    check.add("account_sid", "invalid", "AC and 32 hexadecimal digits");
  if (!between(body.auth_token.size(), 16, 64) || !only(body.auth_token, kAlnum)) {
    check.add("auth_token", "invalid", "16 to 64 letters and digits");
  }
  if (body.messaging_service_sid && !is_sid(*body.messaging_service_sid, "MG")) {
    check.add("messaging_service_sid", "invalid", "MG and 32 hexadecimal digits");
  }
  if (body.from && !is_e164(*body.from)) check.add("from", "invalid", "a phone number in E.164");
  if (!body.messaging_service_sid && !body.from) {
    check.add("from", "required", "a number or a messaging service to send from");
  }
  check_base_url(check, body.base_url, policy);
  TRY_STATUS(check.status());
  return identity::Connections::Put{
      key,
      {{"account_sid", body.account_sid},
       {"messaging_service_sid", value_of(body.messaging_service_sid)},
       {"from", value_of(body.from)},
       {"base_url", value_of(body.base_url)}},
      {{"auth_token", body.auth_token}}};
}

Result<identity::Connections::Put> read_smtp(const net::Request& request,
                                             const identity::ConnectionKey& key,
                                             const std::string& tenant_currency,
                                             const ConnectionPolicy& policy) {
  TRY(const auto body, read_body<SmtpBody>(request));
  Check check;
  if (!is_host(body.host)) check.add("host", "invalid", "a name or an address");
  if (body.port < 1 || body.port > 65535) check.add("port", "out_of_range", "1 to 65535");
  const auto& plain = policy.plain_smtp_hosts;
  if (body.security == SmtpSecurity::none &&
      std::find(plain.begin(), plain.end(), body.host) == plain.end()) {
    check.add("security", "not_allowed",
              "the installation does not allow mail without encryption to this host");
  }
  check_plain(check, body.username, "username");
  check_plain(check, body.password, "password");
  if (body.password && !body.username)
    check.add("username", "required", "a password needs a username");
  const auto from = check.take(domain::checked_email(body.from_address, "from_address"));
  const std::int64_t fee = body.fee_micros.value_or(0);
  if (fee < 0 || fee > kFeeMax) check.add("fee_micros", "out_of_range", "0 to 1000000000");
  TRY_STATUS(check.status());
  return identity::Connections::Put{
      key,
      {{"host", body.host},
       {"port", body.port},
       {"security", base::enum_name(body.security)},
       {"username", value_of(body.username)},
       {"from_address", *from},
       {"fee_micros", fee},
       {"fee_currency", body.fee_currency ? body.fee_currency->text() : tenant_currency}},
      {{"password", value_of(body.password)}}};
}

// "…4242"; a short secret shows nothing.
std::string masked(std::string_view secret) {
  constexpr std::size_t kShown = 4;
  if (secret.size() < 3 * kShown) return "…";
  std::size_t at = secret.size() - kShown;
  while (at < secret.size() && (static_cast<unsigned char>(secret[at]) & 0xc0) == 0x80) ++at;
  return "…" + std::string(secret.substr(at));
}

}  // namespace

Result<identity::Connections::Put> read_connection(const net::Request& request,
                                                   const identity::ConnectionKey& key,
                                                   const std::string& tenant_currency,
                                                   const ConnectionPolicy& policy) {
  switch (key.kind) {
    case identity::ConnectionKind::stripe: return read_stripe(request, key, policy);
    case identity::ConnectionKind::twilio: return read_twilio(request, key, policy);
    case identity::ConnectionKind::smtp: return read_smtp(request, key, tenant_currency, policy);
  }
  return base::error(base::Code::internal, "a kind of connection without a reader");
}

boost::json::object shown_settings(const identity::OpenedConnection& connection) {
  boost::json::object out = connection.config;
  for (const auto& [name, secret] : connection.secrets) {
    const auto* text = secret.if_string();
    if (text)
      out[name] = masked(std::string_view(text->data(), text->size()));
    else
      out[name] = nullptr;
  }
  return out;
}

}  // namespace api
