#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "store/statement.h"

// One typed data layer over SQLite and MariaDB. A transaction's body is a plain function that runs
// on a database thread; it can't wait for the network, so no transaction is ever held across a
// provider call.
namespace store {

using base::Awaitable;
using base::Result;
using base::Status;

enum class Engine : std::uint8_t { sqlite, mariadb };

class Connection;  // one per database thread; engine-specific, see connection.h

// A transaction in progress. Lives on a database thread for the duration of its body; never stored.
class Tx {
 public:
  explicit Tx(Connection& connection) : connection_(connection) {}
  Tx(const Tx&) = delete;
  Tx& operator=(const Tx&) = delete;

  // Affected rows (for an UPDATE: rows matched by WHERE on both engines). A unique violation is
  // Code::conflict with the key's name in Error::reason, everything retryable aborts the body and
  // runs it again, the rest is Code::internal.
  template <class P, class R>
  Result<std::int64_t> exec(const Query<P, R>& query, const P& params);
  // At most one row; more is Code::corrupt.
  template <class P, class R>
  Result<std::optional<R>> one(const Query<P, R>& query, const P& params);
  template <class P, class R>
  Result<std::vector<R>> all(const Query<P, R>& query, const P& params);
  // Rows one by one without storing them; `visit` returns Status, an error stops and is passed up.
  template <class P, class R, class F>
  Status each(const Query<P, R>& query, const P& params, F&& visit);
  // The same statement for many parameter sets (MariaDB: one round trip where possible). Sum of
  // affected rows.
  template <class P, class R>
  Result<std::int64_t> exec_many(const Query<P, R>& query, std::span<const P> params);

  // Runs after the commit is durable, on the database thread; must not block or throw (wake-ups
  // only). Dropped on rollback.
  void after_commit(std::function<void()> hook);
  Engine engine() const;

 private:
  Connection& connection_;
};

struct Options {
  // "sqlite:PATH", "sqlite::memory:" (one shared connection),
  // "mysql://user:password@host:port/database" or "mysql:///database?socket=PATH&user=…".
  std::string url;
  std::size_t threads = 8;  // MariaDB: connections for transactions and snapshots. SQLite: readers;
                            // writes have one thread
  std::size_t queue_max = 4096;  // waiting bodies; more are refused with Code::unavailable
  base::Duration busy_timeout = std::chrono::seconds(10);
  bool allow_unsafe_server = false;  // start although MariaDB lacks strict mode or durable commits
  std::size_t attempts_max =
      8;  // of one body on deadlocks (1213), lock waits (1205), lost connections before commit
};

// Owned by app, outlives every service. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;
  virtual Engine engine() const = 0;

  // Runs `body(Tx&) -> Result<T>` in one transaction and commits when it returns a value, rolls
  // back on an error. May run the body several times: it must only read its captures. Resumes the
  // caller on the caller's own executor after the commit is durable. Errors besides the body's own:
  // unavailable (no connection, queue full), ambiguous (the connection broke during COMMIT).
  template <class F>
  Awaitable<std::invoke_result_t<F&, Tx&>> with_transaction(F body);
  // Read-only, one consistent snapshot; on SQLite runs beside the writer.
  template <class F>
  Awaitable<std::invoke_result_t<F&, Tx&>> with_snapshot(F body);

  // Blocking forms for start-up, tools and tests; not on an event loop.
  template <class F>
  std::invoke_result_t<F&, Tx&> transact_blocking(F body);

 protected:
  // `run` executes the body once and says whether to commit; `done` is called exactly once, on the
  // database thread, with the outcome of the transaction as a whole.
  struct Job {
    std::function<Status(Tx&)> run;
    std::function<void(Status)> done;
    bool read_only = false;
  };
  virtual void submit(Job job) = 0;
};

Result<std::unique_ptr<Store>> open(base::Runtime& runtime, Options options);

}  // namespace store

#include "store/store_inl.h"
