#pragma once
#include <sqlite3.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "store/connection.h"

namespace store {

class SqliteConnection final : public Connection {
 public:
  enum class Role : std::uint8_t { writer, reader };
  // `path` may be ":memory:".
  static base::Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Role role,
                                                              base::Duration busy_timeout);
  ~SqliteConnection() override;

  Engine engine() const override { return Engine::sqlite; }
  base::Result<std::int64_t> execute(const Statement& statement, Bound bound) override;
  base::Result<std::int64_t> execute_many(const Statement& statement, const detail::Value* rows,
                                          std::size_t count, std::size_t stride,
                                          const std::uint8_t* plan) override;
  base::Result<Cursor*> query(const Statement& statement, Bound bound,
                              std::span<const detail::Column> columns, bool nested) override;
  base::Result<std::vector<RawRow>> raw(const std::string& sql) override;

  // Transaction control; each text is prepared once.
  enum class Control : std::uint8_t {
    begin_read,
    begin_write,
    commit,
    rollback,
    savepoint,
    release,
    rollback_to
  };
  base::Status control(Control what);
  // False after an error that made SQLite roll everything back on its own.
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

  // Pages in the write-ahead log after the last commit.
  int wal_pages() const { return wal_pages_; }
  // Copies the log into the database; with `restart` it also waits for readers so that the log
  // starts over.
  void checkpoint(bool restart);

 private:
  struct Prepared;
  explicit SqliteConnection(sqlite3* db);
  base::Result<Prepared*> prepare(const Statement& statement);
  base::Error failed(const Statement& statement, int code);
  std::string violated_key(const std::string& message, int code);
  std::string key_of_columns(const std::string& table, const std::string& columns);

  sqlite3* db_;
  int wal_pages_ = 0;
  std::unordered_map<const Statement*, std::unique_ptr<Prepared>> prepared_;
  std::array<sqlite3_stmt*, 7> controls_{};
};

}  // namespace store
