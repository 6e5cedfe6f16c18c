#include "domain/ledger.h"

#include <array>
#include <map>
#include <optional>

#include "base/assert.h"

namespace domain {
namespace {

constexpr std::size_t kColumns = boost::mp11::mp_size<
    boost::describe::describe_members<Totals, boost::describe::mod_public>>::value;
// Wide enough that adding never overflows before the end, so that the order of adding can't matter.
using Wide = std::array<__int128, kColumns>;

void widen(Wide& into, const Totals& totals) {
  std::size_t i = 0;
  base::for_each_member<Totals>([&](const char*, auto member) { into[i++] += totals.*member; });
}

Result<Totals> narrow(const Wide& sums) {
  Totals out;
  std::size_t i = 0;
  bool fits = true;
  base::for_each_member<Totals>([&](const char*, auto member) {
    out.*member = static_cast<std::int64_t>(sums[i]);
    fits = fits && out.*member == sums[i];
    ++i;
  });
  if (!fits) return base::error(base::Code::corrupt, "a total leaves the range of 64 bits");
  return out;
}

struct StatusColumns {
  std::int64_t Totals::* count;
  std::int64_t Totals::* micros;
};

StatusColumns columns_of(RequestStatus status) {
  switch (status) {
    case RequestStatus::draft: return {&Totals::draft_count, &Totals::draft_micros};
    case RequestStatus::scheduled: return {&Totals::scheduled_count, &Totals::scheduled_micros};
    case RequestStatus::open: return {&Totals::open_count, &Totals::open_micros};
    case RequestStatus::processing: return {&Totals::processing_count, &Totals::processing_micros};
    case RequestStatus::paid: return {&Totals::paid_count, &Totals::paid_micros};
    case RequestStatus::expired: return {&Totals::expired_count, &Totals::expired_micros};
    case RequestStatus::cancelling: return {&Totals::cancelling_count, &Totals::cancelling_micros};
    case RequestStatus::cancelled: return {&Totals::cancelled_count, &Totals::cancelled_micros};
  }
  QT_ASSERT(false);
}

std::int64_t Totals::* column_of(LedgerKind kind) {
  switch (kind) {
    case LedgerKind::charge: return &Totals::charged_micros;
    case LedgerKind::provider_fee: return &Totals::provider_fee_micros;
    case LedgerKind::sms_fee: return &Totals::sms_fee_micros;
    case LedgerKind::email_fee: return &Totals::email_fee_micros;
    case LedgerKind::refund: return &Totals::refunded_micros;
    case LedgerKind::dispute: return &Totals::disputed_micros;
    case LedgerKind::adjustment: return &Totals::adjusted_micros;
  }
  QT_ASSERT(false);
}

}  // namespace

Totals totals_of(const RequestCounted& change) {
  const auto micros = to_micros(change.amount);
  QT_ASSERT(micros.has_value());
  Totals totals;
  if (change.before) {
    const auto columns = columns_of(*change.before);
    totals.*columns.count -= 1;
    totals.*columns.micros -= micros->value;
  }
  const auto columns = columns_of(change.after);
  totals.*columns.count += 1;
  totals.*columns.micros += micros->value;
  return totals;
}

Totals totals_of(const LedgerEntry& entry) {
  Totals totals;
  totals.*column_of(entry.kind) = entry.amount_micros;
  return totals;
}

Result<std::vector<TotalsDelta>> fold(std::span<const TotalsDelta> deltas) {
  std::map<TotalsKey, Wide> sums;
  for (const auto& delta : deltas) widen(sums[delta.key], delta.totals);
  std::vector<TotalsDelta> out;
  for (const auto& [key, wide] : sums) {
    TRY(const auto totals, narrow(wide));
    if (!is_zero(totals)) out.push_back({key, totals});
  }
  return out;
}

Status add(Totals& into, const Totals& delta) {
  Wide sums{};
  widen(sums, into);
  widen(sums, delta);
  TRY(into, narrow(sums));
  return {};
}

bool is_zero(const Totals& totals) { return totals == Totals{}; }

Result<Micros> net(const Totals& totals) {
  const auto sum = static_cast<__int128>(totals.charged_micros) + totals.provider_fee_micros +
                   totals.sms_fee_micros + totals.email_fee_micros + totals.refunded_micros +
                   totals.disputed_micros + totals.adjusted_micros;
  const auto value = static_cast<std::int64_t>(sum);
  if (value != sum) return base::error(base::Code::corrupt, "net leaves the range of 64 bits");
  return Micros{value};
}

}  // namespace domain
