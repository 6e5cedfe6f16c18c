// Named SQL that breaks a rule stops the build, with the file and line.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace {
namespace fs = std::filesystem;

class SqlgenTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/sqlgen_test_XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
    fs::create_directories(folder_ / "migrations");
    write("migrations/0001_thing.sql",
          "CREATE TABLE thing (tenant_id BINARY(16) NOT NULL, id BINARY(16) NOT NULL, name "
          "VARCHAR(10) NOT NULL,\n"
          "  n BIGINT, PRIMARY KEY (tenant_id, id)) {{table_options}};\n"
          "CREATE UNIQUE INDEX uq_thing_name ON thing (tenant_id, name);\n");
    write("migrations/0002_tally.sql",
          "CREATE TABLE tally (day INT NOT NULL PRIMARY KEY, n BIGINT NOT NULL) {{table_options "
          "narrow}};");
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  static std::string read(const fs::path& path) {
    std::stringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  }
  // Exit status; the output is in out_ and the messages in errors_.
  int run(const std::string& mode) {
    const std::string command = "python3 " QT_SOURCE_DIR "/cmake/sqlgen.py " + mode + " --out " +
                                (folder_ / "out.h").string() + " --migrations " +
                                (folder_ / "migrations").string() + " 2> " +
                                (folder_ / "errors").string();
    const int status = std::system(command.c_str());
    out_ = read(folder_ / "out.h");
    errors_ = read(folder_ / "errors");
    return WEXITSTATUS(status);
  }
  int compile(const std::string& sql) {
    write("thing.sql", sql);
    return run("--module things " + (folder_ / "thing.sql").string());
  }
  fs::path folder_;
  std::string out_, errors_;
};

