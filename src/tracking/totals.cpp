#include "tracking/totals.h"

#include <map>
#include <tuple>

#include "base/log.h"
#include "tracking/sql.gen.h"

namespace tracking {

namespace {

constexpr base::Duration kSweep = std::chrono::milliseconds(500);
constexpr base::Duration kQuarter = std::chrono::minutes(15);
constexpr std::size_t kTenantsAtOnce = 64;
constexpr std::size_t kDeltasAtOnce = 500;

struct After {
  domain::TenantId after;
};
BOOST_DESCRIBE_STRUCT(After, (), (after))

struct DirtyTenant {
  std::optional<domain::TenantId> tenant_id;
};
BOOST_DESCRIBE_STRUCT(DirtyTenant, (), (tenant_id))

struct OfTenant {
  domain::TenantId tenant_id;
};
BOOST_DESCRIBE_STRUCT(OfTenant, (), (tenant_id))

struct DeltaHead {
  domain::EventId id;
  bool livemode = false;
  domain::Currency currency;
  Time counted_at;
};
BOOST_DESCRIBE_STRUCT(DeltaHead, (), (id, livemode, currency, counted_at))
struct Delta : DeltaHead, domain::Totals {};
BOOST_DESCRIBE_STRUCT(Delta, (DeltaHead, domain::Totals), ())

struct EightDeltas {
  domain::TenantId tenant_id;
  domain::EventId id_0, id_1, id_2, id_3, id_4, id_5, id_6, id_7;
};
BOOST_DESCRIBE_STRUCT(EightDeltas, (), (tenant_id, id_0, id_1, id_2, id_3, id_4, id_5, id_6, id_7))

struct QuarterHead {
  bool livemode = false;
  domain::Currency currency;
  Time bucket_at;
};
BOOST_DESCRIBE_STRUCT(QuarterHead, (), (livemode, currency, bucket_at))
struct Quarter : QuarterHead, domain::Totals {};
BOOST_DESCRIBE_STRUCT(Quarter, (QuarterHead, domain::Totals), ())
struct QuarterRow : Quarter {
  domain::TenantId tenant_id;
};
BOOST_DESCRIBE_STRUCT(QuarterRow, (Quarter), (tenant_id))

struct DayRow : domain::Totals {
  domain::TenantId tenant_id;
  bool livemode = false;
  std::int64_t day = 0;
  domain::Currency currency;
};
BOOST_DESCRIBE_STRUCT(DayRow, (domain::Totals), (tenant_id, livemode, day, currency))

constexpr store::Query<After, DirtyTenant> kNextTenant{sql::next_tenant_with_deltas};
constexpr store::Query<OfTenant, Delta> kTakeDeltas{sql::take_deltas};
constexpr store::Query<EightDeltas> kDeleteDeltas{sql::delete_deltas};
constexpr store::Query<QuarterRow> kAddToQuarter{sql::add_to_quarter};
constexpr store::Query<DayRow> kAddToDay{sql::add_to_day};
constexpr store::Query<OfTenant> kCountChange{sql::count_totals_change};
constexpr store::Query<OfTenant> kForgetDays{sql::forget_days};
constexpr store::Query<OfTenant, Quarter> kQuartersOf{sql::quarters_of};

using DayKey = std::tuple<bool, domain::Currency, std::int64_t>;
using QuarterKey = std::tuple<bool, domain::Currency, Time>;

Time quarter_of(Time t) {
  const auto us = base::micros(t);
  return base::from_micros(us - us % kQuarter.count());
}

Status add_days(store::Tx& tx, domain::TenantId tenant_id,
                const std::map<DayKey, domain::Totals>& days) {
  for (const auto& [key, totals] : days) {
    if (domain::is_zero(totals)) continue;
    DayRow row;
    static_cast<domain::Totals&>(row) = totals;
    row.tenant_id = tenant_id;
    std::tie(row.livemode, row.currency, row.day) = key;
    TRY_STATUS(tx.later(kAddToDay, row));
  }
  return {};
}

// When another folder took one of them, this fails and all is undone.
Status delete_all(store::Tx& tx, domain::TenantId tenant_id, const std::vector<Delta>& deltas) {
  std::vector<EightDeltas> rows;
  for (std::size_t first = 0; first < deltas.size(); first += 8) {
    // Beyond the end the last one stands again.
    const auto id = [&](std::size_t i) {
      return deltas[std::min(first + i, deltas.size() - 1)].id;
    };
    rows.push_back({tenant_id, id(0), id(1), id(2), id(3), id(4), id(5), id(6), id(7)});
  }
  TRY(const auto deleted, tx.exec_many(kDeleteDeltas, rows));
  if (deleted == static_cast<std::int64_t>(deltas.size())) return {};
  return base::error(base::Code::conflict, "folded_elsewhere",
                     "another folder took the same deltas");
}

}  // namespace

TotalsFolder::TotalsFolder(base::Runtime& runtime, store::Store& store, FindZone find_zone)
    : runtime_(runtime),
      store_(store),
      find_zone_(std::move(find_zone)),
      loop_(runtime,
            {.name = "tracking.totals",
             .sweep = kSweep,
             .in_flight_max = kTenantsAtOnce,
             .claim_max = kTenantsAtOnce},
            [this](std::size_t room) { return claim(room); }) {}

base::Awaitable<Result<TotalsFolder::Tasks>> TotalsFolder::claim(std::size_t room) {
  auto body = [room](store::Tx& tx) -> Result<std::vector<domain::TenantId>> {
    std::vector<domain::TenantId> tenants;
    After position;
    while (tenants.size() < room) {
      TRY(const auto next, tx.one(kNextTenant, position));
      if (!next || !next->tenant_id) break;
      tenants.push_back(*next->tenant_id);
      position.after = *next->tenant_id;
    }
    return tenants;
  };
  CO_TRY(const auto tenants, co_await store_.with_reads(body));
  for (const auto& tenant_id : tenants) co_await fold_tenant(tenant_id);
  // Folded here, one after another: folding must not compete with itself for the same rows.
  co_return Tasks{};
}

base::Awaitable<void> TotalsFolder::fold_tenant(domain::TenantId tenant_id) {
  auto body = [this, tenant_id](store::Tx& tx) { return fold(tx, tenant_id); };
  for (;;) {
    auto folded = co_await store_.with_transaction(body);
    if (!folded) {
      base::log::warn("totals could not be folded",
                      {{"tenant", tenant_id.text()}, {"detail", folded.error().detail}});
      co_return;
    }
    if (*folded < kDeltasAtOnce) co_return;
  }
}

Result<std::size_t> TotalsFolder::fold(store::Tx& tx, domain::TenantId tenant_id) {
  // First, because its row lock keeps folds and rebuilds of a tenant apart.
  TRY_STATUS(tx.exec(kCountChange, OfTenant{tenant_id}));
  TRY(const auto zone, find_zone_(tx, tenant_id));
  TRY(const auto deltas, tx.all(kTakeDeltas, OfTenant{tenant_id}));
  std::map<QuarterKey, domain::Totals> quarters;
  std::map<DayKey, domain::Totals> days;
  for (const Delta& delta : deltas) {
    const std::int64_t day = zone->day_of(delta.counted_at).since_1970;
    TRY_STATUS(domain::add(quarters[{delta.livemode, delta.currency, quarter_of(delta.counted_at)}],
                           delta));
    TRY_STATUS(domain::add(days[{delta.livemode, delta.currency, day}], delta));
  }
  for (const auto& [key, totals] : quarters) {
    if (domain::is_zero(totals)) continue;
    QuarterRow row;
    static_cast<domain::Totals&>(row) = totals;
    row.tenant_id = tenant_id;
    std::tie(row.livemode, row.currency, row.bucket_at) = key;
    TRY_STATUS(tx.later(kAddToQuarter, row));
  }
  TRY_STATUS(add_days(tx, tenant_id, days));
  TRY_STATUS(delete_all(tx, tenant_id, deltas));
  return deltas.size();
}

Status TotalsFolder::rebuild_days(store::Tx& tx, domain::TenantId tenant_id,
                                  const domain::TimeZone& zone) {
  TRY_STATUS(tx.exec(kCountChange, OfTenant{tenant_id}));
  TRY_STATUS(tx.exec(kForgetDays, OfTenant{tenant_id}));
  std::map<DayKey, domain::Totals> days;
  auto add = [&days, &zone](const Quarter& quarter) -> Status {
    const std::int64_t day = zone.day_of(quarter.bucket_at).since_1970;
    return domain::add(days[{quarter.livemode, quarter.currency, day}], quarter);
  };
  TRY_STATUS(tx.each(kQuartersOf, OfTenant{tenant_id}, add));
  return add_days(tx, tenant_id, days);
}

}  // namespace tracking
