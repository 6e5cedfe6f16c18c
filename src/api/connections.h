#pragma once
#include <functional>
#include <string>
#include <vector>

#include "api/routes.h"
#include "identity/connections.h"
#include "identity/tenants.h"
#include "store/store.h"

namespace api {

// What the installation lets its tenants connect to.
struct ConnectionPolicy {
  // Beginnings of other addresses than the providers' own ("http://127.0.0.1:8090"): a whole host,
  // or a path in it.
  std::vector<std::string> base_urls_allowed;
  // Relays that may be used without encryption, by name or address ("127.0.0.1").
  std::vector<std::string> plain_smtp_hosts;
};

// /v1/connections: a tenant's accounts at providers. Secrets go in and never come out.
struct ConnectionDeps {
  base::Runtime& runtime;
  store::Store& store;
  identity::Connections& connections;
  identity::TenantCache& tenants;
  std::string public_url;  // of callbacks
  ConnectionPolicy policy;
  // One harmless call to the provider; app binds it. What the provider said, or its error.
  std::function<Awaitable<Result<std::string>>(identity::OpenedConnection)> check;
  // True while payments under the connection are not settled; app binds it.
  std::function<Result<bool>(store::Tx&, domain::TenantId, domain::ConnectionId)> in_use;
};
void add_connection_routes(Routes& routes, ConnectionDeps deps);

}  // namespace api
