// Goal: limits refill as promised, parameters and preconditions are refused by name, and one map
// turns every code into its status.
#include "api/routes.h"

#include <gtest/gtest.h>

#include "net/problem.h"

namespace api {
namespace {

class StillClock : public base::Clock {
 public:
  base::Time now() const override { return base::from_micros(0) + steady_; }
  base::Duration steady() const override { return steady_; }
  base::Duration steady_{};
};

TEST(RateLimiter, RefillsAndNamesTheWait) {
  StillClock clock;
  RateLimiter limiter(clock, 2, 4);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(limiter.take("a").allowed);
  const auto refused = limiter.take("a");
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.reset_s, 1u);
  EXPECT_TRUE(limiter.take("b").allowed) << "another name has a bucket of its own";
  clock.steady_ += std::chrono::milliseconds(500);
  EXPECT_TRUE(limiter.take("a").allowed);
  EXPECT_FALSE(limiter.take("a").allowed);
  clock.steady_ += std::chrono::hours(1);
  EXPECT_EQ(limiter.take("a").remaining, 3u) << "never more than the burst";
}

net::Request with_query(std::string query) {
  net::Request request;
  request.query = std::move(query);
  return request;
}

TEST(Params, Table) {
  EXPECT_TRUE(Params::read(with_query("limit=5"), {"limit"}));
  EXPECT_FALSE(Params::read(with_query("limits=5"), {"limit"}));
  EXPECT_FALSE(Params::read(with_query("limit=5&limit=6"), {"limit"}));
  const auto params =
      Params::read(with_query("limit=5&live=true&id=pr_x"), {"limit", "live", "id"});
  ASSERT_TRUE(params);
  EXPECT_EQ(*params->integer("limit", 1, 1, 10), 5);
  EXPECT_EQ(*params->integer("absent", 7, 1, 10), 7);
  EXPECT_FALSE(params->integer("limit", 1, 6, 10));
  EXPECT_EQ(*params->boolean("live"), std::optional<bool>(true));
  EXPECT_FALSE(params->boolean("limit"));
  const auto id = params->id<domain::RequestId>("id");
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().fields.at(0).field, "id");
}

TEST(IfMatch, Table) {
  net::Request request;
  EXPECT_EQ(if_match(request).error().code, base::Code::precondition_required);
  request.headers.set("If-Match", "\"7\"");
  EXPECT_EQ(**if_match(request), 7);
  EXPECT_TRUE(check_version(*if_match(request), 7));
  EXPECT_EQ(check_version(*if_match(request), 8).error().code, base::Code::precondition_failed);
  request.headers.set("If-Match", "*");
  EXPECT_FALSE(if_match(request)->has_value());
  request.headers.set("If-Match", "7");
  EXPECT_EQ(if_match(request).error().code, base::Code::invalid_argument);
  request.headers.set("If-Match", "\"abc\"");
  EXPECT_EQ(check_version(*if_match(request), 8).error().code, base::Code::precondition_failed);
}

struct Mapped {
  base::Error error;
  int status;
};

TEST(Problem, MapsEveryCode) {
  using base::Code;
  const net::Request request{.trace_id = "0123456789abcdef0123456789abcdef"};
  auto bad_query = base::field_error("limit", "out_of_range", "1 to 100");
  bad_query.reason = "bad_request";
  const std::vector<Mapped> rows = {
      {base::error(Code::invalid_argument, "broken"), 400},
      {bad_query, 400},
      {base::field_error("amount_minor", "required", "is missing"), 422},
      {base::error(Code::unprocessable, "no"), 422},
      {base::error(Code::unauthenticated, "no"), 401},
      {base::error(Code::forbidden, "no"), 403},
      {base::error(Code::not_found, "no"), 404},
      {base::error(Code::conflict, "no"), 409},
      {base::error(Code::precondition_failed, "no"), 412},
      {base::error(Code::precondition_required, "no"), 428},
      {base::error(Code::too_large, "no"), 413},
      {base::error(Code::unsupported, "no"), 415},
      {base::error(Code::rate_limited, "no"), 429},
      {base::error(Code::unavailable, "secret host"), 503},
      {base::error(Code::internal, "secret detail"), 500},
  };
  for (const Mapped& row : rows) {
    const auto response = problem(row.error, request);
    EXPECT_EQ(response.status, row.status) << base::to_string(row.error.code);
    EXPECT_NE(response.body.find(request.trace_id), std::string::npos);
    EXPECT_EQ(response.body.find("secret"), std::string::npos)
        << "details of our side stay in the log";
  }
}

}  // namespace
}  // namespace api
