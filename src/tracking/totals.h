#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "base/work_loop.h"
#include "domain/timezone.h"
#include "tracking/ledger.h"

namespace tracking {

// Folds the appended deltas into quarter hours and into days of the tenant's time zone. Exact
// whoever folds: a delta is deleted in the transaction that adds it. Owned by app, lives as long as
// the runtime.
class TotalsFolder {
 public:
  using FindZone =
      std::function<Result<std::shared_ptr<const domain::TimeZone>>(store::Tx&, domain::TenantId)>;
  TotalsFolder(base::Runtime& runtime, store::Store& store, FindZone find_zone);
  void start() { loop_.start(); }
  // Folds one tenant's next deltas; the number folded.
  Result<std::size_t> fold(store::Tx& tx, domain::TenantId tenant_id);
  // Makes the days again from the quarters, after the tenant's time zone changed.
  Status rebuild_days(store::Tx& tx, domain::TenantId tenant_id, const domain::TimeZone& zone);

 private:
  using Tasks = std::vector<base::Awaitable<void>>;
  base::Awaitable<Result<Tasks>> claim(std::size_t room);
  base::Awaitable<void> fold_tenant(domain::TenantId tenant_id);

  base::Runtime& runtime_;
  store::Store& store_;
  FindZone find_zone_;
  base::WorkLoop loop_;
};

}  // namespace tracking
