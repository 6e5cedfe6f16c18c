#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "domain/ids.h"
#include "store/store.h"

namespace store {

// A fact that other services act on, written in the transaction of the change it describes.
struct Event {
  domain::EventId id;
  std::string kind;  // "payment_request.created"
  domain::TenantId tenant_id;
  bool livemode = false;
  std::string subject;      // id text of what it is about
  base::json::Raw payload;  // never a token, secret or personal data
  std::string trace_id;
  base::Time created_at;
};
BOOST_DESCRIBE_STRUCT(Event, (),
                      (id, kind, tenant_id, livemode, subject, payload, trace_id, created_at))

// Which consumers get a delivery row for which kinds; a constant table made in app.
struct Subscription {
  std::string_view consumer;  // "messaging.receipts"
  std::string_view kind;      // "payment_request.paid"
};

// Appends events and their delivery rows; after the commit it wakes each consumer named (in-process
// bus or Redis relay). Thread-safe.
class Outbox {
 public:
  using Wake = std::function<void(std::string_view consumer)>;
  Outbox(base::Ids& ids, const base::Clock& clock, std::vector<Subscription> subscriptions,
         Wake wake);
  // Event::id and created_at are filled here.
  Status append(Tx& tx, Event event);
  std::span<const Subscription> subscriptions() const { return subscriptions_; }

 private:
  base::Ids& ids_;
  const base::Clock& clock_;
  std::vector<Subscription> subscriptions_;
  Wake wake_;
};

}  // namespace store
