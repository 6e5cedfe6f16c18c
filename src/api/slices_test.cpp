// Goal: the routes of people, tenants, clients, templates and connections keep their contract: statuses, tags, one effect for one key, no
// secret in any answer, nothing of another tenant.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "api/api_keys.h"
#include "api/clients.h"
#include "api/connections.h"
#include "api/operations.h"
#include "api/sessions.h"
#include "api/templates.h"
#include "api/tenants.h"
#include "api/users.h"
#include "identity/authenticator.h"
#include "store/testing.h"

namespace api {
namespace {

using store::testing::Kind;
constexpr const char* kPassword = "correct horse battery";

Result<std::string> load_zone(const std::string& name) {
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
        tenants(t.ids(), clock(), tenant_cache,
                {[this](store::Tx& tx, domain::TenantId id) { return texts.install_defaults(tx, id); }, {}}),
        api_keys(t.ids(), clock(), [this] { credentials->forget(); }),
        credentials(identity::make_authenticator(t.runtime(), t.store(), users)),
        sessions(t.runtime(), t.store(), t.ids(), users, [this] { credentials->forget(); }),
        connections(t.ids(), clock(), t.runtime().random(), seals, connection_cache),
        people(t.ids(), clock()),
        routes(router, *credentials, t.runtime(), RateLimits{100'000, 100'000, 30}) {
    const base::Secret<std::string> hash(base::hash_password(kPassword, t.runtime().random()));
    const identity::NewUser root{"root@example.com", "Root", hash, true};
    must(t.store().transact_blocking([&](store::Tx& tx) { return users.create(tx, root); }));
    add_session_routes(routes, {t.store(), users, sessions});
    add_user_routes(routes, {t.store(), clock(), creator, users, sessions});
    add_member_routes(routes, {t.store(), clock(), creator, users, sessions});
    add_tenant_routes(routes, {t.store(), creator, tenants});
    add_api_key_routes(routes, {t.store(), t.runtime().random(), creator, api_keys});
    add_client_routes(routes, {t.store(), creator, people, tenant_cache});
    add_template_routes(routes, {t.store(), creator, texts});
    add_operation_routes(routes, {t.store(), clock()});
    ConnectionDeps deps{t.runtime(), t.store(), connections, tenant_cache, "https://pay.example.com", {}, {}, {}};
    deps.policy = {{"http://127.0.0.1:8090"}, {"127.0.0.1"}};
    deps.check = [this](identity::OpenedConnection) -> Awaitable<Result<std::string>> { co_return check_says; };
    deps.in_use = [this](store::Tx&, domain::TenantId, domain::ConnectionId) { return Result<bool>(in_use); };
    add_connection_routes(routes, std::move(deps));
  }
  ~World() { t.runtime().stop(); }

  template <class T>
  static void must(const T& result) {
    ASSERT_TRUE(result) << result.error().detail;
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
    Reply out{response.status, {}, std::string(response.headers.get("ETag")), response.body, response};
    if (tree && tree->is_object()) out.json = tree->as_object();
    return out;
  }
  Reply get(const std::string& token, const std::string& path) { return call({Method::get, path, token, "", {}}); }
  Reply post(const std::string& token, const std::string& path, const std::string& body, const std::string& key = "") {
    Ask what{Method::post, path, token, body, {}};
    if (!key.empty()) what.headers.emplace_back("Idempotency-Key", key);
    return call(what);
  }
  Reply patch(const std::string& token, const std::string& path, const std::string& tag, const std::string& body) {
    return call({Method::patch, path, token, body, {{"If-Match", tag}}});
  }
  std::string root() {
    if (root_.empty()) root_ = post("", "/v1/sessions", R"({"email":"root@example.com","password":"correct horse battery"})").at("token");
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
    const Ask make{Method::post, "/v1/api-keys", root(), R"({"name":"k","livemode":false,"role":"owner"})",
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
  templates::Templates texts;
  identity::Tenants tenants;
  identity::ApiKeys api_keys;
  std::unique_ptr<identity::StoredCredentials> credentials;
  identity::Sessions sessions;
  identity::Connections connections;
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
INSTANTIATE_TEST_SUITE_P(Stores, SlicesTest, ::testing::ValuesIn(store::testing::all_kinds()),
                         [](const auto& info) { return store::testing::to_string(info.param); });

TEST_P(SlicesTest, SessionsAndPasswords) {
  const auto in = w().post("", "/v1/sessions", R"({"email":"root@example.com","password":"correct horse battery"})");
  ASSERT_EQ(in.status, 201) << in.text;
  EXPECT_TRUE(in.json.at("tenant_id").is_null());
  EXPECT_EQ(w().post("", "/v1/sessions", R"({"email":"root@example.com","password":"no"})").status, 401);
  EXPECT_EQ(w().post("", "/v1/sessions", R"({"email":"","password":1})").status, 422);
  EXPECT_EQ(w().post("", "/v1/sessions", R"({"email":)").status, 400);
  const std::string token = in.at("token");
  EXPECT_EQ(w().get(token, "/v1/sessions/current").at("id"), in.at("id"));
  EXPECT_EQ(w().get(w().merchant("M").key, "/v1/sessions/current").status, 403);
  const auto change = [&](const std::string& body) {
    return w().call({Method::put, "/v1/users/current/password", token, body, {}});
  };
  EXPECT_EQ(change(R"({"current_password":"no","new_password":"another long password"})").status, 422);
  EXPECT_EQ(change(R"({"current_password":"correct horse battery","new_password":"short"})").status, 422);
  EXPECT_EQ(change(R"({"current_password":"correct horse battery","new_password":"another long password"})").status, 204);
  EXPECT_EQ(w().call({Method::delete_, "/v1/sessions/current", token, "", {}}).status, 204);
  EXPECT_EQ(w().get(token, "/v1/sessions/current").status, 401);
}

TEST_P(SlicesTest, UsersAndMembers) {
  const std::string root = w().root();
  const std::string body = R"({"email":"Anna@Example.com","name":"Anna","password":"correct horse battery"})";
  const auto made = w().post(root, "/v1/users", body, "one");
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.at("email"), "anna@example.com");
  const auto again = w().post(root, "/v1/users", body, "one");
  EXPECT_EQ(again.at("id"), made.at("id"));
  EXPECT_EQ(again.response.headers.get("Idempotency-Replayed"), "true");
  EXPECT_EQ(w().post(root, "/v1/users", body).status, 409);
  const std::string path = "/v1/users/" + made.at("id");
  EXPECT_EQ(w().call({Method::patch, path, root, R"({"name":"B"})", {}}).status, 428);
  EXPECT_EQ(w().patch(root, path, "\"9\"", R"({"name":"B"})").status, 412);
  const auto named = w().patch(root, path, "\"1\"", R"({"name":"B"})");
  EXPECT_EQ(named.at("name"), "B");
  EXPECT_EQ(named.etag, "\"2\"");
  const auto m = w().merchant("M");
  EXPECT_EQ(w().get(m.key, "/v1/users").status, 403) << "an owner is no platform administrator";
  const auto member = w().post(m.key, "/v1/members", R"({"email":"anna@example.com","name":"X","role":"owner","password":"correct horse battery"})");
  ASSERT_EQ(member.status, 201) << member.text;
  EXPECT_EQ(member.at("name"), "B") << "the account keeps its name";
  const std::string at = "/v1/members/" + member.at("user_id");
  const auto demoted = w().call({Method::patch, at, m.key, R"({"role":"viewer"})", {}});
  EXPECT_EQ(demoted.status, 409);
  EXPECT_EQ(demoted.at("code"), "last_owner");
  const auto page = w().get(m.key, "/v1/members?limit=1");
  EXPECT_TRUE(page.json.at("next_cursor").is_null());
  EXPECT_EQ(w().get(w().merchant("N").key, at).status, 404) << "another tenant's member";
}

TEST_P(SlicesTest, OneKeyMakesOneClient) {
  const auto m = w().merchant("M");
  const World::Ask ask{Method::post, "/v1/clients", m.key, R"({"name":"Anna","phone":"0170 1234567"})",
                       {{"Idempotency-Key", "same"}}};
  std::vector<net::Response> answers;
  const auto one = [&]() -> base::Awaitable<void> {
    net::Request request = w().request_of(ask);
    answers.push_back(co_await w().send(std::move(request)));
  };
  for (int i = 0; i < 100; ++i) w().t.runtime().spawn("create", one());
  for (int i = 0; i < 10'000 && answers.size() < 100; ++i) w().t.sim().run_until_idle();
  ASSERT_EQ(answers.size(), 100u);
  int fresh = 0;
  for (const auto& answer : answers) {
    EXPECT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(answer.body, answers.front().body);
    fresh += answer.headers.has("Idempotency-Replayed") ? 0 : 1;
  }
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(w().get(m.key, "/v1/clients").json.at("data").as_array().size(), 1u);
  const auto other = w().post(m.key, "/v1/clients", R"({"name":"Bernd"})", "same");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(other.at("code"), "idempotency_mismatch");
}

TEST_P(SlicesTest, ClientsOfTheirTenant) {
  const auto m = w().merchant("M");
  const auto n = w().merchant("N");
  const auto made = w().post(m.key, "/v1/clients", R"({"name":" Anna ","email":"a@example.com","tags":["vip"],
      "custom_fields":{"city":"Köln"},"consent":{"sms":"granted"},"external_reference":"K1"})");
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.at("name"), "Anna");
  const std::string path = "/v1/clients/" + made.at("id");
  EXPECT_EQ(w().get(m.key, path).etag, "\"1\"");
  EXPECT_EQ(w().get(n.key, path).status, 404);
  EXPECT_EQ(w().patch(n.key, path, "*", R"({"name":"X"})").status, 404);
  EXPECT_EQ(w().post(n.key, path + "/archive", "").status, 404);
  EXPECT_EQ(w().get(m.key, "/v1/clients/cl_nonsense").status, 404);
  const auto cleared = w().patch(m.key, path, "\"1\"", R"({"email":null,"consent":{"email":"denied"}})");
  ASSERT_EQ(cleared.status, 200) << cleared.text;
  EXPECT_TRUE(cleared.json.at("email").is_null());
  EXPECT_EQ(cleared.json.at("consent").at("sms"), "granted");
  EXPECT_EQ(cleared.json.at("consent").at("email"), "denied");
  EXPECT_EQ(cleared.json.at("custom_fields").at("city"), "Köln");
  EXPECT_EQ(w().patch(m.key, path, "\"1\"", R"({"name":"X"})").status, 412);
  const auto wrong = w().post(m.key, "/v1/clients", R"({"email":"x","phone":"y","tags":["a,b"]})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(wrong.json.at("errors").as_array().size(), 4u) << wrong.text;
  EXPECT_EQ(w().post(m.key, "/v1/clients", R"({"name":"B","external_reference":"K1"})").at("code"), "external_reference_taken");
  EXPECT_EQ(w().get(m.key, "/v1/clients?tag=vip&q=ann").json.at("data").as_array().size(), 1u);
  EXPECT_EQ(w().get(m.key, "/v1/clients?unknown=1").status, 400);
  EXPECT_EQ(w().post(m.key, path + "/archive", "").json.at("archived"), true);
  EXPECT_EQ(w().get(m.key, "/v1/clients").json.at("data").as_array().size(), 0u);
  EXPECT_EQ(w().post(m.key, path + "/unarchive", "").json.at("archived"), false);
}

TEST_P(SlicesTest, ImportAndExport) {
  const auto m = w().merchant("M");
  World::Ask ask{Method::post, "/v1/clients/import", m.key, "name;phone\nAnna;0170 1234567\n;1\n", {}, "text/csv; charset=utf-8"};
  const auto report = w().call(ask);
  ASSERT_EQ(report.status, 200) << report.text;
  EXPECT_EQ(report.json.at("imported"), 1);
  EXPECT_EQ(report.json.at("rejected"), 1);
  ask.body = "phone\n1\n";
  EXPECT_EQ(w().call(ask).status, 422);
  ask.type = "application/json";
  EXPECT_EQ(w().call(ask).status, 415);
  const auto csv = w().get(m.key, "/v1/clients/export");
  EXPECT_EQ(csv.status, 200);
  EXPECT_NE(csv.text.find("Anna"), std::string::npos);
  EXPECT_NE(csv.text.find("'+491701234567"), std::string::npos);
}

TEST_P(SlicesTest, ApiKeysShowTheirSecretOnce) {
  const auto m = w().merchant("M");
  const std::string body = R"({"name":"till","livemode":false,"role":"viewer"})";
  const auto made = w().post(m.key, "/v1/api-keys", body, "k");
  ASSERT_EQ(made.status, 201) << made.text;
  const auto again = w().post(m.key, "/v1/api-keys", body, "k");
  EXPECT_EQ(again.at("id"), made.at("id"));
  EXPECT_TRUE(again.json.at("secret").is_null());
  const std::string secret = made.at("secret");
  EXPECT_EQ(w().get(m.key, "/v1/api-keys").text.find(secret), std::string::npos);
  EXPECT_EQ(w().get(secret, "/v1/clients").status, 200);
  EXPECT_EQ(w().post(secret, "/v1/clients", R"({"name":"A"})").status, 403) << "a viewer";
  EXPECT_EQ(w().post(m.key, "/v1/api-keys", R"({"name":"l","livemode":true})").status, 403) << "a test key makes no live key";
  const std::string path = "/v1/api-keys/" + made.at("id");
  EXPECT_EQ(w().call({Method::delete_, path, w().merchant("N").key, "", {}}).status, 404);
  EXPECT_EQ(w().call({Method::delete_, path, m.key, "", {}}).status, 204);
  EXPECT_EQ(w().get(secret, "/v1/clients").status, 401);
}

TEST_P(SlicesTest, TenantsAndLogo) {
  using namespace std::string_literals;
  const auto m = w().merchant("M");
  const auto tenant = w().get(m.key, "/v1/tenant");
  EXPECT_EQ(tenant.etag, "\"1\"");
  EXPECT_TRUE(tenant.json.at("logo").is_null());
  EXPECT_EQ(w().get(m.key, "/v1/tenants").status, 403);
  EXPECT_EQ(w().get(w().root(), "/v1/tenants/" + m.id).at("id"), m.id);
  const auto changed = w().patch(m.key, "/v1/tenant", "\"1\"", R"({"sender_name":"Studio","allowed_countries":["DE"]})");
  ASSERT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(w().patch(m.key, "/v1/tenant", "\"2\"", R"({"time_zone":"Mars/Base"})").status, 422);
  const std::string png = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x20\0\0\0\x20\x08\x06\0\0\0\0\0\0\0"s;
  const auto put = [&](const std::string& bytes, const std::string& type) {
    return w().call({Method::put, "/v1/tenant/logo", m.key, bytes, {}, type});
  };
  EXPECT_EQ(w().get(m.key, "/v1/tenant/logo").status, 404);
  EXPECT_EQ(put("<svg/>", "image/svg+xml").status, 415);
  EXPECT_EQ(put("<svg/>", "image/png").status, 422);
  const auto logo = put(png, "image/png");
  ASSERT_EQ(logo.status, 200) << logo.text;
  EXPECT_EQ(logo.json.at("width"), 32);
  const auto image = w().get(m.key, "/v1/tenant/logo");
  EXPECT_EQ(image.text, png);
  EXPECT_EQ(image.response.headers.get("Content-Type"), "image/png");
  EXPECT_EQ(image.etag.size(), 66u);
  EXPECT_EQ(w().get(m.key, "/v1/tenant").json.at("logo").at("id"), logo.json.at("id"));
  EXPECT_EQ(w().call({Method::delete_, "/v1/tenant/logo", m.key, "", {}}).status, 204);
  EXPECT_TRUE(w().get(m.key, "/v1/tenant").json.at("logo").is_null());
}

TEST_P(SlicesTest, Templates) {
  const auto m = w().merchant("M");
  const auto defaults = w().get(m.key, "/v1/templates?channel=sms&locale=de");
  ASSERT_EQ(defaults.json.at("data").as_array().size(), 2u) << defaults.text;
  const auto made = w().post(m.key, "/v1/templates", R"({"name":"S","channel":"sms","kind":"request","locale":"de",
      "body_text":"{{merchant.name}} {{link.url}}","is_default":true})");
  ASSERT_EQ(made.status, 201) << made.text;
  const std::string path = "/v1/templates/" + made.at("id");
  EXPECT_EQ(w().call({Method::delete_, path, m.key, "", {}}).at("code"), "template_is_default");
  EXPECT_EQ(w().patch(m.key, path, "\"1\"", R"({"body_text":"{{nope}}"})").status, 422);
  EXPECT_EQ(w().patch(m.key, path, "\"1\"", R"({"is_default":false})").status, 200);
  EXPECT_EQ(w().get(w().merchant("N").key, path).status, 404);
  EXPECT_EQ(w().call({Method::delete_, path, m.key, "", {}}).status, 204);
}

TEST_P(SlicesTest, ConnectionsKeepTheirSecrets) {
  const auto m = w().merchant("M");
  const auto put = [&](const std::string& path, const std::string& body) {
    return w().call({Method::put, "/v1/connections/" + path, m.key, body, {}});
  };
  const std::string stripe = R"({"secret_key":"sk_test_abcdefgh12345678","webhook_secret":"whsec_abcdefgh9876","base_url":null})";
  const auto made = put("stripe", stripe);
  ASSERT_EQ(made.status, 200) << made.text;
  EXPECT_EQ(made.json.at("settings").at("secret_key"), "…5678");
  EXPECT_EQ(made.at("status"), "unchecked");
  EXPECT_EQ(boost::json::serialize(made.json.at("callback_urls")),
            R"([{"purpose":"events","url":"https://pay.example.com/callbacks/stripe/)" + made.at("id") + "\"}]");
  EXPECT_EQ(put("stripe", stripe).at("id"), made.at("id"));
  EXPECT_EQ(put("stripe", R"({"secret_key":"sk_live_abcdefgh12345678"})").status, 422);
  EXPECT_EQ(put("stripe?livemode=true", stripe).status, 403) << "a test key";
  EXPECT_EQ(put("paypal", stripe).status, 404);
  EXPECT_EQ(put("twilio", stripe).status, 422) << "the body must be of the kind in the path";
  EXPECT_EQ(put("twilio", R"({"account_sid":"AC0123456789abcdef0123456789abcdef","auth_token":"0123456789abcdef"})").status, 422);
  for (const char* url : {"http://127.0.0.1:80900", "http://127.0.0.1:8090@evil.example", "http://127.0.0.1:8090/../x",
                          "http://169.254.169.254", "https://api.stripe.com"}) {
    EXPECT_EQ(put("stripe", R"({"secret_key":"sk_test_abcdefgh12345678","base_url":")" + std::string(url) + "\"}").status, 422) << url;
  }
  EXPECT_EQ(put("stripe", R"({"secret_key":"sk_test_abcdefgh12345678","base_url":"http://127.0.0.1:8090"})").status, 200);
  const std::string smtp = R"({"host":"relay.example.com","port":25,"security":"none","from_address":"a@example.com"})";
  EXPECT_EQ(put("smtp", smtp).status, 422) << "no plain mail";
  w().check_says = base::error(base::Code::refused, "key revoked");
  const auto check = w().post(m.key, "/v1/connections/stripe/check", "");
  EXPECT_EQ(check.status, 200);
  EXPECT_EQ(check.json.at("ok"), false);
  const auto seen = w().get(m.key, "/v1/connections/stripe");
  EXPECT_EQ(seen.at("status"), "failing");
  EXPECT_EQ(seen.at("problem"), "key revoked");
  const auto list = w().get(m.key, "/v1/connections");
  EXPECT_EQ(list.json.at("data").as_array().size(), 1u);
  for (const auto& text : {made.text, seen.text, list.text}) {
    EXPECT_EQ(text.find("abcdefgh"), std::string::npos);
  }
  EXPECT_EQ(w().get(w().merchant("N").key, "/v1/connections/stripe").status, 404);
  EXPECT_EQ(w().post(w().root(), "/v1/connections/rotate-keys", "").json.at("unchanged"), 1);
  w().in_use = true;
  EXPECT_EQ(w().call({Method::delete_, "/v1/connections/stripe", m.key, "", {}}).at("code"), "in_use");
  w().in_use = false;
  EXPECT_EQ(w().call({Method::delete_, "/v1/connections/stripe", m.key, "", {}}).status, 204);
  EXPECT_EQ(w().get(m.key, "/v1/connections/stripe").status, 404);
}

TEST_P(SlicesTest, DeadLettersAreForAdministrators) {
  EXPECT_EQ(w().get(w().root(), "/v1/dead-letters").text, R"({"data":[],"next_cursor":null})");
  EXPECT_EQ(w().get(w().merchant("M").key, "/v1/dead-letters").status, 403);
  EXPECT_EQ(w().post(w().root(), "/v1/dead-letters/dl_00000000000000000000000000/replay", "").status, 404);
  EXPECT_EQ(w().post(w().root(), "/v1/dead-letters/dl_7zzzzzzzzzzzzzzzzzzzzzzzzz/replay", "").status, 404);
}

}  // namespace
}  // namespace api
