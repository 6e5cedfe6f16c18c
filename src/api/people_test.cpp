// Goal: the routes of people and clients keep their contract: statuses, tags, one effect for one
// key, nothing of another tenant.
#include <gtest/gtest.h>

#include "api/slices_world.h"

namespace api::slices {
namespace {

class PeopleRoutes : public SlicesTest {};
INSTANTIATE_TEST_SUITE_P(Stores, PeopleRoutes, ::testing::ValuesIn(store::testing::all_kinds()),
                         [](const auto& info) { return store::testing::to_string(info.param); });

TEST_P(PeopleRoutes, SessionsAndPasswords) {
  const auto in = w().post("", "/v1/sessions",
                           R"({"email":"root@example.com","password":"correct horse battery"})");
  ASSERT_EQ(in.status, 201) << in.text;
  EXPECT_TRUE(in.json.at("tenant_id").is_null());
  EXPECT_EQ(w().post("", "/v1/sessions", R"({"email":"root@example.com","password":"no"})").status,
            401);
  EXPECT_EQ(w().post("", "/v1/sessions", R"({"email":"","password":1})").status, 422);
  EXPECT_EQ(w().post("", "/v1/sessions", R"({"email":)").status, 400);
  const std::string token = in.at("token");
  EXPECT_EQ(w().get(token, "/v1/sessions/current").at("id"), in.at("id"));
  EXPECT_EQ(w().get(w().merchant("M").key, "/v1/sessions/current").status, 403);
  const auto change = [&](const std::string& body) {
    return w().call({Method::put, "/v1/users/current/password", token, body, {}});
  };
  EXPECT_EQ(change(R"({"current_password":"no","new_password":"another long password"})").status,
            422);
  EXPECT_EQ(change(R"({"current_password":"correct horse battery","new_password":"short"})").status,
            422);
  EXPECT_EQ(
      change(
          R"({"current_password":"correct horse battery","new_password":"another long password"})")
          .status,
      204);
  EXPECT_EQ(w().call({Method::delete_, "/v1/sessions/current", token, "", {}}).status, 204);
  EXPECT_EQ(w().get(token, "/v1/sessions/current").status, 401);
}

TEST_P(PeopleRoutes, UsersAndMembers) {
  const std::string root = w().root();
  const std::string body =
      R"({"email":"Anna@Example.com","name":"Anna","password":"correct horse battery"})";
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
  const auto member = w().post(m.key, "/v1/members",
                               R"({"email":"anna@example.com","name":"X","role":"owner",
          "password":"correct horse battery"})");
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

TEST_P(PeopleRoutes, OneKeyMakesOneClient) {
  const auto m = w().merchant("M");
  const World::Ask ask{Method::post,
                       "/v1/clients",
                       m.key,
                       R"({"name":"Anna","phone":"0170 1234567"})",
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

TEST_P(PeopleRoutes, ClientsOfTheirTenant) {
  const auto m = w().merchant("M");
  const auto n = w().merchant("N");
  const auto made =
      w().post(m.key, "/v1/clients", R"({"name":" Anna ","email":"a@example.com","tags":["vip"],
      "custom_fields":{"city":"Köln"},"consent":{"sms":"granted"},"external_reference":"K1"})");
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.at("name"), "Anna");
  const std::string path = "/v1/clients/" + made.at("id");
  EXPECT_EQ(w().get(m.key, path).etag, "\"1\"");
  EXPECT_EQ(w().get(n.key, path).status, 404);
  EXPECT_EQ(w().patch(n.key, path, "*", R"({"name":"X"})").status, 404);
  EXPECT_EQ(w().post(n.key, path + "/archive", "").status, 404);
  EXPECT_EQ(w().get(m.key, "/v1/clients/cl_nonsense").status, 404);
  const auto cleared =
      w().patch(m.key, path, "\"1\"", R"({"email":null,"consent":{"email":"denied"}})");
  ASSERT_EQ(cleared.status, 200) << cleared.text;
  EXPECT_TRUE(cleared.json.at("email").is_null());
  EXPECT_EQ(cleared.json.at("consent").at("sms"), "granted");
  EXPECT_EQ(cleared.json.at("consent").at("email"), "denied");
  EXPECT_EQ(cleared.json.at("custom_fields").at("city"), "Köln");
  EXPECT_EQ(w().patch(m.key, path, "\"1\"", R"({"name":"X"})").status, 412);
  const auto wrong = w().post(m.key, "/v1/clients", R"({"email":"x","phone":"y","tags":["a,b"]})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(wrong.json.at("errors").as_array().size(), 4u) << wrong.text;
  EXPECT_EQ(w().post(m.key, "/v1/clients", R"({"name":"B","external_reference":"K1"})").at("code"),
            "external_reference_taken");
  EXPECT_EQ(w().get(m.key, "/v1/clients?tag=vip&q=ann").json.at("data").as_array().size(), 1u);
  EXPECT_EQ(w().get(m.key, "/v1/clients?unknown=1").status, 400);
  EXPECT_EQ(w().post(m.key, path + "/archive", "").json.at("archived"), true);
  EXPECT_EQ(w().get(m.key, "/v1/clients").json.at("data").as_array().size(), 0u);
  EXPECT_EQ(w().post(m.key, path + "/unarchive", "").json.at("archived"), false);
}

TEST_P(PeopleRoutes, ImportAndExport) {
  const auto m = w().merchant("M");
  World::Ask ask{Method::post, "/v1/clients/import",
                 m.key,        "name;phone\nAnna;0170 1234567\n;1\n",
                 {},           "text/csv; charset=utf-8"};
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

}  // namespace
}  // namespace api::slices
