#pragma once
#include "api/idempotent.h"
#include "api/routes.h"
#include "payments/refunds.h"
#include "requests/requests.h"
#include "store/store.h"
#include "tracking/transactions.h"

namespace api {

// /v1/transactions with refunds, /v1/disputes, /v1/quarantine, /v1/messages.
struct MoneyDeps {
  store::Store& store;
  Creator& creator;
  tracking::Transactions& transactions;
  payments::Refunds& refunds;
};
// What of a verified payment can be given back.
payments::Refundable refundable_of(const tracking::Transaction& transaction);
void add_money_routes(Routes& routes, MoneyDeps deps);

}  // namespace api
