#include "store/lease.h"

#include "store/sql.gen.h"

namespace store {
namespace {

struct LeaseChange {
  std::string name;
  std::string owner;
  std::int64_t fence = 0;
  base::Time until_at;
  base::Time now;
};
BOOST_DESCRIBE_STRUCT(LeaseChange, (), (name, owner, fence, until_at, now))

struct LeaseRow {
  std::string owner;
  base::Time until_at;
  std::int64_t fence = 0;
};
BOOST_DESCRIBE_STRUCT(LeaseRow, (), (owner, until_at, fence))

constexpr Query<LeaseChange> kInsert{sql::insert_lease};
constexpr Query<LeaseChange, LeaseRow> kFind{sql::find_lease};
constexpr Query<LeaseChange> kTake{sql::take_lease};
constexpr Query<LeaseChange> kExtend{sql::extend_lease};
constexpr Query<LeaseChange> kRelease{sql::release_lease};

LeaseChange change_of(const Lease& lease, base::Time now) {
  return {lease.name, lease.owner, lease.fence, lease.until, now};
}

}  // namespace

Result<std::optional<Lease>> acquire_lease(Tx& tx, std::string name, std::string owner,
                                           base::Time now, base::Duration duration) {
  Lease lease{std::move(name), std::move(owner), 1, now + duration};
  LeaseChange change = change_of(lease, now);
  TRY(auto row, tx.one(kFind, change));
  if (!row) {
    TRY(const std::int64_t inserted, tx.exec(kInsert, change));
    if (inserted == 0) return std::optional<Lease>{};  // a rival was faster
    return lease;
  }
  lease.fence = change.fence = row->fence;
  const bool alive = row->until_at > now;
  if (alive && row->owner != lease.owner) return std::optional<Lease>{};
  if (alive) {
    TRY_STATUS(tx.exec(kExtend, change));
    return lease;
  }
  TRY(const std::int64_t taken, tx.exec(kTake, change));
  if (taken == 0) return std::optional<Lease>{};
  ++lease.fence;
  return lease;
}

Result<bool> renew_lease(Tx& tx, Lease& lease, base::Time now, base::Duration duration) {
  LeaseChange change = change_of(lease, now);
  change.until_at = now + duration;
  TRY(const std::int64_t extended, tx.exec(kExtend, change));
  if (extended == 0) return false;
  lease.until = change.until_at;
  return true;
}

Result<bool> holds_lease(Tx& tx, const Lease& lease, base::Time now) {
  TRY(const auto row, tx.one(kFind, change_of(lease, now)));
  return row && row->owner == lease.owner && row->fence == lease.fence && row->until_at > now;
}

Status release_lease(Tx& tx, const Lease& lease) {
  TRY_STATUS(tx.exec(kRelease, change_of(lease, base::Time{})));
  return {};
}

}  // namespace store
