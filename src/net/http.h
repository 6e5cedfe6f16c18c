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

// In order; names compare without case (RFC 9110). set() and add() drop CR, LF and NUL from names
// and values and log that as an error, so that no value from outside can begin a header of its own;
// outside data must be checked before.
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

// Matches patterns like "/v1/clients/{id}"; a segment "{x}" takes one non-empty segment,
// percent-decoded, which must be UTF-8. Static segments win. Unknown path: 404; known path with
// another method: 405 with Allow; a parameter that is badly encoded: 400. HEAD is served by GET.
// Built at start, then shared and never changed.
class Router {
 public:
  Router();
  void add(Method method, std::string pattern, Handler handler,
           std::size_t body_bytes_max = 64 * 1024);
  // Makes the answers that no handler makes; without one they are problem+json (net/problem.h).
  void set_fallback(std::function<Response(const Request&, int status, std::string allow)> make);
  struct Match {
    const Handler* handler = nullptr;
    std::size_t body_bytes_max = 0;
    std::vector<std::string> params;
    std::string pattern;  // for metrics: never the raw path
    int status = 0;       // 400, 404 or 405 when there is no handler
    std::string allow;
  };
  Match match(Method method, std::string_view path) const;
  Response fallback(const Request& request, int status, std::string allow) const;

 private:
  struct Node;
  std::shared_ptr<Node> root_;
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
  Duration idle_timeout = std::chrono::seconds(60);   // keep-alive
  Duration write_timeout = std::chrono::seconds(30);  // a peer that does not read its response
  Duration drain_timeout = std::chrono::seconds(10);  // for running requests after stop()
  // Called after each response with the pattern ("unmatched" or "malformed" when no route took it),
  // status and time taken; for metrics and access logs. The request has method, target, path, peer
  // and trace_id, but no headers and no body. Runs on the connection's loop: keep it short.
  std::function<void(const Request&, const std::string& pattern, int status, Duration)> observe;
};

// HTTP/1.1 with keep-alive and pipelining; one acceptor per loop (SO_REUSEPORT). Answers 400, 408,
// 413, 414, 417 and 431 itself, through the router's fallback; garbage never makes a 5xx. Its
// sessions are tasks of the runtime, which must outlive it; stopping the runtime stops it too.
class Server {
 public:
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  virtual std::size_t connections() const = 0;
  // Stops accepting and closes idle connections; running requests get drain_timeout to finish.
  // Returns at once.
  virtual void stop() = 0;
  // stop(), then waits until every connection is gone; false when `limit` passed first. Never on a
  // loop's thread.
  virtual bool drain(Duration limit) = 0;
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
  // Refuses to connect to loopback, private, link-local and other special addresses, whatever the
  // name resolves to: for URLs that come from tenants.
  bool refuse_private_addresses = false;
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

// Errors, by what the peer can have seen:
// - unavailable: nothing was sent: resolve, connect or TLS failed, or no connection became free.
// - refused: nothing was sent; reason "private_address".
// - invalid_argument: the URL is not an absolute http or https URL.
// - deadline: the request was sent, at least in part, and the time-out passed.
// - ambiguous: it was sent, and the connection was lost before the full answer, or the answer is
//   not HTTP or over response_bytes_max (reason "response_too_large").
// After deadline and ambiguous alike the effect may or may not have happened. Only GET, HEAD and
// OPTIONS are ever repeated by itself (when a kept connection turns out to be dead). Never follows
// redirects, uses no proxy. Keep-alive; at most connections_per_host_max at a time, the rest wait
// in order. TLS is verified. Thread-safe. When the runtime stops, what is running gets
// stop_timeout.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Awaitable<Result<ClientResponse>> send(ClientRequest request) = 0;
};
struct ClientOptions {
  std::size_t connections_per_host_max = 32;
  std::string user_agent = "Quittance/0.1";
  std::string ca_file;                              // empty: the system's
  Duration stop_timeout = std::chrono::seconds(5);  // for running requests when the runtime stops
};
std::unique_ptr<HttpClient> http_client(base::Runtime& runtime, ClientOptions options = {});

// Delivers to in-process handlers by origin ("http://stripe.test"), for scenarios and simulation:
// no sockets. A fault hook may drop the request (nothing done) or the reply (done, but ambiguous).
class MemoryNetwork : public HttpClient {
 public:
  // refuse: unavailable, nothing done. lose_reply: done, but ambiguous. time_out: deadline, nothing
  // done. time_out_after: done, but deadline.
  enum class Fault : std::uint8_t { none, refuse, lose_reply, time_out, time_out_after };
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
