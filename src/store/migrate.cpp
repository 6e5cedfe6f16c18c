#include "store/migrate.h"

#include <charconv>
#include <map>

#include "base/log.h"
#include "store/migrations.gen.h"

namespace store {
namespace {

constexpr int kLockWaitSeconds = 600;  // another process may be building an index

// Portable DDL; `statements_done` counts a step's statements so that MariaDB can go on after a
// crash.
constexpr const char* kTable =
    "CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT NOT NULL PRIMARY KEY, name "
    "VARCHAR(100) NOT NULL, "
    "statements_done BIGINT NOT NULL, finished BIGINT NOT NULL, applied_at BIGINT NOT NULL)";

struct Progress {
  std::int64_t statements_done = 0;
  bool finished = false;
};

std::int64_t to_integer(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

// MariaDB's answers to DDL that has been done already: table exists, column exists, key exists,
// nothing to drop.
bool done_before(const base::Error& e) {
  for (const char* number :
       {"error 1050 ", "error 1060 ", "error 1061 ", "error 1091 ", "error 1051 "}) {
    if (e.detail.find(number) != std::string::npos) return true;
  }
  return false;
}

class Migrator {
 public:
  Migrator(Connection& connection, base::Time now, std::span<const Migration> steps)
      : connection_(connection), now_(now), steps_(steps) {}

  Status run(MigrateReport& report) {
    TRY_STATUS(connection_.raw(kTable));
    TRY_STATUS(read_progress());
    report.from = newest();
    report.to = report.from;
    if (newest_known() > 0 && newest() > newest_known()) return too_new();
    for (const Migration& step : steps_) {
      const auto found = progress_.find(step.number);
      if (found != progress_.end() && found->second.finished) continue;
      TRY_STATUS(apply(step, found == progress_.end() ? Progress{} : found->second));
      report.to = std::max(report.to, step.number);
    }
    return {};
  }

  Status check() {
    TRY_STATUS(read_progress());
    if (newest() > newest_known()) return too_new();
    for (const Migration& step : steps_) {
      const auto found = progress_.find(step.number);
      if (found == progress_.end() || !found->second.finished) {
        return base::error(base::Code::conflict, "schema_too_old",
                           "migration " + std::to_string(step.number) +
                               " is not applied: run `quittance migrate`");
      }
    }
    return {};
  }

 private:
  std::uint32_t newest() const { return progress_.empty() ? 0 : progress_.rbegin()->first; }
  std::uint32_t newest_known() const { return steps_.empty() ? 0 : steps_.back().number; }

  base::Error too_new() const {
    return base::error(base::Code::conflict, "schema_too_new",
                       "the database has migration " + std::to_string(newest()) +
                           ", this program knows up to " + std::to_string(newest_known()));
  }

  Status read_progress() {
    TRY(auto rows,
        connection_.raw(
            "SELECT number, statements_done, finished FROM schema_migration ORDER BY number"));
    for (const RawRow& row : rows) {
      progress_[static_cast<std::uint32_t>(to_integer(row[0]))] = {to_integer(row[1]),
                                                                   to_integer(row[2]) != 0};
    }
    return {};
  }

  Status apply(const Migration& step, Progress progress) {
    const bool mariadb = connection_.engine() == Engine::mariadb;
    const auto statements = mariadb ? step.mariadb : step.sqlite;
    const std::string number = std::to_string(step.number);
    base::log::info("migrating", {{"number", step.number}, {"name", step.name}});
    if (!progress_.contains(step.number)) {
      TRY_STATUS(connection_.raw(
          "INSERT INTO schema_migration (number, name, statements_done, finished, applied_at) "
          "VALUES (" +
          number + ", '" + std::string(step.name) + "', 0, 0, " +
          std::to_string(base::micros(now_)) + ")"));
    }
    const auto first = static_cast<std::size_t>(progress.statements_done);
    for (std::size_t i = first; i < statements.size(); ++i) {
      const auto ran = connection_.raw(std::string(statements[i]));
      // Only the statement that an interrupted run may have finished without recording it may be
      // there already.
      const bool resumed = mariadb && i == first && progress_.contains(step.number);
      if (!ran && !(resumed && done_before(ran.error()))) {
        base::Error e = ran.error();
        e.detail = "migration " + number + ": " + e.detail;
        return e;
      }
      TRY_STATUS(connection_.raw("UPDATE schema_migration SET statements_done = " +
                                 std::to_string(i + 1) + " WHERE number = " + number));
    }
    TRY_STATUS(
        connection_.raw("UPDATE schema_migration SET finished = 1 WHERE number = " + number));
    return {};
  }

  Connection& connection_;
  base::Time now_;
  std::span<const Migration> steps_;
  std::map<std::uint32_t, Progress> progress_;
};

Status with_lock(Connection& connection, const std::function<Status()>& work) {
  if (connection.engine() == Engine::sqlite) return work();  // the writer's transaction is the lock
  TRY(auto got, connection.raw("SELECT GET_LOCK(CONCAT(LEFT(DATABASE(), 40), '.migrate'), " +
                               std::to_string(kLockWaitSeconds) + ")"));
  if (to_integer(got.at(0).at(0)) != 1) {
    return base::error(base::Code::unavailable, "another process holds the migration lock");
  }
  Status result = work();
  TRY_STATUS(connection.raw("SELECT RELEASE_LOCK(CONCAT(LEFT(DATABASE(), 40), '.migrate'))"));
  return result;
}

}  // namespace

std::span<const Migration> migrations() { return embedded::all; }

Result<MigrateReport> migrate(Store& store, base::Time now, std::span<const Migration> steps) {
  MigrateReport report;
  TRY_STATUS(store.administer([&](Connection& connection) {
    return with_lock(connection, [&] { return Migrator(connection, now, steps).run(report); });
  }));
  return report;
}

Status check_schema(Store& store, std::span<const Migration> steps) {
  return store.administer([&](Connection& connection) -> Status {
    auto exists = connection.raw("SELECT COUNT(*) FROM schema_migration");
    if (!exists)
      return base::error(base::Code::conflict, "schema_too_old", "the database was never migrated");
    return Migrator(connection, base::Time{}, steps).check();
  });
}

}  // namespace store
