#pragma once
#include <cstdint>
#include <string_view>

namespace sandbox::stripe {

// Lowercase ISO 4217 codes that Stripe takes. Source: docs.stripe.com/currencies.
bool is_supported_currency(std::string_view currency);
// Three-decimal currencies end in 0; ISK, UGX (and HUF, TWD in payouts) have no fraction although
// two digits are sent.
std::int64_t amount_step(std::string_view currency);
std::int64_t amount_min(std::string_view currency);
inline constexpr std::int64_t kAmountMax = 99'999'999;

}  // namespace sandbox::stripe
