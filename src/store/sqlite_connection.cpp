#include "store/sqlite_connection.h"

#include "base/log.h"

namespace store {
using base::Code;
using base::Result;
using base::Status;
using detail::Kind;
using detail::Value;

struct SqliteConnection::Prepared final : Cursor {
  SqliteConnection* connection = nullptr;
  const Statement* statement = nullptr;
  sqlite3_stmt* handle = nullptr;
  const detail::Column* checked = nullptr;  // the columns it was last compared with
  std::vector<Value> cells;
  bool busy = false;
  std::optional<base::Error> error;

  ~Prepared() override { sqlite3_finalize(handle); }

  void bind(Bound bound) {
    const int count = static_cast<int>(statement->params.size());
    for (int i = 0; i < count; ++i) {
      const Value& v = bound.at(static_cast<std::size_t>(i));
      const char* data = v.data ? v.data : "";  // a null pointer would bind NULL
      switch (v.kind) {
        case Kind::null: sqlite3_bind_null(handle, i + 1); break;
        case Kind::integer: sqlite3_bind_int64(handle, i + 1, v.integer); break;
        case Kind::text:
          sqlite3_bind_text64(handle, i + 1, data, v.size, SQLITE_STATIC, SQLITE_UTF8);
          break;
        case Kind::blob: sqlite3_bind_blob64(handle, i + 1, data, v.size, SQLITE_STATIC); break;
      }
    }
  }

  const Value* next() override {
    const int code = sqlite3_step(handle);
    if (code == SQLITE_ROW) {
      for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = read(static_cast<int>(i));
      return cells.data();
    }
    if (code != SQLITE_DONE) error = connection->failed(*statement, code);
    return nullptr;
  }

  Value read(int column) const {
    switch (sqlite3_column_type(handle, column)) {
      case SQLITE_INTEGER: return Value::of(sqlite3_column_int64(handle, column));
      case SQLITE_TEXT:
        return {.kind = Kind::text,
                .data = reinterpret_cast<const char*>(sqlite3_column_text(handle, column)),
                .size = static_cast<std::size_t>(sqlite3_column_bytes(handle, column))};
      case SQLITE_BLOB: {
        const auto* data = static_cast<const char*>(sqlite3_column_blob(handle, column));
        return {.kind = Kind::blob,
                .data = data ? data : "",
                .size = static_cast<std::size_t>(sqlite3_column_bytes(handle, column))};
      }
      case SQLITE_FLOAT: {
        // Only an expression can make one (columns are STRICT); text of no member's form is
        // refused.
        return {.kind = Kind::blob, .data = "", .size = 0};
      }
      default: return {};
    }
  }

  Status finish() override {
    sqlite3_reset(handle);
    busy = false;
    if (error) return *std::exchange(error, std::nullopt);
    return {};
  }

