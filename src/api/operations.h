#pragma once
#include "api/routes.h"
#include "store/store.h"

namespace api {

// /v1/dead-letters: events that could not be handled, for platform administrators.
struct OperationDeps {
  store::Store& store;
  const base::Clock& clock;
};
void add_operation_routes(Routes& routes, OperationDeps deps);

}  // namespace api
