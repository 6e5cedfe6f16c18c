#pragma once
// The routes of people, clients, templates and connections over a fresh database, for tests, which
// include gtest before.
#include <fstream>
#include <sstream>

#include "api/api_keys.h"
#include "api/clients.h"
#include "api/connections.h"
#include "api/images.h"
#include "api/operations.h"
#include "api/sessions.h"
#include "api/template_previews.h"
#include "api/templates.h"
#include "api/tenants.h"
#include "api/users.h"
#include "base/assert.h"
#include "identity/authenticator.h"
#include "store/testing.h"
#include "text/compiler/inline_for_tests.h"

namespace api::slices {

using store::testing::Kind;
inline constexpr const char* kPassword = "correct horse battery";

inline Result<std::string> load_zone(const std::string& name) {
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);  // Debian's tzdata
  if (!file) return base::error(base::Code::not_found, "no such zone");
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

template <class Keys>
Keys one_key() {
  std::map<std::int64_t, base::Secret<std::string>> keys;
  keys.emplace(1, base::Secret<std::string>(std::string(32, 'k')));
  return Keys::make(std::move(keys)).value();
}

struct World {
  explicit World(Kind kind)
      : t(kind),
        links(one_key<domain::LinkKeys>()),
        seals(one_key<identity::SealKeys>()),
        creator(t.store(), clock(), links, "https://pay.example.com"),
        zones(load_zone),
        tenant_cache(clock(), zones),
        connection_cache(clock(), seals),
        users(t.ids(), clock(), [this] { credentials->forget(); }),
        texts(t.ids(), clock()),
        tenants(
            t.ids(), clock(), tenant_cache,
            {[this](store::Tx& tx, domain::TenantId id) { return texts.install_starters(tx, id); },
             {}}),
        api_keys(t.ids(), clock(), [this] { credentials->forget(); }),
        credentials(identity::make_authenticator(t.runtime(), t.store(), users)),
        sessions(t.runtime(), t.store(), t.ids(), users, [this] { credentials->forget(); }),
        connections(t.ids(), clock(), t.runtime().random(), seals, connection_cache),
        pictures(t.ids(), clock(), "https://pay.example.com"),
        people(t.ids(), clock()),
        routes(router, *credentials, t.runtime(), RateLimits{100'000, 100'000, 30}) {
    const base::Secret<std::string> hash(base::hash_password(kPassword, t.runtime().random()));
    const identity::NewUser root{"root@example.com", "Root", hash, true};
    must(t.store().transact_blocking([&](store::Tx& tx) { return users.create(tx, root); }));
    add_session_routes(routes, {t.store(), users, sessions});
    add_user_routes(routes, {t.store(), clock(), creator, users, sessions});
    add_member_routes(routes, {t.store(), clock(), creator, users, sessions});
    add_tenant_routes(routes, {t.store(), creator, tenants});
    add_image_routes(routes, {t.runtime(), t.store(), creator, pictures});
    add_api_key_routes(routes, {t.store(), t.runtime().random(), creator, api_keys});
    add_client_routes(routes, {t.store(), creator, people, tenant_cache});
    add_template_routes(routes, {t.store(), creator, texts, compiler, preview_deps().images});
    add_template_preview_routes(routes, preview_deps());
    add_operation_routes(routes, {t.store(), clock()});
    ConnectionDeps deps{
        t.runtime(), t.store(), connections, tenant_cache, "https://pay.example.com", {}, {}, {}};
    deps.policy = {{"http://127.0.0.1:8090"}, {"127.0.0.1"}};
    deps.check = [this](identity::OpenedConnection) -> Awaitable<Result<std::string>> {
      co_return check_says;
    };
    deps.in_use = [this](store::Tx&, domain::TenantId, domain::ConnectionId) {
      return Result<bool>(in_use);
    };
    add_connection_routes(routes, std::move(deps));
  }
  ~World() { t.runtime().stop(); }