  Status compare(std::span<const detail::Column> columns) {
    if (checked == columns.data()) return {};
    const int count = sqlite3_column_count(handle);
    if (static_cast<std::size_t>(count) != columns.size()) {
      return base::error(Code::internal, std::string(statement->name) + ": selects " +
                                             std::to_string(count) + " columns, the row has " +
                                             std::to_string(columns.size()));
    }
    for (int i = 0; i < count; ++i) {
      const std::string_view name = sqlite3_column_name(handle, i);
      if (name != columns[static_cast<std::size_t>(i)].name) {
        return base::error(Code::internal,
                           std::string(statement->name) + ": column " + std::to_string(i + 1) +
                               " is " + std::string(name) + ", the row's member is " +
                               std::string(columns[static_cast<std::size_t>(i)].name));
      }
    }
    checked = columns.data();
    cells.resize(columns.size());
    return {};
  }
};

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path, Role role,
                                                                 base::Duration busy_timeout) {
  sqlite3* db = nullptr;
  // Each connection is used by one thread at a time, so SQLite's own mutexes are left out.
  const int code = sqlite3_open_v2(
      path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteConnection> made(new SqliteConnection(db));
  if (code != SQLITE_OK) {
    return base::error(Code::unavailable,
                       "can't open the SQLite file: " + std::string(sqlite3_errstr(code)));
  }
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, static_cast<int>(busy_timeout.count() / 1000));
  std::string setup =
      "PRAGMA foreign_keys = ON; PRAGMA case_sensitive_like = ON; PRAGMA trusted_schema = OFF;"
      "PRAGMA temp_store = MEMORY; PRAGMA analysis_limit = 1000;";
  if (role == Role::writer) {
    setup +=
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8000;"
        "PRAGMA journal_size_limit = 16777216;";
  } else {
    setup += "PRAGMA query_only = ON; PRAGMA cache_size = -2000;";
  }
  if (sqlite3_exec(db, setup.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return base::error(Code::unavailable,
                       "can't set up the SQLite file: " + std::string(sqlite3_errmsg(db)));
  }
  auto on_commit = [](void* self, sqlite3*, const char*, int pages) {
    static_cast<SqliteConnection*>(self)->wal_pages_ = pages;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(db, on_commit, made.get());
  return made;
}

SqliteConnection::SqliteConnection(sqlite3* db) : db_(db) {}

SqliteConnection::~SqliteConnection() {
  prepared_.clear();
  for (sqlite3_stmt* s : controls_) sqlite3_finalize(s);
  sqlite3_close_v2(db_);
}

Result<SqliteConnection::Prepared*> SqliteConnection::prepare(const Statement& statement) {
  auto& slot = prepared_[&statement];
  if (!slot) {
    auto made = std::make_unique<Prepared>();
    made->connection = this;
    made->statement = &statement;
    const int code =
        sqlite3_prepare_v3(db_, statement.sqlite.data(), static_cast<int>(statement.sqlite.size()),
                           SQLITE_PREPARE_PERSISTENT, &made->handle, nullptr);
    if (code != SQLITE_OK) {
      prepared_.erase(&statement);
      return failed(statement, code);
    }
    QT_ASSERT(static_cast<std::size_t>(sqlite3_bind_parameter_count(made->handle)) ==
              statement.params.size());
    slot = std::move(made);
  }
  if (slot->busy) {
    return base::error(Code::internal,
                       std::string(statement.name) + ": started again while its rows are read");
  }
  return slot.get();
}

Result<std::int64_t> SqliteConnection::execute(const Statement& statement, Bound bound) {
  TRY(Prepared * p, prepare(statement));
  p->bind(bound);
  const int code = sqlite3_step(p->handle);
  if (code != SQLITE_DONE) {
    base::Error e = code == SQLITE_ROW ? base::error(Code::internal,
                                                     std::string(statement.name) + ": returns rows")
                                       : failed(statement, code);
    sqlite3_reset(p->handle);
    return e;
  }
  const std::int64_t changes = sqlite3_changes64(db_);
  sqlite3_reset(p->handle);
  return changes;
}

Result<std::int64_t> SqliteConnection::execute_many(const Statement& statement, const Value* rows,
                                                    std::size_t count, std::size_t stride,
                                                    const std::uint8_t* plan) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    TRY(const std::int64_t changes, execute(statement, {rows + i * stride, plan}));
    sum += changes;
  }
  return sum;
}

Result<Cursor*> SqliteConnection::query(const Statement& statement, Bound bound,
                                        std::span<const detail::Column> columns, bool) {
  TRY(Prepared * p, prepare(statement));
  TRY_STATUS(p->compare(columns));
  p->bind(bound);
  p->busy = true;
  return p;
}

Result<std::vector<RawRow>> SqliteConnection::raw(const std::string& sql) {
  std::vector<RawRow> rows;
  sqlite3_stmt* handle = nullptr;
  int code = sqlite3_prepare_v2(db_, sql.c_str(), static_cast<int>(sql.size()), &handle, nullptr);
  while (code == SQLITE_OK && (code = sqlite3_step(handle)) == SQLITE_ROW) {
    RawRow row;
    for (int i = 0; i < sqlite3_column_count(handle); ++i) {
      const auto* data = static_cast<const char*>(sqlite3_column_blob(handle, i));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle, i));
      if (sqlite3_column_type(handle, i) == SQLITE_NULL) {
        row.emplace_back(std::nullopt);
      } else {
        row.emplace_back(std::string(data ? data : "", size));
      }
    }
    rows.push_back(std::move(row));
    code = SQLITE_OK;
  }
  const std::string message = sqlite3_errmsg(db_);
  sqlite3_finalize(handle);
  if (code != SQLITE_DONE) {
    const Code kind = (code & 0xff) == SQLITE_BUSY ? Code::unavailable : Code::internal;
    return base::error(kind, "SQLite: " + message + " in: " + sql.substr(0, 200));
  }
  return rows;
}

