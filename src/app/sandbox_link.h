#pragma once
#include <memory>
#include <string>

#include "app/options.h"
#include "app/people.h"
#include "base/runtime.h"
#include "net/http.h"

namespace app {

// Follows the sandbox's clock, so that moving it moves the product's time too. Ends with the
// runtime.
base::Awaitable<void> follow_clock(base::Runtime& runtime, net::HttpClient& http,
                                   std::string sandbox_url,
                                   std::shared_ptr<base::OffsetClock> clock);

// Tells the sandbox where the demo tenant's callbacks go, as a merchant would in the providers'
// dashboards. Waits for the sandbox to answer, at most half a minute.
base::Awaitable<base::Status> register_demo(base::Runtime& runtime, net::HttpClient& http,
                                            const Options& options, const DemoAccounts& accounts);

}  // namespace app
