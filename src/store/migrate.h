#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "store/store.h"

namespace store {

// One forward step; the text of each engine holds exactly one DDL statement on MariaDB.
struct Migration {
  std::uint32_t number;
  std::string_view name;
  std::string_view sqlite;
  std::string_view mariadb;
};
std::span<const Migration> migrations();  // embedded from migrations/*.sql, in order

struct MigrateReport {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
};
// Applies what is missing under a lock (GET_LOCK / SQLite's writer), so that several processes may
// start at once. A schema newer than the binary: Code::conflict, reason "schema_too_new". Blocking;
// for start-up and `quittance migrate`.
Result<MigrateReport> migrate(Store& store, std::span<const Migration> steps = migrations());

}  // namespace store
