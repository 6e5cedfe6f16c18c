#include "providers/twilio/errors.h"

#include <gtest/gtest.h>

// Goal: "refused" only when Twilio said so; whatever may have become a text is ambiguous.
namespace providers::twilio {
namespace {

using base::Code;

TEST(TwilioErrors, Classification) {
  struct {
    const char* name;
    int status;
    const char* body;
    Code get;
    Code post;
    const char* reason;
    bool repeat;
  } const rows[] = {
      {"bad token", 401, R"({"code":20003,"message":"Authenticate","status":401})",
       Code::unauthenticated, Code::unauthenticated, "20003", false},
      {"forbidden", 403, R"({"code":20005})", Code::unauthenticated, Code::unauthenticated, "20005",
       false},
      {"country not enabled", 403, R"({"code":21408})", Code::refused, Code::refused, "21408",
       false},
      {"unknown", 404, R"({"code":20404})", Code::not_found, Code::not_found, "20404", false},
      {"bad number", 400, R"({"code":21211,"status":400})", Code::refused, Code::refused, "21211",
       false},
      {"opted out", 400, R"({"code":21610})", Code::refused, Code::refused, "21610", false},
      {"no JSON", 400, "<html>", Code::refused, Code::refused, "", false},
      {"odd code", 400, R"({"code":"21211"})", Code::refused, Code::refused, "", false},
      {"too many", 429, R"({"code":20429})", Code::rate_limited, Code::rate_limited, "20429", true},
      {"server error", 500, R"({"code":20500})", Code::unavailable, Code::ambiguous, "20500", true},
      {"unavailable", 503, "", Code::unavailable, Code::ambiguous, "", true},
      {"redirect", 302, "", Code::unavailable, Code::ambiguous, "", false},
  };
  for (const auto& row : rows) {
    for (const bool writes : {false, true}) {
      SCOPED_TRACE(std::string(row.name) + (writes ? " POST" : " GET"));
      const auto outcome =
          classify(writes, net::ClientResponse{.status = row.status, .body = row.body});
      ASSERT_TRUE(outcome.error);
      EXPECT_EQ(outcome.error->code, writes ? row.post : row.get);
      EXPECT_EQ(outcome.error->reason, row.reason);
      EXPECT_EQ(outcome.repeat, row.repeat);
    }
  }
}

TEST(TwilioErrors, NetworkFailures) {
  struct {
    Code code;
    Code get;
    Code post;
  } const rows[] = {
      {Code::unavailable, Code::unavailable, Code::unavailable},
      {Code::deadline, Code::deadline, Code::ambiguous},
      {Code::ambiguous, Code::deadline, Code::ambiguous},
      {Code::too_large, Code::deadline, Code::ambiguous},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(classify(false, base::error(row.code, "lost")).error->code, row.get);
    EXPECT_EQ(classify(true, base::error(row.code, "lost")).error->code, row.post);
  }
}

TEST(TwilioErrors, RetryAfterAndSilence) {
  net::ClientResponse response{.status = 429,
                               .body = R"({"code":20429,"message":"To +15005550001 too many"})"};
  response.headers.set("Retry-After", "4");
  const auto outcome = classify(true, response);
  EXPECT_EQ(outcome.error->retry_after_s, 4u);
  EXPECT_EQ(outcome.error->detail, "twilio answered 429 code 20429");
  EXPECT_FALSE(classify(true, net::ClientResponse{.status = 201}).error);
}

}  // namespace
}  // namespace providers::twilio
