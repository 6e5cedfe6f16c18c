#include "api/api_keys.h"

#include "api/check.h"
#include "api/views.h"
#include "domain/client.h"

namespace api {

namespace {

struct ApiKeyView {
  domain::ApiKeyId id;
  std::string name;
  identity::Role role = identity::Role::member;
  bool livemode = false;
  std::string key_hint;
  Time created_at;
  std::optional<Time> last_used_at;
  std::optional<Time> revoked_at;
};
BOOST_DESCRIBE_STRUCT(ApiKeyView, (),
                      (id, name, role, livemode, key_hint, created_at, last_used_at, revoked_at))
struct SecretView {
  std::optional<std::string> secret;
};
BOOST_DESCRIBE_STRUCT(SecretView, (), (secret))
struct ApiKeyCreatedView : ApiKeyView, SecretView {};
BOOST_DESCRIBE_STRUCT(ApiKeyCreatedView, (ApiKeyView, SecretView), ())

constexpr std::string_view kNoSecret = "\"secret\":null}";

ApiKeyView view_of(const identity::ApiKey& key) {
  return {key.id,       key.name,       key.role,         key.livemode,
          key.key_hint, key.created_at, key.last_used_at, key.revoked_at};
}

struct ApiKeyBody {
  std::string name;
  bool livemode = false;
  std::optional<identity::Role> role;
};
BOOST_DESCRIBE_STRUCT(ApiKeyBody, (), (name, livemode, role))

class ApiKeyRoutes {
 public:
  explicit ApiKeyRoutes(ApiKeyDeps deps) : d_(deps) {}

  Awaitable<Result<net::Response>> list(Call call) {
    CO_TRY(const auto params, Params::read(call.request, {"limit", "cursor"}));
    CO_TRY(const std::int64_t limit, params.integer("limit", 50, 1, 100));
    CO_TRY(const auto cursor, params.id<domain::ApiKeyId>("cursor"));
    const domain::TenantId tenant = call.who.tenant_id;
    auto body = [this, tenant, cursor, limit](store::Tx& tx) {
      return d_.api_keys.list(tx, tenant, cursor, limit);
    };
    CO_TRY(auto rows, co_await d_.store.with_snapshot(body));
    co_return page_response(std::move(rows), limit,
                            [](const identity::ApiKey& row) { return view_of(row); });
  }

  Awaitable<Result<net::Response>> create(Call call) {
    CO_TRY(const auto body, read_body<ApiKeyBody>(call.request));
    Check check;
    identity::NewApiKey order{call.who.tenant_id, "", body.livemode,
                              body.role.value_or(identity::Role::member)};
    const domain::TextRule rule{.field = "name", .chars_max = 80};
    if (auto name = check.take(domain::checked_text(body.name, rule))) order.name = *name;
    CO_TRY_STATUS(check.status());
    CO_TRY_STATUS(livemode_of(call.who, body.livemode));
    const std::string secret = identity::ApiKeys::make_secret(body.livemode, d_.random);
    Effect effect = [this, &order, &secret](store::Tx& tx) -> Result<Answer> {
      TRY(const auto key, d_.api_keys.create(tx, order, secret));
      ApiKeyCreatedView view;
      static_cast<ApiKeyView&>(view) = view_of(key);
      return Answer{201, base::json::write(view)};
    };
    CO_TRY(auto response, co_await d_.creator.run(call, std::move(effect)));
    // The stored answer never has the secret: it is put into the first one only.
    const bool fresh =
        !response.headers.has("Idempotency-Replayed") && response.body.ends_with(kNoSecret);
    if (fresh) {
      response.body.resize(response.body.size() - kNoSecret.size());
      response.body += "\"secret\":" + base::json::write(secret) + "}";
    }
    co_return response;
  }

  Awaitable<Result<net::Response>> revoke(Call call) {
    CO_TRY(const auto id, path_id<domain::ApiKeyId>(call.request));
    const domain::TenantId tenant = call.who.tenant_id;
    auto effect = [this, tenant, id](store::Tx& tx) { return d_.api_keys.revoke(tx, tenant, id); };
    CO_TRY_STATUS(co_await d_.store.with_transaction(effect));
    co_return no_content();
  }

 private:
  ApiKeyDeps d_;
};

}  // namespace

void add_api_key_routes(Routes& routes, ApiKeyDeps deps) {
  auto self = std::make_shared<ApiKeyRoutes>(deps);
  const Need owner = Need::tenant_owner;
  routes.add(Method::get, "/v1/api-keys", owner,
             [self](Call call) { return self->list(std::move(call)); });
  routes.add(Method::post, "/v1/api-keys", owner,
             [self](Call call) { return self->create(std::move(call)); });
  routes.add(Method::delete_, "/v1/api-keys/{id}", owner,
             [self](Call call) { return self->revoke(std::move(call)); });
}

}  // namespace api
