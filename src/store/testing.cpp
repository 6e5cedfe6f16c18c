#include "store/testing.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/encoding.h"
#include "store/mariadb_connection.h"
#include "store/migrate.h"

namespace store::testing {
namespace {

constexpr std::int64_t kSimStart = 1'700'000'000'000'000;  // some day in 2023

std::string test_url() {
  const char* url = std::getenv("QT_TEST_MARIADB");  // NOLINT: tests have no Settings
  return url ? url : "";
}

template <class T>
void must(const T& result, const char* what) {
  if (result) return;
  std::fprintf(stderr, "test store: %s: %s\n", what, result.error().detail.c_str());
  std::abort();
}

std::unique_ptr<MariadbConnection> admin(std::string database) {
  auto target = parse_mysql_url(test_url());
  must(target, "QT_TEST_MARIADB");
  target->database = std::move(database);
  auto connection = MariadbConnection::connect(*target, MariadbConnection::Role::admin);
  must(connection, "connect");
  return *std::move(connection);
}

// Migrating MariaDB takes seconds, so a process hands its migrated databases on from test to test,
// emptied, and drops them at its end.
class Spares {
 public:
  static Spares& all() {
    static Spares spares;
    return spares;
  }
  ~Spares() {
    for (const std::string& name : names_) must(admin("")->raw("DROP DATABASE " + name), "drop");
  }
  std::optional<std::string> take() {
    if (names_.empty()) return std::nullopt;
    std::string name = std::move(names_.back());
    names_.pop_back();
    return name;
  }
  void put(const std::string& name) {
    empty(name);
    names_.push_back(name);
  }

 private:
  static void empty(const std::string& name) {
    auto connection = admin(name);
    must(connection->raw("SET foreign_key_checks = 0"), "set");
    auto tables = connection->raw(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()");
    must(tables, "tables");
    std::set<std::string> own{"schema_migration"};
    for (const Migration& m : migrations()) {
      for (const std::string_view sql : m.mariadb) {
        constexpr std::string_view kCreate = "CREATE TABLE ";
        if (sql.starts_with(kCreate))
          own.emplace(sql.substr(kCreate.size(), sql.find(' ', kCreate.size()) - kCreate.size()));
      }
    }
    for (const RawRow& row : *tables) {
      const std::string table = row.at(0).value_or("");
      if (table == "schema_migration") continue;
      must(connection->raw((own.contains(table) ? "DELETE FROM `" : "DROP TABLE `") + table + "`"),
           "empty");
    }
  }
  std::vector<std::string> names_;
};

}  // namespace

std::string to_string(Kind kind) {
  switch (kind) {
    case Kind::sqlite_memory: return "sqlite_memory";
    case Kind::sqlite_file: return "sqlite_file";
    case Kind::mariadb: return "mariadb";
  }
  return "";
}

std::vector<Kind> all_kinds() { return {Kind::sqlite_memory, Kind::sqlite_file, Kind::mariadb}; }

std::optional<std::string> cannot_run(Kind kind) {
  if (kind != Kind::mariadb || !test_url().empty()) return std::nullopt;
  return "QT_TEST_MARIADB is not set (mysql://user:password@127.0.0.1:port/database)";
}

TestStore::TestStore(Kind kind, TestOptions options) : kind_(kind), options_(std::move(options)) {
  if (options_.threaded) {
    real_ = base::real_runtime(2, base::system_clock());
    runtime_ = real_.get();
  } else {
    sim_ = base::sim_runtime(options_.seed, base::from_micros(kSimStart));
    runtime_ = sim_.get();
  }
  ids_ = std::make_unique<base::Ids>(runtime_->clock(), runtime_->random());
  create_database();
  reopen();
  if (options_.migrated) must(migrate(*store_, now()), "migrate");
}

TestStore::~TestStore() {
  runtime_->stop();
  store_.reset();
  drop_database();
}

base::SimRuntime& TestStore::sim() {
  QT_ASSERT(sim_);
  return *sim_;
}

void TestStore::reopen() {
  store_.reset();
  store_ = second();
}

std::unique_ptr<Store> TestStore::second() {
  auto opened = open(*runtime_, options_.store);
  must(opened, "open");
  return *std::move(opened);
}

void TestStore::create_database() {
  std::array<std::uint8_t, 8> noise{};
  base::system_random()->fill(noise);
  const std::string unique = "quittance_test_" + base::to_hex(noise);
  switch (kind_) {
    case Kind::sqlite_memory: options_.store.url = "sqlite::memory:"; return;
    case Kind::sqlite_file:
      place_ = (std::filesystem::temp_directory_path() / unique).string();
      std::filesystem::create_directory(place_);
      options_.store.url = "sqlite:" + place_ + "/quittance.db";
      return;
    case Kind::mariadb: {
      const auto spare = options_.migrated ? Spares::all().take() : std::nullopt;
      place_ = spare.value_or(unique);
      if (!spare) {
        must(admin("")->raw("CREATE DATABASE " + place_ +
                            " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"),
             "create");
      }
      const std::string url = test_url();
      const auto slash = url.find('/', std::string_view("mysql://").size());
      const auto question = url.find('?');
      options_.store.url = url.substr(0, slash + 1) + place_ +
                           (question == std::string::npos ? "" : url.substr(question));
      return;
    }
  }
}

void TestStore::drop_database() {
  std::error_code ignored;
  if (kind_ == Kind::sqlite_file) std::filesystem::remove_all(place_, ignored);
  if (kind_ != Kind::mariadb) return;
  if (options_.migrated) {
    Spares::all().put(place_);
  } else {
    must(admin("")->raw("DROP DATABASE " + place_), "drop");
  }
}

}  // namespace store::testing
