#include "store/mariadb_prepared.h"

namespace store {
using base::Code;
using base::Status;
using detail::Kind;
using detail::Value;

namespace {

// Whether a column of the server's type may fill a member of the kind.
bool fits(const MYSQL_FIELD& field, Kind kind) {
  switch (field.type) {
    case MYSQL_TYPE_NULL: return true;
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_NEWDECIMAL:  // SUM of integers
      return kind == Kind::integer;
    case MYSQL_TYPE_STRING:
    case MYSQL_TYPE_VARCHAR:
    case MYSQL_TYPE_VAR_STRING:
    case MYSQL_TYPE_TINY_BLOB:
    case MYSQL_TYPE_BLOB:
    case MYSQL_TYPE_MEDIUM_BLOB:
    case MYSQL_TYPE_LONG_BLOB: return kind != Kind::integer;
    default: return false;
  }
}

}  // namespace

MariadbConnection::Prepared::~Prepared() {
  if (handle) mysql_stmt_close(handle);
}

void MariadbConnection::Prepared::bind(Bound bound) {
  std::array<MYSQL_BIND, kParamsMax> binds{};
  const std::size_t count = statement->params.size();
  if (count == 0) return;
  for (std::size_t i = 0; i < count; ++i) {
    const Value& v = bound.at(i);
    MYSQL_BIND& b = binds[i];
    switch (v.kind) {
      case Kind::null: b.buffer_type = MYSQL_TYPE_NULL; break;
      case Kind::integer:
        b.buffer_type = MYSQL_TYPE_LONGLONG;
        b.buffer = const_cast<std::int64_t*>(&v.integer);
        break;
      case Kind::text:
      case Kind::blob:
        b.buffer_type = v.kind == Kind::text ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
        b.buffer = const_cast<char*>(v.data ? v.data : "");
        b.buffer_length = v.size;
        b.length_value = v.size;
        break;
    }
  }
  mysql_stmt_bind_param(handle, binds.data());
}

Status MariadbConnection::Prepared::compare(std::span<const detail::Column> columns) {
  if (checked == columns.data()) return {};
  const std::string name(statement->name);
  std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> meta(mysql_stmt_result_metadata(handle),
                                                                &mysql_free_result);
  const std::size_t count = meta ? mysql_num_fields(meta.get()) : 0;
  if (count != columns.size()) {
    return base::error(Code::internal, name + ": selects " + std::to_string(count) +
                                           " columns, the row has " +
                                           std::to_string(columns.size()));
  }
  const MYSQL_FIELD* fields = meta ? mysql_fetch_fields(meta.get()) : nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    if (columns[i].name != fields[i].name) {
      return base::error(Code::internal, name + ": column " + std::to_string(i + 1) + " is " +
                                             fields[i].name + ", the row's member is " +
                                             std::string(columns[i].name));
    }
    if (!fits(fields[i], columns[i].kind)) {
      return base::error(Code::internal, name + ": column " + std::string(columns[i].name) +
                                             " has a type that its member can't hold");
    }
  }
  kinds.clear();
  for (const detail::Column& c : columns) kinds.push_back(c.kind);
  TRY_STATUS(bind_results());
  checked = columns.data();
  return {};
}

Status MariadbConnection::Prepared::bind_results() {
  const std::size_t count = kinds.size();
  buffers = std::make_unique<ColumnBuffer[]>(count);
  cells.assign(count, Value{});
  std::vector<MYSQL_BIND> binds(count);
  for (std::size_t i = 0; i < count; ++i) {
    MYSQL_BIND& b = binds[i];
    b.is_null = &buffers[i].is_null;
    b.length = &buffers[i].length;
    if (kinds[i] == Kind::integer) {
      b.buffer_type = MYSQL_TYPE_LONGLONG;
      b.buffer = &buffers[i].integer;
    } else {
      b.buffer_type = MYSQL_TYPE_BLOB;  // bytes as they are: the session is utf8mb4 throughout
      b.buffer = buffers[i].fixed.data();
      b.buffer_length = kFixed;
    }
  }
  if (count > 0 && mysql_stmt_bind_result(handle, binds.data()) != 0) return fail();
  return {};
}

const Value* MariadbConnection::Prepared::next() {
  const int code = mysql_stmt_fetch(handle);
  if (code == MYSQL_NO_DATA) return nullptr;
  if (code == 1) {
    error = fail();
    return nullptr;
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!read(i)) return nullptr;
  }
  return cells.data();
}

bool MariadbConnection::Prepared::read(std::size_t column) {
  ColumnBuffer& b = buffers[column];
  Value& cell = cells[column];
  if (b.is_null) {
    cell = {};
  } else if (kinds[column] == Kind::integer) {
    cell = Value::of(b.integer);
  } else if (b.length <= kFixed) {
    cell = Value::blob({b.fixed.data(), b.length});
  } else {
    b.longer.resize(b.length);
    unsigned long length = 0;
    MYSQL_BIND rest{};
    rest.buffer_type = MYSQL_TYPE_BLOB;
    rest.buffer = b.longer.data();
    rest.buffer_length = b.longer.size();
    rest.length = &length;
    if (mysql_stmt_fetch_column(handle, &rest, static_cast<unsigned>(column), 0) != 0) {
      error = fail();
      return false;
    }
    cell = Value::blob(b.longer);
  }
  return true;
}

Status MariadbConnection::Prepared::finish() {
  mysql_stmt_free_result(handle);
  busy = false;
  if (error) return *std::exchange(error, std::nullopt);
  return {};
}

base::Error MariadbConnection::Prepared::fail() {
  return connection->failed(statement->name, mysql_stmt_errno(handle), mysql_stmt_error(handle),
                            statement);
}

bool MariadbConnection::Prepared::ignored(const base::Error& e) const {
  return e.reason == std::string(statement->table) + "." + std::string(statement->ignore_key);
}

BulkParameters::BulkParameters(const Value* rows, std::size_t count, std::size_t stride,
                               const std::uint8_t* plan, std::size_t parameters)
    : arrays(parameters), binds(parameters) {
  for (std::size_t p = 0; p < parameters; ++p) {
    Array& a = arrays[p];
    MYSQL_BIND& b = binds[p];
    a.indicators.assign(count, STMT_INDICATOR_NONE);
    Kind kind = Kind::null;
    for (std::size_t i = 0; i < count; ++i) {
      const Value& v = rows[i * stride + plan[p]];
      if (v.kind == Kind::null) {
        a.indicators[i] = STMT_INDICATOR_NULL;
      } else {
        kind = v.kind;
      }
      a.integers.push_back(v.integer);
      a.pointers.push_back(v.data ? v.data : "");
      a.lengths.push_back(v.size);
    }
    b.u.indicator = a.indicators.data();
    if (kind == Kind::integer) {
      b.buffer_type = MYSQL_TYPE_LONGLONG;
      b.buffer = a.integers.data();
    } else {
      b.buffer_type = kind == Kind::blob ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
      b.buffer = a.pointers.data();
      b.length = a.lengths.data();
    }
  }
}

}  // namespace store
