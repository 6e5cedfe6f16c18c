#pragma once
#include <memory>

#include "api/service.h"
#include "app/core.h"
#include "app/people.h"
#include "net/http.h"

namespace app {

// The routes of a process' targets on one router. `metrics`, `core` and `people` outlive the
// router.
struct Web {
  std::shared_ptr<net::Router> router;
  std::unique_ptr<api::Routes> routes;
};
Web make_web(Core& core, People& people, api::Metrics& metrics);

}  // namespace app
