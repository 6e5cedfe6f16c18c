#pragma once
#include "api/idempotent.h"
#include "api/routes.h"
#include "messaging/messages.h"
#include "payments/sessions.h"
#include "requests/requests.h"
#include "store/store.h"

namespace api {

// /v1/payment-requests: create, list, read, cancel, resend, timeline. Composes requests, messaging
// and payments in one transaction each.
struct PaymentRequestDeps {
  base::Runtime& runtime;
  store::Store& store;
  Creator& creator;
  requests::Requests& requests;
  messaging::Messages& messages;
  payments::Sessions& sessions;
};
void add_payment_request_routes(Routes& routes, PaymentRequestDeps deps);

}  // namespace api