  TemplatePreviewDeps preview_deps() {
    TemplatePreviewDeps deps{t.store(), t.runtime(), compiler, "https://pay.example.com",
                             {},        {},          {},       {}};
    deps.context = [this](store::Tx&, const PreviewSubject& s) -> Result<messaging::SendContext> {
      if (s.client_id) return base::field_error("client_id", "unknown", "no such client");
      messaging::SendContext c;
      c.amount = {125'000, domain::Currency::parse("EUR").value()};
      c.description = "Website";
      c.client_name = "Anna Berg";
      c.client_country = "AT";
      c.merchant_name = "Nordlicht";
      c.sender_name = "Nordlicht";
      c.brand_color = "#1f3a5f";
      c.policy.allowed_countries = {"AT", "US"};
      TRY(c.zone, zones.find("Europe/Vienna"));
      return c;
    };
    using MaybePrice = std::optional<messaging::SegmentPrice>;
    deps.sms_price = [](domain::TenantId, bool,
                        std::string country) -> Awaitable<Result<MaybePrice>> {
      if (country != "AT") co_return MaybePrice{};
      co_return messaging::SegmentPrice{85'000, "USD"};
    };
    deps.images = [](store::Tx&, domain::TenantId, std::span<const std::string> names) {
      std::vector<messaging::ImageAddress> out;
      for (const std::string& name : names) {
        if (name == "door") out.push_back({name, "https://pay.example.com/images/door.png"});
      }
      return Result<std::vector<messaging::ImageAddress>>(std::move(out));
    };
    deps.send_test = [this](TestMail test) -> Awaitable<Result<std::string>> {
      tests.push_back(std::move(test));
      co_return "root@example.com";
    };
    return deps;
  }

  template <class T>
  static void must(const T& result) {
    QT_ASSERT(result.has_value());
  }
  const base::Clock& clock() { return t.runtime().clock(); }

  struct Ask {
    Method method = Method::get;
    std::string path;
    std::string token;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string type = "application/json";
  };
  net::Request request_of(const Ask& ask) {
    net::Request out;
    out.method = ask.method;
    out.target = ask.path;
    const std::size_t mark = ask.path.find('?');
    out.path = ask.path.substr(0, mark);
    if (mark != std::string::npos) out.query = ask.path.substr(mark + 1);
    out.peer = "192.0.2.1";
    out.trace_id = "0123456789abcdef0123456789abcdef";
    out.body = ask.body;
    if (!ask.body.empty()) out.headers.set("Content-Type", ask.type);
    if (!ask.token.empty()) out.headers.set("Authorization", "Bearer " + ask.token);
    for (const auto& [name, value] : ask.headers) out.headers.set(name, value);
    return out;
  }
  base::Awaitable<net::Response> send(net::Request request) {
    const auto match = router.match(request.method, request.path);
    if (!match.handler) co_return router.fallback(request, match.status, match.allow);
    request.path_params = match.params;
    co_return co_await (*match.handler)(std::move(request));
  }
  net::Response ask(const Ask& what) { return t.run(send(request_of(what))); }

  struct Reply {
    int status;
    boost::json::object json;
    std::string etag;
    std::string text;
    net::Response response;
    std::string at(const char* name) const { return std::string(json.at(name).as_string()); }
  };
  Reply call(const Ask& what) {
    net::Response response = ask(what);
    auto tree = base::json::parse(response.body);
    Reply out{
        response.status, {}, std::string(response.headers.get("ETag")), response.body, response};
    if (tree && tree->is_object()) out.json = tree->as_object();
    return out;
  }
  Reply get(const std::string& token, const std::string& path) {
    return call({Method::get, path, token, "", {}});
  }
  Reply post(const std::string& token, const std::string& path, const std::string& body,
             const std::string& key = "") {
    Ask what{Method::post, path, token, body, {}};
    if (!key.empty()) what.headers.emplace_back("Idempotency-Key", key);
    return call(what);
  }
  Reply patch(const std::string& token, const std::string& path, const std::string& tag,
              const std::string& body) {
    return call({Method::patch, path, token, body, {{"If-Match", tag}}});
  }
  std::string root() {
    if (root_.empty())
      root_ = post("", "/v1/sessions",
                   R"({"email":"root@example.com","password":"correct horse battery"})")
                  .at("token");
    return root_;
  }
  // A tenant and an owner's API key for test data.
  struct Merchant {
    std::string id;
    std::string key;
  };
  Merchant merchant(const std::string& name) {
    Merchant out;
    out.id = post(root(), "/v1/tenants", R"({"name":")" + name + R"(","currency":"EUR"})").at("id");
    const Ask make{Method::post,
                   "/v1/api-keys",
                   root(),
                   R"({"name":"k","livemode":false,"role":"owner"})",
                   {{"Quittance-Tenant", out.id}}};
    out.key = call(make).at("secret");
    return out;
  }

  store::testing::TestStore t;
  domain::LinkKeys links;
  identity::SealKeys seals;
  Creator creator;
  domain::TimeZones zones;
  identity::TenantCache tenant_cache;
  identity::ConnectionCache connection_cache;
  identity::Users users;
  text::compiler::InlineCompiler compiler;
  std::vector<TestMail> tests;
  templates::Templates texts;
  identity::Tenants tenants;
  identity::ApiKeys api_keys;
  std::unique_ptr<identity::StoredCredentials> credentials;
  identity::Sessions sessions;
  identity::Connections connections;
  assets::Images pictures;
  clients::Clients people;
  net::Router router;
  Routes routes;
  Result<std::string> check_says{std::string("fine")};
  bool in_use = false;
  std::string root_;
};

class SlicesTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (auto why = store::testing::cannot_run(GetParam())) GTEST_SKIP() << *why;
    w_ = std::make_unique<World>(GetParam());
  }
  World& w() { return *w_; }
  std::unique_ptr<World> w_;
};

}  // namespace api::slices
