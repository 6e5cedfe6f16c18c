#include "domain/spend.h"

#include <algorithm>

namespace domain {

std::optional<SuppressReason> spend_guard(const SpendPolicy& policy, const SpendFacts& facts) {
  if (facts.channel == Channel::sms) {
    const auto& allowed = policy.allowed_countries;
    if (facts.country.empty() ||
        std::find(allowed.begin(), allowed.end(), facts.country) == allowed.end()) {
      return SuppressReason::country_not_allowed;
    }
  }
  if (!facts.sent_to_address_in_window || !facts.sent_today ||
      *facts.sent_to_address_in_window < 0 || *facts.sent_today < 0) {
    return SuppressReason::guard_unavailable;
  }
  if (*facts.sent_to_address_in_window >= kMessagesPerAddressMax)
    return SuppressReason::number_rate;
  if (*facts.sent_today >= policy.messages_per_day_max) return SuppressReason::daily_cap;
  return std::nullopt;
}

}  // namespace domain
