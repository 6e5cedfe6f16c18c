#include "api/operations.h"

#include "api/views.h"
#include "bus/bus.h"

namespace api {

namespace {

struct DeadLetterView {
  domain::DeadLetterId id;
  domain::EventId event_id;
  std::string event_kind;
  std::string consumer;
  std::optional<domain::TenantId> tenant_id;
  std::int64_t deliveries = 1;
  std::string error;
  Time failed_at;
  std::optional<Time> replayed_at;
};
BOOST_DESCRIBE_STRUCT(DeadLetterView, (),
                      (id, event_id, event_kind, consumer, tenant_id, deliveries, error, failed_at,
                       replayed_at))

DeadLetterView view_of(bus::DeadLetter letter) {
  DeadLetterView out;
  out.id = letter.id;
  out.event_id = letter.event_id;
  out.event_kind = std::move(letter.kind);
  out.consumer = std::move(letter.consumer);
  if (!letter.tenant_id.is_nil()) out.tenant_id = letter.tenant_id;
  out.deliveries = std::max<std::int64_t>(letter.attempts, 1);
  out.error = letter.error_code + (letter.error_detail.empty() ? "" : ": " + letter.error_detail);
  out.failed_at = letter.failed_at;
  return out;
}

// The letter itself is the first one before the id that follows it.
std::optional<domain::DeadLetterId> next_id(domain::DeadLetterId id) {
  for (auto byte = id.value.bytes.rbegin(); byte != id.value.bytes.rend(); ++byte) {
    if (++*byte != 0) return id;
  }
  return std::nullopt;
}

Result<bus::DeadLetter> find_letter(store::Tx& tx, domain::DeadLetterId id) {
  TRY(auto found, bus::list_dead_letters(tx, next_id(id), 1));
  if (found.empty() || found.front().id != id)
    return base::error(base::Code::not_found, "no such dead letter");
  return std::move(found.front());
}

class OperationRoutes {
 public:
  explicit OperationRoutes(OperationDeps deps) : d_(deps) {}

  Awaitable<Result<net::Response>> list(Call call) {
    CO_TRY(const auto params, Params::read(call.request, {"limit", "cursor"}));
    CO_TRY(const std::int64_t limit, params.integer("limit", 50, 1, 100));
    CO_TRY(const auto cursor, params.id<domain::DeadLetterId>("cursor"));
    auto body = [cursor, limit](store::Tx& tx) {
      return bus::list_dead_letters(tx, cursor, limit + 1);
    };
    CO_TRY(auto rows, co_await d_.store.with_snapshot(body));
    co_return page_response(std::move(rows), limit,
                            [](bus::DeadLetter row) { return view_of(std::move(row)); });
  }

  Awaitable<Result<net::Response>> replay(Call call) {
    CO_TRY(const auto id, path_id<domain::DeadLetterId>(call.request));
    const Time now = d_.clock.now();
    auto body = [id, now](store::Tx& tx) -> Result<DeadLetterView> {
      TRY(auto letter, find_letter(tx, id));
      TRY_STATUS(bus::replay_dead_letter(tx, id, now));
      auto view = view_of(std::move(letter));
      view.replayed_at = now;
      return view;
    };
    CO_TRY(const auto view, co_await d_.store.with_transaction(body));
    co_return json_response(200, view);
  }

 private:
  OperationDeps d_;
};

}  // namespace

void add_operation_routes(Routes& routes, OperationDeps deps) {
  auto self = std::make_shared<OperationRoutes>(deps);
  routes.add(Method::get, "/v1/dead-letters", Need::platform_admin,
             [self](Call call) { return self->list(std::move(call)); });
  routes.add(Method::post, "/v1/dead-letters/{id}/replay", Need::platform_admin,
             [self](Call call) { return self->replay(std::move(call)); });
}

}  // namespace api
