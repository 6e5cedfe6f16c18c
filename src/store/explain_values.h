#pragma once
#include <map>
#include <string>
#include <vector>

#include "store/store.h"

namespace store {

// Literals for a statement's parameters, taken from the rows that are there: MariaDB plans with the
// values, and a value of another type than its column's would keep it from using an index.
class ValueSource {
 public:
  static Result<ValueSource> open(Connection& connection);
  // The statement's MariaDB text with a literal in place of each question mark.
  Result<std::string> fill(const Statement& statement);

 private:
  struct Column {
    std::string table;
    std::string type;                 // "bigint", "binary", "varchar" …
    std::string sample, least, most;  // literals
    bool sampled = false;
    bool ranged = false;
  };
  struct Place {
    std::string column;     // what the parameter is compared with
    char compared = '=';    // '<' or '>' in a range
    bool is_count = false;  // LIMIT or OFFSET
  };

  explicit ValueSource(Connection& connection) : connection_(&connection) {}
  static std::vector<std::string> tokens(std::string_view text);
  static Place place_of(const std::vector<std::string>& tokens, std::size_t at,
                        std::string_view parameter);
  Column* find(const std::vector<std::string>& tokens, const std::string& column);
  Result<std::string> literal(Column& column, const std::string& name, char compared);
  static std::string quoted(const Column& column, const std::optional<std::string>& value);

  Connection* connection_;
  std::multimap<std::string, Column> columns_;  // by column name
};

}  // namespace store
