#pragma once
#include <string>

#include "clients/clients.h"

namespace clients {

// The clients that `filter` selects (its cursor and limit do not count) as CSV, oldest first: the
// columns of the import, a custom.<key> for every key that occurs, archived, created_at,
// updated_at. CRLF.
Result<std::string> export_csv(store::Tx& tx, const Clients& clients, ClientFilter filter);

}  // namespace clients
