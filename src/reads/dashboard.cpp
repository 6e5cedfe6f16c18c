#include "reads/dashboard.h"

#include <map>
#include <tuple>

#include "domain/message.h"
#include "domain/transaction.h"
#include "reads/sql.gen.h"

namespace reads {

namespace {

struct OfMode {
  domain::TenantId tenant_id;
  bool livemode = false;
};
BOOST_DESCRIBE_STRUCT(OfMode, (), (tenant_id, livemode))

struct SinceDay {
  domain::TenantId tenant_id;
  bool livemode = false;
  std::int64_t since_day = 0;
};
BOOST_DESCRIBE_STRUCT(SinceDay, (), (tenant_id, livemode, since_day))

// A folded day (counted_at is 0), or a change that was not folded yet (day is 0).
struct TotalsHead {
  domain::Currency currency;
  std::int64_t day = 0;
  std::int64_t counted_at = 0;
};
BOOST_DESCRIBE_STRUCT(TotalsHead, (), (currency, day, counted_at))
struct TotalsRow : TotalsHead, domain::Totals {};
BOOST_DESCRIBE_STRUCT(TotalsRow, (TotalsHead, domain::Totals), ())

struct CountParams {
  domain::TenantId tenant_id;
  bool livemode = false;
  std::string status;
  domain::MessageId since_id;
  Time now;
};
BOOST_DESCRIBE_STRUCT(CountParams, (), (tenant_id, livemode, status, since_id, now))

struct CountRow {
  std::int64_t n = 0;
};
BOOST_DESCRIBE_STRUCT(CountRow, (), (n))

using Count = store::Query<CountParams, CountRow>;
constexpr store::Query<OfMode, TotalsVersion> kVersion{sql::totals_version};
constexpr store::Query<SinceDay, TotalsRow> kRows{sql::dashboard_rows};
constexpr Count kCountTransactions{sql::count_transactions_in_status};
constexpr Count kCountMessages{sql::count_messages_in_status};
constexpr Count kCountOverdue{sql::count_overdue};
constexpr Count kCountFlagged{sql::count_requests_flagged};

// The smallest id that could have been made at `t`.
domain::MessageId first_id_at(Time t) {
  domain::MessageId id;
  auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, base::micros(t) / 1000));
  for (int i = 5; i >= 0; --i, ms >>= 8) id.value.bytes[static_cast<std::size_t>(i)] = ms & 0xff;
  return id;
}

}  // namespace

Result<TotalsVersion> totals_version(store::Tx& tx, domain::TenantId tenant_id, bool livemode) {
  TRY(const auto row, tx.one(kVersion, OfMode{tenant_id, livemode}));
  return row.value_or(TotalsVersion{});
}

Result<std::vector<DashboardDay>> dashboard_days(store::Tx& tx, domain::TenantId tenant_id,
                                                 bool livemode, domain::Day since,
                                                 const domain::TimeZone& zone) {
  std::map<std::pair<domain::Day, domain::Currency>, domain::Totals> days;
  const auto add = [&](const TotalsRow& row) -> base::Status {
    domain::Day day{static_cast<std::int32_t>(row.day)};
    if (row.counted_at != 0) day = zone.day_of(base::from_micros(row.counted_at));
    if (day < since) return {};
    return domain::add(days[{day, row.currency}], row);
  };
  TRY_STATUS(tx.each(kRows, SinceDay{tenant_id, livemode, since.since_1970}, add));
  std::vector<DashboardDay> out;
  out.reserve(days.size());
  for (const auto& [key, totals] : days) {
    DashboardDay& day = out.emplace_back();
    static_cast<domain::Totals&>(day) = totals;
    std::tie(day.day, day.currency) = key;
  }
  return out;
}

Result<Attention> attention(store::Tx& tx, domain::TenantId tenant_id, bool livemode, Time since,
                            Time now) {
  CountParams params{tenant_id, livemode, "", first_id_at(base::from_micros(0)), now};
  const auto count = [&](const Count& query, std::string_view status) -> Result<std::int64_t> {
    params.status = status;
    TRY(const auto row, tx.one(query, params));
    return row ? row->n : 0;
  };
  Attention out;
  TRY(out.quarantined,
      count(kCountTransactions, base::enum_name(domain::TransactionStatus::quarantined)));
  TRY(out.unknown_messages, count(kCountMessages, base::enum_name(domain::MessageStatus::unknown)));
  TRY(out.overdue, count(kCountOverdue, ""));
  TRY(out.overpaid, count(kCountFlagged, ""));
  params.since_id = first_id_at(since);
  TRY(const auto failed, count(kCountMessages, base::enum_name(domain::MessageStatus::failed)));
  TRY(const auto undelivered,
      count(kCountMessages, base::enum_name(domain::MessageStatus::undelivered)));
  out.failed_messages = std::min(failed + undelivered, kAttentionMax);
  return out;
}

}  // namespace reads
