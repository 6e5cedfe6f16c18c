#include "identity/connections.h"

#include <algorithm>

#include "base/encoding.h"
#include "identity/sql.gen.h"

namespace identity {

namespace {

constexpr std::int64_t kRotatePage = 100;
constexpr std::size_t kProblemBytesMax = 250;

struct ById {
  domain::ConnectionId id;
};
BOOST_DESCRIBE_STRUCT(ById, (), (id))
struct RowKey {
  domain::TenantId tenant_id;
  domain::ConnectionId id;
};
BOOST_DESCRIBE_STRUCT(RowKey, (), (tenant_id, id))
struct OfTenant {
  domain::TenantId tenant_id;
};
BOOST_DESCRIBE_STRUCT(OfTenant, (), (tenant_id))
struct OldKeys {
  std::int64_t key_version = 0;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(OldKeys, (), (key_version, limit))
struct Count {
  std::int64_t n = 0;
};
BOOST_DESCRIBE_STRUCT(Count, (), (n))
struct Checked {
  domain::TenantId tenant_id;
  domain::ConnectionId id;
  std::int64_t version = 0;
  Time checked_at;
  std::string check_error;
};
BOOST_DESCRIBE_STRUCT(Checked, (), (tenant_id, id, version, checked_at, check_error))

constexpr store::Query<Connection> kInsert{sql::insert_connection};
constexpr store::Query<Connection> kReplace{sql::replace_connection};
constexpr store::Query<ConnectionKey, Connection> kFind{sql::find_connection};
constexpr store::Query<ConnectionKey, Connection> kLock{sql::lock_connection};
constexpr store::Query<ById, Connection> kById{sql::connection_by_id};
constexpr store::Query<OfTenant, Connection> kList{sql::list_connections};
constexpr store::Query<OldKeys, Connection> kUnderOldKeys{sql::connections_under_old_keys};
constexpr store::Query<OldKeys, Count> kCountUnderKey{sql::count_connections_under_key};
constexpr store::Query<Connection> kReseal{sql::reseal_connection};
constexpr store::Query<Checked> kRecordCheck{sql::record_check};
constexpr store::Query<RowKey> kDelete{sql::delete_connection};

base::Error none() { return base::error(base::Code::not_found, "no such connection"); }

// Sealed bytes open only in the row that they were made for.
std::string place_of(const Connection& row) {
  std::string place(base::as_chars(row.tenant_id.value.bytes));
  place += base::as_chars(row.id.value.bytes);
  place += base::enum_name(row.kind);
  return place;
}

}  // namespace

Result<OpenedConnection> open_connection(const Connection& row, const SealKeys& keys) {
  TRY(const std::string plain, keys.open(row.sealed.bytes, row.key_version, place_of(row)));
  TRY(auto secrets, base::json::parse(plain));
  TRY(auto config, base::json::parse(row.config.text));
  if (!secrets.is_object() || !config.is_object())
    return base::error(base::Code::corrupt, "a connection is no object");
  return OpenedConnection{row.tenant_id,      row.id,      row.kind,
                          row.livemode,       row.version, config.as_object(),
                          secrets.as_object()};
}

Result<ConnectionCache::Opened> ConnectionCache::find(store::Tx& tx, const ConnectionKey& key) {
  const auto seen = by_key_.look(key);
  if (seen.value) return seen.value;
  TRY(const auto row, tx.one(kFind, key));
  if (!row) return none();
  TRY(auto opened, open_connection(*row, keys_));
  auto shared = std::make_shared<const OpenedConnection>(std::move(opened));
  by_key_.keep(key, shared, seen.generation);
  return shared;
}

Result<ConnectionCache::Opened> ConnectionCache::find_by_id(store::Tx& tx,
                                                            domain::ConnectionId id) {
  const auto seen = by_id_.look(id);
  if (seen.value) return seen.value;
  TRY(const auto row, tx.one(kById, {id}));
  if (!row) return none();
  TRY(auto opened, open_connection(*row, keys_));
  auto shared = std::make_shared<const OpenedConnection>(std::move(opened));
  by_id_.keep(id, shared, seen.generation);
  return shared;
}

Result<ConnectionCache::Opened> ConnectionCache::find_own(store::Tx& tx, domain::TenantId tenant,
                                                          domain::ConnectionId id) {
  TRY(auto opened, find_by_id(tx, id));
  if (opened->tenant_id != tenant) return none();
  return opened;
}

void ConnectionCache::forget() {
  by_id_.forget();
  by_key_.forget();
}

Connections::Connections(base::Ids& ids, const base::Clock& clock, base::Random& random,
                         const SealKeys& keys, ConnectionCache& cache)
    : ids_(ids), clock_(clock), random_(random), keys_(keys), cache_(cache) {}

void Connections::seal(Connection& row, const boost::json::object& secrets) const {
  row.sealed.bytes = keys_.seal(boost::json::serialize(secrets), place_of(row), random_);
  row.key_version = keys_.newest();
}

void Connections::changed(store::Tx& tx) const {
  tx.after_commit([cache = &cache_] { cache->forget(); });
}

Result<Connection> Connections::put(store::Tx& tx, const Put& order) {
  const Time now = clock_.now();
  TRY(auto row, tx.one(kLock, order.key));
  const bool fresh = !row;
  if (fresh) {
    row.emplace();
    row->tenant_id = order.key.tenant_id;
    row->id = ids_.make<domain::ConnectionId>();
    row->kind = order.key.kind;
    row->livemode = order.key.livemode;
    row->created_at = now;
  }
  row->config.text = boost::json::serialize(order.config);
  row->checked_at.reset();
  row->check_error.clear();
  row->updated_at = now;
  seal(*row, order.secrets);
  if (fresh) {
    TRY_STATUS(tx.exec(kInsert, *row));
  } else {
    TRY(const std::int64_t replaced, tx.exec(kReplace, *row));
    if (replaced != 1)
      return base::error(base::Code::conflict, "changed", "the connection was changed meanwhile");
    row->version += 1;
  }
  changed(tx);
  return *std::move(row);
}

Result<Connection> Connections::find_row(store::Tx& tx, const ConnectionKey& key) const {
  TRY(auto row, tx.one(kFind, key));
  if (!row) return none();
  return *std::move(row);
}

Result<std::vector<Connection>> Connections::list(store::Tx& tx, domain::TenantId tenant) const {
  TRY(auto rows, tx.all(kList, {tenant}));
  const auto earlier = [](const Connection& a, const Connection& b) {
    return std::tie(a.kind, a.livemode) < std::tie(b.kind, b.livemode);
  };
  std::sort(rows.begin(), rows.end(), earlier);
  return rows;
}

Result<OpenedConnection> Connections::find(store::Tx& tx, const ConnectionKey& key) const {
  TRY(const auto row, find_row(tx, key));
  return open(row);
}

Result<OpenedConnection> Connections::find_by_id(store::Tx& tx, domain::ConnectionId id) const {
  TRY(const auto row, tx.one(kById, {id}));
  if (!row) return none();
  return open(*row);
}

Result<OpenedConnection> Connections::open(const Connection& row) const {
  return open_connection(row, keys_);
}

Status Connections::record_check(store::Tx& tx, const OpenedConnection& checked, Time at,
                                 std::string problem) {
  if (problem.size() > kProblemBytesMax) {
    // Cut between characters.
    std::size_t end = kProblemBytesMax;
    while (end > 0 && (static_cast<unsigned char>(problem[end]) & 0xc0) == 0x80) --end;
    problem.resize(end);
  }
  TRY_STATUS(tx.exec(kRecordCheck,
                     {checked.tenant_id, checked.id, checked.version, at, std::move(problem)}));
  return {};
}

Status Connections::remove(store::Tx& tx, const Connection& row) {
  TRY_STATUS(tx.exec(kDelete, {row.tenant_id, row.id}));
  changed(tx);
  return {};
}

Result<std::int64_t> Connections::rotate_page(store::Tx& tx) {
  TRY(const auto rows, tx.all(kUnderOldKeys, {keys_.newest(), kRotatePage}));
  for (const Connection& old : rows) {
    TRY(const auto opened, open(old));
    Connection row = old;
    seal(row, opened.secrets);
    TRY_STATUS(tx.exec(kReseal, row));
  }
  return static_cast<std::int64_t>(rows.size());
}

Result<std::int64_t> Connections::count_under_newest_key(store::Tx& tx) const {
  TRY(const auto count, tx.one(kCountUnderKey, {keys_.newest(), 0}));
  return count ? count->n : 0;
}

}  // namespace identity
