#include "store/mariadb_connection.h"

#include <mysql.h>

#include <mutex>

#include "store/mariadb_prepared.h"
#include "store/mariadb_wait.h"

namespace store {
using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr unsigned kConnectSecondsMax = 5;
constexpr unsigned kReadSecondsSlack = 20;  // over the longest lock wait

// Client and server errors after which the session is gone.
bool is_lost(unsigned number) {
  switch (number) {
    case 1053:
    case 1080:
    case 1152:
    case 1158:
    case 1159:
    case 1160:
    case 1161:
    case 1184:
    case 1927:
    case 2000:
    case 2002:
    case 2003:
    case 2006:
    case 2012:
    case 2013:
    case 2014:
    case 2020:
    case 2026:
    case 2027:
    case 2048:
    case 2055:
    case 4031: return true;
    default: return false;
  }
}

// Deadlock, lock wait, changed row (snapshot), node not ready (Galera), statement to be prepared
// again.
bool is_repeatable(unsigned number) {
  return number == 1213 || number == 1205 || number == 1020 || number == 1047 || number == 1615 ||
         number == 1243;
}

// "Duplicate entry '…' for key 'uq'": only the key's name leaves this file, the entry is data.
std::string duplicate_key(std::string_view message) {
  const auto at = message.rfind("for key '");
  if (at == std::string_view::npos) return "unique";
  std::string key(message.substr(at + 9));
  if (key.ends_with('\'')) key.pop_back();
  if (const auto dot = key.rfind('.'); dot != std::string::npos)
    key.erase(0, dot + 1);  // MySQL: table.key
  return key == "PRIMARY" ? "primary" : key;
}

}  // namespace

Result<std::unique_ptr<MariadbConnection>> MariadbConnection::connect(const MariadbTarget& target,
                                                                      Role role) {
  static std::once_flag library;
  std::call_once(library, [] { mysql_server_init(0, nullptr, nullptr); });
  MYSQL* mysql = mysql_init(nullptr);
  QT_ASSERT(mysql);
  std::unique_ptr<MariadbConnection> made(new MariadbConnection(mysql));
  const my_bool off = 0;
  mysql_options(mysql, MYSQL_OPT_RECONNECT, &off);
  mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &kConnectSecondsMax);
  mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  ask_waiter(mysql);
  if (role != Role::admin) {
    const unsigned seconds =
        static_cast<unsigned>(target.busy_timeout / std::chrono::seconds(1)) + kReadSecondsSlack;
    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &seconds);
    mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &seconds);
  }
  if (!target.tls_ca.empty()) {
    const my_bool on = 1;
    mysql_ssl_set(mysql, nullptr, nullptr, target.tls_ca.c_str(), nullptr, nullptr);
    mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &on);
    mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on);
  }
  const char* socket = target.socket.empty() ? nullptr : target.socket.c_str();
  const char* host = socket ? "localhost" : target.host.c_str();
  // FOUND_ROWS: an UPDATE's affected rows are the matched ones, as on SQLite.
  if (!mysql_real_connect(mysql, host, target.user.c_str(), target.password.reveal().c_str(),
                          target.database.c_str(), target.port, socket, CLIENT_FOUND_ROWS)) {
    return base::error(
        Code::unavailable, "no_connection",
        "can't connect to the database: error " + std::to_string(mysql_errno(mysql)));
  }
  unblock_if_encrypted(mysql);
  TRY_STATUS(made->set_up(role, target.busy_timeout));
  return made;
}

Status MariadbConnection::set_up(Role role, base::Duration busy_timeout) {
  role_ = role;
  const auto lock_wait = std::max<std::int64_t>(1, busy_timeout / std::chrono::seconds(1));
  TRY_STATUS(
      raw("SET SESSION sql_mode = "
          "'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
          "NO_ENGINE_SUBSTITUTION,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES', collation_connection = "
          "utf8mb4_bin, "
          "innodb_lock_wait_timeout = " +
          std::to_string(lock_wait) +
          ", autocommit = " + (role == Role::admin || role == Role::reads ? "1" : "0")));
  if (role == Role::snapshots) {
    TRY_STATUS(raw("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"));
  } else {
    TRY_STATUS(raw(std::string("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED") +
                   (role == Role::reads ? ", READ ONLY" : "")));
  }
  // Estimates of equality ranges come from the statistics: with the default every UPDATE and most
  // SELECTs walk down each index that begins with tenant_id, twice, only to choose between them.
  TRY_STATUS(raw("SET SESSION eq_range_index_dive_limit = 1"));
  unsigned long extended = 0;
  constexpr unsigned long kBulkOperations = 1UL << 2;  // MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32
  mariadb_get_infov(mysql_, MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES, &extended);
  bulk_ = (extended & kBulkOperations) != 0;
  active_ = wrote_ = false;
  return {};
}

MariadbConnection::MariadbConnection(MYSQL* mysql) : mysql_(mysql) {}

