#include "providers/stripe/errors.h"

#include <gtest/gtest.h>

// Goal: every answer is put into the one class that a caller may act on; above all, nothing that
// may have been carried out is ever called refused.
namespace providers::stripe {
namespace {

using base::Code;

struct Row {
  const char* name;
  int status;
  const char* body;
  const char* advice;  // Stripe-Should-Retry
  Code get;
  Code post;
  bool repeat;
  const char* reason;
};

constexpr const char* kDeclined =
    R"({"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds"}})";
constexpr const char* kReused = R"({"error":{"type":"idempotency_error","message":"m"}})";
constexpr const char* kInUse =
    R"({"error":{"type":"invalid_request_error","code":"idempotency_key_in_use"}})";
constexpr const char* kRefunded =
    R"({"error":{"type":"invalid_request_error","code":"charge_already_refunded"}})";

TEST(StripeErrors, Classification) {
  const Row rows[] = {
      {"bad key", 401, "{}", "", Code::unauthenticated, Code::unauthenticated, false, ""},
      {"forbidden", 403, "{}", "", Code::unauthenticated, Code::unauthenticated, false, ""},
      {"unknown", 404, R"({"error":{"code":"resource_missing"}})", "", Code::not_found,
       Code::not_found, false, "resource_missing"},
      {"in flight", 409, kInUse, "", Code::unavailable, Code::unavailable, true,
       "idempotency_key_in_use"},
      {"in flight, told to stop", 409, kInUse, "false", Code::unavailable, Code::unavailable, false,
       "idempotency_key_in_use"},
      {"too many", 429, R"({"error":{"code":"rate_limit"}})", "", Code::rate_limited,
       Code::rate_limited, true, "rate_limit"},
      {"lock", 429, R"({"error":{"code":"lock_timeout"}})", "true", Code::rate_limited,
       Code::rate_limited, true, "lock_timeout"},
      {"bad request", 400, kRefunded, "", Code::refused, Code::refused, false,
       "charge_already_refunded"},
      {"key reused", 400, kReused, "", Code::ambiguous, Code::ambiguous, false,
       "idempotency_error"},
      {"declined", 402, kDeclined, "", Code::refused, Code::refused, false, "insufficient_funds"},
      {"bad request, told to repeat", 400, kRefunded, "true", Code::refused, Code::refused, true,
       "charge_already_refunded"},
      {"gone", 410, "gone", "", Code::refused, Code::refused, false, ""},
      {"server error", 500, R"({"error":{"type":"api_error"}})", "", Code::unavailable,
       Code::ambiguous, true, "api_error"},
      {"stored server error", 500, "{}", "false", Code::unavailable, Code::ambiguous, false, ""},
      {"bad gateway", 502, "<html>", "", Code::unavailable, Code::ambiguous, true, ""},
      {"overloaded", 503, "", "", Code::unavailable, Code::ambiguous, true, ""},
      {"redirect", 302, "", "", Code::unavailable, Code::ambiguous, false, ""},
      {"informational", 101, "", "", Code::unavailable, Code::ambiguous, false, ""},
  };
  for (const auto& row : rows) {
    for (const bool writes : {false, true}) {
      SCOPED_TRACE(std::string(row.name) + (writes ? " POST" : " GET"));
      net::ClientResponse response{.status = row.status, .body = row.body};
      if (*row.advice != 0) response.headers.set("Stripe-Should-Retry", row.advice);
      const auto outcome = classify(writes, response);
      ASSERT_TRUE(outcome.error);
      EXPECT_EQ(outcome.error->code, writes ? row.post : row.get);
      EXPECT_EQ(outcome.error->reason, row.reason);
      EXPECT_EQ(outcome.repeat, row.repeat);
      EXPECT_EQ(outcome.may_have_happened, outcome.error->code == Code::ambiguous);
    }
  }
}

TEST(StripeErrors, NetworkFailures) {
  struct {
    Code code;
    Code get;
    Code post;
    bool may_have_happened;
  } const rows[] = {
      {Code::unavailable, Code::unavailable, Code::unavailable, false},
      {Code::deadline, Code::deadline, Code::ambiguous, true},
      {Code::ambiguous, Code::deadline, Code::ambiguous, true},
      {Code::too_large, Code::deadline, Code::ambiguous, true},
  };
  for (const auto& row : rows) {
    const base::Result<net::ClientResponse> lost = base::error(row.code, "lost");
    EXPECT_EQ(classify(false, lost).error->code, row.get);
    EXPECT_FALSE(classify(false, lost).may_have_happened);
    EXPECT_EQ(classify(true, lost).error->code, row.post);
    EXPECT_EQ(classify(true, lost).may_have_happened, row.may_have_happened);
    EXPECT_TRUE(classify(true, lost).repeat);
  }
}

TEST(StripeErrors, DetailHoldsNoMessage) {
  net::ClientResponse response{.status = 400, .body = R"({"error":{"type":"invalid_request_error",
      "code":"email_invalid","param":"customer_email","message":"Invalid: ann@example.test"}})"};
  response.headers.set("Request-Id", "req_123");
  const auto outcome = classify(true, response);
  EXPECT_EQ(outcome.error->detail,
            "stripe answered 400 invalid_request_error code email_invalid parameter customer_email "
            "request req_123");
}

TEST(StripeErrors, OddWordsAreDropped) {
  const net::ClientResponse response{
      .status = 400, .body = R"({"error":{"code":"a b@c","type":["x"],"param":7}})"};
  const auto outcome = classify(true, response);
  EXPECT_EQ(outcome.error->reason, "");
  EXPECT_EQ(outcome.error->detail, "stripe answered 400");
}

TEST(StripeErrors, RetryAfter) {
  struct {
    const char* header;
    std::uint32_t seconds;
  } const rows[] = {{"7", 7}, {"", 1}, {"0", 0}, {"soon", 1}, {"-1", 1}, {"99999999999", 1}};
  for (const auto& row : rows) {
    net::ClientResponse response{.status = 429};
    if (*row.header != 0) response.headers.set("Retry-After", row.header);
    EXPECT_EQ(classify(true, response).error->retry_after_s, row.seconds) << row.header;
  }
}

TEST(StripeErrors, AnEarlierAmbiguousTryStays) {
  struct {
    Code last;
    Code told;
  } const rows[] = {
      {Code::unavailable, Code::ambiguous},     {Code::rate_limited, Code::ambiguous},
      {Code::unauthenticated, Code::ambiguous}, {Code::ambiguous, Code::ambiguous},
      {Code::refused, Code::refused},           {Code::not_found, Code::not_found},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(final_error(base::error(row.last, "x"), true).code, row.told);
    EXPECT_EQ(final_error(base::error(row.last, "x"), false).code, row.last);
  }
}

TEST(StripeErrors, SuccessHasNoError) {
  EXPECT_FALSE(classify(true, net::ClientResponse{.status = 200, .body = "{}"}).error);
}

}  // namespace
}  // namespace providers::stripe
