#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace providers::stripe {

inline constexpr std::size_t kSignatureHeaderBytesMax = 4096;
inline constexpr base::Duration kSignatureTolerance = std::chrono::seconds(300);

// Checks a Stripe-Signature header ("t=…,v1=…[,v1=…]") over the raw body: HMAC-SHA-256 of
// "<t>.<body>" under any of the secrets equals any of the v1 values, and t is at most the tolerance
// away from `now` in either direction. Other schemes (v0) are passed over. Comparisons take
// constant time. Source: docs.stripe.com/webhooks/signature.
// Code::unauthenticated; Error::reason is missing, too_long, malformed, mismatch or stale.
base::Status verify_signature(std::string_view body, std::string_view header,
                              std::span<const base::Secret<std::string>> secrets, base::Time now);

}  // namespace providers::stripe
