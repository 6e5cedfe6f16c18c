#pragma once
#include <memory>

#include "base/runtime.h"
#include "net/http.h"
#include "providers/limiter.h"
#include "providers/sms.h"

// Twilio's Messages and their callbacks behind providers::SmsProvider.
namespace providers::twilio {

struct Options {
  base::Duration timeout = std::chrono::seconds(20);
  // Of reading calls only: a repeated send could text twice.
  int retries_max = 2;
  base::Duration backoff = std::chrono::milliseconds(500);
  base::Duration backoff_max = std::chrono::seconds(5);
  LimiterOptions limiter{.live_per_second = 100, .test_per_second = 100};
};

// `runtime` and `http` outlive the provider.
std::unique_ptr<SmsProvider> sms_provider(base::Runtime& runtime, net::HttpClient& http,
                                          Options options = {});

}  // namespace providers::twilio
