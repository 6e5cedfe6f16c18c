#include "payments/sessions.h"

#include "domain/eight.h"
#include "payments/sql.gen.h"

namespace payments {

namespace {

// Stripe allows 30 minutes to 24 hours; a margin keeps our clock's error away from its bounds.
constexpr base::Duration kSessionLife = std::chrono::hours(23);
// How long an unfinished creation may run before the worker repeats it with the same id.
constexpr base::Duration kCreateAgain = std::chrono::seconds(45);

struct OpenSlot {
  domain::TenantId tenant_id;
  domain::RequestId open_slot;
};
BOOST_DESCRIBE_STRUCT(OpenSlot, (), (tenant_id, open_slot))

struct SessionKey {
  domain::TenantId tenant_id;
  domain::CheckoutSessionId id;
};
BOOST_DESCRIBE_STRUCT(SessionKey, (), (tenant_id, id))

struct CloseSession {
  domain::TenantId tenant_id;
  domain::CheckoutSessionId id;
  SessionStatus status;
  Time now;
};
BOOST_DESCRIBE_STRUCT(CloseSession, (), (tenant_id, id, status, now))

struct PaidIds {
  domain::CheckoutSessionId paid_0, paid_1, paid_2, paid_3, paid_4, paid_5, paid_6, paid_7;
  Time now;
};
BOOST_DESCRIBE_STRUCT(PaidIds, (),
                      (paid_0, paid_1, paid_2, paid_3, paid_4, paid_5, paid_6, paid_7, now))
struct SettleOpen : domain::EightKeys<domain::RequestId>, PaidIds {};
BOOST_DESCRIBE_STRUCT(SettleOpen, (domain::EightKeys<domain::RequestId>, PaidIds), ())

constexpr store::Query<CheckoutSession> kInsert{sql::insert_session};
constexpr store::Query<OpenSlot, CheckoutSession> kFindOpen{sql::find_open_session};
constexpr store::Query<SessionKey, CheckoutSession> kLock{sql::lock_session};
constexpr store::Query<CheckoutSession> kSave{sql::save_session};
constexpr store::Query<CloseSession> kClose{sql::close_session};
constexpr store::Query<SettleOpen> kSettleOpen{sql::settle_open_sessions};

}  // namespace

Sessions::Sessions(base::Ids& ids, const base::Clock& clock, OnOpened on_opened, Wake wake)
    : ids_(ids), clock_(clock), on_opened_(std::move(on_opened)), wake_(std::move(wake)) {}

Result<CheckoutSession> Sessions::begin(store::Tx& tx, const SessionOrder& order) {
  const Time now = clock_.now();
  TRY(auto open, find_open(tx, order.tenant_id, order.request_id));
  if (open && open->expires_at > now) return *std::move(open);
  // Over by our clock: the slot is free for a new one, while tracking still verifies how the old
  // one ended.
  if (open) TRY_STATUS(closed(tx, open->tenant_id, open->id, SessionStatus::expired));
  CheckoutSession s;
  s.tenant_id = order.tenant_id;
  s.id = ids_.make<domain::CheckoutSessionId>();
  s.request_id = order.request_id;
  s.connection_id = order.connection_id;
  s.message_id = order.message_id;
  s.livemode = order.livemode;
  s.amount_minor = order.amount.amount_minor;
  s.currency = order.amount.currency;
  s.open_slot = order.request_id;
  s.work_at = now + kCreateAgain;
  s.expires_at = now + kSessionLife;
  s.created_at = now;
  s.updated_at = now;
  TRY_STATUS(tx.exec(kInsert, s));
  return s;
}

Result<CheckoutSession> Sessions::opened(store::Tx& tx, domain::TenantId tenant_id,
                                         domain::CheckoutSessionId id,
                                         const providers::CheckoutSnapshot& snapshot) {
  TRY(auto s, lock(tx, tenant_id, id));
  if (s.provider_ref) return s;  // two tabs created it together: the first one recorded it
  s.provider_ref = snapshot.provider_ref;
  s.url = snapshot.url;
  s.expires_at = snapshot.expires_at;
  if (s.status == SessionStatus::creating) s.status = SessionStatus::open;
  s.work_at.reset();
  if (s.expire_asked) s.work_at = clock_.now();
  TRY_STATUS(save(tx, s));
  TRY_STATUS(on_opened_(tx, s));
  if (s.work_at) tx.after_commit(wake_);
  return s;
}

Status Sessions::refused(store::Tx& tx, domain::TenantId tenant_id, domain::CheckoutSessionId id) {
  return closed(tx, tenant_id, id, SessionStatus::failed);
}

Status Sessions::closed(store::Tx& tx, domain::TenantId tenant_id, domain::CheckoutSessionId id,
                        SessionStatus status) {
  return tx.later(kClose, CloseSession{tenant_id, id, status, clock_.now()},
                  store::Affects::any_rows);
}

Result<bool> Sessions::end_open(store::Tx& tx, domain::TenantId tenant_id,
                                domain::RequestId request_id) {
  TRY(auto open, find_open(tx, tenant_id, request_id));
  if (!open) return false;
  TRY(auto s, lock(tx, tenant_id, open->id));
  if (!s.open_slot) return false;
  s.expire_asked = true;
  // A creation under way is finished first (same id), then expired.
  s.work_at = clock_.now();
  TRY_STATUS(save(tx, s));
  tx.after_commit(wake_);
  return true;
}

Status Sessions::paid(store::Tx& tx, std::span<const PaidSession> sessions) {
  if (sessions.empty()) return {};
  const auto settle = [&](std::span<const PaidSession> some, std::size_t) -> Status {
    const auto id = [some](std::size_t n) { return domain::nth_of_eight(some, n).id; };
    std::vector<domain::RequestKey> keys;
    for (const PaidSession& session : some) keys.push_back({session.tenant_id, session.request_id});
    const PaidIds paid{id(0), id(1), id(2), id(3), id(4), id(5), id(6), id(7), clock_.now()};
    return tx.later(kSettleOpen, SettleOpen{domain::eight_of<domain::RequestId>(keys), paid},
                    store::Affects::any_rows);
  };
  TRY_STATUS(domain::by_eights(sessions, settle));
  tx.after_commit(wake_);
  return {};
}

Result<std::optional<CheckoutSession>> Sessions::find_open(store::Tx& tx,
                                                           domain::TenantId tenant_id,
                                                           domain::RequestId request_id) {
  return tx.one(kFindOpen, OpenSlot{tenant_id, request_id});
}

Result<CheckoutSession> Sessions::lock(store::Tx& tx, domain::TenantId tenant_id,
                                       domain::CheckoutSessionId id) {
  TRY(auto row, tx.one(kLock, SessionKey{tenant_id, id}));
  if (!row) return base::error(base::Code::not_found, "no such checkout session");
  return *std::move(row);
}

Status Sessions::save(store::Tx& tx, CheckoutSession& session) {
  session.updated_at = clock_.now();
  TRY_STATUS(tx.exec(kSave, session));
  return {};
}

}  // namespace payments
