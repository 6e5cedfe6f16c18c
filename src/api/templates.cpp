#include "api/templates.h"

#include <algorithm>
#include <charconv>

#include "api/check.h"
#include "api/views.h"
#include "domain/locale_tag.h"
#include "templates/diff.h"

namespace api {

namespace {

constexpr std::size_t kTemplateBodyMax = 512 * 1024;

struct TemplateEntryView {
  domain::TemplateId id;
  std::string name;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::string locale;
  bool is_default = false;
  std::optional<std::int64_t> published_number;
  std::optional<std::int64_t> draft_number;
  Time created_at;
  Time updated_at;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(TemplateEntryView, (),
                      (id, name, channel, kind, locale, is_default, published_number, draft_number,
                       created_at, updated_at, version))
struct TemplateView : TemplateEntryView {
  templates::SourceKind source_kind = templates::SourceKind::pug;
  std::optional<std::string> subject;
  std::string source;
  std::optional<std::string> body_text;
  domain::ImageMode image_mode = domain::ImageMode::linked;
};
BOOST_DESCRIBE_STRUCT(TemplateView, (TemplateEntryView),
                      (source_kind, subject, source, body_text, image_mode))

struct VersionView {
  std::int64_t number = 0;
  templates::SourceKind source_kind = templates::SourceKind::pug;
  std::optional<std::string> subject;
  std::string source;
  std::optional<std::string> body_text;
  domain::ImageMode image_mode = domain::ImageMode::linked;
  std::optional<std::string> html;
  std::optional<std::string> text;
  Time created_at;
  Time updated_at;
  std::optional<Time> published_at;
  std::optional<domain::UserId> published_by;
};
BOOST_DESCRIBE_STRUCT(VersionView, (),
                      (number, source_kind, subject, source, body_text, image_mode, html, text,
                       created_at, updated_at, published_at, published_by))

struct CreateTemplateBody {
  std::string name;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::string locale;
  templates::SourceKind source_kind = templates::SourceKind::pug;
  std::optional<std::string> subject;
  std::string source;
  std::optional<std::string> body_text;
  std::optional<domain::ImageMode> image_mode;
};
BOOST_DESCRIBE_STRUCT(CreateTemplateBody, (),
                      (name, channel, kind, locale, source_kind, subject, source, body_text,
                       image_mode))
struct UpdateTemplateBody {
  std::optional<std::string> name;
  std::optional<std::string> locale;
  std::optional<bool> is_default;
  std::optional<templates::SourceKind> source_kind;
  std::optional<std::string> subject;
  std::optional<std::string> source;
  std::optional<std::string> body_text;
  std::optional<domain::ImageMode> image_mode;
};
BOOST_DESCRIBE_STRUCT(UpdateTemplateBody, (),
                      (name, locale, is_default, source_kind, subject, source, body_text,
                       image_mode))
struct PublishBody {
  std::optional<std::int64_t> number;
  std::optional<bool> is_default;
};
BOOST_DESCRIBE_STRUCT(PublishBody, (), (number, is_default))

// The number of the last version on a page is where the next one goes on.
struct NumberCursor {
  std::int64_t number;
  std::string text() const { return std::to_string(number); }
};

struct DiffView {
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::vector<templates::DiffLine> subject;
  std::vector<templates::DiffLine> source;
  std::vector<templates::DiffLine> body_text;
};
BOOST_DESCRIBE_STRUCT(DiffView, (), (from, to, subject, source, body_text))

void fill(TemplateEntryView& view, const templates::Template& t) {
  view.id = t.id;
  view.name = t.name;
  view.channel = t.channel;
  view.kind = t.kind;
  view.locale = t.locale;
  view.is_default = t.is_default();
  view.published_number = t.published_number;
  view.draft_number = t.draft_number;
  view.created_at = t.created_at;
  view.updated_at = t.updated_at;
  view.version = t.version;
}
TemplateEntryView entry_of(const templates::Template& t) {
  TemplateEntryView view;
  fill(view, t);
  return view;
}
TemplateView view_of(templates::Opened opened) {
  TemplateView view;
  fill(view, opened.row);
  view.source_kind = opened.version.source_kind;
  view.subject = std::move(opened.version.subject);
  view.source = std::move(opened.version.source);
  view.body_text = std::move(opened.version.body_text);
  view.image_mode = opened.version.image_mode;
  return view;
}

net::Response tagged(templates::Opened opened) {
  const std::int64_t version = opened.row.version;
  net::Response response = json_response(200, view_of(std::move(opened)));
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
    if (filter.locale && !domain::is_locale_tag(*filter.locale)) {
      co_return Params::bad_param("locale", "invalid", "like en or de-AT");
    }
    CO_TRY(filter.cursor, params.id<domain::TemplateId>("cursor"));
    CO_TRY(filter.limit, params.integer("limit", 50, 1, 100));
    auto body = [this, &filter](store::Tx& tx) { return d_.templates.list(tx, filter); };
    CO_TRY(auto rows, co_await d_.store.with_snapshot(body));
    co_return page_response(std::move(rows), filter.limit,
                            [](const templates::Template& row) { return entry_of(row); });
  }

