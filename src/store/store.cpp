#include "store/store.h"

#include <algorithm>
#include <mutex>

namespace store {
namespace {
struct Registry {
  std::mutex mutex;
  std::vector<const Statement*> statements;
};
// Filled before main() by the headers that sqlgen makes; function-local, since their order is
// unknown.
Registry& registry() {
  static Registry all;
  return all;
}
}  // namespace

Registration::Registration(std::span<const Statement* const> statements) {
  Registry& all = registry();
  std::lock_guard lock(all.mutex);
  all.statements.insert(all.statements.end(), statements.begin(), statements.end());
  std::sort(all.statements.begin(), all.statements.end(),
            [](const Statement* a, const Statement* b) { return a->name < b->name; });
}

std::span<const Statement* const> all_statements() { return registry().statements; }

namespace detail {

base::Error write_in_snapshot(const Statement& statement) {
  return base::error(base::Code::internal, std::string(statement.name) + ": a write in a snapshot");
}

base::Error second_row(const Statement& statement) {
  return base::error(base::Code::corrupt, std::string(statement.name) + ": more than one row");
}

base::Error misfit(const Statement& statement, std::string_view column) {
  return base::error(base::Code::corrupt, std::string(statement.name) + ": column " +
                                              std::string(column) + " holds what its member can't");
}

base::Error body_threw(const std::exception& e) {
  return base::error(base::Code::internal, std::string("a transaction's body threw: ") + e.what());
}

}  // namespace detail

namespace {

bool touches(const Statement& statement, std::string_view table) {
  // Statements that sqlgen did not make don't say what they read.
  if (statement.tables.empty()) return true;
  return std::find(statement.tables.begin(), statement.tables.end(), table) !=
         statement.tables.end();
}

}  // namespace

Tx::Tx(Connection& connection, bool read_only) : connection_(connection), read_only_(read_only) {}
Tx::~Tx() = default;

Status Tx::flush() {
  // A body that passes over the error must not commit without these rows.
  if (!flushed_) return flushed_;
  const auto due = std::exchange(deferred_, {});
  for (const auto& rows : due) {
    const auto affected = rows->run(connection_);
    const auto expected = static_cast<std::int64_t>(rows->count());
    if (!affected) {
      flushed_ = affected.error();
    } else if (rows->affects == Affects::one_row && *affected != expected) {
      flushed_ = base::error(base::Code::conflict, "changed",
                             std::string(rows->statement.name) + ": a row was changed meanwhile");
    }
    if (!flushed_) return flushed_;
  }
  return {};
}

Status Tx::settle(const Statement& statement) {
  const bool meets = std::any_of(deferred_.begin(), deferred_.end(), [&](const auto& rows) {
    return touches(statement, rows->statement.table);
  });
  return meets ? flush() : flushed_;
}

}  // namespace store
