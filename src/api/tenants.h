#pragma once
#include "api/idempotent.h"
#include "api/routes.h"
#include "identity/tenants.h"
#include "store/store.h"

namespace api {

// /v1/tenant with its logo, /v1/tenants for platform administrators.
struct TenantDeps {
  store::Store& store;
  Creator& creator;
  identity::Tenants& tenants;
};
void add_tenant_routes(Routes& routes, TenantDeps deps);

}  // namespace api
