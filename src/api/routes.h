#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/json.h"
#include "identity/principal.h"
#include "net/http.h"

namespace api {

using base::Awaitable;
using base::Result;
using base::Status;
using net::Method;

// One authenticated request.
struct Call {
  net::Request request;
  identity::Principal who;
};
using Endpoint = std::function<Awaitable<Result<net::Response>>(Call)>;
using PublicEndpoint = std::function<Awaitable<Result<net::Response>>(net::Request)>;

// What a route asks of its caller. tenant_* need a tenant; signed_in does not.
enum class Need : std::uint8_t {
  signed_in,
  tenant_viewer,
  tenant_member,
  tenant_owner,
  platform_admin
};

struct RateLimits {
  std::uint32_t per_second = 100;  // per credential, in the long run
  std::uint32_t burst = 200;
  std::uint32_t sign_ins_per_minute = 30;  // per address
};

// Token buckets by name; bounded. Thread-safe.
class RateLimiter {
 public:
  RateLimiter(const base::Clock& clock, std::uint32_t per_second, std::uint32_t burst);
  struct Verdict {
    bool allowed = true;
    std::uint32_t limit = 0;
    std::uint32_t remaining = 0;
    std::uint32_t reset_s =
        0;  // until the bucket is full again, or until the next token when refused
  };
  Verdict take(const std::string& name);

 private:
  struct Bucket {
    std::int64_t tokens_millis = 0;  // thousandths of a request
    base::Duration seen{};
  };
  const base::Clock& clock_;
  std::uint32_t per_second_;
  std::uint32_t burst_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

// Puts routes on the router with authentication, permission, rate limit, media type check and the
// one problem map around each. Filled at start, then immutable.
class Routes {
 public:
  Routes(net::Router& router, identity::Authenticator& authenticator, base::Runtime& runtime,
         RateLimits limits);

  void add(Method method, const std::string& pattern, Need need, Endpoint endpoint,
           std::size_t body_bytes_max = 64 * 1024);
  void add_public(Method method, const std::string& pattern, PublicEndpoint endpoint,
                  std::size_t body_bytes_max = 64 * 1024);

 private:
  Awaitable<Result<net::Response>> run(const Endpoint& endpoint, Need need, net::Request request);

  net::Router& router_;
  identity::Authenticator& authenticator_;
  base::Random& random_;
  RateLimiter limiter_;
};

// --- helpers for route files ---

net::Response problem(const base::Error& error,
                      const net::Request& request);  // the only place that maps a Code to a status

template <class T>
net::Response json_response(int status, const T& value) {
  net::Response out = net::text_response(status, "application/json", base::json::write(value));
  out.headers.set("Cache-Control", "no-store");
  return out;
}
net::Response no_content();
void set_etag(net::Response& response, std::int64_t version);

// The type of the body without its parameters, in lower case; "" when none is named.
std::string media_type_of(const net::Request& request);

// The body as JSON: 415 unless application/json, 400 for broken JSON, 422 naming every wrong field.
Result<boost::json::value> body_tree(const net::Request& request);
template <class T>
Result<T> read_tree(const boost::json::value& tree) {
  T out{};
  std::vector<base::FieldError> errors;
  base::json::read_value(tree, out, "", base::json::ReadOptions{}, errors);
  if (errors.empty()) return out;
  base::Error error{.code = base::Code::invalid_argument, .detail = "fields of the body are wrong"};
  error.fields = std::move(errors);
  return error;
}
template <class T>
Result<T> read_body(const net::Request& request) {
  TRY(const auto tree, body_tree(request));
  return read_tree<T>(tree);
}

// Query parameters: 400 naming the parameter for unknown, repeated or malformed ones.
class Params {
 public:
  static Result<Params> read(const net::Request& request,
                             std::initializer_list<std::string_view> known);
  std::optional<std::string> text(std::string_view name) const;
  Result<std::int64_t> integer(std::string_view name, std::int64_t fallback, std::int64_t min,
                               std::int64_t max) const;
  Result<std::optional<bool>> boolean(std::string_view name) const;
  template <class IdType>
  Result<std::optional<IdType>> id(std::string_view name) const {
    const auto value = text(name);
    if (!value) return std::optional<IdType>{};
    auto parsed = IdType::parse(*value);
    if (!parsed) return bad_param(name, "malformed", "not such an id");
    return std::optional<IdType>(*parsed);
  }
  template <class E>
  Result<std::optional<E>> choice(std::string_view name) const {
    const auto value = text(name);
    if (!value) return std::optional<E>{};
    E out{};
    if (!base::enum_from_name(*value, out))
      return bad_param(name, "unknown_value", "not one of the allowed values");
    return std::optional<E>(out);
  }
  static base::Error bad_param(std::string_view name, std::string code, std::string detail);

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

// A path parameter as an id; a malformed one is not_found, like an unknown one.
template <class IdType>
Result<IdType> path_id(const net::Request& request, std::size_t index = 0) {
  auto id = IdType::parse(request.path_params.at(index));
  if (!id) return base::error(base::Code::not_found, "no such resource");
  return id;
}

// The data's mode for this call: the API key's, else what was asked for, else test. forbidden when
// a key is of the other mode.
Result<bool> livemode_of(const identity::Principal& who, std::optional<bool> asked);

// The version in If-Match; absent for "*". precondition_required without the header, 400 when
// malformed.
Result<std::optional<std::int64_t>> if_match(const net::Request& request);
// precondition_failed unless `version` is the one that was named.
Status check_version(std::optional<std::int64_t> named, std::int64_t version);

}  // namespace api
