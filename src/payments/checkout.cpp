#include "payments/checkout.h"

#include "base/log.h"

namespace payments {

Checkout::Checkout(store::Store& store, Sessions& sessions, providers::PaymentProvider& provider,
                   FindAccount find_account)
    : store_(store),
      sessions_(sessions),
      provider_(provider),
      find_account_(std::move(find_account)) {}

base::Awaitable<Result<std::string>> Checkout::hand_over(Prepare prepare) {
  auto begin = [this, prepare](store::Tx& tx) -> Result<Intent> {
    Intent intent;
    TRY(intent.order, prepare(tx));
    TRY(intent.session, sessions_.begin(tx, intent.order.session));
    TRY(intent.account, find_account_(tx, intent.session.tenant_id, intent.session.connection_id));
    return intent;
  };
  CO_TRY(auto intent, co_await store_.with_transaction(begin));
  if (intent.session.status == SessionStatus::open) co_return intent.session.url;
  auto created = co_await create_at_provider(std::move(intent));
  if (!created) co_return created.error();
  if (created->status != SessionStatus::open) {
    co_return base::error(base::Code::unavailable, "session_ended",
                          "the checkout session has just ended");
  }
  co_return created->url;
}

base::Awaitable<Result<CheckoutSession>> Checkout::create_at_provider(Intent intent) {
  const CheckoutSession& s = intent.session;
  providers::CreateCheckout order;
  order.id = s.id;
  order.request_id = s.request_id;
  order.amount = s.amount();
  order.description = intent.order.description;
  order.payer_email = intent.order.payer_email;
  order.locale = intent.order.locale;
  order.success_url = intent.order.success_url;
  order.cancel_url = intent.order.cancel_url;
  order.expires_at = s.expires_at;
  const domain::TenantId tenant_id = s.tenant_id;
  const domain::CheckoutSessionId id = s.id;
  auto answer = co_await provider_.create_checkout(intent.account, order);
  if (!answer) {
    const base::Error error = answer.error();
    base::log::warn(
        "checkout session was not created",
        {{"session", id.text()}, {"code", base::to_string(error.code)}, {"reason", error.reason}});
    if (error.code == base::Code::refused || error.code == base::Code::invalid_argument) {
      auto refuse = [this, tenant_id, id](store::Tx& tx) {
        return sessions_.refused(tx, tenant_id, id);
      };
      CO_TRY_STATUS(co_await store_.with_transaction(refuse));
      co_return base::error(base::Code::refused, error.reason,
                            "the payment provider refused the checkout");
    }
    // Nothing is known: the intent stays, and whoever comes next (payer or worker) repeats it under
    // the same id.
    co_return base::error(base::Code::unavailable, "provider_unavailable",
                          "the payment provider can't be reached");
  }
  const providers::CheckoutSnapshot snapshot = *answer;
  auto record = [this, tenant_id, id, snapshot](store::Tx& tx) {
    return sessions_.opened(tx, tenant_id, id, snapshot);
  };
  co_return co_await store_.with_transaction(record);
}

}  // namespace payments
