#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/runtime.h"
#include "store/store.h"

// For tests of every module: a fresh, migrated database of its own on each engine.
namespace store::testing {

enum class Kind : std::uint8_t { sqlite_memory, sqlite_file, mariadb };
std::string to_string(Kind kind);
// All kinds, for INSTANTIATE_TEST_SUITE_P; a test begins with `if (auto why = cannot_run(kind))
// GTEST_SKIP() << *why;`.
std::vector<Kind> all_kinds();
// MariaDB needs QT_TEST_MARIADB=mysql://user:password@host:port/any_database with the right to
// create databases named quittance_test_….
std::optional<std::string> cannot_run(Kind kind);

struct TestOptions {
  bool threaded = false;   // real threads and clock instead of the simulated runtime
  std::uint64_t seed = 1;  // of the simulated runtime
  bool migrated = true;
  Options store;  // its url is overwritten
};

// The runtime, the database and the store; the database goes with it.
class TestStore {
 public:
  explicit TestStore(Kind kind, TestOptions options = {});
  ~TestStore();
  TestStore(const TestStore&) = delete;
  TestStore& operator=(const TestStore&) = delete;

  base::Runtime& runtime() { return *runtime_; }
  base::SimRuntime& sim();  // only when not threaded
  Store& store() { return *store_; }
  base::Ids& ids() { return *ids_; }
  const std::string& url() const { return options_.store.url; }
  base::Time now() const { return runtime_->clock().now(); }

  // Closes and opens the store; in memory everything is gone then.
  void reopen();
  void close() { store_.reset(); }
  // A further store on the same database (not in memory).
  std::unique_ptr<Store> second();

  // Runs a task to its end on the runtime and returns its result.
  template <class T>
  T run(base::Awaitable<T> task);

 private:
  void create_database();
  void drop_database();

  Kind kind_;
  TestOptions options_;
  std::string place_;  // folder or database name
  std::unique_ptr<base::SimRuntime> sim_;
  std::unique_ptr<base::Runtime> real_;
  base::Runtime* runtime_ = nullptr;
  std::unique_ptr<base::Ids> ids_;
  std::unique_ptr<Store> store_;
};

namespace detail {
template <class T>
base::Awaitable<void> collect(base::Awaitable<T> task, std::optional<T>& into) {
  into.emplace(co_await std::move(task));
}

struct Done {
  std::mutex mutex;
  std::condition_variable wake;
  bool done = false;
};
template <class T>
base::Awaitable<void> collect_and_tell(base::Awaitable<T> task, std::optional<T>& into,
                                       Done& done) {
  into.emplace(co_await std::move(task));
  const std::lock_guard lock(done.mutex);
  done.done = true;
  done.wake.notify_one();
}
}  // namespace detail

template <class T>
T TestStore::run(base::Awaitable<T> task) {
  std::optional<T> result;
  if (sim_) {
    sim_->run(detail::collect(std::move(task), result));
  } else {
    detail::Done done;
    real_->spawn("test", detail::collect_and_tell(std::move(task), result, done));
    std::unique_lock lock(done.mutex);
    done.wake.wait(lock, [&] { return done.done; });
  }
  return *std::move(result);
}

}  // namespace store::testing
