// Goal: every path finds the one route that it means, or the right refusal.
#include <gtest/gtest.h>

#include "net/http.h"
#include "net/problem.h"

namespace net {
namespace {

base::Awaitable<Response> nothing(Request) { co_return Response(); }

Router routes() {
  Router router;
  router.add(Method::get, "/", nothing);
  router.add(Method::get, "/v1/clients", nothing);
  router.add(Method::post, "/v1/clients", nothing, 123);
  router.add(Method::get, "/v1/clients/{id}", nothing);
  router.add(Method::delete_, "/v1/clients/{id}", nothing);
  router.add(Method::get, "/v1/clients/export", nothing);
  router.add(Method::post, "/v1/clients/import", nothing);
  router.add(Method::get, "/v1/{kind}/{id}/lines", nothing);
  router.add(Method::get, "/v1/clients/{id}/notes/{note}", nothing);
  return router;
}

TEST(Router, MatchesTheTable) {
  struct Case {
    Method method;
    std::string path;
    int status;
    std::string pattern;
    std::vector<std::string> params;
    std::string allow;
  };
  const Case cases[] = {
      {Method::get, "/", 0, "/", {}, ""},
      {Method::head, "/", 0, "/", {}, ""},
      {Method::get, "/v1/clients", 0, "/v1/clients", {}, ""},
      {Method::post, "/v1/clients", 0, "/v1/clients", {}, ""},
      {Method::get, "/v1/clients/7", 0, "/v1/clients/{id}", {"7"}, ""},
      {Method::get, "/v1/clients/a%2Fb%20c", 0, "/v1/clients/{id}", {"a/b c"}, ""},
      {Method::get, "/v1/clients/a+b", 0, "/v1/clients/{id}", {"a+b"}, ""},
      {Method::get, "/v1/clients/export", 0, "/v1/clients/export", {}, ""},
      // A static path without the method is no value of the parameter beside it.
      {Method::get, "/v1/clients/import", 405, "", {}, "POST"},
      {Method::delete_, "/v1/clients/export", 405, "", {}, "GET, HEAD"},
      // The static branch is a dead end here, so the parameter is tried.
      {Method::get, "/v1/clients/7/lines", 0, "/v1/{kind}/{id}/lines", {"clients", "7"}, ""},
      {Method::get, "/v1/clients/7/notes/8", 0, "/v1/clients/{id}/notes/{note}", {"7", "8"}, ""},
      {Method::get, "/v1/clients/", 404, "", {}, ""},
      {Method::get, "/v1/clients//notes/8", 404, "", {}, ""},
      {Method::get, "/v1/clients/7/", 404, "", {}, ""},
      {Method::get, "//v1/clients", 404, "", {}, ""},
      {Method::get, "", 404, "", {}, ""},
      {Method::get, "v1", 404, "", {}, ""},
      {Method::get, "/V1/clients", 404, "", {}, ""},
      {Method::put, "/v1/clients", 405, "", {}, "GET, HEAD, POST"},
      {Method::other, "/v1/clients", 405, "", {}, "GET, HEAD, POST"},
      {Method::post, "/v1/clients/7", 405, "", {}, "GET, HEAD, DELETE"},
      {Method::get, "/v1/clients/%", 400, "/v1/clients/{id}", {}, ""},
      {Method::get, "/v1/clients/%c3", 400, "/v1/clients/{id}", {}, ""},
  };
  const Router router = routes();
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(to_string(c.method)) + " " + c.path);
    const auto match = router.match(c.method, c.path);
    EXPECT_EQ(match.handler != nullptr, c.status == 0);
    EXPECT_EQ(match.status, c.status);
    EXPECT_EQ(match.pattern, c.pattern);
    EXPECT_EQ(match.params, c.params);
    EXPECT_EQ(match.allow, c.allow);
  }
  EXPECT_EQ(router.match(Method::post, "/v1/clients").body_bytes_max, 123U);
}

TEST(Router, DeepPathsCostNothing) {
  std::string path;
  for (int i = 0; i < 100000; ++i) path += "/v1";
  EXPECT_EQ(routes().match(Method::get, path).status, 404);
}

