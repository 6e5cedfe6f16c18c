#pragma once
#include "api/connections.h"

namespace api {

// The body of PUT /v1/connections/{kind} as it is stored: every name of its kind in config or
// secrets, null where nothing was put.
Result<identity::Connections::Put> read_connection(const net::Request& request,
                                                   const identity::ConnectionKey& key,
                                                   const std::string& tenant_currency,
                                                   const ConnectionPolicy& policy);
// What may be shown: config as it is, of secrets the last four characters.
boost::json::object shown_settings(const identity::OpenedConnection& connection);

}  // namespace api
