#include "tracking/callbacks.h"

#include "tracking/sql.gen.h"

namespace tracking {

namespace {

struct EventRow {
  domain::ConnectionId connection_id;
  std::string provider_event_id;
  domain::TenantId tenant_id;
  bool livemode = false;
  std::string type;
  std::string session_ref;
  std::string payment_intent;
  EventOutcome outcome;
  EventSource source;
  Time provider_created_at;
  Time received_at;
};
BOOST_DESCRIBE_STRUCT(EventRow, (),
                      (connection_id, provider_event_id, tenant_id, livemode, type, session_ref,
                       payment_intent, outcome, source, provider_created_at, received_at))

struct ByReference {
  domain::TenantId tenant_id;
  domain::ConnectionId connection_id;
  std::string provider_ref;
  std::string payment_intent;
  Time now;
};
BOOST_DESCRIBE_STRUCT(ByReference, (),
                      (tenant_id, connection_id, provider_ref, payment_intent, now))

constexpr store::Query<EventRow> kInsertEvent{sql::insert_provider_event};
constexpr store::Query<EventRow> kSetOutcome{sql::set_event_outcome};
constexpr store::Query<ByReference> kHintByRef{sql::hint_by_ref};
constexpr store::Query<ByReference> kHintByIntent{sql::hint_by_intent};

}  // namespace

Result<EventOutcome> record_event(store::Tx& tx, const Endpoint& endpoint,
                                  const providers::PaymentEvent& event, EventSource source,
                                  Time now) {
  const bool names_something = !event.session_ref.empty() || !event.payment_intent.empty();
  EventRow row{endpoint.connection_id,
               event.provider_event_id,
               endpoint.tenant_id,
               event.livemode,
               event.type,
               event.session_ref,
               event.payment_intent,
               names_something ? EventOutcome::matched : EventOutcome::ignored,
               source,
               event.created_at,
               now};
  // The unique key decides: whoever inserts the event acts on it, repetitions end here.
  TRY(const auto inserted, tx.exec(kInsertEvent, row));
  if (inserted == 0) return EventOutcome::duplicate;
  if (!names_something) return EventOutcome::ignored;
  const ByReference key{endpoint.tenant_id, endpoint.connection_id, event.session_ref,
                        event.payment_intent, now};
  std::int64_t hinted = 0;
  if (!event.session_ref.empty()) {
    TRY(hinted, tx.exec(kHintByRef, key));
  }
  if (hinted == 0 && !event.payment_intent.empty()) {
    TRY(hinted, tx.exec(kHintByIntent, key));
  }
  if (hinted > 0) return EventOutcome::matched;
  row.outcome = EventOutcome::unmatched;
  TRY_STATUS(tx.exec(kSetOutcome, row));
  return EventOutcome::unmatched;
}

Callbacks::Callbacks(base::Runtime& runtime, store::Store& store,
                     const providers::PaymentProvider& provider, FindEndpoint find_endpoint,
                     Transactions::Wake wake)
    : runtime_(runtime),
      store_(store),
      provider_(provider),
      find_endpoint_(std::move(find_endpoint)),
      wake_(std::move(wake)) {}

base::Awaitable<Result<EventOutcome>> Callbacks::take(std::string endpoint_name, std::string body,
                                                      std::string signature) {
  CO_TRY(const auto endpoint, co_await find_endpoint_(std::move(endpoint_name)));
  const Time now = runtime_.clock().now();
  CO_TRY(const auto event, provider_.read_callback(body, signature, endpoint.secrets, now));
  if (event.livemode != endpoint.livemode) {
    co_return base::field_error("livemode", "mismatch", "the event's mode is not this endpoint's");
  }
  auto record = [this, &endpoint, &event, now](store::Tx& tx) -> Result<EventOutcome> {
    TRY(const auto outcome, record_event(tx, endpoint, event, EventSource::callback, now));
    if (outcome == EventOutcome::matched) tx.after_commit(wake_);
    return outcome;
  };
  co_return co_await store_.with_transaction(record);
}

}  // namespace tracking
