#include "app/web.h"

#include <sstream>

#include "api/callbacks.h"
#include "api/dashboard.h"
#include "api/money.h"
#include "api/pay_page.h"
#include "api/payment_requests.h"
#include "app/contract.gen.h"

namespace app {

namespace {

base::Awaitable<base::Status> ask_database(store::Store& store) {
  auto body = [](store::Tx&) { return base::Status{}; };
  co_return co_await store.with_snapshot(body);
}

void add_api_routes(api::Routes& routes, Core& core, People& people) {
  store::Store& store = core.outside.store;
  const base::Clock& clock = core.outside.runtime.clock();
  api::add_payment_request_routes(routes, {store, clock, core.creator, core.requests, core.messages, core.sessions});
  api::add_money_routes(routes, {store, core.creator, core.transactions, core.refunds});
  api::add_dashboard_route(routes, store, clock, [&core](store::Tx& tx, domain::TenantId tenant) {
    return core.directory.tenant_zone(tx, tenant);
  });
  static_cast<void>(people);
}

void add_payer_routes(api::Routes& routes, Core& core) {
  base::Runtime& runtime = core.outside.runtime;
  api::add_pay_page_routes(routes, {runtime, core.outside.store, core.checkout, core.desk, core.transactions,
                                    core.messages, core.zones, api::PagePolicy{core.options.checkout_origins},
                                    core.options.payers_per_second});
}

}  // namespace

Web make_web(Core& core, People& people, api::Metrics& metrics) {
  Web web;
  web.router = std::make_shared<net::Router>();
  const std::uint32_t per_second = core.options.requests_per_second;
  web.routes = std::make_unique<api::Routes>(*web.router, *people.credentials, core.outside.runtime,
                                             api::RateLimits{per_second, per_second * 2, 30});
  store::Store& store = core.outside.store;
  std::vector<api::ReadinessProbe> probes;
  probes.push_back({"database", [&store] { return ask_database(store); }});
  api::add_service_routes(*web.routes, {metrics, std::move(probes), std::make_shared<const std::string>(kContract)});
  const auto& targets = core.options.targets;
  if (targets.contains(Target::api)) add_api_routes(*web.routes, core, people);
  if (targets.contains(Target::payments)) add_payer_routes(*web.routes, core);
  if (targets.contains(Target::tracking)) api::add_stripe_callback_routes(*web.routes, core.stripe_callbacks);
  if (targets.contains(Target::messaging)) {
    api::add_twilio_callback_routes(*web.routes, core.twilio_callbacks, core.options.callback_url);
  }
  return web;
}

}  // namespace app
