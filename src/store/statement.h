#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/describe.h"
#include "domain/ids.h"

namespace store {

// One named statement of a module's *.sql file, made by cmake/sqlgen.py. `params` are the names
// behind the question marks, in order, repeats included. Its address is its identity in statement
// caches.
struct Statement {
  std::string_view name;  // "requests.insert_request"
  std::string_view sqlite;
  std::string_view mariadb;
  std::span<const std::string_view> params;
  std::string_view why_global;  // why it uses tenant tables without :tenant_id; empty otherwise
  std::string_view table;       // what INSERT, UPDATE or DELETE changes
  std::string_view ignore_key;  // on_conflict_ignore: a duplicate of this key counts as 0 rows
  bool upsert = false;          // MariaDB counts an update as 2 rows; it is reported as 1
  std::string_view why_scan;    // why EXPLAIN may show a scan; empty otherwise
  std::span<const std::string_view> tables{};  // all that it reads or changes
};

// All statements of the program register here, for EXPLAIN checks; every sql.gen.h holds one.
struct Registration {
  explicit Registration(std::span<const Statement* const> statements);
};
// Sorted by name.
std::span<const Statement* const> all_statements();

struct NoRow {};
struct NoParams {};
BOOST_DESCRIBE_STRUCT(NoRow, (), ())
BOOST_DESCRIBE_STRUCT(NoParams, (), ())

// Bytes of a BINARY/VARBINARY/BLOB column (std::string members are text).
struct Blob {
  std::string bytes;
  friend bool operator==(const Blob&, const Blob&) = default;
};

inline constexpr std::size_t kParamsMax = 64;  // question marks in one statement

namespace detail {
// Not constexpr on purpose: the compiler names them in its error when a Query is wrong.
void too_many_parameters();
void parameter_is_not_a_member_of_P();
void tenant_id_is_not_a_TenantId();

template <class P>
consteval std::uint8_t member_index(std::string_view name) {
  using Members = boost::describe::describe_members<P, boost::describe::mod_public |
                                                           boost::describe::mod_inherited>;
  std::uint8_t index = 0;
  std::uint8_t found = 255;
  boost::mp11::mp_for_each<Members>([&](auto d) {
    if (name == d.name) {
      found = index;
      using Member = std::remove_cvref_t<decltype(std::declval<P&>().*d.pointer)>;
      if (name == "tenant_id" && !std::is_same_v<Member, domain::TenantId>)
        tenant_id_is_not_a_TenantId();
    }
    ++index;
  });
  if (found == 255) parameter_is_not_a_member_of_P();
  return found;
}
}  // namespace detail

// A statement with its types. P is a described struct with a member for every :name of the
// statement; a :tenant_id must be a domain::TenantId (checked when the Query is made, at compile
// time). R is a described struct whose members stand in the order of the selected columns; the
// names are compared when the statement is prepared. Member types: bool, integers, std::string,
// std::string_view (parameters only), described enums, base::Id<…>, base::Time,
// base::Secret<std::string>, std::optional of these, store::Blob, base::json::Raw.
template <class P = NoParams, class R = NoRow>
struct Query {
  const Statement* statement;
  std::array<std::uint8_t, kParamsMax> plan{};  // question mark -> member of P

  consteval explicit Query(const Statement& s) : statement(&s) {
    if (s.params.size() > kParamsMax) detail::too_many_parameters();
    for (std::size_t i = 0; i < s.params.size(); ++i)
      plan[i] = detail::member_index<P>(s.params[i]);
  }
};

}  // namespace store
