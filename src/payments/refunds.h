#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "providers/payment.h"
#include "store/store.h"

namespace payments {

using base::Result;
using base::Status;
using base::Time;

enum class RefundStatus : std::uint8_t {
  requested,  // recorded here; the provider has not confirmed it yet
  pending,    // the provider took it
  succeeded,
  failed,
  canceled,
};
BOOST_DESCRIBE_ENUM(RefundStatus, requested, pending, succeeded, failed, canceled)

struct Refund {
  domain::TenantId tenant_id;
  domain::RefundId id;
  domain::TransactionId transaction_id;
  domain::RequestId request_id;
  bool livemode = false;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  std::string reason;
  RefundStatus status = RefundStatus::requested;
  std::optional<std::string> provider_ref;
  std::string failure;
  std::optional<Time> work_at;
  std::int64_t attempts = 0;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(Refund, (),
                      (tenant_id, id, transaction_id, request_id, livemode, amount_minor, currency,
                       reason, status, provider_ref, failure, work_at, attempts, created_at,
                       updated_at))

// What may be given back, as tracking knows it (its row is locked by the caller).
struct Refundable {
  domain::TenantId tenant_id;
  domain::TransactionId transaction_id;
  domain::RequestId request_id;
  bool livemode = false;
  domain::Money paid;
  std::int64_t refunded_minor = 0;  // confirmed at the provider, whoever asked for it
  std::int64_t disputed_minor = 0;
};

class Refunds {
 public:
  using Wake = std::function<void()>;
  Refunds(base::Ids& ids, const base::Clock& clock, Wake wake);

  // Records a refund to be sent. amount_minor absent: all that is left. Field error on amount_minor
  // "exceeds_refundable" when more is asked for than paid less refunded, disputed and already
  // requested; conflict "nothing_refundable" when nothing is left.
  Result<Refund> ask(store::Tx& tx, const Refundable& what,
                     std::optional<std::int64_t> amount_minor, std::string reason);
  // Brings our rows to what the provider lists for a transaction; refunds made at the provider's
  // own dashboard appear as new rows.
  Status seen(store::Tx& tx, const Refundable& what,
              std::span<const providers::RefundSnapshot> listed);
  Result<Refund> lock(store::Tx& tx, domain::TenantId tenant_id, domain::RefundId id);
  Status save(store::Tx& tx, Refund& refund);

 private:
  base::Ids& ids_;
  const base::Clock& clock_;
  Wake wake_;
};

RefundStatus refund_status_from(
    std::string_view provider_status);  // requires_action counts as pending

}  // namespace payments
