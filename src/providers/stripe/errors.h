#pragma once
#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace providers::stripe {

// What one try of a call came to. Pure; the waits are done by Api.
struct Outcome {
  std::optional<base::Error> error;  // none: 2xx
  bool repeat = false;               // another try with the same idempotency key may help
  bool may_have_happened = false;    // a later try that tells us nothing does not take this back
  std::optional<base::Duration> retry_after;
};

// `writes`: a POST with an idempotency key, else a GET.
// Source: docs.stripe.com/error-low-level and /api/errors. Error::detail holds codes and the
// request's id only, for Stripe's messages may quote personal data.
Outcome classify(bool writes, const base::Result<net::ClientResponse>& answer);

// The error of the whole call after its last try.
base::Error final_error(base::Error last, bool may_have_happened);

}  // namespace providers::stripe
