#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "domain/ids.h"
#include "domain/message.h"
#include "domain/money.h"
#include "domain/request.h"
#include "store/store.h"

namespace reads {

using base::Result;
using base::Time;

// What the pay page shows, found by the SHA-256 of the link's token.
struct PayPage {
  domain::TenantId tenant_id;
  domain::RequestId request_id;
  std::optional<domain::MessageId> message_id;
  domain::ClientId client_id;
  bool livemode = false;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  std::string description;
  std::optional<std::string> reference;
  domain::RequestStatus status = domain::RequestStatus::open;
  std::int64_t flags = 0;
  std::optional<Time> due_at;
  Time expires_at;
  std::optional<Time> paid_at;
  std::int64_t version = 0;
  std::optional<std::string> client_locale;
  std::optional<std::string> client_email;
  std::string client_name;
};
BOOST_DESCRIBE_STRUCT(PayPage, (),
                      (tenant_id, request_id, message_id, client_id, livemode, amount_minor,
                       currency, description, reference, status, flags, due_at, expires_at, paid_at,
                       version, client_locale, client_email, client_name))
Result<std::optional<PayPage>> pay_page(store::Tx& tx, std::string_view token);
// At most kPagesAtOnce, in their order.
inline constexpr std::size_t kPagesAtOnce = 8;
Result<std::vector<std::optional<PayPage>>> pay_pages(store::Tx& tx,
                                                      std::span<const std::string> tokens);

// The merchant's logo as it is served.
struct Logo {
  domain::AssetId id;
  std::string media_type;
  store::Blob bytes;
};
BOOST_DESCRIBE_STRUCT(Logo, (), (id, media_type, bytes))
Result<std::optional<Logo>> logo(store::Tx& tx, domain::TenantId tenant_id);

// What a message says or depends on, beside its template.
struct MessageContext {
  domain::RequestStatus request_status = domain::RequestStatus::open;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  std::string description;
  std::optional<std::string> reference;
  std::optional<Time> due_at;
  std::optional<Time> paid_at;
  std::string client_name;
  std::optional<std::string> client_email;
  std::optional<std::string> client_phone;
  std::string client_country;
  base::json::Raw custom_fields;
  std::optional<std::string> client_locale;
  std::string consent_email;
  std::string consent_sms;
  std::optional<Time> archived_at;
  std::string merchant_name;
  std::optional<std::string> sender_name;
  std::optional<std::string> reply_to;
  std::string brand_color;
  std::optional<domain::AssetId> logo_asset_id;
  std::string merchant_locale;
  std::string time_zone;
  std::string allowed_countries;
  std::int64_t daily_message_cap = 0;
};
BOOST_DESCRIBE_STRUCT(MessageContext, (),
                      (request_status, amount_minor, currency, description, reference, due_at,
                       paid_at, client_name, client_email, client_phone, client_country,
                       custom_fields, client_locale, consent_email, consent_sms, archived_at,
                       merchant_name, sender_name, reply_to, brand_color, logo_asset_id,
                       merchant_locale, time_zone, allowed_countries, daily_message_cap))
Result<std::optional<MessageContext>> message_context(store::Tx& tx, domain::TenantId tenant_id,
                                                      domain::RequestId id);

// A template that can be sent, and the version of it that is.
struct PublishedTemplate {
  domain::TemplateId id;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(PublishedTemplate, (), (id, channel, kind, number))

// Which template a message uses: the one named (of this channel and kind, published), else the
// tenant's default for the client's language, else for the tenant's, else for English.
struct TemplateChoice {
  domain::TenantId tenant_id;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::optional<std::string> client_locale;
  std::string merchant_locale;
  std::optional<domain::TemplateId> named;
};
Result<std::optional<PublishedTemplate>> template_for(store::Tx& tx, const TemplateChoice& choice);

// What a published version sends, Mustache tags still in.
struct TemplateContent {
  domain::ImageMode image_mode = domain::ImageMode::linked;
  std::optional<std::string> subject;
  std::optional<std::string> html;
  std::optional<std::string> text;
};
BOOST_DESCRIBE_STRUCT(TemplateContent, (), (image_mode, subject, html, text))
Result<std::optional<TemplateContent>> template_content(store::Tx& tx, domain::TenantId tenant_id,
                                                        domain::TemplateId id, std::int64_t number);

// Where a client can be reached.
struct ClientRecipient {
  std::optional<std::string> email;
  std::optional<std::string> phone;
  std::string country;  // of the phone; "" without one
  std::optional<std::string> locale;
  std::string merchant_locale;
  std::optional<Time> archived_at;
};
BOOST_DESCRIBE_STRUCT(ClientRecipient, (),
                      (email, phone, country, locale, merchant_locale, archived_at))
Result<std::optional<ClientRecipient>> recipient_of_client(store::Tx& tx,
                                                           domain::TenantId tenant_id,
                                                           domain::ClientId id);

// Whom a request's receipt goes to.
struct Recipient {
  domain::ClientId client_id;
  bool livemode = false;
  std::string channels;
  std::int64_t link_key_version = 1;
  std::optional<std::string> email;
  std::optional<std::string> phone;
  std::string country;
};
BOOST_DESCRIBE_STRUCT(Recipient, (),
                      (client_id, livemode, channels, link_key_version, email, phone, country))
Result<std::optional<Recipient>> recipient_of_request(store::Tx& tx, domain::TenantId tenant_id,
                                                      domain::RequestId id);

}  // namespace reads
