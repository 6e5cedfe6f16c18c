#include "api/routes.h"

#include <charconv>

#include "base/assert.h"
#include "base/encoding.h"
#include "base/log.h"
#include "net/problem.h"

namespace api {

namespace {

constexpr std::size_t kBucketsMax = 100'000;
constexpr std::int64_t kMillis = 1000;

std::string credential_name(const identity::Principal& who) {
  return who.api_key_id ? who.api_key_id->text() : who.user_id->text();
}

Result<std::string> bearer_of(const net::Request& request) {
  const std::string_view header = request.headers.get("Authorization");
  constexpr std::string_view kScheme = "Bearer ";
  if (header.size() <= kScheme.size() || header.size() > 1024) {
    return base::error(base::Code::unauthenticated, "a bearer token is needed");
  }
  for (std::size_t i = 0; i < kScheme.size() - 1; ++i) {
    if ((header[i] | 0x20) != (kScheme[i] | 0x20))
      return base::error(base::Code::unauthenticated, "a bearer token is needed");
  }
  return std::string(header.substr(kScheme.size()));
}

Result<std::optional<domain::TenantId>> wanted_tenant(const net::Request& request) {
  const std::string_view header = request.headers.get("Quittance-Tenant");
  if (header.empty()) return std::optional<domain::TenantId>{};
  auto id = domain::TenantId::parse(header);
  if (!id) return Params::bad_param("Quittance-Tenant", "malformed", "not the id of a tenant");
  return std::optional<domain::TenantId>(*id);
}

Status check_need(Need need, const identity::Principal& who) {
  const auto refuse = [] {
    return Status(base::error(base::Code::forbidden, "these credentials do not allow it"));
  };
  if (need == Need::signed_in) return {};
  if (need == Need::platform_admin) return who.platform_admin ? Status{} : refuse();
  if (who.tenant_id.is_nil())
    return base::error(base::Code::forbidden, "no_tenant", "the user is in no tenant");
  const identity::Role least = need == Need::tenant_viewer   ? identity::Role::viewer
                               : need == Need::tenant_member ? identity::Role::member
                                                             : identity::Role::owner;
  return who.may(least) ? Status{} : refuse();
}

// W3C Trace Context: the caller's trace goes on under a span of ours.
void set_traceparent(net::Response& response, const std::string& trace_id, base::Random& random) {
  std::array<std::uint8_t, 8> span{};
  random.fill(span);
  response.headers.set("traceparent", "00-" + trace_id + "-" + base::to_hex(span) + "-01");
}

void set_rate_headers(net::Response& response, const RateLimiter::Verdict& verdict) {
  response.headers.set("RateLimit-Limit", std::to_string(verdict.limit));
  response.headers.set("RateLimit-Remaining", std::to_string(verdict.remaining));
  response.headers.set("RateLimit-Reset", std::to_string(verdict.reset_s));
}

}  // namespace

RateLimiter::RateLimiter(const base::Clock& clock, std::uint32_t per_second, std::uint32_t burst)
    : clock_(clock), per_second_(per_second), burst_(burst) {
  QT_ASSERT(per_second > 0 && burst > 0);
}

RateLimiter::Verdict RateLimiter::take(const std::string& name) {
  const base::Duration now = clock_.steady();
  const std::int64_t full = burst_ * kMillis;
  const std::lock_guard lock(mutex_);
  // Forgetting all buckets at once is harmless: each is full again.
  if (buckets_.size() >= kBucketsMax && !buckets_.contains(name)) buckets_.clear();
  auto [at, fresh] = buckets_.try_emplace(name, Bucket{full, now});
  Bucket& bucket = at->second;
  const std::int64_t passed_us =
      std::clamp<std::int64_t>((now - bucket.seen).count(), 0, 3'600'000'000);
  bucket.tokens_millis =
      std::min<std::int64_t>(full, bucket.tokens_millis + passed_us * per_second_ / 1000);
  bucket.seen = now;
  Verdict verdict;
  verdict.limit = burst_;
  verdict.allowed = bucket.tokens_millis >= kMillis;
  if (verdict.allowed) bucket.tokens_millis -= kMillis;
  verdict.remaining = static_cast<std::uint32_t>(bucket.tokens_millis / kMillis);
  const std::int64_t missing =
      verdict.allowed ? full - bucket.tokens_millis : kMillis - bucket.tokens_millis;
  verdict.reset_s =
      static_cast<std::uint32_t>((missing + per_second_ * kMillis - 1) / (per_second_ * kMillis));
  return verdict;
}

Routes::Routes(net::Router& router, identity::Authenticator& authenticator, base::Runtime& runtime,
               RateLimits limits)
    : router_(router),
      authenticator_(authenticator),
      random_(runtime.random()),
      limiter_(runtime.clock(), limits.per_second, limits.burst) {
  router_.set_fallback([](const net::Request& request, int status, std::string allow) {
    return net::default_problem(request, status, std::move(allow));
  });
}

void Routes::add(Method method, const std::string& pattern, Need need, Endpoint endpoint,
                 std::size_t body_bytes_max) {
  auto handler = [this, need, endpoint = std::move(endpoint)](
                     net::Request request) -> Awaitable<net::Response> {
    const net::Request head{.path = request.path, .trace_id = request.trace_id};
    auto answer = co_await run(endpoint, need, std::move(request));
    net::Response response = answer ? *std::move(answer) : problem(answer.error(), head);
    set_traceparent(response, head.trace_id, random_);
    co_return response;
  };
  router_.add(method, pattern, std::move(handler), body_bytes_max);
}

Awaitable<Result<net::Response>> Routes::run(const Endpoint& endpoint, Need need,
                                             net::Request request) {
  CO_TRY(auto bearer, bearer_of(request));
  CO_TRY(const auto wanted, wanted_tenant(request));
  CO_TRY(auto who, co_await authenticator_.authenticate(std::move(bearer), wanted));
  const RateLimiter::Verdict verdict = limiter_.take(credential_name(who));
  if (!verdict.allowed) {
    base::Error error =
        base::error(base::Code::rate_limited, "too many requests with this credential");
    error.retry_after_s = verdict.reset_s;
    co_return error;
  }
  CO_TRY_STATUS(check_need(need, who));
  const net::Request head{.path = request.path, .trace_id = request.trace_id};
  Call call{std::move(request), std::move(who)};
  auto answer = co_await endpoint(std::move(call));
  net::Response response = answer ? *std::move(answer) : problem(answer.error(), head);
  set_rate_headers(response, verdict);
  co_return response;
}

void Routes::add_public(Method method, const std::string& pattern, PublicEndpoint endpoint,
                        std::size_t body_bytes_max) {
  auto handler = [this, endpoint =
                            std::move(endpoint)](net::Request request) -> Awaitable<net::Response> {
    const net::Request head{.path = request.path, .trace_id = request.trace_id};
    auto answer = co_await endpoint(std::move(request));
    net::Response response = answer ? *std::move(answer) : problem(answer.error(), head);
    set_traceparent(response, head.trace_id, random_);
    co_return response;
  };
  router_.add(method, pattern, std::move(handler), body_bytes_max);
}

net::Response no_content() {
  net::Response out;
  out.status = 204;
  return out;
}

void set_etag(net::Response& response, std::int64_t version) {
  response.headers.set("ETag", "\"" + std::to_string(version) + "\"");
}

std::string media_type_of(const net::Request& request) {
  std::string_view type = request.headers.get("Content-Type");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  std::string out(type);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

Result<boost::json::value> body_tree(const net::Request& request) {
  if (media_type_of(request) != "application/json") {
    return base::error(base::Code::unsupported, "the body must be application/json");
  }
  auto tree = base::json::parse(request.body);
  if (tree) return tree;
  base::Error error = tree.error();
  error.reason = "bad_request";
  return error;
}

base::Error Params::bad_param(std::string_view name, std::string code, std::string detail) {
  base::Error error = base::field_error(std::string(name), std::move(code), std::move(detail));
  error.reason = "bad_request";
  return error;
}

Result<Params> Params::read(const net::Request& request,
                            std::initializer_list<std::string_view> known) {
  TRY(const auto query, net::Query::parse(request.query));
  Params out;
  for (const auto& [name, value] : query.all()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return bad_param("query", "unknown_parameter", "a query parameter is not known here");
    }
    if (out.text(name)) return bad_param(name, "repeated", "given more than once");
    out.items_.emplace_back(name, value);
  }
  return out;
}

std::optional<std::string> Params::text(std::string_view name) const {
  for (const auto& [key, value] : items_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Result<std::int64_t> Params::integer(std::string_view name, std::int64_t fallback, std::int64_t min,
                                     std::int64_t max) const {
  const auto value = text(name);
  if (!value) return fallback;
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), out);
  if (error != std::errc{} || end != value->data() + value->size() || out < min || out > max) {
    return bad_param(name, "out_of_range",
                     "an integer from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return out;
}

Result<std::optional<bool>> Params::boolean(std::string_view name) const {
  const auto value = text(name);
  if (!value) return std::optional<bool>{};
  if (*value == "true") return std::optional<bool>(true);
  if (*value == "false") return std::optional<bool>(false);
  return bad_param(name, "type", "true or false");
}

Result<bool> livemode_of(const identity::Principal& who, std::optional<bool> asked) {
  if (!who.livemode) return asked.value_or(false);
  if (asked && *asked != *who.livemode) {
    return base::error(base::Code::forbidden, "wrong_mode", "this API key is of the other mode");
  }
  return *who.livemode;
}

Result<std::optional<std::int64_t>> if_match(const net::Request& request) {
  const std::string_view header = request.headers.get("If-Match");
  if (header.empty()) return base::error(base::Code::precondition_required, "edits need If-Match");
  if (header == "*") return std::optional<std::int64_t>{};
  std::int64_t version = 0;
  if (header.size() < 3 || header.front() != '"' || header.back() != '"' || header.size() > 66) {
    return Params::bad_param("If-Match", "malformed", "not an entity tag");
  }
  const std::string_view inner = header.substr(1, header.size() - 2);
  const auto [end, error] = std::from_chars(inner.data(), inner.data() + inner.size(), version);
  // A tag that was never given out matches no version.
  if (error != std::errc{} || end != inner.data() + inner.size()) version = -1;
  return std::optional<std::int64_t>(version);
}

Status check_version(std::optional<std::int64_t> named, std::int64_t version) {
  if (!named || *named == version) return {};
  return base::error(base::Code::precondition_failed, "the resource was changed meanwhile");
}

}  // namespace api