Status SqliteConnection::control(Control what) {
  static constexpr std::array<const char*, 7> kTexts{
      "BEGIN",         "BEGIN IMMEDIATE", "COMMIT",         "ROLLBACK",
      "SAVEPOINT job", "RELEASE job",     "ROLLBACK TO job"};
  const auto index = static_cast<std::size_t>(what);
  sqlite3_stmt*& handle = controls_[index];
  int code = SQLITE_OK;
  if (!handle)
    code = sqlite3_prepare_v3(db_, kTexts[index], -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code == SQLITE_OK) code = sqlite3_step(handle);
  if (code == SQLITE_DONE) {
    sqlite3_reset(handle);
    return {};
  }
  base::Error e =
      base::error(Code::unavailable, std::string(kTexts[index]) + ": SQLite error " +
                                         std::to_string(code) + ": " + sqlite3_errmsg(db_));
  // After a failed sync nobody knows what a restart will find in the log.
  if (what == Control::commit && (code & 0xff) == SQLITE_IOERR) e.code = Code::ambiguous;
  sqlite3_reset(handle);
  return e;
}

void SqliteConnection::checkpoint(bool restart) {
  const int mode = restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
  const int code = sqlite3_wal_checkpoint_v2(db_, nullptr, mode, nullptr, nullptr);
  // Busy only means that a reader is in the way; the next commit tries again.
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) {
    base::log::error("SQLite checkpoint failed", {{"code", code}});
  }
}

base::Error SqliteConnection::failed(const Statement& statement, int code) {
  // SQLite's messages name tables and columns, never bound values.
  const std::string message = sqlite3_errmsg(db_);
  base::Error e = base::error(Code::internal, std::string(statement.name) + ": SQLite error " +
                                                  std::to_string(code) + ": " + message);
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      e.code = Code::conflict;
      e.reason = violated_key(message, code);
      return e;
    case SQLITE_CONSTRAINT_FOREIGNKEY: e.reason = "foreign_key"; return e;
    case SQLITE_CONSTRAINT_NOTNULL: e.reason = "not_null"; return e;
    case SQLITE_CONSTRAINT_CHECK:
    case SQLITE_CONSTRAINT_DATATYPE: e.reason = "out_of_range"; return e;
    default: break;
  }
  const int primary = code & 0xff;
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_FULL ||
      primary == SQLITE_IOERR) {
    e.code = Code::unavailable;
  } else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
    e.code = Code::corrupt;
  }
  return e;
}

// "UNIQUE constraint failed: t.a, t.b" becomes "t.<index over a and b>", the name MariaDB reports.
std::string SqliteConnection::violated_key(const std::string& message, int code) {
  const auto colon = message.find(": ");
  const auto dot = message.find('.', colon);
  if (colon == std::string::npos || dot == std::string::npos) return "unique";
  const std::string table = message.substr(colon + 2, dot - colon - 2);
  if (code != SQLITE_CONSTRAINT_UNIQUE) return table + ".primary";
  std::string columns;
  for (std::size_t at = colon + 2; at < message.size();) {
    auto end = message.find(", ", at);
    if (end == std::string::npos) end = message.size();
    if (!columns.empty()) columns += ',';
    columns += message.substr(at + table.size() + 1, end - at - table.size() - 1);
    at = end + 2;
  }
  return table + "." + key_of_columns(table, columns);
}

std::string SqliteConnection::key_of_columns(const std::string& table, const std::string& columns) {
  auto indexes =
      raw("SELECT name, origin FROM pragma_index_list('" + table + "') WHERE \"unique\"");
  if (!indexes) return "unique";
  for (const RawRow& index : *indexes) {
    auto names =
        raw("SELECT name FROM pragma_index_info('" + index[0].value_or("") + "') ORDER BY seqno");
    std::string joined;
    for (std::size_t i = 0; names && i < names->size(); ++i) {
      if (i > 0) joined += ',';
      joined += (*names)[i][0].value_or("");
    }
    if (joined == columns) return index[1] == "pk" ? "primary" : index[0].value_or("unique");
  }
  return "unique";
}

}  // namespace store
