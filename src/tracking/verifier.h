#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/work_loop.h"
#include "providers/payment.h"
#include "tracking/transactions.h"

namespace tracking {

using FindAccount = std::function<Result<providers::PaymentAccount>(store::Tx&, domain::TenantId,
                                                                    domain::ConnectionId)>;

// Asks the provider how each due transaction stands. A claim moves verify_at past the lease, so a
// crash costs only that time; many callbacks of one session cause one retrieve. Owned by app, lives
// as long as the runtime.
class Verifier {
 public:
  Verifier(base::Runtime& runtime, store::Store& store, Transactions& transactions,
           providers::PaymentProvider& provider, FindAccount find_account);
  void start() { loop_.start(); }
  void wake() { loop_.wake(); }  // any thread

 private:
  using Tasks = std::vector<base::Awaitable<void>>;
  struct Claimed;
  base::Awaitable<Result<Tasks>> claim(std::size_t room);
  base::Awaitable<void> verify(Claimed claimed);

  base::Runtime& runtime_;
  store::Store& store_;
  Transactions& transactions_;
  providers::PaymentProvider& provider_;
  FindAccount find_account_;
  std::string owner_;
  base::WorkLoop loop_;
};

}  // namespace tracking
