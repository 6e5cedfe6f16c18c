#pragma once
#include <string>
#include <vector>

#include "store/store.h"

namespace store {

// A statement whose plan grows with the history: the database reads a whole table or index, or
// sorts.
struct Finding {
  std::string statement;
  std::string problem;  // "scans all of payment_request", "sorts"
  std::string plan;     // the database's own words
};

// Makes the database count its rows again, so that its plans are those of a filled installation.
Status refresh_statistics(Store& store);

// EXPLAIN of every registered statement, except inserts of single rows and those with `-- scan:
// why`. Only means something on a filled database: on MariaDB parameters are replaced by values
// found in it. Reads, but may take minutes on a large one.
Result<std::vector<Finding>> explain_all(Store& store);

// Of one statement; for tests.
Result<std::vector<Finding>> explain(Connection& connection, const Statement& statement);

}  // namespace store
