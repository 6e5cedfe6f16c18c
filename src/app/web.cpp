#include "app/web.h"

#include <sstream>

#include "api/api_keys.h"
#include "api/callbacks.h"
#include "api/clients.h"
#include "api/connections.h"
#include "api/dashboard.h"
#include "api/images.h"
#include "api/money.h"
#include "api/operations.h"
#include "api/pay_page.h"
#include "api/payment_requests.h"
#include "api/sessions.h"
#include "api/templates.h"
#include "api/tenants.h"
#include "api/users.h"
#include "app/contract.gen.h"
#include "app/previews.h"
#include "reads/money.h"

namespace app {

namespace {

base::Awaitable<base::Status> ask_database(store::Store& store) {
  auto body = [](store::Tx&) { return base::Status{}; };
  co_return co_await store.with_snapshot(body);
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(std::move(word));
  return out;
}

// In sandbox mode the sandbox may be connected to as if it were the provider.
api::ConnectionPolicy connection_policy(const Options& options) {
  api::ConnectionPolicy policy;
  policy.base_urls_allowed = words(options.provider_base_urls);
  if (!options.sandbox_url.empty()) policy.plain_smtp_hosts = {"127.0.0.1", "localhost", "::1"};
  return policy;
}

// One harmless call to the provider behind a connection.
base::Awaitable<base::Result<std::string>> check_connection(Outside outside,
                                                            identity::OpenedConnection connection) {
  switch (connection.kind) {
    case identity::ConnectionKind::stripe: {
      CO_TRY(auto account, to_payment_account(connection));
      co_return co_await outside.payment.check(std::move(account));
    }
    case identity::ConnectionKind::twilio: {
      CO_TRY(auto account, to_sms_account(connection));
      co_return co_await outside.sms.check(std::move(account));
    }
    case identity::ConnectionKind::smtp: {
      CO_TRY(auto account, to_mail_account(connection));
      co_return co_await outside.mail.check(std::move(account));
    }
  }
  co_return base::error(base::Code::internal, "a connection of no known kind");
}

// True while money under the connection is not settled: it must not be taken away then.
base::Result<bool> connection_in_use(store::Tx& tx, domain::TenantId tenant,
                                     domain::ConnectionId id) {
  TRY(const bool test, reads::has_unsettled(tx, tenant, false, id));
  if (test) return true;
  return reads::has_unsettled(tx, tenant, true, id);
}

void add_people_routes(api::Routes& routes, Core& core, People& people) {
  base::Runtime& runtime = core.outside.runtime;
  store::Store& store = core.outside.store;
  api::add_session_routes(routes, {store, people.users, people.sessions});
  const api::PeopleDeps deps{store, runtime.clock(), core.creator, people.users, people.sessions};
  api::add_user_routes(routes, deps);
  api::add_member_routes(routes, deps);
  api::add_tenant_routes(routes, {store, core.creator, people.tenants});
  api::add_image_routes(routes, {runtime, store, core.creator, core.images});
  api::add_api_key_routes(routes, {store, runtime.random(), core.creator, people.api_keys});
  api::add_client_routes(routes, {store, core.creator, people.clients, core.tenants});
  api::add_template_routes(
      routes, {store, core.creator, core.templates, core.outside.compiler, known_images(core)});
  api::add_template_preview_routes(routes, preview_deps(core, people));
  const Outside outside = core.outside;
  const auto check = [outside](identity::OpenedConnection c) {
    return check_connection(outside, std::move(c));
  };
  api::add_connection_routes(
      routes, {runtime, store, people.connections, core.tenants, core.options.callback_url,
               connection_policy(core.options), check, connection_in_use});
  api::add_operation_routes(routes, {store, runtime.clock()});
}

void add_api_routes(api::Routes& routes, Core& core, People& people) {
  store::Store& store = core.outside.store;
  const base::Clock& clock = core.outside.runtime.clock();
  api::add_payment_request_routes(routes, {core.outside.runtime, store, core.creator, core.requests,
                                           core.messages, core.sessions});
  api::add_money_routes(routes, {store, core.creator, core.transactions, core.refunds});
  api::add_dashboard_route(routes, store, clock, [&core](store::Tx& tx, domain::TenantId tenant) {
    return core.directory.tenant_zone(tx, tenant);
  });
  add_people_routes(routes, core, people);
}

void add_payer_routes(api::Routes& routes, Core& core) {
  base::Runtime& runtime = core.outside.runtime;
  api::add_pay_page_routes(
      routes,
      {runtime, core.outside.store, core.checkout, core.desk, core.transactions, core.messages,
       core.zones, api::PagePolicy{core.options.checkout_origins}, core.options.payers_per_second});
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
  api::add_service_routes(
      *web.routes, {metrics, std::move(probes), std::make_shared<const std::string>(kContract)});
  const auto& targets = core.options.targets;
  if (targets.contains(Target::api)) add_api_routes(*web.routes, core, people);
  if (targets.contains(Target::payments)) add_payer_routes(*web.routes, core);
  if (targets.contains(Target::tracking))
    api::add_stripe_callback_routes(*web.routes, core.stripe_callbacks);
  if (targets.contains(Target::messaging)) {
    api::add_twilio_callback_routes(*web.routes, core.twilio_callbacks, core.options.callback_url);
  }
  return web;
}

}  // namespace app
