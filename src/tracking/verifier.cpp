#include "tracking/verifier.h"

#include "base/log.h"
#include "tracking/sql.gen.h"

namespace tracking {

namespace {

// Longer than a retrieve with its retries may take.
constexpr base::Duration kLease = std::chrono::seconds(90);
constexpr base::Duration kSweep = std::chrono::seconds(1);
constexpr std::size_t kInFlight = 64;

struct Due {
  Time now;
  std::int64_t room = 0;
};
BOOST_DESCRIBE_STRUCT(Due, (), (now, room))

struct DueTransaction {
  domain::TenantId tenant_id;
  domain::TransactionId id;
  domain::ConnectionId connection_id;
  std::optional<std::string> provider_ref;
  std::int64_t hint_seq = 0;
};
BOOST_DESCRIBE_STRUCT(DueTransaction, (), (tenant_id, id, connection_id, provider_ref, hint_seq))

struct LeaseTransaction {
  domain::TenantId tenant_id;
  domain::TransactionId id;
  Time now;
  Time until;
  std::string owner;
};
BOOST_DESCRIBE_STRUCT(LeaseTransaction, (), (tenant_id, id, now, until, owner))

constexpr store::Query<Due, DueTransaction> kDue{sql::due_transactions};
constexpr store::Query<LeaseTransaction> kLeaseTransaction{sql::lease_transaction};

// How long to leave a transaction alone after a failed retrieve.
base::Duration pause_after(const base::Error& error) {
  switch (error.code) {
    case base::Code::rate_limited:
      return std::chrono::seconds(std::max<std::uint32_t>(error.retry_after_s, 2));
    case base::Code::unauthenticated:
    case base::Code::not_found:
    case base::Code::refused: return std::chrono::minutes(10);
    default: return std::chrono::seconds(15);
  }
}

}  // namespace

struct Verifier::Claimed {
  DueTransaction row;
  Result<providers::PaymentAccount> account;
};

Verifier::Verifier(base::Runtime& runtime, store::Store& store, Transactions& transactions,
                   providers::PaymentProvider& provider, FindAccount find_account)
    : runtime_(runtime),
      store_(store),
      transactions_(transactions),
      provider_(provider),
      find_account_(std::move(find_account)),
      owner_("tracking-" + std::to_string(runtime.random().u64())),
      loop_(runtime,
            {.name = "tracking.verifier",
             .sweep = kSweep,
             .in_flight_max = kInFlight,
             .claim_max = kInFlight},
            [this](std::size_t room) { return claim(room); }) {}

base::Awaitable<Result<Verifier::Tasks>> Verifier::claim(std::size_t room) {
  const Time now = runtime_.clock().now();
  auto body = [this, now, room](store::Tx& tx) -> Result<std::vector<Claimed>> {
    TRY(auto rows, tx.all(kDue, Due{now, static_cast<std::int64_t>(room)}));
    std::vector<Claimed> claimed;
    for (DueTransaction& row : rows) {
      const LeaseTransaction lease{row.tenant_id, row.id, now, now + kLease, owner_};
      TRY(const auto leased, tx.exec(kLeaseTransaction, lease));
      if (leased != 1) continue;
      auto account = find_account_(tx, row.tenant_id, row.connection_id);
      claimed.push_back({std::move(row), std::move(account)});
    }
    return claimed;
  };
  CO_TRY(auto claimed, co_await store_.with_transaction(body));
  Tasks tasks;
  tasks.reserve(claimed.size());
  for (Claimed& item : claimed) tasks.push_back(verify(std::move(item)));
  co_return tasks;
}

base::Awaitable<void> Verifier::verify(Claimed claimed) {
  const DueTransaction row = claimed.row;
  Result<providers::CheckoutSnapshot> answer = base::error(base::Code::internal, "not asked");
  if (claimed.account && row.provider_ref) {
    answer = co_await provider_.retrieve_checkout(*claimed.account, *row.provider_ref);
  } else if (!claimed.account) {
    answer = claimed.account.error();
  }
  auto record = [this, &row, &answer](store::Tx& tx) -> Status {
    if (answer) return transactions_.observe(tx, row.tenant_id, row.id, *answer, row.hint_seq);
    return transactions_.postpone(tx, row.tenant_id, row.id, row.hint_seq,
                                  pause_after(answer.error()));
  };
  if (!answer) {
    base::log::warn("transaction could not be verified",
                    {{"transaction", row.id.text()},
                     {"code", base::to_string(answer.error().code)},
                     {"detail", answer.error().detail}});
  }
  auto recorded = co_await store_.with_transaction(record);
  if (!recorded) {
    base::log::error("verification could not be recorded",
                     {{"transaction", row.id.text()}, {"detail", recorded.error().detail}});
  }
}

}  // namespace tracking
