#include "messaging/messages.h"

#include "messaging/sql.gen.h"

namespace messaging {

namespace {

constexpr base::Duration kDay = std::chrono::hours(24);

struct MessageKey {
  domain::TenantId tenant_id;
  domain::MessageId id;
};
BOOST_DESCRIBE_STRUCT(MessageKey, (), (tenant_id, id))

struct AttemptKey {
  domain::TenantId tenant_id;
  domain::AttemptId attempt_id;
};
BOOST_DESCRIBE_STRUCT(AttemptKey, (), (tenant_id, attempt_id))

struct Content {
  domain::TenantId tenant_id;
  domain::MessageId id;
  std::string subject;
  std::string body;
  std::optional<Time> content_until;
};
BOOST_DESCRIBE_STRUCT(Content, (), (tenant_id, id, subject, body, content_until))

struct OptOutRow {
  domain::TenantId tenant_id;
  domain::Channel channel;
  std::string address;
  OptOutSource source = OptOutSource::user;
  Time created_at;
};
BOOST_DESCRIBE_STRUCT(OptOutRow, (), (tenant_id, channel, address, source, created_at))

struct OptOutSeen {
  OptOutSource source;
  Time created_at;
};
BOOST_DESCRIBE_STRUCT(OptOutSeen, (), (source, created_at))

struct ToAddress {
  domain::TenantId tenant_id;
  std::string to_address;
  Time since;
};
BOOST_DESCRIBE_STRUCT(ToAddress, (), (tenant_id, to_address, since))

struct SentCount {
  std::int64_t sent_count = 0;
};
BOOST_DESCRIBE_STRUCT(SentCount, (), (sent_count))

struct ChannelCount {
  domain::Channel channel;
  std::int64_t sent_count = 0;
};
BOOST_DESCRIBE_STRUCT(ChannelCount, (), (channel, sent_count))

struct Today {
  domain::TenantId tenant_id;
  std::int64_t day = 0;
  bool livemode = false;
  domain::Channel channel;
  std::int64_t sent_count = 1;
};
BOOST_DESCRIBE_STRUCT(Today, (), (tenant_id, day, livemode, channel, sent_count))

constexpr store::Query<Message> kInsert{sql::insert_message};
constexpr store::Query<MessageKey, Message> kLock{sql::lock_message};
constexpr store::Query<AttemptKey, Message> kLockByAttempt{sql::lock_by_attempt};
constexpr store::Query<Message> kSave{sql::save_message};
constexpr store::Query<Content> kSaveContent{sql::save_content};
constexpr store::Query<ToAddress, SentCount> kCountToAddress{sql::count_to_address};
constexpr store::Query<Today> kCountToday{sql::count_today};
constexpr store::Query<Today, ChannelCount> kFindToday{sql::find_today};
constexpr store::Query<OptOutRow> kInsertOptOut{sql::insert_opt_out};
constexpr store::Query<OptOutRow> kDeleteOptOut{sql::delete_opt_out};
constexpr store::Query<OptOutRow, OptOutSeen> kFindOptOut{sql::find_opt_out};

Today today_of(const Message& m, Time now) {
  return {m.tenant_id, base::micros(now) / kDay.count(), m.livemode, m.channel, 1};
}

}  // namespace

Messages::Messages(base::Ids& ids, const base::Clock& clock,
                   std::optional<base::Duration> content_kept, BookFee book_fee, Wake wake)
    : ids_(ids),
      clock_(clock),
      content_kept_(content_kept),
      book_fee_(std::move(book_fee)),
      wake_(std::move(wake)) {}

Result<Message> Messages::enqueue(store::Tx& tx, const NewMessage& order) {
  const Time now = clock_.now();
  Message m;
  m.tenant_id = order.tenant_id;
  m.id = ids_.make<domain::MessageId>();
  m.request_id = order.request_id;
  m.client_id = order.client_id;
  m.livemode = order.livemode;
  m.channel = order.channel;
  m.kind = order.kind;
  m.template_id = order.template_id;
  m.link_key_version = order.link_key_version;
  m.to_address = order.to_address;
  m.country = order.country;
  m.created_at = now;
  m.updated_at = now;
  m.work_at = now;
  if (m.to_address.empty()) {
    move(m, domain::MessageEvent::suppress);
    m.reason = base::enum_name(domain::SuppressReason::no_address);
    m.work_at.reset();
  }
  TRY_STATUS(tx.later(kInsert, m));
  if (m.work_at) wake_after_commit(tx);
  return m;
}

Result<Message> Messages::lock(store::Tx& tx, domain::TenantId tenant_id, domain::MessageId id) {
  TRY(auto row, tx.one(kLock, MessageKey{tenant_id, id}));
  if (!row) return base::error(base::Code::not_found, "no such message");
  return *std::move(row);
}

Result<std::optional<Message>> Messages::lock_by_attempt(store::Tx& tx, domain::TenantId tenant_id,
                                                         domain::AttemptId id) {
  return tx.one(kLockByAttempt, AttemptKey{tenant_id, id});
}

bool Messages::move(Message& m, domain::MessageEvent event) const {
  const domain::MessageChange change = domain::next(m.status, event);
  if (change.transition != domain::Transition::moved) return false;
  m.status = change.status;
  const bool sent = m.status == domain::MessageStatus::sent ||
                    m.status == domain::MessageStatus::delivered ||
                    m.status == domain::MessageStatus::undelivered;
  if (sent && !m.sent_at) m.sent_at = clock_.now();
  if (m.status == domain::MessageStatus::delivered && !m.delivered_at)
    m.delivered_at = clock_.now();
  return true;
}

Status Messages::save(store::Tx& tx, Message& m) {
  m.updated_at = clock_.now();
  TRY(const auto saved, tx.exec(kSave, m));
  if (saved != 1)
    return base::error(base::Code::conflict, "changed", "the message was changed meanwhile");
  m.version += 1;
  return {};
}

Status Messages::save_content(store::Tx& tx, const Message& m, std::string subject,
                              std::string body) {
  std::optional<Time> until;
  if (content_kept_) until = clock_.now() + *content_kept_;
  Content content{m.tenant_id, m.id, std::move(subject), std::move(body), until};
  TRY_STATUS(tx.exec(kSaveContent, content));
  return {};
}

Status Messages::set_fee(store::Tx& tx, Message& m, std::int64_t fee_micros,
                         const std::string& currency) {
  if (m.fee_micros) return {};
  TRY(const auto known, domain::Currency::parse(currency));
  m.fee_micros = fee_micros;
  m.fee_currency = currency;
  return book_fee_(tx, m, domain::Micros{fee_micros}, known);
}

Status Messages::opt_out(store::Tx& tx, domain::TenantId tenant_id, domain::Channel channel,
                         const std::string& address, OptOutSource source) {
  TRY_STATUS(tx.exec(kInsertOptOut, OptOutRow{tenant_id, channel, address, source, clock_.now()}));
  return {};
}

Status Messages::opt_in(store::Tx& tx, domain::TenantId tenant_id, domain::Channel channel,
                        const std::string& address) {
  TRY_STATUS(tx.exec(kDeleteOptOut,
                     OptOutRow{tenant_id, channel, address, OptOutSource::user, clock_.now()}));
  return {};
}

Result<bool> Messages::is_opted_out(store::Tx& tx, domain::TenantId tenant_id,
                                    domain::Channel channel, const std::string& address) {
  TRY(const auto row, tx.one(kFindOptOut, OptOutRow{tenant_id, channel, address, OptOutSource::user,
                                                    clock_.now()}));
  return row.has_value();
}

Result<std::int64_t> Messages::count_to_address(store::Tx& tx, const Message& m, Time since) {
  TRY(const auto row, tx.one(kCountToAddress, ToAddress{m.tenant_id, m.to_address, since}));
  return row ? row->sent_count : 0;
}

Result<std::int64_t> Messages::count_today(store::Tx& tx, const Message& m, Time now) {
  TRY(const auto rows, tx.all(kFindToday, today_of(m, now)));
  std::int64_t sum = 0;
  for (const ChannelCount& row : rows) sum += row.sent_count;
  return sum;
}

Status Messages::add_to_today(store::Tx& tx, const Message& m, Time now) {
  TRY_STATUS(tx.exec(kCountToday, today_of(m, now)));
  return {};
}

}  // namespace messaging
