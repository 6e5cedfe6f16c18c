#pragma once
#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace providers::twilio {

struct Outcome {
  std::optional<base::Error> error;  // none: 2xx
  bool repeat = false;               // another try may help; the caller repeats reading calls only
  std::optional<base::Duration> retry_after;
};

// `writes`: a POST, which has no idempotency key. Error::reason is Twilio's number ("21610"); its
// message is left out, for it quotes phone numbers.
// Source: twilio.com/docs/usage/twilios-response and /docs/api/errors.
Outcome classify(bool writes, const base::Result<net::ClientResponse>& answer);

}  // namespace providers::twilio
