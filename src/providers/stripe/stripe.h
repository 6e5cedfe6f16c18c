#pragma once
#include <memory>

#include "base/runtime.h"
#include "net/http.h"
#include "providers/limiter.h"
#include "providers/payment.h"

// Stripe's Checkout, refunds, disputes and events behind providers::PaymentProvider.
namespace providers::stripe {

// The API version that our requests and parsers were written and checked against. Sent with every
// call, so that an account's default version never changes what we read.
inline constexpr std::string_view kApiVersion = "2026-08-26.dahlia";

struct Options {
  base::Duration timeout = std::chrono::seconds(30);  // of one try
  int retries_max = 2;
  base::Duration backoff =
      std::chrono::milliseconds(500);  // before the first repetition, then doubled
  base::Duration backoff_max = std::chrono::seconds(5);    // also of a Retry-After we wait out
  base::Duration retry_window = std::chrono::seconds(40);  // no repetition starts later than this
  LimiterOptions limiter;                                  // docs.stripe.com/rate-limits
};

// `runtime` and `http` outlive the provider.
std::unique_ptr<PaymentProvider> payment_provider(base::Runtime& runtime, net::HttpClient& http,
                                                  Options options = {});

}  // namespace providers::stripe
