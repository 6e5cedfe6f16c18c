#pragma once
// The server with a few routes and short time-outs, for tests only.
#include <gtest/gtest.h>

#include "net/http.h"
#include "net/raw_socket_for_tests.h"

namespace net::test {

using namespace std::chrono_literals;

inline base::Awaitable<Response> echo(Request request) {
  std::string body(to_string(request.method));
  body += ' ' + request.path + " q=" + request.query;
  for (const auto& param : request.path_params) body += " [" + param + "]";
  body += " body=" + request.body;
  co_return text_response(200, "text/plain", std::move(body));
}

inline base::Awaitable<Response> throwing(Request) {
  throw std::runtime_error("handler bug");
  co_return Response();
}

inline base::Awaitable<Response> trace(Request request) {
  co_return text_response(200, "text/plain", request.trace_id);
}

inline base::Awaitable<Response> large(Request) {
  Response response = text_response(200, "text/plain", {});
  response.shared_body = std::make_shared<const std::string>(8 * 1024 * 1024, 'x');
  co_return response;
}

inline base::Awaitable<Response> half(Request) {
  Response response = text_response(200, "text/plain", "0123456789");
  response.cut = Response::Cut::mid_reply;
  co_return response;
}

struct Seen {
  std::mutex mutex;
  std::vector<std::string> lines;
};

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() : ServerTest(ServerOptions()) {}
  explicit ServerTest(ServerOptions options)
      : runtime_(base::real_runtime(2, base::system_clock())) {
    auto router = std::make_shared<Router>();
    router->add(Method::get, "/", echo);
    router->add(Method::get, "/items/{id}", echo);
    router->add(Method::post, "/items", echo, 1000);
    router->add(Method::get, "/throw", throwing);
    router->add(Method::get, "/trace", trace);
    router->add(Method::get, "/large", large);
    router->add(Method::get, "/half", half);
    router->add(Method::get, "/slow", [this](Request request) { return slow(std::move(request)); });
    options.header_timeout = 200ms;
    options.body_timeout = 200ms;
    options.idle_timeout = 400ms;
    options.write_timeout = 400ms;
    options.observe = [this](const Request& request, const std::string& pattern, int status,
                             Duration) {
      const std::lock_guard lock(seen_.mutex);
      seen_.lines.push_back(request.target + " " + pattern + " " + std::to_string(status));
    };
    auto server = serve(*runtime_, options, router);
    EXPECT_TRUE(server.has_value());
    server_ = std::move(*server);
  }
  ~ServerTest() override {
    EXPECT_TRUE(server_->drain(10s));
    runtime_->stop();
  }

  base::Awaitable<Response> slow(Request) {
    started_.store(true);
    co_await runtime_->sleep(300ms);
    co_return text_response(200, "text/plain", "slow done");
  }

  RawSocket connect() const { return RawSocket::connect_to(server_->port()); }
  std::string ask(std::string_view bytes) const {
    auto socket = connect();
    socket.send(bytes);
    return socket.read_response();
  }

  std::unique_ptr<base::Runtime> runtime_;
  std::unique_ptr<Server> server_;
  std::atomic<bool> started_{false};
  Seen seen_;
};

inline std::string status_of(std::string_view response) {
  return std::string(response.substr(0, std::min<std::size_t>(response.size(), 12)));
}

}  // namespace net::test
