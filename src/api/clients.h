#pragma once
#include "api/idempotent.h"
#include "api/routes.h"
#include "clients/clients.h"
#include "identity/tenants.h"
#include "store/store.h"

namespace api {

// /v1/clients with import and export. The tenant's country reads phone numbers without +.
struct ClientDeps {
  store::Store& store;
  Creator& creator;
  clients::Clients& clients;
  identity::TenantCache& tenants;
};
void add_client_routes(Routes& routes, ClientDeps deps);

}  // namespace api
