#pragma once
#include <functional>
#include <memory>
#include <string>

#include "api/pay_desk.h"
#include "api/pay_page_html.h"
#include "api/routes.h"
#include "messaging/messages.h"
#include "tracking/transactions.h"

namespace api {

// /p/{token} with its logo and its QR code, and /u/{token} (one-click unsubscribe, RFC 8058): all
// that payers see.
struct PayPageDeps {
  base::Runtime& runtime;
  store::Store& store;
  payments::Checkout& checkout;
  PayDesk& desk;
  tracking::Transactions& transactions;
  messaging::Messages& messages;
  domain::TimeZones& zones;
  PagePolicy policy;
  std::uint32_t requests_per_second = 20;  // per address
};
void add_pay_page_routes(Routes& routes, PayPageDeps deps);

}  // namespace api
