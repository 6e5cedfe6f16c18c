#pragma once
#include <string>
#include <vector>

#include "base/work_loop.h"
#include "tracking/callbacks.h"
#include "tracking/verifier.h"

namespace tracking {

// Lists each account's events every few minutes, overlapping the span before, and treats what it
// had not received as callbacks: the last resort when callbacks were lost, and the catch-up after
// an outage. Owned by app, lives as long as the runtime.
class Listing {
 public:
  Listing(base::Runtime& runtime, store::Store& store, providers::PaymentProvider& provider,
          FindAccount find_account, Transactions::Wake wake);
  void start() { loop_.start(); }
  void wake() { loop_.wake(); }

 private:
  using Tasks = std::vector<base::Awaitable<void>>;
  struct Claimed;
  base::Awaitable<Result<Tasks>> claim(std::size_t room);
  base::Awaitable<void> list(Claimed claimed);
  base::Awaitable<Status> list_account(const Claimed& claimed, Time started);

  base::Runtime& runtime_;
  store::Store& store_;
  providers::PaymentProvider& provider_;
  FindAccount find_account_;
  Transactions::Wake wake_;
  std::string owner_;
  base::WorkLoop loop_;
};

}  // namespace tracking
