#pragma once
#include <cstdint>
#include <string>

#include "store/store.h"

namespace store {

// The right to do a named piece of work ("totals.fold") until a deadline. `fence` grows with every
// new holder: work done under a lease checks it in its own transaction (holds_lease), so that a
// holder that was paused past its deadline can't overwrite its successor's work.
struct Lease {
  std::string name;   // at most 100 characters
  std::string owner;  // unique for each process, at most 64 characters
  std::int64_t fence = 0;
  base::Time until;
};

// The lease, when nobody else holds it at `now`; a holder that asks again keeps its fence and
// extends.
Result<std::optional<Lease>> acquire_lease(Tx& tx, std::string name, std::string owner,
                                           base::Time now, base::Duration duration);
// False when it was lost meanwhile; otherwise `lease.until` is extended.
Result<bool> renew_lease(Tx& tx, Lease& lease, base::Time now, base::Duration duration);
// False when it was lost. Locks the lease's row until the transaction ends.
Result<bool> holds_lease(Tx& tx, const Lease& lease, base::Time now);
// Nothing happens when it was lost.
Status release_lease(Tx& tx, const Lease& lease);

}  // namespace store