MariadbConnection::~MariadbConnection() {
  prepared_.clear();
  mysql_close(mysql_);
}

std::string unsafe_settings(std::string_view flush_log_at_commit, std::string_view sql_mode) {
  std::string wrong;
  if (flush_log_at_commit != "1") {
    wrong = "innodb_flush_log_at_trx_commit is " + std::string(flush_log_at_commit) +
            ", so acknowledged work could be lost";
  }
  if (sql_mode.find("STRICT_ALL_TABLES") == sql_mode.npos &&
      sql_mode.find("STRICT_TRANS_TABLES") == sql_mode.npos) {
    wrong += std::string(wrong.empty() ? "" : "; ") +
             "sql_mode is not strict, so values could be cut silently";
  }
  return wrong;
}

Status MariadbConnection::check_server(bool allow_unsafe) {
  const std::string info = mysql_get_server_info(mysql_);
  const unsigned long oldest = info.find("MariaDB") != std::string::npos ? 100600 : 80000;
  if (mysql_get_server_version(mysql_) < oldest) {
    return base::error(Code::unavailable, "unsafe_server",
                       "the server is " + info + "; needed is MariaDB 10.6 or MySQL 8.0, or newer");
  }
  TRY(auto rows, raw("SELECT @@global.innodb_flush_log_at_trx_commit, @@global.sql_mode"));
  TRY_STATUS(commit());
  const std::string wrong =
      unsafe_settings(rows.at(0).at(0).value_or(""), rows.at(0).at(1).value_or(""));
  if (wrong.empty() || allow_unsafe) return {};
  return base::error(
      Code::unavailable, "unsafe_server",
      wrong + " (change the server's settings, or allow an unsafe server explicitly)");
}

Result<MariadbConnection::Prepared*> MariadbConnection::prepare(const Statement& statement) {
  if (fate_ != Fate::good) {
    return base::error(Code::unavailable, "transaction_gone", "the transaction has failed before");
  }
  TRY_STATUS(settle());
  active_ = true;
  auto& slot = prepared_[&statement];
  if (!slot) {
    auto made = std::make_unique<Prepared>();
    made->statement = &statement;
    made->handle = mysql_stmt_init(mysql_);
    QT_ASSERT(made->handle);
    if (mysql_stmt_prepare(made->handle, statement.mariadb.data(), statement.mariadb.size()) != 0) {
      const unsigned number = mysql_stmt_errno(made->handle);
      const std::string message = mysql_stmt_error(made->handle);
      prepared_.erase(&statement);
      made.reset();
      // No value is bound yet, so the message holds nothing but our own text.
      base::Error e = failed(statement.name, number, "", &statement);
      e.detail += ": " + message;
      return e;
    }
    QT_ASSERT(mysql_stmt_param_count(made->handle) == statement.params.size());
    made->connection = this;
    slot = std::move(made);
  }
  if (slot->busy) {
    return base::error(Code::internal,
                       std::string(statement.name) + ": started again while its rows are read");
  }
  return slot.get();
}

Status MariadbConnection::run(Prepared& p) {
  if (mysql_stmt_execute(p.handle) == 0) return {};
  return p.fail();
}

Result<std::int64_t> MariadbConnection::execute(const Statement& statement, Bound bound) {
  TRY(Prepared * p, prepare(statement));
  wrote_ = true;
  p->bind(bound);
  if (const Status ran = run(*p); !ran) {
    if (!statement.ignore_key.empty() && ran.error().code == Code::conflict &&
        p->ignored(ran.error()))
      return 0;
    return ran.error();
  }
  if (mysql_stmt_field_count(p->handle) > 0) {
    mysql_stmt_free_result(p->handle);
    return base::error(Code::internal, std::string(statement.name) + ": returns rows");
  }
  const auto rows = static_cast<std::int64_t>(mysql_stmt_affected_rows(p->handle));
  return statement.upsert && rows > 0 ? 1 : rows;
}

Result<std::int64_t> MariadbConnection::execute_many(const Statement& statement,
                                                     const detail::Value* rows, std::size_t count,
                                                     std::size_t stride, const std::uint8_t* plan) {
  if (bulk_ && count > 1 && !statement.params.empty()) {
    TRY(Prepared * p, prepare(statement));
    wrote_ = true;
    auto affected = execute_bulk(*p, rows, count, stride, plan);
    if (affected) return statement.upsert ? static_cast<std::int64_t>(count) : *affected;
    // The server has undone all of the array: which of its rows exist is found out one by one.
    const bool known_row = !statement.ignore_key.empty() && p->ignored(affected.error());
    if (!known_row) return affected;
  }
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    TRY(const std::int64_t affected, execute(statement, {rows + i * stride, plan}));
    sum += affected;
  }
  return sum;
}

