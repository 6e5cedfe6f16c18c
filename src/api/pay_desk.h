#pragma once
#include <functional>
#include <string>

#include "payments/checkout.h"
#include "reads/pages.h"
#include "requests/requests.h"

namespace api {

using base::Result;
using base::Status;

// Makes the order that a payer's press of Pay sends to the provider, for the pay page and for the
// worker that repeats an unfinished creation: the same session always yields the same order.
// Immutable; called inside a transaction.
class PayDesk {
 public:
  // The tenant's connected payment account in that mode; not_found when there is none.
  using FindConnection =
      std::function<Result<domain::ConnectionId>(store::Tx&, domain::TenantId, bool livemode)>;
  PayDesk(requests::Requests& requests, std::string public_url, FindConnection find_connection);

  // Pay was pressed on the page of `token`. not_found: unknown link; conflict "closed": it takes no
  // payments (any more).
  Result<payments::PayOrder> order_for(store::Tx& tx, const std::string& token);
  // The order of a session whose creation is unfinished.
  Result<payments::PayOrder> order_again(store::Tx& tx, const payments::CheckoutSession& session);

 private:
  payments::PayOrder fill(payments::SessionOrder session, const reads::PayPage& page,
                          const std::string& token) const;

  requests::Requests& requests_;
  std::string public_url_;
  FindConnection find_connection_;
};

// The language of a payer: the client's, else the merchant's.
std::string locale_of(const reads::PayPage& page);

}  // namespace api
