#pragma once
#include <vector>

#include "domain/ids.h"
#include "domain/ledger.h"
#include "domain/timezone.h"
#include "store/store.h"

namespace reads {

using base::Result;
using base::Time;

// One day of one currency. Sums as in domain::Totals.
struct DashboardDay : domain::Totals {
  domain::Day day;
  domain::Currency currency;
};

// What dashboard_days() answers stays the same while `version` does and nothing is unfolded. Read
// it before the days: they are then at least as new.
struct TotalsVersion {
  std::int64_t version = 0;
  bool unfolded = true;
};
BOOST_DESCRIBE_STRUCT(TotalsVersion, (), (version, unfolded))
Result<TotalsVersion> totals_version(store::Tx& tx, domain::TenantId tenant_id, bool livemode);

// The days from `since` on, by day, then currency: folded buckets plus what was not folded yet.
Result<std::vector<DashboardDay>> dashboard_days(store::Tx& tx, domain::TenantId tenant_id,
                                                 bool livemode, domain::Day since,
                                                 const domain::TimeZone& zone);

// Things that a person should look at; each count stops at kAttentionMax.
inline constexpr std::int64_t kAttentionMax = 1000;
struct Attention {
  std::int64_t quarantined = 0;
  std::int64_t unknown_messages = 0;
  std::int64_t failed_messages = 0;
  std::int64_t overdue = 0;
  std::int64_t overpaid = 0;
};
BOOST_DESCRIBE_STRUCT(Attention, (),
                      (quarantined, unknown_messages, failed_messages, overdue, overpaid))
Result<Attention> attention(store::Tx& tx, domain::TenantId tenant_id, bool livemode, Time since,
                            Time now);

}  // namespace reads