Result<std::int64_t> MariadbConnection::execute_bulk(Prepared& p, const detail::Value* rows,
                                                     std::size_t count, std::size_t stride,
                                                     const std::uint8_t* plan) {
  BulkParameters arrays(rows, count, stride, plan, p.statement->params.size());
  unsigned size = static_cast<unsigned>(count);
  mysql_stmt_attr_set(p.handle, STMT_ATTR_ARRAY_SIZE, &size);
  mysql_stmt_bind_param(p.handle, arrays.binds.data());
  const Status ran = run(p);
  const auto affected = static_cast<std::int64_t>(mysql_stmt_affected_rows(p.handle));
  size = 0;
  mysql_stmt_attr_set(p.handle, STMT_ATTR_ARRAY_SIZE, &size);
  if (!ran) return ran.error();
  return affected;
}

Result<Cursor*> MariadbConnection::query(const Statement& statement, Bound bound,
                                         std::span<const detail::Column> columns, bool nested) {
  TRY(Prepared * p, prepare(statement));
  TRY_STATUS(p->compare(columns));
  p->bind(bound);
  TRY_STATUS(run(*p));
  if (nested && mysql_stmt_store_result(p->handle) != 0) return p->fail();
  p->busy = true;
  return p;
}

Result<std::vector<RawRow>> MariadbConnection::raw(const std::string& sql) {
  TRY_STATUS(settle());
  active_ = wrote_ = true;
  std::vector<RawRow> rows;
  MYSQL_RES* result = nullptr;
  if (mysql_real_query(mysql_, sql.data(), sql.size()) != 0 ||
      (!(result = mysql_store_result(mysql_)) && mysql_field_count(mysql_) > 0)) {
    const std::string message = mysql_error(mysql_);
    base::Error e = failed("raw", mysql_errno(mysql_), message.c_str(), nullptr);
    e.detail += ": " + message + " in: " + sql.substr(0, 200);
    return e;
  }
  if (!result) return rows;
  while (MYSQL_ROW from = mysql_fetch_row(result)) {
    const unsigned long* lengths = mysql_fetch_lengths(result);
    RawRow row;
    for (unsigned i = 0; i < mysql_num_fields(result); ++i) {
      row.push_back(from[i] ? std::optional<std::string>(std::string(from[i], lengths[i]))
                            : std::nullopt);
    }
    rows.push_back(std::move(row));
  }
  mysql_free_result(result);
  return rows;
}

Status MariadbConnection::settle() {
  if (!std::exchange(unread_, false)) return {};
  if (mysql_read_query_result(mysql_) == 0) return {};
  return failed("commit of a snapshot", mysql_errno(mysql_), "", nullptr);
}

Status MariadbConnection::commit() {
  if (!active_) return {};
  if (role_ == Role::reads) {
    active_ = wrote_ = false;
    return {};
  }
  if (role_ == Role::snapshots) {
    // Nothing depends on the answer: it is read before the connection's next statement.
    active_ = wrote_ = false;
    if (mysql_send_query(mysql_, "COMMIT", 6) == 0) {
      unread_ = true;
    } else {
      fate_ = Fate::lost;
    }
    return {};
  }
  if (mysql_real_query(mysql_, "COMMIT", 6) != 0) {
    return failed("COMMIT", mysql_errno(mysql_), "", nullptr);
  }
  active_ = wrote_ = false;
  return {};
}

int MariadbConnection::socket() const { return static_cast<int>(mysql_get_socket(mysql_)); }

bool MariadbConnection::waits_to_write() const { return store::waits_to_write(mysql_); }

void MariadbConnection::rollback() {
  if (active_ && fate_ != Fate::lost && role_ != Role::reads) {
    if (mysql_real_query(mysql_, "ROLLBACK", 8) != 0) fate_ = Fate::lost;
  }
  if (fate_ == Fate::repeat) fate_ = Fate::good;
  active_ = wrote_ = false;
}

base::Error MariadbConnection::failed(std::string_view what, unsigned number, const char* message,
                                      const Statement* statement) {
  base::Error e = base::error(
      Code::internal, std::string(what) + ": MariaDB error " + std::to_string(number) + " ");
  if (is_lost(number)) {
    fate_ = Fate::lost;
    e.code = Code::unavailable;
    return e;
  }
  if (is_repeatable(number)) {
    fate_ = Fate::repeat;
    e.code = Code::unavailable;
    if (number == 1615 || number == 1243)
      fate_ = Fate::lost;  // the simplest way to prepare everything again
    return e;
  }
  switch (number) {
    case 1062:
    case 1586:
      e.code = Code::conflict;
      e.reason = (statement ? std::string(statement->table) + "." : std::string()) +
                 duplicate_key(message);
      break;
    case 1216:
    case 1217:
    case 1451:
    case 1452: e.reason = "foreign_key"; break;
    case 1048:
    case 1364: e.reason = "not_null"; break;
    case 1264:
    case 1265:
    case 1366:
    case 1406:
    case 3819:
    case 4025: e.reason = "out_of_range"; break;
    case 1040:
    case 1203:
    case 1317:
    case 1461:
    case 3024:
    case 1969: e.code = Code::unavailable; break;
    default: break;
  }
  return e;
}

}  // namespace store
