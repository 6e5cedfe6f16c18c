#pragma once
#include <functional>

#include "base/work_loop.h"
#include "requests/requests.h"

namespace requests {

// Closes requests whose time is over. Owned by app, lives as long as the runtime. Several processes
// may run it: the row lock and domain::next decide. After an outage it works through what is due,
// oldest first.
class Expiry {
 public:
  // Called in the transaction that expired a request; app ends its open checkout session with it.
  using OnExpired = std::function<Status(store::Tx&, const PaymentRequest&)>;
  Expiry(base::Runtime& runtime, store::Store& store, Requests& requests, OnExpired on_expired);

  void start() { loop_.start(); }

 private:
  using Tasks = std::vector<base::Awaitable<void>>;
  base::Awaitable<Result<Tasks>> claim(std::size_t room);
  base::Awaitable<void> expire(domain::TenantId tenant_id, domain::RequestId id);

  base::Runtime& runtime_;
  store::Store& store_;
  Requests& requests_;
  OnExpired on_expired_;
  base::WorkLoop loop_;
};

}  // namespace requests
