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
#include "store/connection.h"
#include "store/statement.h"

// One typed data layer over SQLite and MariaDB. A transaction's body is a plain function that runs
// to its end (decisions 3 and 9); it can't wait for the network, so no transaction is ever held
// across a provider call.
namespace store {

using base::Awaitable;
using base::Result;
using base::Status;

// What a write that is put off must have done when it runs.
enum class Affects : std::uint8_t { one_row, any_rows };

namespace detail {
class Deferred;
}

// A transaction in progress. Lives for the duration of its body; never stored.
class Tx {
 public:
  explicit Tx(Connection& connection, bool read_only = false);
  ~Tx();
  Tx(const Tx&) = delete;
  Tx& operator=(const Tx&) = delete;

  // Affected rows (for an UPDATE: rows matched by WHERE on both engines). A unique violation is
  // Code::conflict with "table.index" or "table.primary" in Error::reason; everything retryable
  // aborts the body and runs it again; the rest is Code::internal. In a snapshot it is always
  // Code::internal.
  template <class P, class R>
  Result<std::int64_t> exec(const Query<P, R>& query, const std::type_identity_t<P>& params = {});
  // At most one row; more is Code::corrupt.
  template <class P, class R>
  Result<std::optional<R>> one(const Query<P, R>& query,
                               const std::type_identity_t<P>& params = {});
  template <class P, class R>
  Result<std::vector<R>> all(const Query<P, R>& query, const std::type_identity_t<P>& params = {});
  // Rows one by one without storing them; `visit(R&&)` returns Status, an error stops and is passed
  // up. It may use the transaction, but not start the same statement again. All rows come in one
  // object, whose texts keep their memory: what visit() needs later it moves, swaps or copies out.
  template <class P, class R, class F>
  Status each(const Query<P, R>& query, const std::type_identity_t<P>& params, F&& visit);
  // The same statement for many parameter sets (MariaDB: one round trip where possible). Sum of
  // affected rows.
  template <class P, class R>
  Result<std::int64_t> exec_many(const Query<P, R>& query,
                                 std::type_identity_t<std::span<const P>> params);

  // A write whose outcome the body does not need: it runs with the others of its statement (on
  // MariaDB one round trip for all of them) when the body ends, or before a statement on the same
  // table. `params` are copied, what their string_views show is not. With Affects::one_row the body
  // fails with Code::conflict, "changed", unless as many rows were affected as were put off.
  template <class P, class R>
  Status later(const Query<P, R>& query, const std::type_identity_t<P>& params,
               Affects affects = Affects::one_row);
  // Runs what was put off. The store does it before every commit.
  Status flush();

  // Runs after the commit is durable, before the caller resumes; must not block or throw (wake-ups
  // only). Dropped on rollback.
  void after_commit(std::function<void()> hook) { connection_.after_commit(std::move(hook)); }
  Engine engine() const { return connection_.engine(); }
  bool read_only() const { return read_only_; }
  // For the store's own files: migrations, EXPLAIN.
  Connection& connection() { return connection_; }

 private:
  // Before `statement` runs: what was put off on its tables.
  Status settle(const Statement& statement);

  Connection& connection_;
  bool read_only_;
  std::vector<std::unique_ptr<detail::Deferred>> deferred_;  // in order of first use
  Status flushed_;                                           // the first error of a flush stays
};

struct Options {
  // "sqlite:PATH", "sqlite::memory:" (one shared connection),
  // "mysql://user:password@host:port/database" or "mysql:///database?socket=PATH&user=…". MariaDB
  // takes ?tls_ca=FILE (encrypted and verified).
  std::string url;
  // MariaDB: bodies under way at the same time, shared out over the event loops (at least one
  // each); each has a connection for every kind of access. SQLite: readers; writes have one thread.
  std::size_t threads = 8;
  std::size_t queue_max = 4096;  // waiting bodies (MariaDB: shared out as well); more are refused
                                 // with Code::unavailable
  base::Duration busy_timeout = std::chrono::seconds(10);
  bool allow_unsafe_server = false;  // start although MariaDB lacks strict mode or durable commits
  // Runs of one body on deadlocks (1213), lock waits (1205) and connections lost before the commit.
  std::size_t attempts_max = 8;
};

// What a body may do: change rows, read one snapshot, or read whatever is newest at each statement.
enum class Access : std::uint8_t { write, snapshot, reads };

// A body and whoever waits for it. Used once, by one thread at a time.
class Job {
 public:
  explicit Job(Access access) : access_(access) {}
  virtual ~Job() = default;
  // Runs the body; true when it wants to commit. Called again when the transaction has to be
  // repeated.
  virtual bool run(Tx& tx) = 0;
  // Either is called, exactly once; done_here() only from an event loop, with nothing on the stack
  // that the waiting coroutine could find in its way. An error takes the place of the body's
  // result.
  virtual void done(Status outcome) = 0;
  virtual void done_here(Status outcome) { done(std::move(outcome)); }
  Access access() const { return access_; }
  bool read_only() const { return access_ != Access::write; }

 private:
  Access access_;
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
  // Read-only, where every statement may see a newer commit than the one before: on MariaDB a round
  // trip less than a snapshot. For single rows and for reads that don't have to agree with one
  // another.
  template <class F>
  Awaitable<std::invoke_result_t<F&, Tx&>> with_reads(F body);

  // Blocking forms for start-up, tools and tests; not on an event loop.
  template <class F>
  std::invoke_result_t<F&, Tx&> transact_blocking(F body);
  template <class F>
  std::invoke_result_t<F&, Tx&> snapshot_blocking(F body);

  // Runs `work` on a connection without a read time-out (long DDL): on MariaDB a new one outside of
  // any transaction, on SQLite the writer's inside one. For migrations and tools.
  virtual Status administer(std::function<Status(Connection&)> work) = 0;

  // After Runtime::stop(): what still runs finds the database gone, and nothing runs afterwards.
  // Before the services end whose bodies these are. Idempotent; not on an event loop.
  virtual void close() = 0;

 protected:
  virtual void submit(std::unique_ptr<Job> job) = 0;
  // Returns after job.done().
  virtual void run_blocking(std::unique_ptr<Job> job) = 0;

 private:
  template <class F>
  auto start(F body, Access access);
  template <class F>
  std::invoke_result_t<F&, Tx&> blocking(F body, Access access);
};

// Connects, checks the server's settings and starts what runs the bodies. Blocking.
Result<std::unique_ptr<Store>> open(base::Runtime& runtime, Options options);

}  // namespace store

#include "store/store_inl.h"
