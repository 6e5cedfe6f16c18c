#include "tracking/callbacks.h"

#include <algorithm>
#include <set>

#include "domain/eight.h"
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

struct EightReferences {
  domain::TenantId tenant_0, tenant_1, tenant_2, tenant_3, tenant_4, tenant_5, tenant_6, tenant_7;
  domain::ConnectionId connection_0, connection_1, connection_2, connection_3, connection_4,
      connection_5, connection_6, connection_7;
  std::string_view ref_0, ref_1, ref_2, ref_3, ref_4, ref_5, ref_6, ref_7;
  Time now;
};
BOOST_DESCRIBE_STRUCT(EightReferences, (),
                      (tenant_0, tenant_1, tenant_2, tenant_3, tenant_4, tenant_5, tenant_6,
                       tenant_7, connection_0, connection_1, connection_2, connection_3,
                       connection_4, connection_5, connection_6, connection_7, ref_0, ref_1, ref_2,
                       ref_3, ref_4, ref_5, ref_6, ref_7, now))

constexpr store::Query<EventRow> kInsertEvent{sql::insert_provider_event};
constexpr store::Query<EventRow> kSetOutcome{sql::set_event_outcome};
constexpr store::Query<ByReference> kHintByRef{sql::hint_by_ref};
constexpr store::Query<EightReferences> kHintByRefs{sql::hint_by_refs};
constexpr store::Query<ByReference> kHintByIntent{sql::hint_by_intent};

EventRow row_of(const ReceivedEvent& received) {
  const providers::PaymentEvent& event = received.event;
  const bool names_something = !event.session_ref.empty() || !event.payment_intent.empty();
  return {received.connection_id,
          event.provider_event_id,
          received.tenant_id,
          event.livemode,
          event.type,
          event.session_ref,
          event.payment_intent,
          names_something ? EventOutcome::matched : EventOutcome::ignored,
          received.source,
          event.created_at,
          received.received_at};
}

ByReference reference_of(const ReceivedEvent& received) {
  return {received.tenant_id, received.connection_id, received.event.session_ref,
          received.event.payment_intent, received.received_at};
}

// Every session must be known.
Status hint_sessions(store::Tx& tx, std::span<const ByReference> sessions) {
  const auto hint = [&tx](std::span<const ByReference> some, std::size_t) -> Status {
    const auto at = [some](std::size_t n) -> const ByReference& {
      return domain::nth_of_eight(some, n);
    };
    const EightReferences params{
        at(0).tenant_id,     at(1).tenant_id,     at(2).tenant_id,     at(3).tenant_id,
        at(4).tenant_id,     at(5).tenant_id,     at(6).tenant_id,     at(7).tenant_id,
        at(0).connection_id, at(1).connection_id, at(2).connection_id, at(3).connection_id,
        at(4).connection_id, at(5).connection_id, at(6).connection_id, at(7).connection_id,
        at(0).provider_ref,  at(1).provider_ref,  at(2).provider_ref,  at(3).provider_ref,
        at(4).provider_ref,  at(5).provider_ref,  at(6).provider_ref,  at(7).provider_ref,
        some.back().now};
    TRY(const auto hinted, tx.exec(kHintByRefs, params));
    if (hinted == static_cast<std::int64_t>(some.size())) return {};
    return base::error(base::Code::conflict, "unusual", "an event of an unknown session");
  };
  return domain::by_eights(sessions, hint);
}

// Events that nobody has told of before, each of a known session: what nearly all are. Any other
// among them fails the body with a conflict.
Result<std::vector<EventOutcome>> record_usual(store::Tx& tx,
                                               std::span<const ReceivedEvent> events) {
  std::vector<EventOutcome> outcomes;
  std::set<std::pair<domain::ConnectionId, std::string_view>> seen;
  std::set<std::pair<domain::ConnectionId, std::string_view>> hinted;
  std::vector<ByReference> sessions;
  for (const ReceivedEvent& received : events) {
    // Deliveries of one event that came together share its fate.
    if (!seen.emplace(received.connection_id, received.event.provider_event_id).second) {
      outcomes.push_back(EventOutcome::duplicate);
      continue;
    }
    const EventRow row = row_of(received);
    outcomes.push_back(row.outcome);
    TRY_STATUS(tx.later(kInsertEvent, row));
    if (row.outcome == EventOutcome::ignored) continue;
    if (received.event.session_ref.empty())
      return base::error(base::Code::conflict, "unusual", "an event that names a payment only");
    if (hinted.emplace(received.connection_id, received.event.session_ref).second)
      sessions.push_back(reference_of(received));
  }
  TRY_STATUS(hint_sessions(tx, sessions));
  return outcomes;
}

}  // namespace

Result<EventOutcome> record_event(store::Tx& tx, const ReceivedEvent& received) {
  EventRow row = row_of(received);
  // The unique key decides: whoever inserts the event acts on it, repetitions end here.
  TRY(const auto inserted, tx.exec(kInsertEvent, row));
  if (inserted == 0) return EventOutcome::duplicate;
  if (row.outcome == EventOutcome::ignored) return EventOutcome::ignored;
  const ByReference key = reference_of(received);
  std::int64_t hinted = 0;
  if (!key.provider_ref.empty()) {
    TRY(hinted, tx.exec(kHintByRef, key));
  }
  if (hinted == 0 && !key.payment_intent.empty()) {
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
      provider_(provider),
      find_endpoint_(std::move(find_endpoint)),
      wake_(std::move(wake)),
      recorder_(runtime, store, {.name = "tracking.callbacks", .running_max = 1},
                [this](store::Tx& tx, std::span<const ReceivedEvent> events) {
                  return record(tx, events);
                }) {}

base::Awaitable<Result<EventOutcome>> Callbacks::take(std::string endpoint_name, std::string body,
                                                      std::string signature) {
  CO_TRY(const auto endpoint, co_await find_endpoint_(std::move(endpoint_name)));
  const Time now = runtime_.clock().now();
  CO_TRY(auto event, provider_.read_callback(body, signature, endpoint.secrets, now));
  if (event.livemode != endpoint.livemode) {
    co_return base::field_error("livemode", "mismatch", "the event's mode is not this endpoint's");
  }
  ReceivedEvent received{endpoint.tenant_id, endpoint.connection_id, std::move(event),
                         EventSource::callback, now};
  co_return co_await recorder_.run(std::move(received));
}

Result<std::vector<EventOutcome>> Callbacks::record(store::Tx& tx,
                                                    std::span<const ReceivedEvent> events) {
  std::vector<EventOutcome> outcomes;
  if (events.size() > 1) {
    TRY(outcomes, record_usual(tx, events));
  } else {
    TRY(const auto outcome, record_event(tx, events.front()));
    outcomes.push_back(outcome);
  }
  const bool matched =
      std::find(outcomes.begin(), outcomes.end(), EventOutcome::matched) != outcomes.end();
  if (matched) tx.after_commit(wake_);
  return outcomes;
}

}  // namespace tracking
