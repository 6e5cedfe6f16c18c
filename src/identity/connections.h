#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "base/runtime.h"
#include "domain/ids.h"
#include "identity/recent.h"
#include "identity/seal_keys.h"
#include "store/store.h"

namespace identity {

using base::Result;
using base::Status;
using base::Time;

enum class ConnectionKind : std::uint8_t { stripe, twilio, smtp };
BOOST_DESCRIBE_ENUM(ConnectionKind, stripe, twilio, smtp)

// A row; its secrets are sealed.
struct Connection {
  domain::TenantId tenant_id;
  domain::ConnectionId id;
  ConnectionKind kind = ConnectionKind::stripe;
  bool livemode = false;
  base::json::Raw config;  // what may be shown
  store::Blob sealed;      // JSON object of texts
  std::int64_t key_version = 0;
  std::optional<Time> checked_at;
  std::string check_error;  // of the last check; "" when it was fine
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(Connection, (),
                      (tenant_id, id, kind, livemode, config, sealed, key_version, checked_at,
                       check_error, version, created_at, updated_at))

// Ready to be used; never logged or answered. config: stripe {base_url}, twilio {account_sid,
// messaging_service_sid, from, base_url}, smtp {host, port, security, username, from_address,
// fee_micros, fee_currency}; secrets: stripe {secret_key, webhook_secret}, twilio {auth_token},
// smtp {password}. Every name is there; what was not put is null.
struct OpenedConnection {
  domain::TenantId tenant_id;
  domain::ConnectionId id;
  ConnectionKind kind = ConnectionKind::stripe;
  bool livemode = false;
  std::int64_t version = 1;
  boost::json::object config;
  boost::json::object secrets;
};

struct ConnectionKey {
  domain::TenantId tenant_id;
  ConnectionKind kind = ConnectionKind::stripe;
  bool livemode = false;
  friend bool operator==(const ConnectionKey&, const ConnectionKey&) = default;
};
BOOST_DESCRIBE_STRUCT(ConnectionKey, (), (tenant_id, kind, livemode))
struct ConnectionKeyHash {
  std::size_t operator()(const ConnectionKey& key) const noexcept {
    return std::hash<domain::TenantId>{}(key.tenant_id) * 8 +
           static_cast<std::size_t>(key.kind) * 2 + key.livemode;
  }
};

class Connections;

// Opened connections as they were at most 2 s ago, at once when changed in this process; no
// statement and no unsealing when warm. Thread-safe; owned by app. not_found: there is none.
class ConnectionCache {
 public:
  ConnectionCache(const base::Clock& clock, const SealKeys& keys)
      : keys_(keys), by_id_(clock), by_key_(clock) {}
  using Opened = std::shared_ptr<const OpenedConnection>;
  Result<Opened> find(store::Tx& tx, const ConnectionKey& key);
  // Whoever's it is: the address of a callback names nothing else.
  Result<Opened> find_by_id(store::Tx& tx, domain::ConnectionId id);
  // The same, but not_found for another tenant's.
  Result<Opened> find_own(store::Tx& tx, domain::TenantId tenant, domain::ConnectionId id);
  void forget();

 private:
  const SealKeys& keys_;
  Recent<domain::ConnectionId, OpenedConnection> by_id_;
  Recent<ConnectionKey, OpenedConnection, ConnectionKeyHash> by_key_;
};

// A tenant's accounts at providers: one per kind and mode. Immutable after construction; inside a
// transaction.
class Connections {
 public:
  Connections(base::Ids& ids, const base::Clock& clock, base::Random& random, const SealKeys& keys,
              ConnectionCache& cache);

  struct Put {
    ConnectionKey key;
    boost::json::object config;
    boost::json::object secrets;
  };
  // Creates, or replaces and keeps the id.
  Result<Connection> put(store::Tx& tx, const Put& order);
  Result<Connection> find_row(store::Tx& tx, const ConnectionKey& key) const;
  // By kind, test before live.
  Result<std::vector<Connection>> list(store::Tx& tx, domain::TenantId tenant) const;
  Result<OpenedConnection> find(store::Tx& tx, const ConnectionKey& key) const;
  Result<OpenedConnection> find_by_id(store::Tx& tx, domain::ConnectionId id) const;
  Result<OpenedConnection> open(const Connection& row) const;
  // What the provider said; dropped when the connection was replaced meanwhile.
  Status record_check(store::Tx& tx, const OpenedConnection& checked, Time at, std::string problem);
  Status remove(store::Tx& tx, const Connection& row);

  // Seals one page of connections with the newest key; the number done, 0 when nothing is left.
  Result<std::int64_t> rotate_page(store::Tx& tx);
  Result<std::int64_t> count_under_newest_key(store::Tx& tx) const;
  std::int64_t newest_key() const { return keys_.newest(); }

 private:
  void seal(Connection& row, const boost::json::object& secrets) const;
  void changed(store::Tx& tx) const;

  base::Ids& ids_;
  const base::Clock& clock_;
  base::Random& random_;
  const SealKeys& keys_;
  ConnectionCache& cache_;
};

// corrupt when the row's secrets were sealed for another row, or their key is gone.
Result<OpenedConnection> open_connection(const Connection& row, const SealKeys& keys);

}  // namespace identity
