#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/work_loop.h"
#include "providers/payment.h"
#include "store/batch.h"
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
  struct Claimed {
    Transaction row;
    Result<providers::PaymentAccount> account;
  };
  struct Answered {
    Transaction row;  // as it was claimed
    Result<providers::CheckoutSnapshot> answer;
  };
  struct Recorded {};
  using Recorder = store::Batch<Answered, Recorded>;

  base::Awaitable<Result<Tasks>> claim(std::size_t room);
  base::Awaitable<void> verify(Claimed claimed);
  Result<std::vector<Recorded>> record(store::Tx& tx, std::span<const Answered> items);

  base::Runtime& runtime_;
  store::Store& store_;
  Transactions& transactions_;
  providers::PaymentProvider& provider_;
  FindAccount find_account_;
  std::string owner_;
  Recorder recorder_;
  base::WorkLoop loop_;
};

}  // namespace tracking
