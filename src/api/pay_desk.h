#pragma once
#include <functional>
#include <string>

#include "identity/tenants.h"
#include "payments/checkout.h"
#include "reads/pages.h"
#include "requests/requests.h"

namespace api {

using base::Result;
using base::Status;

// A link's page and whose it is.
struct LinkedPage : reads::PayPage {
  std::shared_ptr<const identity::Tenant> merchant;
};

// Finds the page of a link, and makes the order that a payer's press of Pay sends to the provider,
// for the pay page and for the worker that repeats an unfinished creation: the same session always
// yields the same order. Immutable; called inside a transaction.
class PayDesk {
 public:
  // The tenant's connected payment account in that mode; not_found when there is none.
  using FindConnection =
      std::function<Result<domain::ConnectionId>(store::Tx&, domain::TenantId, bool livemode)>;
  using FindMerchant =
      std::function<Result<std::shared_ptr<const identity::Tenant>>(store::Tx&, domain::TenantId)>;
  PayDesk(requests::Requests& requests, std::string public_url, FindConnection find_connection,
          FindMerchant find_merchant);

  // What the page of a link shows; absent for an unknown link.
  Result<std::optional<LinkedPage>> page(store::Tx& tx, const std::string& token);
  // At most reads::kPagesAtOnce, in their order.
  Result<std::vector<std::optional<LinkedPage>>> pages(store::Tx& tx,
                                                       std::span<const std::string> tokens);

  // Pay was pressed on the page of `token`. not_found: unknown link; conflict "closed": it takes no
  // payments (any more).
  Result<payments::PayOrder> order_for(store::Tx& tx, const std::string& token);
  // The address that stands in the message.
  std::string link_of(const std::string& token) const;
  // The order of a session whose creation is unfinished.
  Result<payments::PayOrder> order_again(store::Tx& tx, const payments::CheckoutSession& session);

 private:
  payments::PayOrder fill(payments::SessionOrder session, const LinkedPage& page,
                          const std::string& token) const;

  requests::Requests& requests_;
  std::string public_url_;
  FindConnection find_connection_;
  FindMerchant find_merchant_;
};

// The language of a payer: the client's, else the merchant's.
std::string locale_of(const LinkedPage& page);

}  // namespace api
