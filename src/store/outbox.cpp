#include "store/outbox.h"

#include "store/sql.gen.h"

namespace store {
namespace {

struct NewDelivery {
  std::string_view consumer;
  domain::EventId event_id;
  base::Time available_at;
};
BOOST_DESCRIBE_STRUCT(NewDelivery, (), (consumer, event_id, available_at))

constexpr Query<Event> kInsertEvent{sql::insert_event};
constexpr Query<NewDelivery> kAddDelivery{sql::add_delivery};

}  // namespace

Outbox::Outbox(base::Ids& ids, const base::Clock& clock, std::vector<Subscription> subscriptions,
               Wake wake)
    : ids_(ids), clock_(clock), subscriptions_(std::move(subscriptions)), wake_(std::move(wake)) {}

Status Outbox::append(Tx& tx, Event event) {
  event.id = ids_.make<domain::EventId>();
  event.created_at = clock_.now();
  if (event.payload.text.empty()) event.payload.text = "{}";
  TRY_STATUS(tx.later(kInsertEvent, event));
  for (const Subscription& s : subscriptions_) {
    if (s.kind != event.kind) continue;
    TRY_STATUS(tx.later(kAddDelivery, {s.consumer, event.id, event.created_at}));
    tx.after_commit([this, consumer = s.consumer] { wake_(consumer); });
  }
  return {};
}

}  // namespace store
