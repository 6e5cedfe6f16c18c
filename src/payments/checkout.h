#pragma once
#include <functional>
#include <string>

#include "payments/sessions.h"

namespace payments {

// What the Pay button needs to know; read and checked by the caller in `prepare`.
struct PayOrder {
  SessionOrder session;
  std::string description;
  std::string payer_email;
  std::string locale;
  std::string success_url;
  std::string cancel_url;
};

// Account of a connection; app binds it to identity (cached, so usually no statement).
using FindAccount = std::function<Result<providers::PaymentAccount>(store::Tx&, domain::TenantId,
                                                                    domain::ConnectionId)>;

// Hands payers over. Thread-safe; owned by app.
class Checkout {
 public:
  // Runs inside the first transaction: locks the request, refuses unless it takes payments, says
  // what is to be paid.
  using Prepare = std::function<Result<PayOrder>(store::Tx&)>;
  Checkout(store::Store& store, Sessions& sessions, providers::PaymentProvider& provider,
           FindAccount find_account);

  // The URL of the provider's page. The error of `prepare` as it is; unavailable when the provider
  // can't be reached or the outcome is unknown (pressing again is safe: the same intent goes on);
  // refused when the provider refuses the order.
  base::Awaitable<Result<std::string>> hand_over(Prepare prepare);

  // Creates the session at the provider under its own id and records the outcome; also used by the
  // command worker.
  struct Intent {
    CheckoutSession session;
    PayOrder order;
    providers::PaymentAccount account;
  };
  base::Awaitable<Result<CheckoutSession>> create_at_provider(Intent intent);

 private:
  store::Store& store_;
  Sessions& sessions_;
  providers::PaymentProvider& provider_;
  FindAccount find_account_;
};

}  // namespace payments
