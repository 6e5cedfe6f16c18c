#include "api/connections.h"

#include "api/connection_put.h"

namespace api {

namespace {

using base::Time;
using identity::ConnectionKind;

enum class ConnectionState : std::uint8_t { unchecked, ok, failing };
BOOST_DESCRIBE_ENUM(ConnectionState, unchecked, ok, failing)
struct CallbackUrlView {
  std::string purpose;
  std::string url;
};
BOOST_DESCRIBE_STRUCT(CallbackUrlView, (), (purpose, url))
struct ConnectionView {
  domain::ConnectionId id;
  ConnectionKind kind = ConnectionKind::stripe;
  bool livemode = false;
  ConnectionState status = ConnectionState::unchecked;
  std::optional<Time> checked_at;
  std::optional<std::string> problem;
  boost::json::value settings;
  std::vector<CallbackUrlView> callback_urls;
  Time created_at;
  Time updated_at;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(ConnectionView, (),
                      (id, kind, livemode, status, checked_at, problem, settings, callback_urls,
                       created_at, updated_at, version))
struct ConnectionListView {
  std::vector<ConnectionView> data;
};
BOOST_DESCRIBE_STRUCT(ConnectionListView, (), (data))
struct ConnectionCheckView {
  bool ok = false;
  Time checked_at;
  std::int64_t latency_ms = 0;
  std::optional<std::string> detail;
};
BOOST_DESCRIBE_STRUCT(ConnectionCheckView, (), (ok, checked_at, latency_ms, detail))
struct KeyRotationView {
  std::int64_t key_version = 0;
  std::int64_t rotated = 0;
  std::int64_t unchanged = 0;
};
BOOST_DESCRIBE_STRUCT(KeyRotationView, (), (key_version, rotated, unchanged))

// For the tenant's people: what the provider said, or that it could not be asked.
std::string told(const base::Error& error) {
  switch (error.code) {
    case base::Code::unavailable: return "the provider can't be reached";
    case base::Code::deadline:
    case base::Code::ambiguous: return "the provider did not answer";
    default: return error.detail.empty() ? "the provider refused" : error.detail;
  }
}

class ConnectionRoutes {
 public:
  explicit ConnectionRoutes(ConnectionDeps deps) : d_(std::move(deps)) {}

  Awaitable<Result<net::Response>> list(Call call) {
    const domain::TenantId tenant = call.who.tenant_id;
    const auto livemode = call.who.livemode;
    auto body = [this, tenant, livemode](store::Tx& tx) -> Result<ConnectionListView> {
      TRY(const auto rows, d_.connections.list(tx, tenant));
      ConnectionListView out;
      for (const auto& row : rows) {
        if (livemode && *livemode != row.livemode) continue;
        TRY(auto view, view_of(row));
        out.data.push_back(std::move(view));
      }
      return out;
    };
    CO_TRY(const auto view, co_await d_.store.with_snapshot(body));
    co_return json_response(200, view);
  }

  Awaitable<Result<net::Response>> read(Call call) {
    CO_TRY(const auto key, key_of(call));
    auto body = [this, key](store::Tx& tx) -> Result<ConnectionView> {
      TRY(const auto row, d_.connections.find_row(tx, key));
      return view_of(row);
    };
    CO_TRY(const auto view, co_await d_.store.with_snapshot(body));
    co_return tagged(view);
  }

  Awaitable<Result<net::Response>> put(Call call) {
    CO_TRY(const auto key, key_of(call));
    auto find = [this, key](store::Tx& tx) { return d_.tenants.find(tx, key.tenant_id); };
    CO_TRY(const auto tenant, co_await d_.store.with_snapshot(find));
    CO_TRY(const auto order,
           read_connection(call.request, key, tenant->currency.text(), d_.policy));
    auto effect = [this, &order](store::Tx& tx) -> Result<ConnectionView> {
      TRY(const auto row, d_.connections.put(tx, order));
      return view_of(row);
    };
    auto done = co_await d_.store.with_transaction(effect);
    // Two first puts at once: the unique key let one in, the other replaces it.
    if (!done && done.error().code == base::Code::conflict)
      done = co_await d_.store.with_transaction(effect);
    CO_TRY_STATUS(done);
    co_return tagged(*done);
  }

  Awaitable<Result<net::Response>> remove(Call call) {
    CO_TRY(const auto key, key_of(call));
    auto effect = [this, key](store::Tx& tx) -> Status {
      TRY(const auto row, d_.connections.find_row(tx, key));
      TRY(const bool used, d_.in_use(tx, key.tenant_id, row.id));
      if (used)
        return base::error(base::Code::conflict, "in_use",
                           "payments under this connection are not settled");
      return d_.connections.remove(tx, row);
    };
    CO_TRY_STATUS(co_await d_.store.with_transaction(effect));
    co_return no_content();
  }

