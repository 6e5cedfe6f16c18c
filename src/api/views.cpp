#include "api/views.h"

namespace api {

namespace {

std::optional<std::string> or_null(std::string text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(std::move(text));
}

RequestFlagsView flags_of(std::int64_t flags) {
  return {(flags & domain::kRequestOverpaid) != 0, (flags & domain::kRequestPaidAfterClose) != 0,
          (flags & domain::kRequestQuarantined) != 0};
}

// The last decline is kept in the reduced state only.
std::optional<std::string> decline_code_of(const base::json::Raw& state) {
  if (state.text.find("\"last_decline\":{") == std::string::npos) return std::nullopt;
  const auto tree = base::json::parse(state.text);
  if (!tree) return std::nullopt;
  const auto code = base::json::find_string(*tree, "last_decline.decline_code");
  return code ? std::optional<std::string>(*code) : std::nullopt;
}

// Of "email,sms".
void split_channels(std::string_view channels, std::vector<std::string>& out) {
  out.clear();
  while (!channels.empty()) {
    const std::size_t comma = channels.find(',');
    out.emplace_back(channels.substr(0, comma));
    channels = comma == std::string_view::npos ? std::string_view{} : channels.substr(comma + 1);
  }
}

}  // namespace

void fill(RequestView& v, reads::RequestRow& row, Time now) {
  v.id = row.id;
  v.client_id = row.client_id;
  v.amount_minor = row.amount_minor;
  v.currency = row.currency;
  v.description.swap(row.description);
  v.status = row.status;
  v.overdue = domain::is_overdue(row.status, row.due_at, now);
  v.flags = flags_of(row.flags);
  v.livemode = row.livemode;
  v.reference.swap(row.reference);
  v.due_at = row.due_at;
  v.expires_at = row.expires_at;
  v.created_at = row.created_at;
  v.updated_at = row.updated_at;
  v.paid_at = row.paid_at;
  split_channels(row.channels, v.channels);
  v.metadata.text.swap(row.metadata.text);
  v.version = row.version;
}

RequestView view_of(reads::RequestRow row, std::string link, Time now) {
  RequestView v;
  fill(v, row, now);
  v.link = std::move(link);
  return v;
}

RequestView view_of(const requests::PaymentRequest& r, std::string link, Time now) {
  reads::RequestRow row{
      r.id,        r.client_id,  r.livemode, r.amount_minor, r.currency,         r.description,
      r.reference, r.channels,   r.status,   r.flags,        r.link_key_version, r.metadata,
      r.due_at,    r.expires_at, r.version,  r.created_at,   r.updated_at,       r.paid_at};
  return view_of(std::move(row), std::move(link), now);
}

TransactionView view_of(reads::TransactionRow row) {
  TransactionView v;
  v.id = row.id;
  v.request_id = row.request_id;
  v.provider = std::move(row.provider);
  v.provider_ref = std::move(row.provider_ref);
  v.payment_intent = std::move(row.payment_intent);
  v.amount_minor = row.amount_minor;
  v.currency = row.currency;
  v.status = row.status;
  v.refunded_minor = row.refunded_minor;
  v.disputed_minor = row.disputed_minor;
  if (!row.fee_currency.empty()) {
    v.fee_micros = row.fee_micros;
    v.fee_currency = std::move(row.fee_currency);
  }
  v.decline_code = decline_code_of(row.state);
  v.quarantine_reason = or_null(std::move(row.quarantine_reason));
  v.livemode = row.livemode;
  v.created_at = row.created_at;
  v.updated_at = row.updated_at;
  v.paid_at = row.paid_at;
  return v;
}

RefundView view_of(reads::RefundRow row) {
  RefundView v;
  v.id = row.id;
  v.transaction_id = row.transaction_id;
  v.request_id = row.request_id;
  v.provider_ref = std::move(row.provider_ref);
  v.amount_minor = row.amount_minor;
  v.currency = row.currency;
  v.reason = or_null(std::move(row.reason));
  v.status = std::move(row.status);
  v.failure = or_null(std::move(row.failure));
  v.livemode = row.livemode;
  v.created_at = row.created_at;
  v.updated_at = row.updated_at;
  return v;
}

RefundView view_of(const payments::Refund& r) {
  return view_of(reads::RefundRow{
      r.id, r.transaction_id, r.request_id, r.provider_ref, r.amount_minor, r.currency, r.reason,
      std::string(base::enum_name(r.status)), r.failure, r.livemode, r.created_at, r.updated_at});
}

MessageView view_of(reads::MessageRow row) {
  MessageView v;
  v.id = row.id;
  v.request_id = row.request_id;
  v.client_id = row.client_id;
  v.channel = row.channel;
  v.kind = row.kind;
  v.template_id = row.template_id;
  v.status = row.status;
  v.reason = or_null(std::move(row.reason));
  v.error_code = or_null(std::move(row.error_code));
  v.to = std::move(row.to_address);
  if (row.channel == domain::Channel::email) {
    v.subject = std::move(row.subject);
  } else {
    v.segments = row.segments;
  }
  v.fee_micros = row.fee_micros;
  v.fee_currency = or_null(std::move(row.fee_currency));
  v.provider_ref = std::move(row.provider_ref);
  v.livemode = row.livemode;
  v.created_at = row.created_at;
  v.updated_at = row.updated_at;
  v.sent_at = row.sent_at;
  v.delivered_at = row.delivered_at;
  return v;
}

MessageView view_of(const messaging::Message& m) {
  return view_of(reads::MessageRow{
      m.id,         m.request_id,   m.client_id,    m.channel,    m.kind,       m.template_id,
      m.status,     m.reason,       m.error_code,   m.to_address, "",           m.segments,
      m.fee_micros, m.fee_currency, m.provider_ref, m.livemode,   m.created_at, m.updated_at,
      m.sent_at,    m.delivered_at});
}

}  // namespace api
