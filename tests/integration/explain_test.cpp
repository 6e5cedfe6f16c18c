// Goal: no named statement of the program grows with the history: on a filled copy of the schema,
// with statistics, neither database scans a table or sorts a result. `make verify` asks the same of
// five million requests.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <regex>
#include <set>

#include "store/connection.h"
#include "store/explain.h"
#include "store/migrate.h"
#include "store/testing.h"

namespace {

using store::testing::Kind;

struct ColumnOf {
  std::string name;
  std::string type;
};

using Tables = std::map<std::string, std::vector<ColumnOf>>;

const std::string kColumn =
    "(\\w+) (BINARY|VARBINARY|VARCHAR|BOOLEAN|BIGINT|INTEGER|INT|SMALLINT|MEDIUMTEXT|"
    "TEXT|BLOB|MEDIUMBLOB)(\\(\\d+\\))?";

// What a statement of a migration does to the tables.
void carry_out(Tables& tables, const std::string& ddl) {
  std::smatch found;
  if (std::regex_search(ddl, found, std::regex("CREATE TABLE (\\w+) \\("))) {
    auto& columns = tables[found[1]];
    const std::regex column("[(,]\\s*" + kColumn);
    const std::string body = ddl.substr(static_cast<std::size_t>(found.position(0)));
    for (std::sregex_iterator at(body.begin(), body.end(), column), end; at != end; ++at)
      columns.push_back({(*at)[1], (*at)[2].str() + (*at)[3].str()});
  } else if (std::regex_search(ddl, found,
                               std::regex("ALTER TABLE (\\w+) ADD COLUMN " + kColumn))) {
    tables.at(found[1]).push_back({found[2], found[3].str() + found[4].str()});
  } else if (std::regex_search(ddl, found, std::regex("ALTER TABLE (\\w+) DROP COLUMN (\\w+)"))) {
    const std::string gone = found[2];
    std::erase_if(tables.at(found[1]), [&](const ColumnOf& one) { return one.name == gone; });
  }
}

// A value for row `i`: keys are unique, tenants and statuses repeat as they do in life.
std::string value_of(const ColumnOf& column, bool mariadb) {
  const auto padded = [&](const std::string& number, const std::string& width) {
    return mariadb ? "LPAD(" + number + ", " + width + ", '0')"
                   : "CAST(printf('%0" + width + "d', " + number + ") AS BLOB)";
  };
  const std::string text = mariadb ? "CONCAT('v', i)" : "'v' || i";
  if (column.name == "tenant_id") return padded("i % 20", "16");
  if (column.type == "BINARY(16)") return padded("i", "16");
  if (column.type == "BINARY(32)") return padded("i", "32");
  if (column.type.starts_with("VARBINARY") || column.type.find("BLOB") != std::string::npos) {
    return padded("i", "40");
  }
  if (column.type == "BOOLEAN") return column.name == "livemode" ? "0" : "i % 2";
  if (column.name == "status" && column.type.starts_with("VARCHAR")) {
    return "CASE WHEN i % 10 < 6 THEN 'paid' WHEN i % 10 < 8 THEN 'open' ELSE 'expired' END";
  }
  if (column.name == "kind") return text;
  if (column.name == "consumer") return "CASE i % 2 WHEN 0 THEN 'a' ELSE 'b' END";
  if (column.type == "VARCHAR(2)") return "'DE'";
  if (column.type == "VARCHAR(3)") return "'EUR'";
  if (column.type == "VARCHAR(8)") return "'email'";
  if (column.type == "VARCHAR(7)") return "'#123456'";
  if (column.type.starts_with("VARCHAR(1") && column.type.size() == 11) return "'v1'";
  if (column.type.starts_with("VARCHAR") || column.type.find("TEXT") != std::string::npos) {
    return text;
  }
  return "i";
}

constexpr int kRows = 5000;
constexpr int kRowsAtOnce = 250'000;

// QT_EXPLAIN_ROWS (`make verify`): that many rows in the tables that grow with the requests.
int rows_of(const std::string& table) {
  static const std::set<std::string> growing{"payment_request",     "checkout_session", "link",
                                             "payment_transaction", "ledger_entry",     "message"};
  const char* asked = std::getenv("QT_EXPLAIN_ROWS");
  return asked && growing.contains(table) ? std::atoi(asked) : kRows;
}

base::Status fill(store::Connection& connection, const std::string& table,
                  const std::vector<ColumnOf>& columns) {
  const bool mariadb = connection.engine() == store::Engine::mariadb;
  std::string names;
  std::string values;
  for (const auto& column : columns) {
    names += (names.empty() ? "" : ", ") + column.name;
    values += (values.empty() ? "" : ", ") + value_of(column, mariadb);
  }
  const std::string select = "SELECT " + values + " FROM n";
  // Rows that would break a unique key of few values are left out.
  const std::string insert = mariadb ? "INSERT IGNORE INTO " : "INSERT OR IGNORE INTO ";
  const int rows = rows_of(table);
  for (int first = 1; first <= rows; first += kRowsAtOnce) {
    const std::string numbers = "WITH RECURSIVE n(i) AS (SELECT " + std::to_string(first) +
                                " UNION ALL SELECT i + 1 FROM n WHERE i < " +
                                std::to_string(std::min(rows, first + kRowsAtOnce - 1)) + ") ";
    const std::string sql = mariadb ? insert + table + " (" + names + ") " + numbers + select
                                    : numbers + insert + table + " (" + names + ") " + select;
    TRY_STATUS(connection.raw(sql));
  }
  return {};
}

class Explain : public ::testing::TestWithParam<Kind> {};

TEST_P(Explain, NoStatementGrowsWithTheHistory) {
  if (auto why = store::testing::cannot_run(GetParam())) GTEST_SKIP() << *why;
  // Not one of the databases that tests hand on: emptying it row by row would take longer than all
  // the rest.
  store::testing::TestStore t(GetParam(), {.migrated = false});
  ASSERT_TRUE(store::migrate(t.store(), t.now()));
  const auto filled = t.store().administer([&](store::Connection& connection) -> base::Status {
    if (connection.engine() == store::Engine::mariadb) {
      TRY_STATUS(connection.raw("SET SESSION max_recursive_iterations = 1000000"));
      TRY_STATUS(connection.raw("SET SESSION unique_checks = 0"));
    }
    // MariaDB's text names the lengths of binary columns; SQLite's has them as checks.
    Tables tables;
    for (const auto& step : store::migrations()) {
      for (const auto text : step.mariadb) carry_out(tables, std::string(text));
    }
    for (const auto& [table, columns] : tables) TRY_STATUS(fill(connection, table, columns));
    return {};
  });
  ASSERT_TRUE(filled) << filled.error().detail;
  ASSERT_TRUE(store::refresh_statistics(t.store()));
  EXPECT_GE(store::all_statements().size(), 120U) << "every module is linked";
  const auto found = store::explain_all(t.store());
  ASSERT_TRUE(found) << found.error().detail;
  for (const auto& f : *found) ADD_FAILURE() << f.statement << " " << f.problem << ": " << f.plan;
}

INSTANTIATE_TEST_SUITE_P(engines, Explain, ::testing::Values(Kind::sqlite_memory, Kind::mariadb),
                         [](const auto& info) { return store::testing::to_string(info.param); });

}  // namespace