TEST_F(SqlgenTest, good_statements_become_both_dialects) {
  ASSERT_EQ(compile(R"(-- name: find
-- What for.
SELECT name, ':no' AS text FROM thing
WHERE tenant_id = :tenant_id AND id = :id AND n {{div}} 2 > :id {{for_update}};

-- name: add
INSERT INTO thing (tenant_id, id, name, n) VALUES (:tenant_id, :id, :name, 1)
{{on_conflict_ignore id, tenant_id}}

-- name: count
INSERT INTO tally (day, n) VALUES (:day, 1) {{upsert day}} n = n + {{new n}}

-- name: sweep
-- global: cleans up after
-- everybody.
DELETE FROM thing WHERE n < :n

-- name: some
-- global: each thing is named with its tenant
SELECT n FROM thing WHERE {{any_of_eight (tenant_id = :tenant_# AND id = :id_#)}}
AND n IN ({{eight :n_#}})

-- name: split
SELECT {{mariadb}}1 + 1{{else}}2{{end}} AS two FROM tally WHERE day = :day
)"),
            0)
      << errors_;
  for (const char* part :
       {"FROM thing WHERE tenant_id = ? AND id = ? AND n / 2 > ?\"", "n DIV 2 > ? FOR UPDATE\"",
        "':no' AS text", R"({"tenant_id", "id", "id"})", "ON CONFLICT (id, tenant_id) DO NOTHING",
        ".ignore_key = \"primary\"", "ON CONFLICT (day) DO UPDATE SET n = n + excluded.n",
        "ON DUPLICATE KEY UPDATE n = n + VALUES(n)", ".upsert = true",
        "WHERE (tenant_id = ? AND id = ?) OR (tenant_id = ? AND id = ?) OR ",
        "IN (?, ?, ?, ?, ?, ?, ?, ?)", R"("tenant_6", "id_6", "tenant_7", "id_7", "n_0", "n_1")",
        "\"cleans up after everybody.\"", "SELECT 1 + 1 AS two", "SELECT 2 AS two"}) {
    std::string flat = out_;
    for (std::size_t at = 0; (at = flat.find("\"\n        \"")) != std::string::npos;)
      flat.erase(at, 11);
    EXPECT_NE(flat.find(part), std::string::npos) << part << "\n" << flat;
  }
}

TEST_F(SqlgenTest, broken_rules_stop_the_build) {
  const std::pair<const char*, const char*> cases[] = {
      {"SELECT * FROM thing WHERE tenant_id = :tenant_id", "spell the columns out"},
      {"SELECT t.* FROM thing AS t WHERE tenant_id = :tenant_id", "spell the columns out"},
      {"SELECT n FROM thing WHERE id = :id", "without :tenant_id"},
      {"SELECT y.n FROM tally AS y JOIN thing AS t ON t.n = y.n", "without :tenant_id"},
      {"DELETE FROM thing WHERE id = :id", "without :tenant_id"},
      {"SELECT n FROM thing WHERE tenant_id = ?", "write :name"},
      {"SELECT n FROM thin WHERE tenant_id = :tenant_id", "unknown table thin"},
      {"SELECT n FROM thing WHERE tenant_id = :tenant_id {{lock}}", "unknown macro"},
      {"SELECT n FROM thing WHERE tenant_id = :tenant_id AND n IN ({{eight :n}})", "unknown macro"},
      {"SELECT n FROM thing {{force_index ix_nothing}} WHERE tenant_id = :tenant_id",
       "unknown index"},
      {"SELECT `n` FROM thing WHERE tenant_id = :tenant_id", "no quoted names"},
      {"DELETE FROM thing WHERE tenant_id = :tenant_id LIMIT 3", "LIMIT"},
      {"DELETE FROM thing WHERE tenant_id = :tenant_id RETURNING n", "RETURNING"},
      {"INSERT IGNORE INTO thing (tenant_id, n) VALUES (:tenant_id, 1)", "INSERT"},
      {"INSERT INTO thing (tenant_id, n) VALUES (:tenant_id, 1) {{on_conflict_ignore n}}",
       "no unique key"},
      {"INSERT INTO thing (tenant_id, n) VALUES (:tenant_id, 1) {{upsert tenant_id, id}} n = 2",
       "several unique keys"},
      {"DROP TABLE thing", "starts with DROP"},
      {"SELECT 1; SELECT 2", "2 statements"},
      {"SELECT 1\n-- name: bad\nSELECT 2", "stands also at"},
      {"SELECT {{mariadb}}:a{{else}}:b{{end}} AS a FROM tally", "other parameters"},
  };
  for (const auto& [sql, message] : cases) {
    EXPECT_NE(compile(std::string("-- name: bad\n") + sql), 0) << sql;
    EXPECT_NE(errors_.find(message), std::string::npos) << sql << "\n" << errors_;
    EXPECT_NE(errors_.find("thing.sql:"), std::string::npos) << errors_;
  }
  EXPECT_NE(compile("SELECT 1"), 0) << "SQL without a name";
}

TEST_F(SqlgenTest, migrations_are_translated_for_sqlite) {
  ASSERT_EQ(run("--embed-migrations"), 0) << errors_;
  for (const char* part :
       {"name TEXT CHECK (length(name) <= 10) NOT NULL", "CHECK (length(id) = 16)", ") STRICT",
        "STRICT, WITHOUT ROWID", "ENGINE=InnoDB", "VARCHAR(10)", "Migration{2, \"tally\""}) {
    std::string flat = out_;
    for (std::size_t at = 0; (at = flat.find("\"\n    \"")) != std::string::npos;)
      flat.erase(at, 7);
    EXPECT_NE(flat.find(part), std::string::npos) << part << "\n" << flat;
  }
}

TEST_F(SqlgenTest, broken_migrations_stop_the_build) {
  const std::pair<const char*, const char*> cases[] = {
      {"CREATE TABLE x (a FLOAT NOT NULL PRIMARY KEY)", "type FLOAT"},
      {"CREATE TABLE x (a DECIMAL(10,2) NOT NULL PRIMARY KEY)", "type DECIMAL"},
      {"CREATE TABLE x (a BIGINT NOT NULL)", "needs a PRIMARY KEY"},
      {"CREATE TABLE x (a BIGINT NOT NULL PRIMARY KEY, KEY k (a))", "CREATE [UNIQUE] INDEX"},
      {"CREATE TABLE thing (a BIGINT NOT NULL PRIMARY KEY)", "exists already"},
      {"CREATE INDEX uq_thing_name ON tally (n)", "exists already"},
      {"CREATE INDEX ix_tally ON tally (m)", "no column m"},
      {"CREATE TABLE x (a INT NOT NULL PRIMARY KEY); CREATE TABLE y (a INT NOT NULL PRIMARY KEY)",
       "one CREATE TABLE"},
      {"SELECT 1", "can't SELECT"},
  };
  for (const auto& [sql, message] : cases) {
    write("migrations/0003_more.sql", sql);
    EXPECT_NE(run("--embed-migrations"), 0) << sql;
    EXPECT_NE(errors_.find(message), std::string::npos) << sql << "\n" << errors_;
  }
  fs::remove(folder_ / "migrations/0003_more.sql");
  write("migrations/0003_half.mysql.sql", "CREATE TABLE x (a INT NOT NULL PRIMARY KEY)");
  EXPECT_NE(run("--embed-migrations"), 0);
  EXPECT_NE(errors_.find("incomplete"), std::string::npos) << errors_;
}

}  // namespace