  Awaitable<Result<net::Response>> create(Call call) {
    CO_TRY(auto body, read_body<CreateTemplateBody>(call.request));
    const templates::NewTemplate order{
        call.who.tenant_id,
        std::move(body.name),
        {body.channel, body.kind},
        std::move(body.locale),
        {body.source_kind, std::move(body.subject), std::move(body.source),
         std::move(body.body_text), body.image_mode.value_or(domain::ImageMode::linked)}};
    Effect effect = [this, &order](store::Tx& tx) -> Result<Answer> {
      TRY(auto made, d_.templates.create(tx, order));
      return Answer{201, base::json::write(view_of(std::move(made)))};
    };
    co_return co_await d_.creator.run(call, std::move(effect));
  }

  Awaitable<Result<net::Response>> read(Call call) {
    CO_TRY(const auto id, path_id<domain::TemplateId>(call.request));
    CO_TRY(auto found, co_await find(call.who.tenant_id, id));
    co_return tagged(std::move(found));
  }

  Awaitable<Result<net::Response>> update(Call call) {
    CO_TRY(const auto seen, seen_by(call));
    CO_TRY(auto body, read_body_with_tree<UpdateTemplateBody>(call.request));
    templates::TemplateChange change;
    change.name = std::move(body.value.name);
    change.locale = std::move(body.value.locale);
    change.is_default = body.value.is_default;
    change.source_kind = body.value.source_kind;
    change.source = std::move(body.value.source);
    change.image_mode = body.value.image_mode;
    if (body.has("subject")) change.subject = std::move(body.value.subject);
    if (body.has("body_text")) change.body_text = std::move(body.value.body_text);
    auto effect = [this, &seen, &change](store::Tx& tx) {
      return d_.templates.update(tx, seen, change);
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

  Awaitable<Result<net::Response>> discard_draft(Call call) {
    CO_TRY(const auto seen, seen_by(call));
    auto effect = [this, &seen](store::Tx& tx) { return d_.templates.discard_draft(tx, seen); };
    CO_TRY(auto changed, co_await d_.store.with_transaction(effect));
    co_return tagged(std::move(changed));
  }

  Awaitable<Result<net::Response>> publish(Call call) {
    CO_TRY(auto seen, seen_by(call));
    CO_TRY(const auto body, read_body<PublishBody>(call.request));
    if (body.number) co_return co_await roll_back(seen, *body.number, body.is_default);
    CO_TRY(auto found, co_await find(seen.tenant_id, seen.id));
    // What is compiled now must be what gets published.
    if (seen.version && *seen.version != found.row.version)
      co_return base::error(base::Code::precondition_failed, "the template was changed meanwhile");
    seen.version = found.row.version;
    if (!found.row.draft_number)
      co_return base::error(base::Code::conflict, "no_draft", "it has no draft");
    const templates::Purpose purpose{found.row.channel, found.row.kind};
    templates::Content content = found.version.content();
    CO_TRY(auto proof, co_await templates::proof(d_.compiler, purpose, std::move(content),
                                                 seen.tenant_id.text()));
    CO_TRY_STATUS(templates::refuse_errors(proof));
    CO_TRY_STATUS(co_await check_images(seen.tenant_id, proof.sendable));
    const templates::Publication publication{std::move(proof.sendable), call.who.user_id,
                                             body.is_default};
    auto effect = [this, &seen, &publication](store::Tx& tx) {
      return d_.templates.publish(tx, seen, publication);
    };
    CO_TRY(auto changed, co_await d_.store.with_transaction(effect));
    co_return tagged(std::move(changed));
  }

  Awaitable<Result<net::Response>> versions(Call call) {
    CO_TRY(const auto id, path_id<domain::TemplateId>(call.request));
    CO_TRY(const auto params, Params::read(call.request, {"limit", "cursor"}));
    templates::VersionFilter filter;
    filter.tenant_id = call.who.tenant_id;
    filter.template_id = id;
    CO_TRY(filter.limit, params.integer("limit", 50, 1, 100));
    if (params.text("cursor")) {
      CO_TRY(filter.cursor, params.integer("cursor", 1, 1, kNumberMax));
    }
    auto body = [this, &filter](store::Tx& tx) { return d_.templates.versions(tx, filter); };
    CO_TRY(auto rows, co_await d_.store.with_snapshot(body));
    Page page(filter.limit);
    for (const templates::VersionEntry& row : rows) {
      if (page.has_room()) page.add(NumberCursor{row.number}, row);
    }
    co_return std::move(page).response();
  }

  Awaitable<Result<net::Response>> version(Call call) {
    CO_TRY(const auto id, path_id<domain::TemplateId>(call.request));
    CO_TRY(const auto number, number_of(call.request.path_params.at(1)));
    CO_TRY(auto v, co_await find_version(call.who.tenant_id, id, number));
    co_return json_response(
        200, VersionView{v.number, v.source_kind, std::move(v.subject), std::move(v.source),
                         std::move(v.body_text), v.image_mode, std::move(v.html), std::move(v.text),
                         v.created_at, v.updated_at, v.published_at, v.published_by});
  }

  Awaitable<Result<net::Response>> diff(Call call) {
    CO_TRY(const auto id, path_id<domain::TemplateId>(call.request));
    CO_TRY(const auto params, Params::read(call.request, {"from", "to"}));
    for (const char* name : {"from", "to"}) {
      if (!params.text(name)) co_return Params::bad_param(name, "required", "number of a version");
    }
    DiffView view;
    CO_TRY(view.from, params.integer("from", 1, 1, kNumberMax));
    CO_TRY(view.to, params.integer("to", 1, 1, kNumberMax));
    CO_TRY(const auto from, co_await find_version(call.who.tenant_id, id, view.from));
    CO_TRY(const auto to, co_await find_version(call.who.tenant_id, id, view.to));
    view.subject = templates::diff_lines(from.subject.value_or(""), to.subject.value_or(""));
    view.source = templates::diff_lines(from.source, to.source);
    view.body_text = templates::diff_lines(from.body_text.value_or(""), to.body_text.value_or(""));
    co_return json_response(200, view);
  }

 private:
  static constexpr std::int64_t kNumberMax = 1'000'000'000;

  static Result<templates::Seen> seen_by(const Call& call) {
    TRY(const auto id, path_id<domain::TemplateId>(call.request));
    TRY(const auto version, if_match(call.request));
    return templates::Seen{call.who.tenant_id, id, version};
  }
  static Result<std::int64_t> number_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 1)
      return base::error(base::Code::not_found, "no such version");
    return number;
  }
  Awaitable<Result<templates::Opened>> find(domain::TenantId tenant, domain::TemplateId id) {
    auto body = [this, tenant, id](store::Tx& tx) { return d_.templates.find(tx, tenant, id); };
    co_return co_await d_.store.with_snapshot(body);
  }
  Awaitable<Result<templates::Version>> find_version(domain::TenantId tenant, domain::TemplateId id,
                                                     std::int64_t number) {
    auto body = [this, tenant, id, number](store::Tx& tx) {
      return d_.templates.version(tx, tenant, id, number);
    };
    co_return co_await d_.store.with_snapshot(body);
  }
  Awaitable<Status> check_images(domain::TenantId tenant, templates::Sendable sendable) {
    const auto parsed = messaging::parse_template(
        {std::nullopt, std::move(sendable.html), std::move(sendable.text)});
    if (!parsed) co_return parsed.error();
    const std::vector<std::string>& names = parsed->image_names;
    if (names.empty()) co_return Status{};
    auto body = [this, tenant, &names](store::Tx& tx) { return d_.images(tx, tenant, names); };
    CO_TRY(const auto found, co_await d_.store.with_snapshot(body));
    Check check;
    for (const std::string& name : names) {
      const auto same = [&](const messaging::ImageAddress& one) { return one.name == name; };
      if (std::none_of(found.begin(), found.end(), same))
        check.add("source", "unknown_image", "the library has no image {{image." + name + "}}");
    }
    co_return check.status();
  }
  Awaitable<Result<net::Response>> roll_back(templates::Seen seen, std::int64_t number,
                                             std::optional<bool> is_default) {
    auto effect = [this, &seen, number, is_default](store::Tx& tx) {
      return d_.templates.roll_back(tx, seen, number, is_default);
    };
    CO_TRY(auto changed, co_await d_.store.with_transaction(effect));
    co_return tagged(std::move(changed));
  }

