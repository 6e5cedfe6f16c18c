#pragma once
#include "api/idempotent.h"
#include "api/routes.h"
#include "identity/api_keys.h"
#include "store/store.h"

namespace api {

// /v1/api-keys: credentials of programs, for owners.
struct ApiKeyDeps {
  store::Store& store;
  base::Random& random;
  Creator& creator;
  identity::ApiKeys& api_keys;
};
void add_api_key_routes(Routes& routes, ApiKeyDeps deps);

}  // namespace api
