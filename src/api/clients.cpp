#include "api/clients.h"

#include "api/check.h"
#include "api/views.h"
#include "clients/export.h"
#include "clients/fields.h"
#include "clients/import.h"

namespace api {

namespace {

struct ConsentView {
  domain::Consent email = domain::Consent::unset;
  domain::Consent sms = domain::Consent::unset;
};
BOOST_DESCRIBE_STRUCT(ConsentView, (), (email, sms))
struct ClientView {
  domain::ClientId id;
  std::string name;
  std::optional<std::string> email;
  std::optional<std::string> phone;
  std::optional<std::string> locale;
  std::optional<std::string> time_zone;
  base::json::Raw tags;
  base::json::Raw custom_fields;
  ConsentView consent;
  std::optional<std::string> external_reference;
  bool archived = false;
  Time created_at;
  Time updated_at;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(ClientView, (),
                      (id, name, email, phone, locale, time_zone, tags, custom_fields, consent,
                       external_reference, archived, created_at, updated_at, version))

ClientView view_of(clients::Client c) {
  return {c.id,
          std::move(c.name),
          std::move(c.email),
          std::move(c.phone),
          std::move(c.locale),
          std::move(c.time_zone),
          std::move(c.tags),
          std::move(c.custom_fields),
          {c.consent_email, c.consent_sms},
          std::move(c.external_reference),
          c.archived,
          c.created_at,
          c.updated_at,
          c.version};
}

struct ConsentBody {
  std::optional<domain::Consent> email;
  std::optional<domain::Consent> sms;
};
BOOST_DESCRIBE_STRUCT(ConsentBody, (), (email, sms))
// Creation and edits have the same fields; the name is needed once.
struct ClientBody {
  std::optional<std::string> name;
  std::optional<std::string> email;
  std::optional<std::string> phone;
  std::optional<std::string> locale;
  std::optional<std::string> time_zone;
  std::optional<std::vector<std::string>> tags;
  std::optional<clients::CustomFields> custom_fields;
  std::optional<ConsentBody> consent;
  std::optional<std::string> external_reference;
};
BOOST_DESCRIBE_STRUCT(ClientBody, (),
                      (name, email, phone, locale, time_zone, tags, custom_fields, consent,
                       external_reference))

clients::RawFields raw_of(Body<ClientBody> body) {
  ClientBody& b = body.value;
  clients::RawFields raw;
  raw.name = std::move(b.name);
  if (body.has("email")) raw.email = std::move(b.email);
  if (body.has("phone")) raw.phone = std::move(b.phone);
  if (body.has("locale")) raw.locale = std::move(b.locale);
  if (body.has("time_zone")) raw.time_zone = std::move(b.time_zone);
  if (body.has("external_reference")) raw.external_reference = std::move(b.external_reference);
  raw.tags = std::move(b.tags);
  raw.custom_fields = std::move(b.custom_fields);
  if (b.consent) {
    raw.consent_email = b.consent->email;
    raw.consent_sms = b.consent->sms;
  }
  return raw;
}

Result<clients::ClientFilter> filter_of(const Params& params, domain::TenantId tenant) {
  clients::ClientFilter filter;
  filter.tenant_id = tenant;
  if (const auto q = params.text("q")) {
    auto text =
        domain::checked_text(*q, {.field = "q", .chars_max = 100, .refuse_card_numbers = false});
    if (!text)
      return Params::bad_param("q", "invalid", "1 to 100 characters without control characters");
    filter.query = *std::move(text);
  }
  if (const auto tag = params.text("tag")) {
    auto text = clients::checked_tag(*tag, "tag");
    if (!text) return Params::bad_param("tag", "invalid", "not a tag");
    filter.tag = *std::move(text);
  }
  TRY(const auto archived, params.boolean("archived"));
  filter.archived = archived.value_or(false);
  return filter;
}

bool is_csv(const net::Request& request) {
  std::string_view type = request.headers.get("Content-Type");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  constexpr std::string_view kCsv = "text/csv";
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  return type.size() == kCsv.size() && std::equal(type.begin(), type.end(), kCsv.begin(), same);
}

class ClientRoutes {
 public:
  explicit ClientRoutes(ClientDeps deps) : d_(deps) {}

  Awaitable<Result<net::Response>> list(Call call) {
    CO_TRY(const auto params,
           Params::read(call.request, {"q", "tag", "archived", "limit", "cursor"}));
    CO_TRY(auto filter, filter_of(params, call.who.tenant_id));
    CO_TRY(filter.limit, params.integer("limit", 50, 1, 100));
    CO_TRY(filter.cursor, params.id<domain::ClientId>("cursor"));
    auto body = [this, &filter](store::Tx& tx) { return d_.clients.list(tx, filter); };
    CO_TRY(auto found, co_await d_.store.with_snapshot(body));
    Page page(filter.limit);
    for (auto& row : found.rows) {
      const auto id = row.id;
      page.add(id, view_of(std::move(row)));
    }
    if (found.next_cursor) page.go_on_behind(*found.next_cursor);
    co_return std::move(page).response();
  }

  Awaitable<Result<net::Response>> create(Call call) {
    CO_TRY(auto body, read_body_with_tree<ClientBody>(call.request));
    const bool named = body.value.name.has_value();
    const clients::RawFields raw = raw_of(std::move(body));
    const domain::TenantId tenant = call.who.tenant_id;
    Effect effect = [this, tenant, named, &raw](store::Tx& tx) -> Result<Answer> {
      auto change = checked(tx, tenant, raw);
      if (!named) return with_name_missing(std::move(change));
      TRY_STATUS(change);
      TRY(auto client, d_.clients.create(tx, tenant, *change));
      return Answer{201, base::json::write(view_of(std::move(client)))};
    };
    co_return co_await d_.creator.run(call, std::move(effect));
  }

