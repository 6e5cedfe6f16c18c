#include "messaging/retention.h"

#include "base/log.h"
#include "domain/ids.h"
#include "messaging/sql.gen.h"

namespace messaging {

using base::Result;

namespace {

constexpr base::Duration kSweep = std::chrono::minutes(10);
constexpr std::int64_t kRowsAtOnce = 200;

struct Due {
  base::Time now;
  std::int64_t room = 0;
};
BOOST_DESCRIBE_STRUCT(Due, (), (now, room))
struct DueContent {
  domain::TenantId tenant_id;
  domain::MessageId id;
  base::Time content_until;  // a message that is sent again has another
};
BOOST_DESCRIBE_STRUCT(DueContent, (), (tenant_id, id, content_until))

constexpr store::Query<Due, DueContent> kDueContents{sql::due_contents};
constexpr store::Query<DueContent> kForgetContent{sql::forget_content};

}  // namespace

Retention::Retention(base::Runtime& runtime, store::Store& store)
    : runtime_(runtime),
      store_(store),
      loop_(runtime,
            {.name = "messaging.retention", .sweep = kSweep, .in_flight_max = 1, .claim_max = 1},
            [this](std::size_t) { return sweep(); }) {}

base::Awaitable<Result<Retention::Tasks>> Retention::sweep() {
  const Due due{runtime_.clock().now(), kRowsAtOnce};
  std::int64_t forgotten = 0;
  for (std::int64_t now = kRowsAtOnce; now == kRowsAtOnce; forgotten += now) {
    auto body = [due](store::Tx& tx) -> Result<std::int64_t> {
      TRY(const auto rows, tx.all(kDueContents, due));
      for (const DueContent& row : rows) TRY_STATUS(tx.exec(kForgetContent, row));
      return std::ssize(rows);
    };
    CO_TRY(now, co_await store_.with_transaction(body));
  }
  if (forgotten > 0) base::log::info("contents of messages forgotten", {{"count", forgotten}});
  co_return Tasks{};
}

}  // namespace messaging
