#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/runtime.h"
#include "base/secret.h"
#include "domain/ids.h"
#include "providers/payment.h"
#include "store/batch.h"
#include "tracking/transactions.h"

namespace tracking {

// What a callback URL stands for. Several secrets while one is being rotated.
struct Endpoint {
  domain::TenantId tenant_id;
  domain::ConnectionId connection_id;
  bool livemode = false;
  std::vector<base::Secret<std::string>> secrets;
};

enum class EventOutcome : std::uint8_t {
  matched,    // a transaction was told to verify
  unmatched,  // no session of this connection has that reference: nothing was changed
  ignored,    // names no session and no payment
  duplicate,  // stored before; not a column value
};
BOOST_DESCRIBE_ENUM(EventOutcome, matched, unmatched, ignored, duplicate)

enum class EventSource : std::uint8_t { callback, listing };
BOOST_DESCRIBE_ENUM(EventSource, callback, listing)

struct ReceivedEvent {
  domain::TenantId tenant_id;
  domain::ConnectionId connection_id;
  providers::PaymentEvent event;
  EventSource source;
  Time received_at;
};

// Stores one event once and tells its transaction to verify. Inside a transaction.
Result<EventOutcome> record_event(store::Tx& tx, const ReceivedEvent& received);

// Takes callbacks of the payment provider. Thread-safe; owned by app.
class Callbacks {
 public:
  // The connection behind an endpoint's name ("" is the platform's single endpoint); not_found when
  // unknown. Cached by app.
  using FindEndpoint = std::function<base::Awaitable<Result<Endpoint>>(std::string)>;
  Callbacks(base::Runtime& runtime, store::Store& store, const providers::PaymentProvider& provider,
            FindEndpoint find_endpoint, Transactions::Wake wake);

  // Success only after the event is durable: answer 2xx then. not_found: unknown endpoint;
  // unauthenticated: bad, missing or stale signature; invalid_argument: signed but not an event of
  // this mode; anything else: answer 5xx, the provider will try again.
  base::Awaitable<Result<EventOutcome>> take(std::string endpoint, std::string body,
                                             std::string signature);

 private:
  using Recorder = store::Batch<ReceivedEvent, EventOutcome>;
  Result<std::vector<EventOutcome>> record(store::Tx& tx, std::span<const ReceivedEvent> events);

  base::Runtime& runtime_;
  const providers::PaymentProvider& provider_;
  FindEndpoint find_endpoint_;
  Transactions::Wake wake_;
  Recorder recorder_;
};

}  // namespace tracking