  Awaitable<Result<net::Response>> read(Call call) {
    CO_TRY(const auto id, path_id<domain::ClientId>(call.request));
    const domain::TenantId tenant = call.who.tenant_id;
    auto body = [this, tenant, id](store::Tx& tx) { return d_.clients.find(tx, tenant, id); };
    CO_TRY(auto client, co_await d_.store.with_snapshot(body));
    co_return tagged(std::move(client));
  }

  Awaitable<Result<net::Response>> update(Call call) {
    CO_TRY(const auto id, path_id<domain::ClientId>(call.request));
    CO_TRY(const auto version, if_match(call.request));
    CO_TRY(auto body, read_body_with_tree<ClientBody>(call.request));
    const clients::RawFields raw = raw_of(std::move(body));
    const domain::TenantId tenant = call.who.tenant_id;
    auto effect = [this, tenant, id, version, &raw](store::Tx& tx) -> Result<clients::Client> {
      TRY(const auto change, checked(tx, tenant, raw));
      return d_.clients.update(tx, tenant, id, version, change);
    };
    CO_TRY(auto client, co_await d_.store.with_transaction(effect));
    co_return tagged(std::move(client));
  }

  Awaitable<Result<net::Response>> set_archived(Call call, bool archived) {
    CO_TRY(const auto id, path_id<domain::ClientId>(call.request));
    const domain::TenantId tenant = call.who.tenant_id;
    auto effect = [this, tenant, id, archived](store::Tx& tx) {
      return d_.clients.set_archived(tx, tenant, id, archived);
    };
    CO_TRY(auto client, co_await d_.store.with_transaction(effect));
    co_return tagged(std::move(client));
  }

  Awaitable<Result<net::Response>> import(Call call) {
    if (!is_csv(call.request))
      co_return base::error(base::Code::unsupported, "the body must be text/csv");
    CO_TRY(const auto file, clients::ImportFile::parse(call.request.body));
    const domain::TenantId tenant = call.who.tenant_id;
    Effect effect = [this, tenant, &file](store::Tx& tx) -> Result<Answer> {
      TRY(const auto owner, d_.tenants.find(tx, tenant));
      TRY(const auto report, file.run(tx, d_.clients, tenant, owner->country, d_.tenants.zones()));
      return Answer{200, base::json::write(report)};
    };
    co_return co_await d_.creator.run(call, std::move(effect));
  }

  Awaitable<Result<net::Response>> export_all(Call call) {
    CO_TRY(const auto params, Params::read(call.request, {"q", "tag", "archived"}));
    CO_TRY(const auto filter, filter_of(params, call.who.tenant_id));
    auto body = [this, &filter](store::Tx& tx) {
      return clients::export_csv(tx, d_.clients, filter);
    };
    CO_TRY(auto csv, co_await d_.store.with_snapshot(body));
    net::Response response = net::text_response(200, "text/csv; charset=utf-8", std::move(csv));
    response.headers.set("Content-Disposition", "attachment; filename=\"clients.csv\"");
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Content-Type-Options", "nosniff");
    co_return response;
  }

 private:
  Result<clients::ClientChange> checked(store::Tx& tx, domain::TenantId tenant,
                                        const clients::RawFields& raw) const {
    TRY(const auto owner, d_.tenants.find(tx, tenant));
    return clients::check_fields(raw, owner->country, d_.tenants.zones());
  }

  // All that is wrong in one answer.
  static base::Error with_name_missing(Result<clients::ClientChange> change) {
    base::Error error = base::field_error("name", "required", "a client needs a name");
    if (change) return error;
    const base::Error others = change.error();  // error() gives a copy
    error.fields.insert(error.fields.end(), others.fields.begin(), others.fields.end());
    return error;
  }

  static net::Response tagged(clients::Client client) {
    const std::int64_t version = client.version;
    net::Response response = json_response(200, view_of(std::move(client)));
    set_etag(response, version);
    return response;
  }
  ClientDeps d_;
};

}  // namespace

void add_client_routes(Routes& routes, ClientDeps deps) {
  auto self = std::make_shared<ClientRoutes>(deps);
  const Need viewer = Need::tenant_viewer;
  const Need member = Need::tenant_member;
  const std::string root = "/v1/clients";
  routes.add(Method::get, root, viewer, [self](Call call) { return self->list(std::move(call)); });
  routes.add(Method::post, root, member,
             [self](Call call) { return self->create(std::move(call)); });
  routes.add(
      Method::post, root + "/import", member,
      [self](Call call) { return self->import(std::move(call)); }, clients::kCsvBytesMax);
  routes.add(Method::get, root + "/export", viewer,
             [self](Call call) { return self->export_all(std::move(call)); });
  routes.add(Method::get, root + "/{id}", viewer,
             [self](Call call) { return self->read(std::move(call)); });
  routes.add(Method::patch, root + "/{id}", member,
             [self](Call call) { return self->update(std::move(call)); });
  routes.add(Method::post, root + "/{id}/archive", member,
             [self](Call call) { return self->set_archived(std::move(call), true); });
  routes.add(Method::post, root + "/{id}/unarchive", member,
             [self](Call call) { return self->set_archived(std::move(call), false); });
}

}  // namespace api
