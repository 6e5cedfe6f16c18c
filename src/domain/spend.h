#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "base/time.h"
#include "domain/message.h"

namespace domain {

inline constexpr std::int64_t kMessagesPerAddressMax = 3;
inline constexpr base::Duration kAddressWindow = std::chrono::minutes{10};

// A tenant's limits on what it can spend by texting. Everything not allowed is refused.
struct SpendPolicy {
  std::vector<std::string> allowed_countries;  // ISO 3166-1 alpha-2; empty allows none
  std::int64_t messages_per_day_max = 0;       // per tenant, both channels; 0 allows none
};
BOOST_DESCRIBE_STRUCT(SpendPolicy, (), (allowed_countries, messages_per_day_max))

// What the caller counted in the same transaction that claims the message; nullopt when it could
// not count.
struct SpendFacts {
  Channel channel = Channel::sms;
  std::string country;  // of the phone number; ignored for email
  std::optional<std::int64_t> sent_to_address_in_window;
  std::optional<std::int64_t> sent_today;
};

// The first guard that refuses, or nullopt: send. Fails closed.
std::optional<SuppressReason> spend_guard(const SpendPolicy& policy, const SpendFacts& facts);

}  // namespace domain
