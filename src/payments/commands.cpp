#include "payments/commands.h"

#include "base/log.h"
#include "payments/sql.gen.h"

namespace payments {

namespace {

// Longer than any provider call with its retries may take.
constexpr base::Duration kLease = std::chrono::seconds(90);
constexpr base::Duration kRetry = std::chrono::seconds(30);
constexpr std::int64_t kAttemptsMax = 50;

struct Due {
  Time now;
  std::int64_t room = 0;
};
BOOST_DESCRIBE_STRUCT(Due, (), (now, room))

template <class IdType>
struct RowKey {
  domain::TenantId tenant_id;
  IdType id;
};
using SessionKey = RowKey<domain::CheckoutSessionId>;
using RefundKey = RowKey<domain::RefundId>;
BOOST_DESCRIBE_STRUCT(SessionKey, (), (tenant_id, id))
BOOST_DESCRIBE_STRUCT(RefundKey, (), (tenant_id, id))

template <class IdType>
struct LeaseRow {
  domain::TenantId tenant_id;
  IdType id;
  Time now;
  Time until;
  std::string owner;
};
using SessionLease = LeaseRow<domain::CheckoutSessionId>;
using RefundLease = LeaseRow<domain::RefundId>;
BOOST_DESCRIBE_STRUCT(SessionLease, (), (tenant_id, id, now, until, owner))
BOOST_DESCRIBE_STRUCT(RefundLease, (), (tenant_id, id, now, until, owner))

constexpr store::Query<Due, SessionKey> kDueSessions{sql::due_sessions};
constexpr store::Query<SessionLease> kLeaseSession{sql::lease_session};
constexpr store::Query<Due, RefundKey> kDueRefunds{sql::due_refunds};
constexpr store::Query<RefundLease> kLeaseRefund{sql::lease_refund};

// Selects what is due and moves its work_at past the lease, in one transaction.
template <class Key, class Lease>
base::Awaitable<Result<std::vector<Key>>> lease_due(store::Store& store,
                                                    const store::Query<Due, Key>& due_query,
                                                    const store::Query<Lease>& lease_query, Due due,
                                                    std::string owner) {
  auto body = [&due_query, &lease_query, due, owner](store::Tx& tx) -> Result<std::vector<Key>> {
    TRY(const auto rows, tx.all(due_query, due));
    std::vector<Key> leased;
    for (const Key& row : rows) {
      TRY(const auto got,
          tx.exec(lease_query, Lease{row.tenant_id, row.id, due.now, due.now + kLease, owner}));
      if (got == 1) leased.push_back(row);
    }
    return leased;
  };
  co_return co_await store.with_transaction(body);
}

}  // namespace

Commands::Commands(base::Runtime& runtime, store::Store& store, Sessions& sessions,
                   Refunds& refunds, Checkout& checkout, providers::PaymentProvider& provider,
                   FindAccount find_account, Hooks hooks)
    : runtime_(runtime),
      store_(store),
      sessions_(sessions),
      refunds_(refunds),
      checkout_(checkout),
      provider_(provider),
      find_account_(std::move(find_account)),
      hooks_(std::move(hooks)),
      owner_("payments-" + std::to_string(runtime.random().u64())),
      session_loop_(runtime, {.name = "payments.sessions", .in_flight_max = 32, .claim_max = 32},
                    [this](std::size_t room) { return claim_sessions(room); }),
      refund_loop_(runtime, {.name = "payments.refunds", .in_flight_max = 16, .claim_max = 16},
                   [this](std::size_t room) { return claim_refunds(room); }) {}

void Commands::start() {
  session_loop_.start();
  refund_loop_.start();
}

void Commands::wake() {
  session_loop_.wake();
  refund_loop_.wake();
}

base::Awaitable<Result<Commands::Tasks>> Commands::claim_sessions(std::size_t room) {
  const Due due{runtime_.clock().now(), static_cast<std::int64_t>(room)};
  CO_TRY(const auto rows, co_await lease_due(store_, kDueSessions, kLeaseSession, due, owner_));
  Tasks tasks;
  for (const SessionKey& row : rows) tasks.push_back(work_session(row.tenant_id, row.id));
  co_return tasks;
}

base::Awaitable<Result<Commands::Tasks>> Commands::claim_refunds(std::size_t room) {
  const Due due{runtime_.clock().now(), static_cast<std::int64_t>(room)};
  CO_TRY(const auto rows, co_await lease_due(store_, kDueRefunds, kLeaseRefund, due, owner_));
  Tasks tasks;
  for (const RefundKey& row : rows) tasks.push_back(work_refund(row.tenant_id, row.id));
  co_return tasks;
}

base::Awaitable<void> Commands::work_session(domain::TenantId tenant_id,
                                             domain::CheckoutSessionId id) {
  auto done = co_await session_step(tenant_id, id);
  if (!done)
    base::log::warn("checkout command failed",
                    {{"session", id.text()}, {"detail", done.error().detail}});
}

base::Awaitable<Status> Commands::session_step(domain::TenantId tenant_id,
                                               domain::CheckoutSessionId id) {
  struct Loaded {
    CheckoutSession session;
    providers::PaymentAccount account;
  };
  auto load = [this, tenant_id, id](store::Tx& tx) -> Result<Loaded> {
    Loaded out;
    TRY(out.session, sessions_.lock(tx, tenant_id, id));
    TRY(out.account, find_account_(tx, tenant_id, out.session.connection_id));
    // Tried often enough: the worker looks once an hour, tracking's listing goes on.
    out.session.attempts += 1;
    const bool slow = out.session.attempts > kAttemptsMax;
    out.session.work_at =
        runtime_.clock().now() + (slow ? base::Duration(std::chrono::hours(1)) : kRetry);
    if (!out.session.open_slot) out.session.work_at.reset();
    TRY_STATUS(sessions_.save(tx, out.session));
    return out;
  };
  CO_TRY(auto loaded, co_await store_.with_transaction(load));
  if (!loaded.session.open_slot) co_return Status{};
  if (!loaded.session.provider_ref) co_return co_await create_again(loaded.session, loaded.account);
  if (loaded.session.expire_asked) co_return co_await expire(loaded.session, loaded.account);
  co_return Status{};
}

base::Awaitable<Status> Commands::create_again(CheckoutSession session,
                                               providers::PaymentAccount account) {
  if (session.expires_at <= runtime_.clock().now() + std::chrono::minutes(31)) {
    // Too late for the provider to accept this order; had it existed, it would be over as well.
    auto end = [this, session](store::Tx& tx) -> Status {
      TRY_STATUS(sessions_.closed(tx, session.tenant_id, session.id, SessionStatus::failed));
      return hooks_.on_ended(tx, session);
    };
    co_return co_await store_.with_transaction(end);
  }
  auto rebuild = [this, session](store::Tx& tx) { return hooks_.order_of(tx, session); };
  CO_TRY(auto order, co_await store_.with_transaction(rebuild));
  Checkout::Intent intent{session, order, account};
  auto created = co_await checkout_.create_at_provider(std::move(intent));
  if (created || created.error().code != base::Code::refused) co_return Status{};
  auto ended = [this, session](store::Tx& tx) { return hooks_.on_ended(tx, session); };
  co_return co_await store_.with_transaction(ended);
}

base::Awaitable<Status> Commands::expire(CheckoutSession session,
                                         providers::PaymentAccount account) {
  auto answer = co_await provider_.expire_checkout(account, *session.provider_ref);
  // Expired now, or it had ended before (then the provider refuses): either way tracking asks how
  // it stands.
  const bool settled = answer || answer.error().code == base::Code::refused;
  if (!settled) co_return answer.error();
  auto ask = [this, session](store::Tx& tx) -> Status {
    TRY(auto row, sessions_.lock(tx, session.tenant_id, session.id));
    row.expire_asked = false;
    row.work_at.reset();
    TRY_STATUS(sessions_.save(tx, row));
    return hooks_.verify_soon(tx, session.tenant_id, session.id);
  };
  co_return co_await store_.with_transaction(ask);
}

base::Awaitable<void> Commands::work_refund(domain::TenantId tenant_id, domain::RefundId id) {
  auto done = co_await refund_step(tenant_id, id);
  if (!done)
    base::log::warn("refund command failed",
                    {{"refund", id.text()}, {"detail", done.error().detail}});
}

base::Awaitable<Status> Commands::refund_step(domain::TenantId tenant_id, domain::RefundId id) {
  struct Loaded {
    Refund refund;
    Hooks::Intent intent;
    providers::PaymentAccount account;
  };
  auto load = [this, tenant_id, id](store::Tx& tx) -> Result<Loaded> {
    Loaded out;
    TRY(out.refund, refunds_.lock(tx, tenant_id, id));
    TRY(out.intent, hooks_.intent_of(tx, tenant_id, out.refund.transaction_id));
    TRY(out.account, find_account_(tx, tenant_id, out.intent.connection_id));
    out.refund.attempts += 1;
    out.refund.work_at =
        runtime_.clock().now() + kRetry * std::min<std::int64_t>(out.refund.attempts, 120);
    if (out.refund.status != RefundStatus::requested) out.refund.work_at.reset();
    TRY_STATUS(refunds_.save(tx, out.refund));
    return out;
  };
  CO_TRY(auto loaded, co_await store_.with_transaction(load));
  if (loaded.refund.status != RefundStatus::requested) co_return Status{};
  providers::CreateRefund order;
  order.id = id;
  order.payment_intent = loaded.intent.payment_intent;
  order.amount = {loaded.refund.amount_minor, loaded.refund.currency};
  order.reason = loaded.refund.reason;
  auto answer = co_await provider_.create_refund(loaded.account, order);
  const bool final_refusal = !answer && (answer.error().code == base::Code::refused ||
                                         answer.error().code == base::Code::not_found);
  if (!answer && !final_refusal) co_return answer.error();  // repeated later under the same id
  auto record = [this, tenant_id, id, &answer](store::Tx& tx) -> Status {
    TRY(auto row, refunds_.lock(tx, tenant_id, id));
    if (row.status != RefundStatus::requested) return {};
    row.work_at.reset();
    if (answer) {
      row.status = refund_status_from(answer->status);
      row.provider_ref = answer->provider_ref;
    } else {
      row.status = RefundStatus::failed;
      row.failure = answer.error().reason.empty() ? "refused" : answer.error().reason;
    }
    TRY_STATUS(refunds_.save(tx, row));
    return hooks_.verify_soon(tx, tenant_id, domain::CheckoutSessionId{row.transaction_id.value});
  };
  co_return co_await store_.with_transaction(record);
}

}  // namespace payments
