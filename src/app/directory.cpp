#include "app/directory.h"

namespace app {

namespace {

constexpr std::string_view kStripeUrl = "https://api.stripe.com";
constexpr std::string_view kTwilioUrl = "https://api.twilio.com";
constexpr std::string_view kTwilioPricingUrl = "https://pricing.twilio.com";

std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string(*text) : std::string();
}

std::int64_t integer_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* number = value ? value->if_int64() : nullptr;
  return number ? *number : 0;
}

base::Secret<std::string> secret_of(const identity::OpenedConnection& c, std::string_view name) {
  return base::Secret<std::string>(text_of(c.secrets, name));
}

std::string base_url_of(const identity::OpenedConnection& c, std::string_view fallback) {
  std::string url = text_of(c.config, "base_url");
  if (url.empty()) url = fallback;
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

base::Error wrong_kind() {
  return base::error(base::Code::not_found, "no_connection", "no such connection");
}

}  // namespace

Result<providers::PaymentAccount> to_payment_account(const identity::OpenedConnection& c) {
  if (c.kind != identity::ConnectionKind::stripe) return wrong_kind();
  providers::PaymentAccount out;
  out.connection_id = c.id;
  out.tenant_id = c.tenant_id;
  out.livemode = c.livemode;
  out.base_url = base_url_of(c, kStripeUrl);
  out.api_key = secret_of(c, "secret_key");
  return out;
}

Result<providers::SmsAccount> to_sms_account(const identity::OpenedConnection& c) {
  if (c.kind != identity::ConnectionKind::twilio) return wrong_kind();
  providers::SmsAccount out;
  out.connection_id = c.id;
  out.tenant_id = c.tenant_id;
  out.livemode = c.livemode;
  out.base_url = base_url_of(c, kTwilioUrl);
  // Whoever plays Twilio elsewhere plays all of it at one address.
  out.pricing_url = out.base_url == kTwilioUrl ? std::string(kTwilioPricingUrl) : out.base_url;
  out.account_sid = text_of(c.config, "account_sid");
  out.auth_token = secret_of(c, "auth_token");
  out.from = text_of(c.config, "from");
  out.messaging_service_sid = text_of(c.config, "messaging_service_sid");
  return out;
}

Result<providers::MailAccount> to_mail_account(const identity::OpenedConnection& c) {
  if (c.kind != identity::ConnectionKind::smtp) return wrong_kind();
  providers::MailAccount out;
  out.connection_id = c.id;
  out.tenant_id = c.tenant_id;
  out.livemode = c.livemode;
  out.server.host = text_of(c.config, "host");
  out.server.port = static_cast<std::uint16_t>(integer_of(c.config, "port"));
  const std::string security = text_of(c.config, "security");
  out.server.security = security == "none"  ? net::SmtpSecurity::none
                        : security == "tls" ? net::SmtpSecurity::tls
                                            : net::SmtpSecurity::starttls;
  out.server.user = text_of(c.config, "username");
  out.server.password = secret_of(c, "password");
  out.envelope_from = text_of(c.config, "from_address");
  out.fee_micros = integer_of(c.config, "fee_micros");
  out.fee_currency = text_of(c.config, "fee_currency");
  return out;
}

Directory::Directory(store::Store& store, identity::ConnectionCache& connections,
                     identity::TenantCache& tenants, std::string platform_connection)
    : store_(store),
      connections_(connections),
      tenants_(tenants),
      platform_connection_(std::move(platform_connection)) {}

Result<providers::PaymentAccount> Directory::payment_account(store::Tx& tx,
                                                             domain::TenantId tenant_id,
                                                             domain::ConnectionId id) {
  TRY(const auto connection, connections_.find_own(tx, tenant_id, id));
  return to_payment_account(*connection);
}

Result<domain::ConnectionId> Directory::payment_connection(store::Tx& tx,
                                                           domain::TenantId tenant_id,
                                                           bool livemode) {
  auto connection = connections_.find(tx, {tenant_id, identity::ConnectionKind::stripe, livemode});
  if (connection) return (*connection)->id;
  if (connection.error().code != base::Code::not_found) return connection.error();
  return base::error(base::Code::not_found, "no_connection", "no payment account is connected");
}

Result<messaging::Accounts> Directory::message_accounts(store::Tx& tx,
                                                        const messaging::Message& m) {
  messaging::Accounts out;
  const bool sms = m.channel == domain::Channel::sms;
  const auto kind = sms ? identity::ConnectionKind::twilio : identity::ConnectionKind::smtp;
  TRY(const auto connection, connections_.find(tx, {m.tenant_id, kind, m.livemode}));
  if (sms) {
    TRY(out.sms, to_sms_account(*connection));
  } else {
    TRY(out.mail, to_mail_account(*connection));
  }
  return out;
}

Awaitable<Result<identity::ConnectionCache::Opened>> Directory::find(
    std::string name, identity::ConnectionKind kind) {
  if (name.empty()) name = platform_connection_;
  const auto id = domain::ConnectionId::parse(name);
  if (!id) co_return base::error(base::Code::not_found, "no such endpoint");
  const domain::ConnectionId connection_id = *id;
  auto body = [this, connection_id](store::Tx& tx) {
    return connections_.find_by_id(tx, connection_id);
  };
  CO_TRY(auto found, co_await store_.with_reads(body));
  if (found->kind != kind) co_return base::error(base::Code::not_found, "no such endpoint");
  co_return found;
}

Awaitable<Result<tracking::Endpoint>> Directory::payment_endpoint(std::string name) {
  CO_TRY(const auto connection, co_await find(std::move(name), identity::ConnectionKind::stripe));
  tracking::Endpoint out{connection->tenant_id, connection->id, connection->livemode, {}};
  base::Secret<std::string> secret = secret_of(*connection, "webhook_secret");
  if (!secret.reveal().empty()) out.secrets.push_back(std::move(secret));
  co_return out;
}

Awaitable<Result<messaging::Callbacks::Endpoint>> Directory::sms_endpoint(std::string name) {
  CO_TRY(const auto connection, co_await find(std::move(name), identity::ConnectionKind::twilio));
  co_return messaging::Callbacks::Endpoint{connection->tenant_id, connection->id,
                                           secret_of(*connection, "auth_token"),
                                           text_of(connection->config, "account_sid")};
}

Result<api::TenantZone> Directory::tenant_zone(store::Tx& tx, domain::TenantId tenant_id) {
  TRY(const auto tenant, tenants_.find(tx, tenant_id));
  TRY(auto zone, tenants_.find_zone(tx, tenant_id));
  return api::TenantZone{tenant->time_zone, std::move(zone)};
}

}  // namespace app
