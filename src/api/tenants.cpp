#include "api/tenants.h"

#include "api/check.h"
#include "api/views.h"
#include "base/encoding.h"

namespace api {

namespace {

struct TenantView {
  domain::TenantId id;
  std::string name;
  std::string brand_color;
  std::string accent_color;
  std::optional<std::string> sender_name;
  std::optional<std::string> sms_sender_name;
  std::optional<std::string> reply_to;
  std::string locale;
  std::string time_zone;
  domain::Currency currency;
  std::string country;
  std::vector<std::string> allowed_countries;
  std::int64_t daily_message_cap = 0;
  std::optional<identity::AssetFacts> logo;
  Time created_at;
  Time updated_at;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(TenantView, (),
                      (id, name, brand_color, accent_color, sender_name, sms_sender_name, reply_to,
                       locale, time_zone, currency, country, allowed_countries, daily_message_cap,
                       logo, created_at, updated_at, version))

// Creation and edits have the same fields; which are needed is asked apart.
struct TenantBody {
  std::optional<std::string> name;
  std::optional<std::string> brand_color;
  std::optional<std::string> accent_color;
  std::optional<std::string> sender_name;
  std::optional<std::string> sms_sender_name;
  std::optional<std::string> reply_to;
  std::optional<std::string> locale;
  std::optional<std::string> time_zone;
  std::optional<domain::Currency> currency;
  std::optional<std::string> country;
  std::optional<std::vector<std::string>> allowed_countries;
  std::optional<std::int64_t> daily_message_cap;
};
BOOST_DESCRIBE_STRUCT(TenantBody, (),
                      (name, brand_color, accent_color, sender_name, sms_sender_name, reply_to,
                       locale, time_zone, currency, country, allowed_countries, daily_message_cap))

identity::TenantChange change_of(Body<TenantBody> body) {
  TenantBody& b = body.value;
  identity::TenantChange out;
  out.name = std::move(b.name);
  out.brand_color = std::move(b.brand_color);
  out.accent_color = std::move(b.accent_color);
  if (body.has("sender_name")) out.sender_name = std::move(b.sender_name);
  if (body.has("sms_sender_name")) out.sms_sender_name = std::move(b.sms_sender_name);
  if (body.has("reply_to")) out.reply_to = std::move(b.reply_to);
  out.locale = std::move(b.locale);
  out.time_zone = std::move(b.time_zone);
  out.currency = b.currency;
  out.country = std::move(b.country);
  out.allowed_countries = std::move(b.allowed_countries);
  out.daily_message_cap = b.daily_message_cap;
  return out;
}

class TenantRoutes {
 public:
  explicit TenantRoutes(TenantDeps deps) : d_(deps) {}

  Awaitable<Result<net::Response>> list(Call call) {
    CO_TRY(const auto params, Params::read(call.request, {"limit", "cursor"}));
    CO_TRY(const std::int64_t limit, params.integer("limit", 50, 1, 100));
    CO_TRY(const auto cursor, params.id<domain::TenantId>("cursor"));
    auto body = [this, cursor, limit](store::Tx& tx) -> Result<std::vector<TenantView>> {
      TRY(auto rows, d_.tenants.list(tx, cursor, limit));
      std::vector<TenantView> views;
      for (auto& row : rows) {
        TRY(auto view, view_of(tx, std::move(row)));
        views.push_back(std::move(view));
      }
      return views;
    };
    CO_TRY(auto views, co_await d_.store.with_snapshot(body));
    co_return page_response(std::move(views), limit, [](TenantView view) { return view; });
  }

  Awaitable<Result<net::Response>> create(Call call) {
    CO_TRY(auto body, read_body_with_tree<TenantBody>(call.request));
    Check check;
    if (!body.value.name) check.add("name", "required", "a tenant needs a name");
    if (!body.value.currency) check.add("currency", "required", "a tenant needs a currency");
    identity::TenantChange change = change_of(std::move(body));
    check.take(d_.tenants.check(change));
    CO_TRY_STATUS(check.status());
    Effect effect = [this, &change](store::Tx& tx) -> Result<Answer> {
      TRY(auto tenant, d_.tenants.create(tx, change));
      TRY(const auto view, view_of(tx, std::move(tenant)));
      return Answer{201, base::json::write(view)};
    };
    co_return co_await d_.creator.run(call, std::move(effect));
  }

  Awaitable<Result<net::Response>> read(domain::TenantId id) {
    auto body = [this, id](store::Tx& tx) -> Result<TenantView> {
      TRY(auto tenant, d_.tenants.find(tx, id));
      return view_of(tx, std::move(tenant));
    };
    CO_TRY(const auto view, co_await d_.store.with_snapshot(body));
    co_return tagged(view);
  }

  Awaitable<Result<net::Response>> read_any(Call call) {
    CO_TRY(const auto id, path_id<domain::TenantId>(call.request));
    co_return co_await read(id);
  }

