#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/work_loop.h"
#include "payments/checkout.h"
#include "payments/refunds.h"

namespace payments {

// The worker that carries out what was committed: unfinished creations again under the same id,
// expiry of sessions, refunds. Each piece is leased for kLease by moving its work_at, so a crash
// costs only that time. Owned by app, lives as long as the runtime.
class Commands {
 public:
  struct Hooks {
    // Rebuilds the order of a session whose creation is unfinished.
    std::function<Result<PayOrder>(store::Tx&, const CheckoutSession&)> order_of;
    // The provider was told something about this session: tracking should ask it soon.
    std::function<Status(store::Tx&, domain::TenantId, domain::CheckoutSessionId)> verify_soon;
    // The provider's payment intent of a transaction and its connection.
    struct Intent {
      domain::ConnectionId connection_id;
      std::string payment_intent;
    };
    std::function<Result<Intent>(store::Tx&, domain::TenantId, domain::TransactionId)> intent_of;
    // A session that never reached the provider ended (cancel waits for this).
    std::function<Status(store::Tx&, const CheckoutSession&)> on_ended;
  };
  Commands(base::Runtime& runtime, store::Store& store, Sessions& sessions, Refunds& refunds,
           Checkout& checkout, providers::PaymentProvider& provider, FindAccount find_account,
           Hooks hooks);

  void start();
  void wake();  // any thread

 private:
  using Tasks = std::vector<base::Awaitable<void>>;
  base::Awaitable<Result<Tasks>> claim_sessions(std::size_t room);
  base::Awaitable<Result<Tasks>> claim_refunds(std::size_t room);
  base::Awaitable<void> work_session(domain::TenantId tenant_id, domain::CheckoutSessionId id);
  base::Awaitable<Status> expire(CheckoutSession session, providers::PaymentAccount account);
  base::Awaitable<Status> create_again(CheckoutSession session, providers::PaymentAccount account);
  base::Awaitable<Status> session_step(domain::TenantId tenant_id, domain::CheckoutSessionId id);
  base::Awaitable<void> work_refund(domain::TenantId tenant_id, domain::RefundId id);
  base::Awaitable<Status> refund_step(domain::TenantId tenant_id, domain::RefundId id);

  base::Runtime& runtime_;
  store::Store& store_;
  Sessions& sessions_;
  Refunds& refunds_;
  Checkout& checkout_;
  providers::PaymentProvider& provider_;
  FindAccount find_account_;
  Hooks hooks_;
  std::string owner_;
  base::WorkLoop session_loop_;
  base::WorkLoop refund_loop_;
};

}  // namespace payments
