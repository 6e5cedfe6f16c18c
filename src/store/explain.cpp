#include "store/explain.h"

#include <algorithm>
#include <set>

#include "store/explain_values.h"

namespace store {
namespace {

std::string cell(const RawRow& row, std::size_t column) {
  return column < row.size() ? row[column].value_or("") : std::string();
}

std::string joined(const std::vector<RawRow>& rows) {
  std::string out;
  for (const RawRow& row : rows) {
    if (!out.empty()) out += "; ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += ' ';
      out += row[i].value_or("-");
    }
  }
  return out;
}

// "SCAN t USING COVERING INDEX i" -> "t", unless t is a result that the statement made itself.
std::vector<Finding> read_sqlite_plan(const Statement& statement, const std::vector<RawRow>& rows) {
  std::vector<Finding> findings;
  std::set<std::string> made{"CONSTANT"};
  for (const RawRow& row : rows) {
    const std::string detail = cell(row, 3);
    for (const char* maker : {"MATERIALIZE ", "CO-ROUTINE "}) {
      if (detail.starts_with(maker)) made.insert(detail.substr(std::string_view(maker).size()));
    }
  }
  for (const RawRow& row : rows) {
    const std::string detail = cell(row, 3);
    if (detail.starts_with("SCAN ")) {
      const std::string name = detail.substr(5, detail.find(' ', 5) - 5);
      if (made.contains(name) || name.starts_with('(')) continue;
      findings.push_back({std::string(statement.name), "scans all of " + name, detail});
    } else if (detail.find("(ANY(") != std::string::npos) {  // a skip-scan visits every tenant
      const std::string name = detail.substr(7, detail.find(' ', 7) - 7);
      findings.push_back({std::string(statement.name), "scans all of " + name, detail});
    } else if (detail.starts_with("USE TEMP B-TREE FOR") &&
               detail.find("ORDER BY") != std::string::npos) {
      findings.push_back({std::string(statement.name), "sorts", detail});
    }
  }
  return findings;
}

// id, select_type, table, type, possible_keys, key, key_len, ref, rows, Extra.
std::vector<Finding> read_mariadb_plan(const Statement& statement,
                                       const std::vector<RawRow>& rows) {
  std::vector<Finding> findings;
  for (const RawRow& row : rows) {
    const std::string table = cell(row, 2), type = cell(row, 3),
                      extra = row.empty() ? "" : row.back().value_or("");
    const bool derived = table.starts_with('<');
    if (!derived && (type == "ALL" || type == "index")) {
      findings.push_back({std::string(statement.name), "scans all of " + table, joined({row})});
    }
    if (extra.find("Using filesort") != std::string::npos) {
      findings.push_back({std::string(statement.name), "sorts", joined({row})});
    }
  }
  return findings;
}

bool inserts_values(const Statement& statement) {
  return statement.sqlite.starts_with("INSERT") &&
         statement.sqlite.find("SELECT") == std::string_view::npos;
}

Result<std::vector<Finding>> explain_with(Connection& connection, const Statement& statement,
                                          ValueSource* values) {
  if (connection.engine() == Engine::sqlite) {
    TRY(const auto rows, connection.raw("EXPLAIN QUERY PLAN " + std::string(statement.sqlite)));
    return read_sqlite_plan(statement, rows);
  }
  TRY(const std::string text, values->fill(statement));
  TRY(const auto rows, connection.raw("EXPLAIN " + text));
  return read_mariadb_plan(statement, rows);
}

}  // namespace

Status refresh_statistics(Store& store) {
  return store.administer([](Connection& connection) -> Status {
    if (connection.engine() == Engine::sqlite) {
      TRY_STATUS(connection.raw("ANALYZE"));
      return {};
    }
    TRY(const auto tables,
        connection.raw("SELECT table_name FROM information_schema.tables "
                       "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"));
    for (const RawRow& row : tables)
      TRY_STATUS(connection.raw("ANALYZE TABLE `" + cell(row, 0) + "`"));
    return {};
  });
}

Result<std::vector<Finding>> explain(Connection& connection, const Statement& statement) {
  if (connection.engine() == Engine::sqlite) return explain_with(connection, statement, nullptr);
  TRY(ValueSource values, ValueSource::open(connection));
  return explain_with(connection, statement, &values);
}

Result<std::vector<Finding>> explain_all(Store& store) {
  std::vector<Finding> findings;
  TRY_STATUS(store.administer([&](Connection& connection) -> Status {
    findings.clear();
    std::optional<ValueSource> values;
    if (connection.engine() == Engine::mariadb) {
      TRY(values, ValueSource::open(connection));
    }
    for (const Statement* statement : all_statements()) {
      if (inserts_values(*statement) || !statement->why_scan.empty()) continue;
      TRY(auto found, explain_with(connection, *statement, values ? &*values : nullptr));
      findings.insert(findings.end(), found.begin(), found.end());
    }
    return {};
  }));
  return findings;
}

}  // namespace store