  Awaitable<Result<net::Response>> update(Call call) {
    CO_TRY(const auto version, if_match(call.request));
    CO_TRY(auto body, read_body_with_tree<TenantBody>(call.request));
    identity::TenantChange change = change_of(std::move(body));
    CO_TRY_STATUS(d_.tenants.check(change));
    const domain::TenantId id = call.who.tenant_id;
    auto effect = [this, id, version, &change](store::Tx& tx) -> Result<TenantView> {
      TRY(auto tenant, d_.tenants.update(tx, id, version, change));
      return view_of(tx, std::move(tenant));
    };
    CO_TRY(const auto view, co_await d_.store.with_transaction(effect));
    co_return tagged(view);
  }

  Awaitable<Result<net::Response>> read_logo(Call call) {
    const domain::TenantId id = call.who.tenant_id;
    auto body = [this, id](store::Tx& tx) { return d_.tenants.logo(tx, id); };
    CO_TRY(auto logo, co_await d_.store.with_snapshot(body));
    if (!logo) co_return base::error(base::Code::not_found, "the tenant has no logo");
    const auto* digest = reinterpret_cast<const std::uint8_t*>(logo->sha256.bytes.data());
    const std::string tag = "\"" + base::to_hex({digest, logo->sha256.bytes.size()}) + "\"";
    net::Response response =
        net::text_response(200, logo->media_type, std::move(logo->bytes.bytes));
    response.headers.set("ETag", tag);
    response.headers.set("Cache-Control", "private, max-age=60");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Content-Security-Policy", "default-src 'none'");
    co_return response;
  }

  Awaitable<Result<net::Response>> put_logo(Call call) {
    const std::string type = media_type_of(call.request);
    if (type != "image/png" && type != "image/jpeg" && type != "image/webp") {
      co_return base::error(base::Code::unsupported,
                            "a logo is image/png, image/jpeg or image/webp");
    }
    CO_TRY(const auto facts, identity::check_logo(call.request.body, type));
    const domain::TenantId id = call.who.tenant_id;
    auto effect = [this, id, &facts, &call](store::Tx& tx) {
      return d_.tenants.set_logo(tx, id, facts, call.request.body);
    };
    CO_TRY(const auto logo, co_await d_.store.with_transaction(effect));
    co_return json_response(200, logo);
  }

  Awaitable<Result<net::Response>> delete_logo(Call call) {
    const domain::TenantId id = call.who.tenant_id;
    auto effect = [this, id](store::Tx& tx) { return d_.tenants.delete_logo(tx, id); };
    CO_TRY_STATUS(co_await d_.store.with_transaction(effect));
    co_return no_content();
  }

 private:
  Result<TenantView> view_of(store::Tx& tx, identity::Tenant t) const {
    TRY(auto logo, d_.tenants.logo_facts(tx, t));
    TenantView out{t.id,
                   std::move(t.name),
                   std::move(t.brand_color),
                   std::move(t.accent_color),
                   std::move(t.sender_name),
                   std::move(t.sms_sender_name),
                   std::move(t.reply_to),
                   std::move(t.locale),
                   std::move(t.time_zone),
                   t.currency,
                   std::move(t.country),
                   identity::split_countries(t.allowed_countries),
                   t.daily_message_cap,
                   std::move(logo),
                   t.created_at,
                   t.updated_at,
                   t.version};
    return out;
  }

  static net::Response tagged(const TenantView& view) {
    net::Response response = json_response(200, view);
    set_etag(response, view.version);
    return response;
  }
  TenantDeps d_;
};

}  // namespace

void add_tenant_routes(Routes& routes, TenantDeps deps) {
  auto self = std::make_shared<TenantRoutes>(deps);
  const Need viewer = Need::tenant_viewer;
  const Need owner = Need::tenant_owner;
  const Need admin = Need::platform_admin;
  routes.add(Method::get, "/v1/tenant", viewer,
             [self](Call call) { return self->read(call.who.tenant_id); });
  routes.add(Method::patch, "/v1/tenant", owner,
             [self](Call call) { return self->update(std::move(call)); });
  routes.add(Method::get, "/v1/tenant/logo", viewer,
             [self](Call call) { return self->read_logo(std::move(call)); });
  routes.add(
      Method::put, "/v1/tenant/logo", owner,
      [self](Call call) { return self->put_logo(std::move(call)); }, identity::kLogoBytesMax);
  routes.add(Method::delete_, "/v1/tenant/logo", owner,
             [self](Call call) { return self->delete_logo(std::move(call)); });
  routes.add(Method::get, "/v1/tenants", admin,
             [self](Call call) { return self->list(std::move(call)); });
  routes.add(Method::post, "/v1/tenants", admin,
             [self](Call call) { return self->create(std::move(call)); });
  routes.add(Method::get, "/v1/tenants/{id}", admin,
             [self](Call call) { return self->read_any(std::move(call)); });
}

}  // namespace api
