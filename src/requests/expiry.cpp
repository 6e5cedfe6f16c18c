#include "requests/expiry.h"

#include "base/log.h"
#include "requests/sql.gen.h"

namespace requests {

namespace {

constexpr base::Duration kSweep = std::chrono::seconds(2);

struct Due {
  Time now;
  std::int64_t room = 0;
};
BOOST_DESCRIBE_STRUCT(Due, (), (now, room))

struct DueRequest {
  domain::TenantId tenant_id;
  domain::RequestId id;
};
BOOST_DESCRIBE_STRUCT(DueRequest, (), (tenant_id, id))

constexpr store::Query<Due, DueRequest> kDueRequests{sql::due_requests};

}  // namespace

Expiry::Expiry(base::Runtime& runtime, store::Store& store, Requests& requests,
               OnExpired on_expired)
    : runtime_(runtime),
      store_(store),
      requests_(requests),
      on_expired_(std::move(on_expired)),
      loop_(runtime,
            {.name = "requests.expiry", .sweep = kSweep, .in_flight_max = 16, .claim_max = 16},
            [this](std::size_t room) { return claim(room); }) {}

base::Awaitable<Result<Expiry::Tasks>> Expiry::claim(std::size_t room) {
  const Due due{runtime_.clock().now(), static_cast<std::int64_t>(room)};
  auto select = [due](store::Tx& tx) -> Result<std::vector<DueRequest>> {
    return tx.all(kDueRequests, due);
  };
  CO_TRY(const auto rows, co_await store_.with_snapshot(select));
  Tasks tasks;
  for (const DueRequest& row : rows) tasks.push_back(expire(row.tenant_id, row.id));
  co_return tasks;
}

base::Awaitable<void> Expiry::expire(domain::TenantId tenant_id, domain::RequestId id) {
  const Time now = runtime_.clock().now();
  auto body = [this, tenant_id, id, now](store::Tx& tx) -> Status {
    TRY(auto request, requests_.lock(tx, tenant_id, id));
    if (!request.expiry_due_at || *request.expiry_due_at > now) return {};
    TRY_STATUS(requests_.apply(tx, request, domain::RequestEvent::expire_due, now));
    return on_expired_(tx, request);
  };
  auto done = co_await store_.with_transaction(body);
  if (!done)
    base::log::warn("request could not be expired",
                    {{"request", id.text()}, {"detail", done.error().detail}});
}

}  // namespace requests