  Awaitable<Result<net::Response>> check(Call call) {
    CO_TRY(const auto key, key_of(call));
    auto find = [this, key](store::Tx& tx) { return d_.connections.find(tx, key); };
    CO_TRY(const auto connection, co_await d_.store.with_snapshot(find));
    const base::Clock& clock = d_.runtime.clock();
    const base::Duration began = clock.steady();
    const auto said = co_await d_.check(connection);
    ConnectionCheckView view;
    view.latency_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock.steady() - began).count();
    view.checked_at = clock.now();
    view.ok = said.has_value();
    if (!said) view.detail = told(said.error());
    const std::string problem = view.detail.value_or("");
    auto record = [this, &connection, &view, &problem](store::Tx& tx) {
      return d_.connections.record_check(tx, connection, view.checked_at, problem);
    };
    CO_TRY_STATUS(co_await d_.store.with_transaction(record));
    co_return json_response(200, view);
  }

  Awaitable<Result<net::Response>> rotate_keys() {
    KeyRotationView view;
    view.key_version = d_.connections.newest_key();
    auto count = [this](store::Tx& tx) { return d_.connections.count_under_newest_key(tx); };
    CO_TRY(view.unchanged, co_await d_.store.with_snapshot(count));
    auto page = [this](store::Tx& tx) { return d_.connections.rotate_page(tx); };
    for (;;) {
      CO_TRY(const std::int64_t rotated, co_await d_.store.with_transaction(page));
      if (rotated == 0) break;
      view.rotated += rotated;
    }
    co_return json_response(200, view);
  }

 private:
  static Result<identity::ConnectionKey> key_of(const Call& call) {
    TRY(const auto params, Params::read(call.request, {"livemode"}));
    TRY(const auto asked, params.boolean("livemode"));
    TRY(const bool livemode, livemode_of(call.who, asked));
    identity::ConnectionKey key{call.who.tenant_id, ConnectionKind::stripe, livemode};
    if (!base::enum_from_name(call.request.path_params.at(0), key.kind)) {
      return base::error(base::Code::not_found, "no such kind of connection");
    }
    return key;
  }

  Result<ConnectionView> view_of(const identity::Connection& row) const {
    TRY(const auto opened, d_.connections.open(row));
    ConnectionView out;
    out.id = row.id;
    out.kind = row.kind;
    out.livemode = row.livemode;
    out.checked_at = row.checked_at;
    if (row.checked_at)
      out.status = row.check_error.empty() ? ConnectionState::ok : ConnectionState::failing;
    if (!row.check_error.empty()) out.problem = row.check_error;
    out.settings = shown_settings(opened);
    const std::string id = row.id.text();
    if (row.kind == ConnectionKind::stripe) {
      out.callback_urls.push_back({"events", d_.public_url + "/callbacks/stripe/" + id});
    }
    if (row.kind == ConnectionKind::twilio) {
      out.callback_urls.push_back({"inbound", d_.public_url + "/callbacks/twilio/inbound/" + id});
    }
    out.created_at = row.created_at;
    out.updated_at = row.updated_at;
    out.version = row.version;
    return out;
  }

  static net::Response tagged(const ConnectionView& view) {
    net::Response response = json_response(200, view);
    set_etag(response, view.version);
    return response;
  }
  ConnectionDeps d_;
};

}  // namespace

void add_connection_routes(Routes& routes, ConnectionDeps deps) {
  auto self = std::make_shared<ConnectionRoutes>(std::move(deps));
  const Need owner = Need::tenant_owner;
  const std::string root = "/v1/connections";
  routes.add(Method::get, root, owner, [self](Call call) { return self->list(std::move(call)); });
  routes.add(Method::post, root + "/rotate-keys", Need::platform_admin,
             [self](Call) { return self->rotate_keys(); });
  routes.add(Method::get, root + "/{kind}", owner,
             [self](Call call) { return self->read(std::move(call)); });
  routes.add(Method::put, root + "/{kind}", owner,
             [self](Call call) { return self->put(std::move(call)); });
  routes.add(Method::delete_, root + "/{kind}", owner,
             [self](Call call) { return self->remove(std::move(call)); });
  routes.add(Method::post, root + "/{kind}/check", owner,
             [self](Call call) { return self->check(std::move(call)); });
}

}  // namespace api
