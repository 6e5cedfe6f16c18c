#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "base/describe.h"

namespace store {

// One named statement of a module's *.sql file, made by cmake/sqlgen.py. `params` are the names
// behind the question marks, in order, repeats included. `id` is unique in the process (index for
// prepared-statement caches).
struct Statement {
  std::string_view name;  // "requests.insert_request"
  std::string_view sqlite;
  std::string_view mariadb;
  std::span<const std::string_view> params;
  std::string_view
      why_global;  // why a statement on tenant tables has no :tenant_id; empty otherwise
};

// All statements of the program register here for EXPLAIN checks and for preparing at start.
struct Registration {
  explicit Registration(std::span<const Statement* const> statements);
};
std::span<const Statement* const> all_statements();

struct NoRow {};
struct NoParams {};
BOOST_DESCRIBE_STRUCT(NoRow, (), ())
BOOST_DESCRIBE_STRUCT(NoParams, (), ())

// A statement with its types. P is a described struct with a member for every :name of the
// statement; a :tenant_id must be a domain::TenantId (checked when the Query is made, at compile
// time). R is a described struct whose members stand in the order of the selected columns; the
// names are compared when the statement is prepared. Member types: bool, integers, std::string,
// std::string_view (parameters only), described enums, base::Id<…>, base::Time,
// base::Secret<std::string>, std::optional of these, store::Blob, base::json::Raw.
// Also base::TextValue types (domain::Currency, domain::Day) as their text.
template <class P = NoParams, class R = NoRow>
struct Query {
  const Statement* statement;
  consteval explicit Query(const Statement& s);
};

// Bytes of a BINARY/VARBINARY/BLOB column (std::string members are text).
struct Blob {
  std::string bytes;
  friend bool operator==(const Blob&, const Blob&) = default;
};

}  // namespace store