  TemplateDeps d_;
};

}  // namespace

void add_template_routes(Routes& routes, TemplateDeps deps) {
  auto self = std::make_shared<TemplateRoutes>(deps);
  const Need viewer = Need::tenant_viewer;
  const Need member = Need::tenant_member;
  const std::string root = "/v1/templates";
  const std::string one = root + "/{id}";
  routes.add(Method::get, root, viewer, [self](Call call) { return self->list(std::move(call)); });
  routes.add(
      Method::post, root, member, [self](Call call) { return self->create(std::move(call)); },
      kTemplateBodyMax);
  routes.add(Method::get, one, viewer, [self](Call call) { return self->read(std::move(call)); });
  routes.add(
      Method::patch, one, member, [self](Call call) { return self->update(std::move(call)); },
      kTemplateBodyMax);
  routes.add(Method::delete_, one, member,
             [self](Call call) { return self->remove(std::move(call)); });
  routes.add(Method::delete_, one + "/draft", member,
             [self](Call call) { return self->discard_draft(std::move(call)); });
  routes.add(Method::post, one + "/publish", member,
             [self](Call call) { return self->publish(std::move(call)); });
  routes.add(Method::get, one + "/versions", viewer,
             [self](Call call) { return self->versions(std::move(call)); });
  routes.add(Method::get, one + "/versions/{number}", viewer,
             [self](Call call) { return self->version(std::move(call)); });
  routes.add(Method::get, one + "/diff", viewer,
             [self](Call call) { return self->diff(std::move(call)); });
}

}  // namespace api
