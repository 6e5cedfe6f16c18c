#include "api/money.h"
#include "app/core.h"
#include "base/log.h"
#include "reads/pages.h"

// How the slices meet: each function is one sentence of the design, carried out in the transaction
// of its cause.
namespace app {

namespace {
// Of a linked picture: twice what a mail's column has, for sharp screens.
constexpr std::int64_t kImageWidth = 1200;
}  // namespace

using domain::RequestEvent;
using domain::TransactionStatus;
using payments::SessionStatus;

base::Status Core::on_session_opened(store::Tx& tx, const payments::CheckoutSession& s) {
  return transactions.watch(tx, {s.tenant_id, s.id, s.request_id, s.connection_id, s.livemode,
                                 "stripe", s.provider_ref.value_or(""), s.amount(), s.expires_at});
}

base::Status Core::on_transaction_changes(store::Tx& tx,
                                          std::span<const tracking::Change> changes) {
  // All requests are read before anything about them is written, so that the reads and the writes
  // of many payments go together.
  std::vector<const tracking::Change*> affected;
  std::vector<domain::RequestKey> keys;
  for (const tracking::Change& change : changes) {
    const tracking::Transaction& row = change.row;
    if (row.quarantine_reason.empty())
      TRY_STATUS(refunds.seen(tx, api::refundable_of(row), change.snapshot.refunds));
    if (change.before.status == change.after.status) continue;
    affected.push_back(&change);
    keys.push_back({row.tenant_id, row.request_id});
  }
  TRY(auto requests_of, requests.lock(tx, keys));
  TRY_STATUS(settle_paid(tx, affected));
  for (std::size_t i = 0; i < affected.size(); ++i)
    TRY_STATUS(carry_on(tx, *affected[i], requests_of[i]));
  return {};
}

base::Status Core::settle_paid(store::Tx& tx, std::span<const tracking::Change* const> changes) {
  std::vector<payments::PaidSession> paid;
  for (const tracking::Change* change : changes) {
    const tracking::Transaction& row = change->row;
    if (change->after.status == TransactionStatus::succeeded)
      paid.push_back({row.tenant_id, row.request_id, domain::CheckoutSessionId{row.id.value}});
  }
  return sessions.paid(tx, paid);
}

base::Status Core::carry_on(store::Tx& tx, const tracking::Change& change,
                            requests::PaymentRequest& request) {
  const tracking::Transaction& row = change.row;
  const domain::CheckoutSessionId session_id{row.id.value};
  const base::Time at = change.after.paid_at.value_or(outside.runtime.clock().now());
  switch (change.after.status) {
    case TransactionStatus::succeeded:
      return requests.apply(tx, request, RequestEvent::payment_verified, at);
    case TransactionStatus::processing:
      TRY_STATUS(sessions.closed(tx, row.tenant_id, session_id, SessionStatus::complete));
      return requests.apply(tx, request, RequestEvent::checkout_processing, at);
    case TransactionStatus::failed:
      TRY_STATUS(sessions.closed(tx, row.tenant_id, session_id, SessionStatus::complete));
      return requests.apply(tx, request, RequestEvent::payment_failed, at);
    case TransactionStatus::expired: {
      TRY_STATUS(sessions.closed(tx, row.tenant_id, session_id, SessionStatus::expired));
      TRY(const auto open, sessions.find_open(tx, row.tenant_id, row.request_id));
      return open ? base::Status{}
                  : requests.apply(tx, request, RequestEvent::cancel_confirmed, at);
    }
    case TransactionStatus::quarantined:
      return requests.apply(tx, request, RequestEvent::payment_quarantined, at);
    case TransactionStatus::open: return {};
  }
  return {};
}

base::Status Core::on_session_ended(store::Tx& tx, const payments::CheckoutSession& s) {
  TRY(auto request, requests.lock(tx, s.tenant_id, s.request_id));
  return requests.apply(tx, request, RequestEvent::cancel_confirmed, outside.runtime.clock().now());
}

base::Status Core::on_request_expired(store::Tx& tx, const requests::PaymentRequest& request) {
  TRY_STATUS(sessions.end_open(tx, request.tenant_id, request.id));
  return {};
}

// A receipt goes out by the request's channels, email first; one is enough.
base::Status Core::on_request_paid(store::Tx& tx, const store::Event& event) {
  TRY(const auto request_id, domain::RequestId::parse(event.subject));
  TRY(const auto request, requests.find(tx, event.tenant_id, request_id));
  TRY(const auto to, reads::recipient_of_request(tx, event.tenant_id, request_id));
  if (!request || !to) return base::error(base::Code::corrupt, "a paid event without its request");
  const bool by_email = to->channels.find("email") != std::string::npos && to->email;
  const bool by_sms = !by_email && to->channels.find("sms") != std::string::npos && to->phone;
  if (!by_email && !by_sms) return {};
  messaging::NewMessage order;
  order.tenant_id = event.tenant_id;
  order.request_id = request_id;
  order.client_id = to->client_id;
  order.livemode = to->livemode;
  order.channel = by_email ? domain::Channel::email : domain::Channel::sms;
  order.kind = domain::MessageKind::receipt;
  order.link_key_version = to->link_key_version;
  order.to_address = by_email ? *to->email : *to->phone;
  order.country = by_email ? "" : to->country;
  TRY(const auto message, messages.enqueue(tx, order));
  return requests.add_message_link(tx, *request, message.id);
}

base::Result<messaging::SendContext> Core::context_of(reads::MessageContext row,
                                                      domain::Channel channel) {
  TRY(const auto zone, zones.find(row.time_zone));
  messaging::SendContext c;
  c.request_status = row.request_status;
  c.amount = {row.amount_minor, row.currency};
  c.description = std::move(row.description);
  c.reference = row.reference.value_or("");
  c.due_at = row.due_at;
  c.paid_at = row.paid_at;
  c.client_name = std::move(row.client_name);
  c.client_email = row.client_email.value_or("");
  c.client_phone = row.client_phone.value_or("");
  c.client_country = std::move(row.client_country);
  c.client_custom_fields = std::move(row.custom_fields.text);
  const auto own = row.client_locale ? domain::locale_from_tag(*row.client_locale) : std::nullopt;
  c.locale = own ? *own : domain::locale_from_tag(row.merchant_locale).value_or(domain::Locale::en);
  base::enum_from_name(channel == domain::Channel::email ? row.consent_email : row.consent_sms,
                       c.consent);
  c.client_archived = row.archived_at.has_value();
  c.merchant_name = row.merchant_name;
  c.sender_name = row.sender_name.value_or(row.merchant_name);
  c.reply_to = row.reply_to.value_or("");
  c.brand_color = std::move(row.brand_color);
  c.has_logo = row.logo_asset_id.has_value();
  c.zone = zone;
  c.policy.messages_per_day_max = row.daily_message_cap;
  c.policy.allowed_countries = identity::split_countries(row.allowed_countries);
  return c;
}

base::Result<messaging::SendContext> Core::load_context(store::Tx& tx,
                                                        const messaging::Message& m) {
  TRY(auto row, reads::message_context(tx, m.tenant_id, m.request_id));
  if (!row)
    return base::error(base::Code::not_found, "request_gone", "a message without its request");
  reads::TemplateChoice choice{m.tenant_id,          m.channel,    m.kind, row->client_locale,
                               row->merchant_locale, m.template_id};
  TRY(auto c, context_of(*std::move(row), m.channel));
  TRY(auto found, reads::template_for(tx, choice));
  if (!found && choice.named) {
    // Its template was deleted while it waited: better said in other words than not at all.
    choice.named.reset();
    TRY(found, reads::template_for(tx, choice));
  }
  if (!found) return base::error(base::Code::not_found, "no_template", "no template fits");
  c.template_ref = {found->id, found->number};
  return c;
}

base::Result<std::vector<messaging::MessageImage>> Core::load_images(
    store::Tx& tx, domain::TenantId tenant_id, std::span<const std::string> names,
    domain::ImageMode mode) {
  TRY(const auto rows, images.named(tx, tenant_id, names, assets::Use::message));
  std::vector<messaging::MessageImage> out;
  for (const assets::Image& image : rows) {
    messaging::MessageImage one{image.name, image_url(image), "", ""};
    if (mode == domain::ImageMode::embedded) {
      TRY(auto file, images.inline_bytes(tx, image));
      one.media_type = std::move(file.media_type);
      one.bytes = std::move(file.bytes);
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::string Core::image_url(const assets::Image& image) const {
  return images.url_of(image, assets::Images::file_of(image, kImageWidth));
}

tracking::FindAccount Core::payment_account() {
  return [this](store::Tx& tx, domain::TenantId tenant_id, domain::ConnectionId id) {
    return directory.payment_account(tx, tenant_id, id);
  };
}

messaging::Hooks Core::message_hooks() {
  const auto load_template =
      [](store::Tx& tx, domain::TenantId tenant_id,
         const messaging::TemplateRef& ref) -> base::Result<messaging::TemplateText> {
    TRY(auto found, reads::template_content(tx, tenant_id, ref.id, ref.number));
    if (!found) return base::error(base::Code::corrupt, "a template without its published version");
    return messaging::TemplateText{std::move(found->subject), std::move(found->html),
                                   std::move(found->text), found->image_mode};
  };
  return {[this](store::Tx& tx, const messaging::Message& m) { return load_context(tx, m); },
          load_template,
          [this](store::Tx& tx, domain::TenantId tenant_id, std::span<const std::string> names,
                 domain::ImageMode mode) { return load_images(tx, tenant_id, names, mode); },
          [this](store::Tx& tx, const messaging::Message& m) {
            return directory.message_accounts(tx, m);
          }};
}

payments::Commands::Hooks Core::command_hooks() {
  payments::Commands::Hooks hooks;
  hooks.order_of = [this](store::Tx& tx, const payments::CheckoutSession& s) {
    return desk.order_again(tx, s);
  };
  hooks.verify_soon = [this](store::Tx& tx, domain::TenantId t, domain::CheckoutSessionId id) {
    return transactions.verify_soon(tx, t, domain::TransactionId{id.value});
  };
  hooks.intent_of =
      [this](store::Tx& tx, domain::TenantId t,
             domain::TransactionId id) -> base::Result<payments::Commands::Hooks::Intent> {
    TRY(const auto row, transactions.lock(tx, t, id));
    if (!row.payment_intent)
      return base::error(base::Code::corrupt, "a refund of a transaction without a payment");
    return payments::Commands::Hooks::Intent{row.connection_id, *row.payment_intent};
  };
  hooks.on_ended = [this](store::Tx& tx, const payments::CheckoutSession& s) {
    return on_session_ended(tx, s);
  };
  return hooks;
}

}  // namespace app
