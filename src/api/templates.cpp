#include "api/templates.h"

#include "api/check.h"
#include "api/views.h"
#include "identity/locale.h"

namespace api {

namespace {

constexpr std::size_t kTemplateBodyMax = 512 * 1024;

struct TemplateView {
  domain::TemplateId id;
  std::string name;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::string locale;
  std::optional<std::string> subject;
  std::optional<std::string> body_html;
  std::optional<std::string> body_text;
  bool is_default = false;
  Time created_at;
  Time updated_at;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(TemplateView, (),
                      (id, name, channel, kind, locale, subject, body_html, body_text, is_default,
                       created_at, updated_at, version))

TemplateView view_of(templates::Template t) {
  return {t.id,
          std::move(t.name),
          t.channel,
          t.kind,
          std::move(t.locale),
          std::move(t.subject),
          std::move(t.body_html),
          std::move(t.body_text),
          t.is_default(),
          t.created_at,
          t.updated_at,
          t.version};
}

struct CreateTemplateBody {
  std::string name;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::string locale;
  std::optional<std::string> subject;
  std::optional<std::string> body_html;
  std::optional<std::string> body_text;
  std::optional<bool> is_default;
};
BOOST_DESCRIBE_STRUCT(CreateTemplateBody, (),
                      (name, channel, kind, locale, subject, body_html, body_text, is_default))
struct UpdateTemplateBody {
  std::optional<std::string> name;
  std::optional<std::string> locale;
  std::optional<std::string> subject;
  std::optional<std::string> body_html;
  std::optional<std::string> body_text;
  std::optional<bool> is_default;
};
BOOST_DESCRIBE_STRUCT(UpdateTemplateBody, (),
                      (name, locale, subject, body_html, body_text, is_default))

net::Response tagged(templates::Template t) {
  const std::int64_t version = t.version;
  net::Response response = json_response(200, view_of(std::move(t)));
  set_etag(response, version);
  return response;
}

class TemplateRoutes {
 public:
  explicit TemplateRoutes(TemplateDeps deps) : d_(deps) {}

  Awaitable<Result<net::Response>> list(Call call) {
    CO_TRY(const auto params,
           Params::read(call.request, {"channel", "kind", "locale", "limit", "cursor"}));
    templates::TemplateFilter filter;
    filter.tenant_id = call.who.tenant_id;
    CO_TRY(filter.channel, params.choice<domain::Channel>("channel"));
    CO_TRY(filter.kind, params.choice<domain::MessageKind>("kind"));
    filter.locale = params.text("locale");
    if (filter.locale && !identity::is_locale_tag(*filter.locale)) {
      co_return Params::bad_param("locale", "invalid", "like en or de-AT");
    }
    CO_TRY(filter.cursor, params.id<domain::TemplateId>("cursor"));
    CO_TRY(filter.limit, params.integer("limit", 50, 1, 100));
    auto body = [this, &filter](store::Tx& tx) { return d_.templates.list(tx, filter); };
    CO_TRY(auto rows, co_await d_.store.with_snapshot(body));
    co_return page_response(std::move(rows), filter.limit,
                            [](templates::Template row) { return view_of(std::move(row)); });
  }

  Awaitable<Result<net::Response>> create(Call call) {
    CO_TRY(auto body, read_body<CreateTemplateBody>(call.request));
    const templates::NewTemplate order{call.who.tenant_id,
                                       std::move(body.name),
                                       body.channel,
                                       body.kind,
                                       std::move(body.locale),
                                       std::move(body.subject),
                                       std::move(body.body_html),
                                       std::move(body.body_text),
                                       body.is_default.value_or(false)};
    Effect effect = [this, &order](store::Tx& tx) -> Result<Answer> {
      TRY(auto made, d_.templates.create(tx, order));
      return Answer{201, base::json::write(view_of(std::move(made)))};
    };
    co_return co_await d_.creator.run(call, std::move(effect));
  }

  Awaitable<Result<net::Response>> read(Call call) {
    CO_TRY(const auto id, path_id<domain::TemplateId>(call.request));
    const domain::TenantId tenant = call.who.tenant_id;
    auto body = [this, tenant, id](store::Tx& tx) { return d_.templates.find(tx, tenant, id); };
    CO_TRY(auto found, co_await d_.store.with_snapshot(body));
    co_return tagged(std::move(found));
  }

  Awaitable<Result<net::Response>> update(Call call) {
    CO_TRY(const auto id, path_id<domain::TemplateId>(call.request));
    CO_TRY(const auto version, if_match(call.request));
    CO_TRY(auto body, read_body_with_tree<UpdateTemplateBody>(call.request));
    templates::TemplateChange change;
    change.name = std::move(body.value.name);
    change.locale = std::move(body.value.locale);
    if (body.has("subject")) change.subject = std::move(body.value.subject);
    if (body.has("body_html")) change.body_html = std::move(body.value.body_html);
    if (body.has("body_text")) change.body_text = std::move(body.value.body_text);
    change.is_default = body.value.is_default;
    const domain::TenantId tenant = call.who.tenant_id;
    auto effect = [this, tenant, id, version, &change](store::Tx& tx) {
      return d_.templates.update(tx, tenant, id, version, change);
    };
    CO_TRY(auto changed, co_await d_.store.with_transaction(effect));
    co_return tagged(std::move(changed));
  }

  Awaitable<Result<net::Response>> remove(Call call) {
    CO_TRY(const auto id, path_id<domain::TemplateId>(call.request));
    const domain::TenantId tenant = call.who.tenant_id;
    auto effect = [this, tenant, id](store::Tx& tx) { return d_.templates.remove(tx, tenant, id); };
    CO_TRY_STATUS(co_await d_.store.with_transaction(effect));
    co_return no_content();
  }

 private:
  TemplateDeps d_;
};

}  // namespace

void add_template_routes(Routes& routes, TemplateDeps deps) {
  auto self = std::make_shared<TemplateRoutes>(deps);
  const Need viewer = Need::tenant_viewer;
  const Need member = Need::tenant_member;
  const std::string root = "/v1/templates";
  routes.add(Method::get, root, viewer, [self](Call call) { return self->list(std::move(call)); });
  routes.add(
      Method::post, root, member, [self](Call call) { return self->create(std::move(call)); },
      kTemplateBodyMax);
  routes.add(Method::get, root + "/{id}", viewer,
             [self](Call call) { return self->read(std::move(call)); });
  routes.add(
      Method::patch, root + "/{id}", member,
      [self](Call call) { return self->update(std::move(call)); }, kTemplateBodyMax);
  routes.add(Method::delete_, root + "/{id}", member,
             [self](Call call) { return self->remove(std::move(call)); });
}

}  // namespace api
