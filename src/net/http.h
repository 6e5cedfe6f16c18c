#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"

namespace net {

using base::Awaitable;
using base::Duration;
using base::Result;
using base::Status;

struct Header {
  std::string name;
  std::string value;
};

// In order; names compare without case (RFC 9110). set() refuses CR, LF and NUL in names and
// values: they are replaced by nothing and an assertion fails in debug builds; outside data must be
// checked before.
class Headers {
 public:
  std::string_view get(std::string_view name) const;  // "" when absent; the first of several
  bool has(std::string_view name) const;
  void set(std::string_view name, std::string value);  // replaces
  void add(std::string_view name, std::string value);
  const std::vector<Header>& all() const { return items_; }

 private:
  std::vector<Header> items_;
};

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };
std::string_view to_string(Method method);
Method method_from(std::string_view name);

struct Request {
  Method method = Method::get;
  std::string target;  // as received: path and query
  std::string path;    // percent-decoded segments stay encoded until matched
  std::string query;   // without '?'
  Headers headers;
  std::string body;
  std::string peer;                      // address of the connected peer, "127.0.0.1"
  std::vector<std::string> path_params;  // filled by the router, percent-decoded
  std::string trace_id;                  // 32 hex digits, from traceparent or new
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;                                // ignored for HEAD by the server
  std::shared_ptr<const std::string> shared_body;  // large constant bodies, instead of body
  // Faults of the sandbox: the connection is closed instead of the reply, or after half of its
  // body. To MemoryNetwork's caller both are `ambiguous`.
  enum class Cut : std::uint8_t { none, before_reply, mid_reply };
  Cut cut = Cut::none;
};

Response text_response(int status, std::string content_type, std::string body);

// Handlers run on the loop of their connection. They never throw on purpose; an exception becomes a
// 500.
using Handler = std::function<Awaitable<Response>(Request)>;

// Matches "METHOD /v1/clients/{id}" patterns; a segment "{x}" takes one non-empty segment. Static
// segments win. Unknown path: not_found handler; known path with another method: 405 with Allow.
// HEAD is served by GET.
class Router {
 public:
  void add(Method method, std::string pattern, Handler handler,
           std::size_t body_bytes_max = 64 * 1024);
  void set_fallback(std::function<Response(const Request&, int status, std::string allow)> make);
  struct Match {
    const Handler* handler = nullptr;
    std::size_t body_bytes_max = 0;
    std::vector<std::string> params;
    std::string pattern;  // for metrics: never the raw path
    int status = 0;       // 404 or 405 when there is no handler
    std::string allow;
  };
  Match match(Method method, std::string_view path) const;
  Response fallback(const Request& request, int status, std::string allow) const;

 private:
  struct Route;
  std::vector<std::shared_ptr<Route>> routes_;
  std::function<Response(const Request&, int, std::string)> fallback_;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free port, see Server::port()
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t connections_max = 4096;
  Duration header_timeout =
      std::chrono::seconds(10);  // from first byte to end of headers (slow clients)
  Duration body_timeout = std::chrono::seconds(30);
  Duration idle_timeout = std::chrono::seconds(60);  // keep-alive
  // Called after each response with the pattern, status and time taken; for metrics and access
  // logs.
  std::function<void(const Request&, const std::string& pattern, int status, Duration)> observe;
};

// HTTP/1.1 with keep-alive and pipelining; one acceptor per loop (SO_REUSEPORT). Answers 400, 408,
// 413, 414/431 itself, as problem+json by the router's fallback. Owned by app; stops accepting and
// drains on stop().
class Server {
 public:
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  virtual void stop() = 0;
};
Result<std::unique_ptr<Server>> serve(base::Runtime& runtime, ServerOptions options,
                                      std::shared_ptr<const Router> router);

// --- client ---

struct ClientRequest {
  Method method = Method::get;
  std::string url;  // absolute, http or https
  Headers headers;
  std::string body;
  Duration timeout = std::chrono::seconds(20);  // whole exchange
  Duration connect_timeout = std::chrono::seconds(5);
  std::size_t response_bytes_max = 4 * 1024 * 1024;
  std::optional<base::Secret<std::string>> basic_auth;  // "user:password"
  std::optional<base::Secret<std::string>> bearer;
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

// Errors: unavailable (nothing was sent: resolve, connect or TLS failed), deadline or ambiguous
// (the request may have reached the peer: time-out after sending, connection lost before the full
// answer). Never follows redirects. Keep-alive; at most connections_per_host_max at a time, the
// rest wait in order. TLS is verified. Thread-safe.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Awaitable<Result<ClientResponse>> send(ClientRequest request) = 0;
};
struct ClientOptions {
  std::size_t connections_per_host_max = 32;
  std::string user_agent = "Quittance/0.1";
  std::string ca_file;  // empty: the system's
};
std::unique_ptr<HttpClient> http_client(base::Runtime& runtime, ClientOptions options = {});

// Delivers to in-process handlers by origin ("http://stripe.test"), for scenarios and simulation:
// no sockets. A fault hook may drop the request (nothing done) or the reply (done, but ambiguous).
class MemoryNetwork : public HttpClient {
 public:
  enum class Fault : std::uint8_t { none, refuse, lose_reply, time_out };
  void attach(std::string origin, std::shared_ptr<const Router> router);
  void set_fault(std::function<Fault(const ClientRequest&)> decide) { fault_ = std::move(decide); }
  Awaitable<Result<ClientResponse>> send(ClientRequest request) override;

 private:
  std::vector<std::pair<std::string, std::shared_ptr<const Router>>> origins_;
  std::function<Fault(const ClientRequest&)> fault_;
};

// "a=1&b=2" decoded; the first value of a repeated name wins. Empty when absent.
class Query {
 public:
  static Result<Query> parse(std::string_view query);
  std::optional<std::string> get(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return items_; }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

}  // namespace net
