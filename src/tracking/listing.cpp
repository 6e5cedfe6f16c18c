#include "tracking/listing.h"

#include "base/log.h"
#include "tracking/sql.gen.h"

namespace tracking {

namespace {

constexpr base::Duration kEvery = std::chrono::minutes(5);
constexpr base::Duration kLease = std::chrono::minutes(10);
// Events become visible a little late and clocks differ; the unique event id makes the overlap
// harmless.
constexpr base::Duration kOverlap = std::chrono::minutes(10);
// The provider keeps events for 30 days.
constexpr base::Duration kBackMax = std::chrono::hours(24 * 29);
constexpr std::size_t kPagesMax = 200;

struct Due {
  Time now;
  std::int64_t room = 0;
};
BOOST_DESCRIBE_STRUCT(Due, (), (now, room))

struct ListingRow {
  domain::TenantId tenant_id;
  domain::ConnectionId connection_id;
  Time listed_until;
};
BOOST_DESCRIBE_STRUCT(ListingRow, (), (tenant_id, connection_id, listed_until))

struct LeaseListing {
  domain::TenantId tenant_id;
  domain::ConnectionId connection_id;
  Time now;
  Time until;
  std::string owner;
};
BOOST_DESCRIBE_STRUCT(LeaseListing, (), (tenant_id, connection_id, now, until, owner))

struct SaveListing {
  domain::TenantId tenant_id;
  domain::ConnectionId connection_id;
  Time listed_until;
  Time due_at;
};
BOOST_DESCRIBE_STRUCT(SaveListing, (), (tenant_id, connection_id, listed_until, due_at))

constexpr store::Query<Due, ListingRow> kDue{sql::due_listings};
constexpr store::Query<LeaseListing> kLeaseListing{sql::lease_listing};
constexpr store::Query<SaveListing> kSaveListing{sql::save_listing};

}  // namespace

struct Listing::Claimed {
  ListingRow row;
  providers::PaymentAccount account;
};

Listing::Listing(base::Runtime& runtime, store::Store& store, providers::PaymentProvider& provider,
                 FindAccount find_account, Transactions::Wake wake)
    : runtime_(runtime),
      store_(store),
      provider_(provider),
      find_account_(std::move(find_account)),
      wake_(std::move(wake)),
      owner_("listing-" + std::to_string(runtime.random().u64())),
      loop_(runtime,
            {.name = "tracking.listing",
             .sweep = std::chrono::seconds(5),
             .in_flight_max = 8,
             .claim_max = 8},
            [this](std::size_t room) { return claim(room); }) {}

base::Awaitable<Result<Listing::Tasks>> Listing::claim(std::size_t room) {
  const Time now = runtime_.clock().now();
  auto body = [this, now, room](store::Tx& tx) -> Result<std::vector<Claimed>> {
    TRY(const auto rows, tx.all(kDue, Due{now, static_cast<std::int64_t>(room)}));
    std::vector<Claimed> claimed;
    for (const ListingRow& row : rows) {
      TRY_STATUS(tx.later(kLeaseListing, LeaseListing{row.tenant_id, row.connection_id, now,
                                                      now + kLease, owner_}));
      auto account = find_account_(tx, row.tenant_id, row.connection_id);
      if (account) claimed.push_back({row, *account});
    }
    return claimed;
  };
  CO_TRY(auto claimed, co_await store_.with_transaction(body));
  Tasks tasks;
  for (Claimed& item : claimed) tasks.push_back(list(std::move(item)));
  co_return tasks;
}

base::Awaitable<void> Listing::list(Claimed claimed) {
  const Time started = runtime_.clock().now();
  auto listed = co_await list_account(claimed, started);
  const ListingRow row = claimed.row;
  if (!listed) {
    base::log::warn("events could not be listed",
                    {{"connection", row.connection_id.text()}, {"detail", listed.error().detail}});
  }
  // After a failure the span stays open, so that the next listing covers it.
  const Time until = listed ? started : row.listed_until;
  auto save = [row, until, started](store::Tx& tx) -> Status {
    TRY_STATUS(tx.exec(kSaveListing,
                       SaveListing{row.tenant_id, row.connection_id, until, started + kEvery}));
    return {};
  };
  auto saved = co_await store_.with_transaction(save);
  if (!saved) base::log::warn("listing could not be recorded", {{"detail", saved.error().detail}});
}

base::Awaitable<Status> Listing::list_account(const Claimed& claimed, Time started) {
  const Time since = std::max(claimed.row.listed_until - kOverlap, started - kBackMax);
  std::string after;
  for (std::size_t page_count = 0; page_count < kPagesMax; ++page_count) {
    CO_TRY(const auto page, co_await provider_.list_events(claimed.account, since, after));
    if (page.events.empty()) co_return Status{};
    auto record = [this, &claimed, &page, started](store::Tx& tx) -> Status {
      bool matched = false;
      for (const auto& event : page.events) {
        const ReceivedEvent received{claimed.row.tenant_id, claimed.row.connection_id, event,
                                     EventSource::listing, started};
        TRY(const auto outcome, record_event(tx, received));
        matched = matched || outcome == EventOutcome::matched;
      }
      if (matched) tx.after_commit(wake_);
      return {};
    };
    CO_TRY_STATUS(co_await store_.with_transaction(record));
    if (!page.has_more) co_return Status{};
    after = page.events.back().provider_event_id;
  }
  co_return base::error(base::Code::too_large, "more events than one listing may read");
}

}  // namespace tracking
