#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/describe.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "domain/request.h"

namespace domain {

enum class LedgerKind : std::uint8_t {
  charge,
  provider_fee,
  sms_fee,
  email_fee,
  refund,
  dispute,
  adjustment
};
BOOST_DESCRIBE_ENUM(LedgerKind, charge, provider_fee, sms_fee, email_fee, refund, dispute,
                    adjustment)

// One append-only line. Signed from the merchant's view: charges and money that came back (failed
// refunds and won disputes, kind adjustment) are positive; fees, refunds and disputes are negative.
// Any sum of lines of one currency is that currency's net.
struct LedgerEntry {
  LedgerKind kind = LedgerKind::charge;
  Currency currency;
  std::int64_t amount_micros = 0;
  bool livemode = false;
  base::Time at;  // when it happened at the provider
  friend bool operator==(const LedgerEntry&, const LedgerEntry&) = default;
};
BOOST_DESCRIBE_STRUCT(LedgerEntry, (), (kind, currency, amount_micros, livemode, at))

// One bucket of the dashboard. `bucket_at` is the UTC start of a local hour or day (see
// timezone.h).
struct TotalsKey {
  TenantId tenant_id;
  bool livemode = false;
  Currency currency;
  base::Time bucket_at;
  friend auto operator<=>(const TotalsKey&, const TotalsKey&) = default;
};
BOOST_DESCRIBE_STRUCT(TotalsKey, (), (tenant_id, livemode, currency, bucket_at))

// Sums; as a delta each member may be negative. Requests are counted in the bucket of their
// creation and money in that of its event. Money has the ledger's signs, so net is a plain sum.
struct Totals {
  std::int64_t draft_count = 0, draft_micros = 0;
  std::int64_t scheduled_count = 0, scheduled_micros = 0;
  std::int64_t open_count = 0, open_micros = 0;
  std::int64_t processing_count = 0, processing_micros = 0;
  std::int64_t paid_count = 0, paid_micros = 0;
  std::int64_t expired_count = 0, expired_micros = 0;
  std::int64_t cancelling_count = 0, cancelling_micros = 0;
  std::int64_t cancelled_count = 0, cancelled_micros = 0;
  std::int64_t charged_micros = 0;
  std::int64_t provider_fee_micros = 0;
  std::int64_t sms_fee_micros = 0;
  std::int64_t email_fee_micros = 0;
  std::int64_t refunded_micros = 0;
  std::int64_t disputed_micros = 0;
  std::int64_t adjusted_micros = 0;
  friend bool operator==(const Totals&, const Totals&) = default;
};
BOOST_DESCRIBE_STRUCT(Totals, (),
                      (draft_count, draft_micros, scheduled_count, scheduled_micros, open_count,
                       open_micros, processing_count, processing_micros, paid_count, paid_micros,
                       expired_count, expired_micros, cancelling_count, cancelling_micros,
                       cancelled_count, cancelled_micros, charged_micros, provider_fee_micros,
                       sms_fee_micros, email_fee_micros, refunded_micros, disputed_micros,
                       adjusted_micros))

struct TotalsDelta {
  TotalsKey key;
  Totals totals;
  friend bool operator==(const TotalsDelta&, const TotalsDelta&) = default;
};
BOOST_DESCRIBE_STRUCT(TotalsDelta, (), (key, totals))

// What a new request (before = nullopt) or a change of its status adds. `amount` passed
// check_amount().
struct RequestCounted {
  std::optional<RequestStatus> before;
  RequestStatus after = RequestStatus::draft;
  Money amount;
};
Totals totals_of(const RequestCounted& change);
Totals totals_of(const LedgerEntry& entry);

// Sums per key, sorted by key, zero rows dropped. Any order and grouping of the same deltas gives
// the same rows. Code::corrupt when a sum leaves int64.
Result<std::vector<TotalsDelta>> fold(std::span<const TotalsDelta> deltas);
// Checked; `into` is untouched on Code::corrupt.
Status add(Totals& into, const Totals& delta);
bool is_zero(const Totals& totals);
// Charges less fees, refunds and disputes, in the key's currency.
Result<Micros> net(const Totals& totals);

}  // namespace domain
