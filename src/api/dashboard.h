#pragma once
#include <functional>
#include <memory>

#include "api/routes.h"
#include "domain/timezone.h"
#include "store/store.h"

namespace api {

// A tenant's zone by name and shape; cached by app, so usually no statement.
struct TenantZone {
  std::string name;
  std::shared_ptr<const domain::TimeZone> zone;
};
using FindTenantZone = std::function<Result<TenantZone>(store::Tx&, domain::TenantId)>;

// /v1/dashboard.
void add_dashboard_route(Routes& routes, store::Store& store, const base::Clock& clock,
                         FindTenantZone find_zone);

}  // namespace api