TEST(Router, TheFallbackCanBeReplaced) {
  Router router = routes();
  Request request;
  request.trace_id = "abc";
  const auto usual = router.fallback(request, 405, "GET");
  EXPECT_EQ(usual.headers.get("allow"), "GET");
  EXPECT_EQ(usual.body, R"({"type":"about:blank","title":"Method Not Allowed","status":405,)"
                        R"("code":"method_not_allowed","trace_id":"abc"})");
  router.set_fallback([](const Request& r, int status, const std::string& allow) {
    return text_response(status, "text/plain", r.trace_id + allow);
  });
  EXPECT_EQ(router.fallback(request, 404, "x").body, "abcx");
}

TEST(RouterDeathTest, TwoHandlersForOneRouteAreABug) {
  EXPECT_DEATH(
      {
        Router router = routes();
        router.add(Method::get, "/v1/clients/{other}", nothing);
      },
      "assertion failed");
}

TEST(Query, ParsesTheTable) {
  using Items = std::vector<std::pair<std::string, std::string>>;
  struct Case {
    std::string query;
    bool good;
    Items items;
  };
  const Case cases[] = {
      {"", true, {}},
      {"&&", true, {}},
      {"a=1&b=2", true, {{"a", "1"}, {"b", "2"}}},
      {"a", true, {{"a", ""}}},
      {"=v", true, {{"", "v"}}},
      {"a=b=c", true, {{"a", "b=c"}}},
      {"a=1&a=2", true, {{"a", "1"}, {"a", "2"}}},
      {"q=a+b%2Bc%26d", true, {{"q", "a b+c&d"}}},
      {"n=%C3%A4", true, {{"n", "\xc3\xa4"}}},
      {"n=%C3", false, {}},
      {"n=%", false, {}},
      {"n=%4", false, {}},
      {"n=%zz", false, {}},
      {"%ff=1", false, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.query);
    const auto parsed = Query::parse(c.query);
    ASSERT_EQ(parsed.has_value(), c.good);
    if (!c.good) {
      EXPECT_EQ(parsed.error().code, base::Code::invalid_argument);
      continue;
    }
    EXPECT_EQ(parsed->all(), c.items);
  }
  EXPECT_EQ(Query::parse("a=1&a=2")->get("a"), "1");
  EXPECT_EQ(Query::parse("a=1")->get("A"), std::nullopt);
  std::string many;
  for (int i = 0; i < 101; ++i) many += "a=1&";
  EXPECT_FALSE(Query::parse(many));
}

TEST(Headers, CompareWithoutCaseAndKeepOrder) {
  Headers headers;
  headers.add("X-A", "1");
  headers.add("x-a", "2");
  headers.add("X-B", "3");
  EXPECT_EQ(headers.get("X-a"), "1");
  EXPECT_TRUE(headers.has("x-B"));
  EXPECT_FALSE(headers.has("X"));
  headers.set("X-a", "4");
  ASSERT_EQ(headers.all().size(), 2U);
  EXPECT_EQ(headers.get("x-a"), "4");
  EXPECT_EQ(headers.all()[1].name, "X-B");
}

TEST(Headers, NoValueBeginsAHeaderOfItsOwn) {
  Headers headers;
  headers.set("Location", std::string("/a\r\nSet-Cookie: x\0y", 20));
  EXPECT_EQ(headers.get("location"), "/aSet-Cookie: xy");
  headers.add("X\r\nY", "1");
  EXPECT_EQ(headers.get("XY"), "1");
}

TEST(Problem, NamesTheFields) {
  Problem problem;
  problem.status = 422;
  problem.code = "unprocessable";
  problem.title = "Not \"possible\"";
  problem.fields = {{"amount_minor", "out_of_range", "too large"},
                    {"", "type", "must be an object"}};
  const auto response = problem_response(problem);
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.headers.get("content-type"), "application/problem+json");
  EXPECT_EQ(
      response.body,
      R"({"type":"about:blank","title":"Not \"possible\"","status":422,"code":"unprocessable",)"
      R"("errors":[{"field":"amount_minor","code":"out_of_range","detail":"too large"},)"
      R"({"field":"","code":"type","detail":"must be an object"}]})");
}

}  // namespace
}  // namespace net
