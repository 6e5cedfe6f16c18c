#include "reads/timeline.h"

#include "reads/sql.gen.h"

namespace reads {

namespace {

struct OfRequest {
  domain::TenantId tenant_id;
  domain::RequestId request_id;
};
BOOST_DESCRIBE_STRUCT(OfRequest, (), (tenant_id, request_id))

struct MessageTimes {
  domain::MessageId id;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  domain::MessageStatus status = domain::MessageStatus::queued;
  std::string reason;
  std::string error_code;
  std::optional<std::int64_t> fee_micros;
  std::string fee_currency;
  Time created_at;
  Time updated_at;
  std::optional<Time> attempted_at;
  std::optional<Time> sent_at;
  std::optional<Time> delivered_at;
};
BOOST_DESCRIBE_STRUCT(MessageTimes, (),
                      (id, channel, kind, status, reason, error_code, fee_micros, fee_currency,
                       created_at, updated_at, attempted_at, sent_at, delivered_at))

struct Opening {
  Time first_opened_at;
  std::optional<domain::MessageId> message_id;
};
BOOST_DESCRIBE_STRUCT(Opening, (), (first_opened_at, message_id))

struct LedgerLine {
  std::string kind;
  std::string currency;
  std::int64_t amount_micros = 0;
  std::optional<domain::TransactionId> transaction_id;
  std::optional<domain::MessageId> message_id;
  Time occurred_at;
  Time created_at;
};
BOOST_DESCRIBE_STRUCT(LedgerLine, (),
                      (kind, currency, amount_micros, transaction_id, message_id, occurred_at,
                       created_at))

struct RefundLine {
  domain::RefundId id;
  domain::TransactionId transaction_id;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  std::string status;
  std::string failure;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(RefundLine, (),
                      (id, transaction_id, amount_minor, currency, status, failure, created_at,
                       updated_at))

struct DisputeLine {
  domain::DisputeId id;
  domain::TransactionId transaction_id;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  std::string status;
  std::string reason;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(DisputeLine, (),
                      (id, transaction_id, amount_minor, currency, status, reason, created_at,
                       updated_at))

constexpr store::Query<OfRequest, MessageTimes> kMessages{sql::timeline_messages};
constexpr store::Query<OfRequest, Opening> kOpenings{sql::timeline_openings};
constexpr store::Query<OfRequest, LedgerLine> kLedger{sql::timeline_ledger};
constexpr store::Query<OfRequest, RefundLine> kRefunds{sql::timeline_refunds};
constexpr store::Query<OfRequest, DisputeLine> kDisputes{sql::timeline_disputes};

using Entries = std::vector<TimelineEntry>;

std::optional<std::string> detail_of(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

std::optional<std::int64_t> micros_of(std::int64_t amount_minor, domain::Currency currency) {
  const auto micros = domain::to_micros({amount_minor, currency});
  return micros ? std::optional<std::int64_t>(micros->value) : std::nullopt;
}

void add_request(Entries& out, const RequestDetail& r) {
  out.push_back({.at = r.created_at,
                 .kind = "created",
                 .amount_micros = micros_of(r.amount_minor, r.currency),
                 .currency = r.currency.text()});
  using S = domain::RequestStatus;
  const bool ended =
      r.status == S::cancelled || r.status == S::cancelling || r.status == S::expired;
  if (ended) out.push_back({.at = r.updated_at, .kind = std::string(base::enum_name(r.status))});
  if (r.flags & domain::kRequestOverpaid) out.push_back({.at = r.updated_at, .kind = "overpaid"});
}

void add_message(Entries& out, const MessageTimes& m) {
  const TimelineEntry about{.at = m.created_at,
                            .channel = m.channel,
                            .message_id = m.id,
                            .detail = std::string(base::enum_name(m.kind))};
  const auto push = [&](Time at, std::string kind, std::optional<std::string> detail) {
    TimelineEntry entry = about;
    entry.at = at;
    entry.kind = std::move(kind);
    if (detail) entry.detail = std::move(detail);
    out.push_back(std::move(entry));
  };
  push(m.created_at, "message_queued", std::nullopt);
  if (m.sent_at) push(*m.sent_at, "message_sent", std::nullopt);
  if (m.delivered_at) push(*m.delivered_at, "message_delivered", std::nullopt);
  using S = domain::MessageStatus;
  const auto why = detail_of(m.reason.empty() ? m.error_code : m.reason);
  if (m.status == S::failed) push(m.updated_at, "message_failed", why);
  if (m.status == S::undelivered) push(m.updated_at, "message_undelivered", why);
  if (m.status == S::suppressed) push(m.created_at, "message_suppressed", why);
  if (m.status == S::unknown) push(m.updated_at, "message_unknown", why);
}

void add_transaction(Entries& out, const TransactionRow& t) {
  using S = domain::TransactionStatus;
  const auto push = [&](Time at, std::string kind, std::optional<std::string> detail) {
    out.push_back(
        {.at = at, .kind = std::move(kind), .transaction_id = t.id, .detail = std::move(detail)});
  };
  push(t.created_at, "checkout_opened", std::nullopt);
  if (t.status == S::expired) push(t.updated_at, "checkout_expired", std::nullopt);
  if (t.status == S::processing) push(t.updated_at, "payment_processing", std::nullopt);
  if (t.status == S::failed) push(t.updated_at, "payment_failed", std::nullopt);
  if (t.status == S::quarantined) push(t.updated_at, "quarantined", detail_of(t.quarantine_reason));
}

void add_ledger(Entries& out, const LedgerLine& line) {
  TimelineEntry entry{.at = line.occurred_at,
                      .message_id = line.message_id,
                      .transaction_id = line.transaction_id,
                      .amount_micros = line.amount_micros,
                      .currency = line.currency};
  if (line.kind == "charge") {
    entry.kind = "paid";
  } else if (line.kind == "provider_fee" || line.kind == "sms_fee" || line.kind == "email_fee") {
    entry.kind = "fee_recorded";
    entry.detail = line.kind;
  } else {
    return;  // refunds and disputes are told from their own rows
  }
  out.push_back(std::move(entry));
}

void add_refund(Entries& out, const RefundLine& r) {
  TimelineEntry entry{.at = r.created_at,
                      .kind = "refund_requested",
                      .transaction_id = r.transaction_id,
                      .refund_id = r.id,
                      .amount_micros = micros_of(r.amount_minor, r.currency),
                      .currency = r.currency.text()};
  out.push_back(entry);
  entry.at = r.updated_at;
  entry.detail = detail_of(r.failure);
  if (r.status == "succeeded") entry.kind = "refund_succeeded";
  if (r.status == "failed" || r.status == "canceled") entry.kind = "refund_failed";
  if (entry.kind != "refund_requested") out.push_back(std::move(entry));
}

void add_dispute(Entries& out, const DisputeLine& d) {
  TimelineEntry entry{.at = d.created_at,
                      .kind = "dispute_opened",
                      .transaction_id = d.transaction_id,
                      .dispute_id = d.id,
                      .amount_micros = micros_of(d.amount_minor, d.currency),
                      .currency = d.currency.text(),
                      .detail = detail_of(d.reason)};
  out.push_back(entry);
  if (d.status != "won" && d.status != "lost" && d.status != "warning_closed") return;
  entry.at = d.updated_at;
  entry.kind = "dispute_closed";
  entry.detail = d.status;
  out.push_back(std::move(entry));
}

}  // namespace

Result<Entries> timeline(store::Tx& tx, domain::TenantId tenant_id, domain::RequestId id) {
  TRY(const auto request, find_request(tx, tenant_id, id));
  if (!request) return base::error(base::Code::not_found, "no such payment request");
  const OfRequest key{tenant_id, id};
  Entries out;
  add_request(out, *request);
  TRY(const auto messages, tx.all(kMessages, key));
  for (const auto& row : messages) add_message(out, row);
  TRY(const auto openings, tx.all(kOpenings, key));
  for (const auto& row : openings) {
    out.push_back({.at = row.first_opened_at, .kind = "link_opened", .message_id = row.message_id});
  }
  for (const auto& row : request->transactions) add_transaction(out, row);
  TRY(const auto ledger, tx.all(kLedger, key));
  for (const auto& row : ledger) add_ledger(out, row);
  TRY(const auto refunds, tx.all(kRefunds, key));
  for (const auto& row : refunds) add_refund(out, row);
  TRY(const auto disputes, tx.all(kDisputes, key));
  for (const auto& row : disputes) add_dispute(out, row);
  std::stable_sort(out.begin(), out.end(),
                   [](const TimelineEntry& a, const TimelineEntry& b) { return a.at < b.at; });
  if (out.size() > kTimelineMax)
    out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(kTimelineMax));
  return out;
}

}  // namespace reads
