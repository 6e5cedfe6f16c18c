#include "reads/dashboard.h"

#include <map>

#include "domain/message.h"
#include "domain/transaction.h"
#include "reads/sql.gen.h"

namespace reads {

namespace {

struct SinceDay {
  domain::TenantId tenant_id;
  bool livemode = false;
  std::int64_t since_day = 0;
};
BOOST_DESCRIBE_STRUCT(SinceDay, (), (tenant_id, livemode, since_day))

struct DayHead {
  domain::Currency currency;
  std::int64_t day = 0;
};
BOOST_DESCRIBE_STRUCT(DayHead, (), (currency, day))
struct DayRow : DayHead, domain::Totals {};
BOOST_DESCRIBE_STRUCT(DayRow, (DayHead, domain::Totals), ())

struct TailHead {
  domain::Currency currency;
  Time counted_at;
};
BOOST_DESCRIBE_STRUCT(TailHead, (), (currency, counted_at))
struct TailRow : TailHead, domain::Totals {};
BOOST_DESCRIBE_STRUCT(TailRow, (TailHead, domain::Totals), ())

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
constexpr store::Query<SinceDay, DayRow> kDays{sql::dashboard_days};
constexpr store::Query<SinceDay, TailRow> kTail{sql::dashboard_tail};
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

Result<std::vector<DashboardDay>> dashboard_days(store::Tx& tx, domain::TenantId tenant_id,
                                                 bool livemode, domain::Day since,
                                                 const domain::TimeZone& zone) {
  const SinceDay params{tenant_id, livemode, since.since_1970};
  std::vector<DashboardDay> out;
  const auto add_day = [&out](const DayRow& row) -> base::Status {
    DashboardDay day;
    static_cast<domain::Totals&>(day) = row;
    day.day.since_1970 = static_cast<std::int32_t>(row.day);
    day.currency = row.currency;
    out.push_back(std::move(day));
    return {};
  };
  TRY_STATUS(tx.each(kDays, params, add_day));
  std::map<std::pair<std::int32_t, domain::Currency>, domain::Totals> tail;
  const auto add_tail = [&](const TailRow& row) -> base::Status {
    const domain::Day day = zone.day_of(row.counted_at);
    if (day < since) return {};
    return domain::add(tail[{day.since_1970, row.currency}], row);
  };
  TRY_STATUS(tx.each(kTail, params, add_tail));
  if (tail.empty()) return out;
  for (DashboardDay& day : out) {
    const auto found = tail.find({day.day.since_1970, day.currency});
    if (found == tail.end()) continue;
    TRY_STATUS(domain::add(day, found->second));
    tail.erase(found);
  }
  for (const auto& [key, totals] : tail) {
    DashboardDay day;
    static_cast<domain::Totals&>(day) = totals;
    day.day.since_1970 = key.first;
    day.currency = key.second;
    out.push_back(std::move(day));
  }
  std::sort(out.begin(), out.end(), [](const DashboardDay& a, const DashboardDay& b) {
    return std::pair(a.day, a.currency) < std::pair(b.day, b.currency);
  });
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
