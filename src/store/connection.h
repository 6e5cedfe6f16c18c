#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/value.h"

namespace store {

enum class Engine : std::uint8_t { sqlite, mariadb };

// Rows of a running statement. Belongs to the connection's statement cache; finish() gives it back.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // The next row's values, valid until the next call; nullptr at the end and after an error.
  virtual const detail::Value* next() = 0;
  // Ends the statement at any point. The error that stopped next(), if one did.
  virtual base::Status finish() = 0;
};

// Values of the parameters' struct and, for each question mark, which of them it takes.
struct Bound {
  const detail::Value* members;
  const std::uint8_t* plan;
  const detail::Value& at(std::size_t parameter) const { return members[plan[parameter]]; }
};

using RawRow = std::vector<std::optional<std::string>>;

// One session of a database with its prepared statements. Used by one thread at a time. Between
// begin() and commit() or rollback() it carries one transaction; an error after which the server's
// transaction is gone stays as failure(), so that a body that goes on can't commit half of its
// work.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual Engine engine() const = 0;
  virtual base::Result<std::int64_t> execute(const Statement& statement, Bound bound) = 0;
  // `rows` holds `count` groups of `stride` values.
  virtual base::Result<std::int64_t> execute_many(const Statement& statement,
                                                  const detail::Value* rows, std::size_t count,
                                                  std::size_t stride, const std::uint8_t* plan) = 0;
  // `nested`: other statements may run before the cursor is finished.
  virtual base::Result<Cursor*> query(const Statement& statement, Bound bound,
                                      std::span<const detail::Column> columns, bool nested) = 0;
  // Any SQL text without parameters, for migrations, EXPLAIN and tools. Errors quote it.
  virtual base::Result<std::vector<RawRow>> raw(const std::string& sql) = 0;

  void after_commit(std::function<void()> hook) { hooks_.push_back(std::move(hook)); }
  std::vector<std::function<void()>> take_hooks() { return std::exchange(hooks_, {}); }

 protected:
  std::vector<std::function<void()>> hooks_;
};

}  // namespace store
