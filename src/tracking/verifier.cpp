#include "tracking/verifier.h"

#include "base/log.h"
#include "domain/eight.h"
#include "tracking/sql.gen.h"

namespace tracking {

namespace {

// Longer than a retrieve with its retries may take.
constexpr base::Duration kLeaseTime = std::chrono::seconds(90);
constexpr base::Duration kSweep = std::chrono::seconds(1);
constexpr std::size_t kInFlight = 64;

struct Due {
  Time now;
  std::int64_t room = 0;
};
BOOST_DESCRIBE_STRUCT(Due, (), (now, room))

struct LeaseTerms {
  Time now;
  Time until;
  std::string_view owner;
};
BOOST_DESCRIBE_STRUCT(LeaseTerms, (), (now, until, owner))
struct LeaseEight : domain::EightKeys<domain::TransactionId>, LeaseTerms {};
BOOST_DESCRIBE_STRUCT(LeaseEight, (domain::EightKeys<domain::TransactionId>, LeaseTerms), ())

constexpr store::Query<Due, Transaction> kDue{sql::due_transactions};
constexpr store::Query<LeaseEight> kLease{sql::lease_transactions};

// The rows are locked since they were read, so all are still due.
Status lease(store::Tx& tx, std::span<const domain::TransactionKey> keys, const LeaseTerms& terms) {
  const auto some = [&](std::span<const domain::TransactionKey> eight, std::size_t) -> Status {
    const LeaseEight params{domain::eight_of<domain::TransactionId>(eight), terms};
    TRY(const auto leased, tx.exec(kLease, params));
    if (leased == static_cast<std::int64_t>(eight.size())) return {};
    return base::error(base::Code::conflict, "changed", "a due transaction was leased elsewhere");
  };
  return domain::by_eights(keys, some);
}

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

Verifier::Verifier(base::Runtime& runtime, store::Store& store, Transactions& transactions,
                   providers::PaymentProvider& provider, FindAccount find_account)
    : runtime_(runtime),
      store_(store),
      transactions_(transactions),
      provider_(provider),
      find_account_(std::move(find_account)),
      owner_("tracking-" + std::to_string(runtime.random().u64())),
      recorder_(
          runtime, store, {.name = "tracking.record", .items_max = 64, .running_max = 1},
          [this](store::Tx& tx, std::span<const Answered> items) { return record(tx, items); }),
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
    std::vector<domain::TransactionKey> keys;
    for (const Transaction& row : rows) keys.push_back({row.tenant_id, row.id});
    TRY_STATUS(lease(tx, keys, {now, now + kLeaseTime, owner_}));
    std::vector<Claimed> claimed;
    for (Transaction& row : rows) {
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
  const domain::TransactionId id = claimed.row.id;
  Result<providers::CheckoutSnapshot> answer = base::error(base::Code::internal, "not asked");
  if (claimed.account && claimed.row.provider_ref) {
    answer = co_await provider_.retrieve_checkout(*claimed.account, *claimed.row.provider_ref);
  } else if (!claimed.account) {
    answer = claimed.account.error();
  }
  if (!answer) {
    base::log::warn("transaction could not be verified",
                    {{"transaction", id.text()},
                     {"code", base::to_string(answer.error().code)},
                     {"detail", answer.error().detail}});
  }
  Answered answered{std::move(claimed.row), std::move(answer)};
  auto recorded = co_await recorder_.run(std::move(answered));
  if (!recorded) {
    base::log::error("verification could not be recorded",
                     {{"transaction", id.text()}, {"detail", recorded.error().detail}});
  }
}

Result<std::vector<Verifier::Recorded>> Verifier::record(store::Tx& tx,
                                                         std::span<const Answered> items) {
  std::vector<Observed> seen;
  std::optional<Transaction> locked;
  for (const Answered& item : items) {
    if (!item.answer) {
      TRY_STATUS(transactions_.postpone(tx, item.row, pause_after(item.answer.error())));
      continue;
    }
    // Alone it waits for rivals and can't fail because of one.
    if (items.size() == 1) {
      TRY(locked, transactions_.lock(tx, item.row.tenant_id, item.row.id));
      locked->hint_seq = item.row.hint_seq;
    }
    seen.push_back({locked ? *locked : item.row, *item.answer});
  }
  TRY_STATUS(transactions_.observe(tx, seen));
  return std::vector<Recorded>(items.size());
}

}  // namespace tracking
