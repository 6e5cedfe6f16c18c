#pragma once
#include <mysql.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/mariadb_connection.h"

namespace store {

// Column-wise arrays of parameters for one bulk execution.
struct BulkParameters {
  struct Array {
    std::vector<std::int64_t> integers;
    std::vector<const char*> pointers;
    std::vector<unsigned long> lengths;
    std::vector<char> indicators;
  };
  BulkParameters(const detail::Value* rows, std::size_t count, std::size_t stride,
                 const std::uint8_t* plan, std::size_t parameters);
  std::vector<Array> arrays;
  std::vector<MYSQL_BIND> binds;
};

// A server-side prepared statement with the buffers for its rows. Result buffers are bound once:
// what fits the fixed buffer of a column is copied there, longer texts are fetched into a string of
// their own.
struct MariadbConnection::Prepared final : Cursor {
  static constexpr std::size_t kFixed = 128;
  struct ColumnBuffer {
    std::int64_t integer = 0;
    unsigned long length = 0;
    my_bool is_null = 0;
    std::array<char, kFixed> fixed;
    std::string longer;
  };

  MariadbConnection* connection = nullptr;
  const Statement* statement = nullptr;
  MYSQL_STMT* handle = nullptr;
  const detail::Column* checked = nullptr;  // the columns it was last compared with
  std::vector<detail::Kind> kinds;
  std::unique_ptr<ColumnBuffer[]> buffers;
  std::vector<detail::Value> cells;
  bool busy = false;
  std::optional<base::Error> error;

  ~Prepared() override;
  void bind(Bound bound);
  base::Status compare(std::span<const detail::Column> columns);
  const detail::Value* next() override;
  base::Status finish() override;
  base::Error fail();
  bool ignored(const base::Error& e) const;

 private:
  base::Status bind_results();
  bool read(std::size_t column);
};

}  // namespace store
