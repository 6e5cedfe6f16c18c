#pragma once
#include <functional>
#include <optional>
#include <string>

#include "messaging/prepare.h"
#include "providers/sms.h"
#include "store/store.h"

namespace messaging {

// What one segment costs at most, by the provider's price list.
struct SegmentPrice {
  std::int64_t segment_micros = 0;
  std::string currency;
};

// Price lists of the tenants' connections, for estimates before sending; what was charged is told
// with each message. A country's price is asked for once in kPriceAge and kept in the database.
// Immutable; any thread.
inline constexpr base::Duration kPriceAge = std::chrono::hours(7 * 24);

class SmsPrices {
 public:
  using FindAccounts = decltype(Hooks::find_accounts);
  SmsPrices(store::Store& store, const base::Clock& clock, providers::SmsProvider& sms,
            FindAccounts find_accounts)
      : store_(store), clock_(clock), sms_(sms), find_accounts_(std::move(find_accounts)) {}

  // Absent without a connection, or when the provider names no price; an old one rather than none
  // while the provider can't be asked.
  base::Awaitable<Result<std::optional<SegmentPrice>>> find(domain::TenantId tenant_id,
                                                            bool livemode, std::string country);

 private:
  store::Store& store_;
  const base::Clock& clock_;
  providers::SmsProvider& sms_;
  FindAccounts find_accounts_;
};

}  // namespace messaging
