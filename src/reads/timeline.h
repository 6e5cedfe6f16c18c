#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "domain/ids.h"
#include "domain/message.h"
#include "reads/requests.h"
#include "store/store.h"

namespace reads {

// One thing that happened to a request; the kinds are those of the contract (api/openapi.yaml,
// TimelineEntry).
struct TimelineEntry {
  Time at;
  std::string kind;
  std::optional<domain::Channel> channel;
  std::optional<domain::MessageId> message_id;
  std::optional<domain::TransactionId> transaction_id;
  std::optional<domain::RefundId> refund_id;
  std::optional<domain::DisputeId> dispute_id;
  std::optional<std::int64_t> amount_micros;
  std::optional<std::string> currency;
  std::optional<std::string> detail;
};
BOOST_DESCRIBE_STRUCT(TimelineEntry, (),
                      (at, kind, channel, message_id, transaction_id, refund_id, dispute_id,
                       amount_micros, currency, detail))

inline constexpr std::size_t kTimelineMax = 1000;
// Oldest first; composed from the rows that the request left, so it needs no log of its own.
// not_found when the request is unknown.
Result<std::vector<TimelineEntry>> timeline(store::Tx& tx, domain::TenantId tenant_id,
                                            domain::RequestId id);

}  // namespace reads
