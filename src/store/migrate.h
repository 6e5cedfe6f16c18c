#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "store/store.h"

namespace store {

// One forward step: its statements, each run alone. SQLite runs a step in one transaction; MariaDB
// commits every DDL statement, so there the progress is recorded after each and an interrupted step
// goes on where it stopped.
struct Migration {
  std::uint32_t number;
  std::string_view name;
  std::span<const std::string_view> sqlite;
  std::span<const std::string_view> mariadb;
};
std::span<const Migration> migrations();  // embedded from migrations/*.sql, in order

struct MigrateReport {
  std::uint32_t from = 0;  // newest number applied before; 0 for an empty database
  std::uint32_t to = 0;
};
// Applies what is missing under a lock (GET_LOCK / SQLite's writer), so that several processes may
// start at once. A schema newer than the binary: Code::conflict, reason "schema_too_new". Blocking;
// for start-up and `quittance migrate`.
Result<MigrateReport> migrate(Store& store, base::Time now,
                              std::span<const Migration> steps = migrations());

// Refuses a schema that is older ("schema_too_old") or newer ("schema_too_new") than the steps,
// changes nothing.
Status check_schema(Store& store, std::span<const Migration> steps = migrations());

}  // namespace store
