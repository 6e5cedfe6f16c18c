#pragma once
#include <string>

#include "api/routes.h"
#include "messaging/callbacks.h"
#include "tracking/callbacks.h"

namespace api {

// /callbacks/…: what providers call. 2xx only after the commit.
void add_stripe_callback_routes(Routes& routes, tracking::Callbacks& callbacks);
void add_twilio_callback_routes(Routes& routes, messaging::Callbacks& callbacks,
                                std::string public_url);

}  // namespace api
