#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "store/connection.h"

struct st_mysql;  // MYSQL

namespace store {

// Where and as whom to connect; from Options::url.
struct MariadbTarget {
  std::string host = "127.0.0.1";
  std::uint16_t port = 3306;
  std::string socket;  // a path instead of host and port
  std::string user;
  base::Secret<std::string> password;
  std::string database;
  std::string tls_ca;  // a file: encrypted and verified; empty: as the server likes
  base::Duration busy_timeout = std::chrono::seconds(10);
};
base::Result<MariadbTarget> parse_mysql_url(const std::string& url);

// Why these settings of a server are not safe enough; empty when they are.
std::string unsafe_settings(std::string_view flush_log_at_commit, std::string_view sql_mode);

// What became of the transaction that the connection carries.
enum class Fate : std::uint8_t {
  good,
  repeat,  // a deadlock or lock wait: roll back and run the body again
  lost,    // the connection is gone, and the transaction with it
};

class MariadbConnection final : public Connection {
 public:
  // transactions: READ COMMITTED, each body ends with COMMIT or ROLLBACK. snapshots: REPEATABLE
  // READ, READ ONLY. reads: READ ONLY with autocommit. admin: autocommit, and no limit on how long
  // a statement takes.
  enum class Role : std::uint8_t { transactions, snapshots, reads, admin };
  static base::Result<std::unique_ptr<MariadbConnection>> connect(const MariadbTarget& target,
                                                                  Role role);
  ~MariadbConnection() override;

  Engine engine() const override { return Engine::mariadb; }
  base::Result<std::int64_t> execute(const Statement& statement, Bound bound) override;
  base::Result<std::int64_t> execute_many(const Statement& statement, const detail::Value* rows,
                                          std::size_t count, std::size_t stride,
                                          const std::uint8_t* plan) override;
  base::Result<Cursor*> query(const Statement& statement, Bound bound,
                              std::span<const detail::Column> columns, bool nested) override;
  base::Result<std::vector<RawRow>> raw(const std::string& sql) override;

  // Ends the transaction. Whether a failed commit happened is unknown when fate() is lost
  // afterwards.
  base::Status commit();
  void rollback();
  Fate fate() const { return fate_; }
  int socket() const;
  bool waits_to_write() const;
  // True when a statement that writes has run since the last commit or rollback.
  bool wrote() const { return wrote_; }

  // Refuses a server that would lose acknowledged work or cut values silently, unless
  // `allow_unsafe`.
  base::Status check_server(bool allow_unsafe);

 private:
  struct Prepared;
  explicit MariadbConnection(st_mysql* mysql);
  base::Status set_up(Role role, base::Duration busy_timeout);
  base::Result<Prepared*> prepare(const Statement& statement);
  base::Status run(Prepared& prepared);
  base::Result<std::int64_t> execute_bulk(Prepared& prepared, const detail::Value* rows,
                                          std::size_t count, std::size_t stride,
                                          const std::uint8_t* plan);
  // A command whose answer nobody waits for has to be read before the next one.
  base::Status settle();
  base::Error failed(std::string_view what, unsigned number, const char* message,
                     const Statement* statement);

  st_mysql* mysql_;
  Role role_ = Role::transactions;
  Fate fate_ = Fate::good;
  bool active_ = false;  // a statement has run since the last commit or rollback
  bool wrote_ = false;
  bool unread_ = false;  // the answer to COMMIT of a snapshot is still to be read
  bool bulk_ = false;    // the server takes arrays of parameters
  std::unordered_map<const Statement*, std::unique_ptr<Prepared>> prepared_;
};

}  // namespace store
