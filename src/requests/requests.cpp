#include "requests/requests.h"

#include "base/encoding.h"
#include "requests/sql.gen.h"

namespace requests {

namespace {

struct LinkRow {
  store::Blob token_hash;
  domain::TenantId tenant_id;
  domain::RequestId request_id;
  std::optional<domain::MessageId> message_id;
  Time created_at;
};
BOOST_DESCRIBE_STRUCT(LinkRow, (), (token_hash, tenant_id, request_id, message_id, created_at))

struct TokenHash {
  store::Blob token_hash;
};
BOOST_DESCRIBE_STRUCT(TokenHash, (), (token_hash))

struct LinkOpened {
  store::Blob token_hash;
  domain::TenantId tenant_id;
  Time now;
};
BOOST_DESCRIBE_STRUCT(LinkOpened, (), (token_hash, tenant_id, now))

constexpr store::Query<PaymentRequest> kInsertRequest{sql::insert_request};
constexpr store::Query<domain::RequestKey, PaymentRequest> kFindRequest{sql::find_request};
constexpr store::Query<domain::RequestKey, PaymentRequest> kLockRequest{sql::lock_request};
constexpr store::Query<domain::EightKeys<domain::RequestId>, PaymentRequest> kLockRequests{
    sql::lock_requests};
constexpr store::Query<PaymentRequest> kUpdateStatus{sql::update_request_status};
constexpr store::Query<LinkRow> kInsertLink{sql::insert_link};
constexpr store::Query<TokenHash, Link> kFindLink{sql::find_link};
constexpr store::Query<LinkOpened> kMarkOpened{sql::mark_link_opened};

store::Blob hash_of(std::string_view token) {
  return {std::string(base::as_chars(domain::link_token_hash(token)))};
}

struct RequestEventPayload {
  domain::RequestId id;
  domain::ClientId client_id;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  domain::RequestStatus status;
};
BOOST_DESCRIBE_STRUCT(RequestEventPayload, (), (id, client_id, amount_minor, currency, status))

store::Event event_of(const PaymentRequest& r, std::string_view what) {
  const RequestEventPayload payload{r.id, r.client_id, r.amount_minor, r.currency, r.status};
  return store::Event{.kind = "payment_request." + std::string(what),
                      .tenant_id = r.tenant_id,
                      .livemode = r.livemode,
                      .subject = r.id.text(),
                      .payload = base::json::Raw{base::json::write(payload)}};
}

}  // namespace

Requests::Requests(base::Ids& ids, const base::Clock& clock, const domain::LinkKeys& links,
                   store::Outbox& outbox, Count count)
    : ids_(ids), clock_(clock), links_(links), outbox_(outbox), count_(std::move(count)) {}

Result<PaymentRequest> Requests::create(store::Tx& tx, const NewRequest& order) {
  const Time now = clock_.now();
  PaymentRequest r;
  r.tenant_id = order.tenant_id;
  r.id = ids_.make<domain::RequestId>();
  r.client_id = order.client_id;
  r.livemode = order.livemode;
  r.amount_minor = order.amount.amount_minor;
  r.currency = order.amount.currency;
  r.description = order.description;
  r.reference = order.reference;
  r.channels = order.channels;
  r.link_key_version = links_.newest();
  r.metadata = order.metadata;
  r.due_at = order.due_at;
  r.expires_at = order.expires_at.value_or(now + kExpiresAfterDefault);
  r.expiry_due_at = r.expires_at;
  r.created_at = now;
  r.updated_at = now;
  TRY_STATUS(tx.later(kInsertRequest, r));
  TRY_STATUS(insert_link(tx, r, std::nullopt, r.id.value));
  const Counted counted{
      r.tenant_id, r.livemode, r.created_at, {std::nullopt, r.status, r.amount()}};
  TRY_STATUS(count_(tx, counted));
  TRY_STATUS(outbox_.append(tx, event_of(r, "created")));
  return r;
}

Result<std::optional<PaymentRequest>> Requests::find(store::Tx& tx, domain::TenantId tenant_id,
                                                     domain::RequestId id) {
  return tx.one(kFindRequest, domain::RequestKey{tenant_id, id});
}

Result<PaymentRequest> Requests::lock(store::Tx& tx, domain::TenantId tenant_id,
                                      domain::RequestId id) {
  TRY(auto row, tx.one(kLockRequest, domain::RequestKey{tenant_id, id}));
  if (!row) return base::error(base::Code::not_found, "no such payment request");
  return *std::move(row);
}

Result<std::vector<PaymentRequest>> Requests::lock(store::Tx& tx,
                                                   std::span<const domain::RequestKey> keys) {
  std::vector<PaymentRequest> out(keys.size());
  const auto lock_some = [&](std::span<const domain::RequestKey> some,
                             std::size_t first) -> Status {
    if (some.size() == 1) {
      TRY(out[first], lock(tx, some[0].tenant_id, some[0].id));
      return {};
    }
    std::size_t found = 0;
    const auto place = [&](PaymentRequest&& row) -> Status {
      const domain::RequestKey key{row.tenant_id, row.id};
      for (std::size_t i = 0; i < some.size(); ++i) {
        if (some[i] != key) continue;
        out[first + i] = row;
        ++found;
      }
      return {};
    };
    TRY_STATUS(tx.each(kLockRequests, domain::eight_of<domain::RequestId>(some), place));
    if (found == some.size()) return {};
    return base::error(base::Code::not_found, "no such payment request");
  };
  TRY_STATUS(domain::by_eights(keys, lock_some));
  return out;
}

Status Requests::apply(store::Tx& tx, PaymentRequest& r, domain::RequestEvent event, Time at) {
  TRY(const domain::RequestChange change, domain::next(r.status, r.flags, event));
  if (!change.changed) return {};
  const domain::RequestStatus before = r.status;
  r.status = change.status;
  r.flags = change.flags;
  r.updated_at = clock_.now();
  if (r.status == domain::RequestStatus::paid && !r.paid_at) r.paid_at = at;
  if (domain::is_closed(r.status)) {
    r.expiry_due_at.reset();
    if (!r.closed_at) r.closed_at = r.updated_at;
  } else if (domain::takes_payments(r.status)) {
    r.expiry_due_at = r.expires_at;
    r.closed_at.reset();
  } else {
    r.expiry_due_at.reset();
  }
  TRY_STATUS(tx.later(kUpdateStatus, r));
  r.version += 1;
  if (before == r.status) return {};
  const Counted counted{r.tenant_id, r.livemode, r.created_at, {before, r.status, r.amount()}};
  TRY_STATUS(count_(tx, counted));
  return outbox_.append(tx, event_of(r, base::enum_name(r.status)));
}

Status Requests::add_message_link(store::Tx& tx, const PaymentRequest& request,
                                  domain::MessageId message_id) {
  return insert_link(tx, request, message_id, message_id.value);
}

Status Requests::insert_link(store::Tx& tx, const PaymentRequest& r,
                             std::optional<domain::MessageId> message_id,
                             const base::Id128& token_id) {
  TRY(const std::string token, links_.token(r.link_key_version, token_id));
  return tx.later(kInsertLink,
                  LinkRow{hash_of(token), r.tenant_id, r.id, message_id, clock_.now()});
}

Result<std::string> Requests::token(const PaymentRequest& request,
                                    std::optional<domain::MessageId> message_id) const {
  return links_.token(request.link_key_version, message_id ? message_id->value : request.id.value);
}

Result<std::optional<Link>> Requests::find_link(store::Tx& tx, std::string_view token) {
  if (!domain::is_link_token(token)) return std::optional<Link>{};
  return tx.one(kFindLink, TokenHash{hash_of(token)});
}

Status Requests::mark_opened(store::Tx& tx, domain::TenantId tenant_id, std::string_view token) {
  TRY_STATUS(tx.exec(kMarkOpened, LinkOpened{hash_of(token), tenant_id, clock_.now()}));
  return {};
}

}  // namespace requests
