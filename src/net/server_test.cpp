// Goal: a correct answer to every correct request, the right refusal in bounded time to every other
// one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http.h"
#include "net/raw_socket_for_tests.h"

namespace net {
namespace {

using namespace std::chrono_literals;
using test::RawSocket;

base::Awaitable<Response> echo(Request request) {
  std::string body(to_string(request.method));
  body += ' ' + request.path + " q=" + request.query;
  for (const auto& param : request.path_params) body += " [" + param + "]";
  body += " body=" + request.body;
  co_return text_response(200, "text/plain", std::move(body));
}

base::Awaitable<Response> throwing(Request) {
  throw std::runtime_error("handler bug");
  co_return Response();
}

base::Awaitable<Response> trace(Request request) {
  co_return text_response(200, "text/plain", request.trace_id);
}

base::Awaitable<Response> large(Request) {
  Response response = text_response(200, "text/plain", {});
  response.shared_body = std::make_shared<const std::string>(8 * 1024 * 1024, 'x');
  co_return response;
}

base::Awaitable<Response> half(Request) {
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

class SmallServerTest : public ServerTest {
 protected:
  static ServerOptions small() {
    ServerOptions options;
    options.header_bytes_max = 1024;
    options.connections_max = 3;
    return options;
  }
  SmallServerTest() : ServerTest(small()) {}
};

std::string status_of(std::string_view response) {
  return std::string(response.substr(0, std::min<std::size_t>(response.size(), 12)));
}

struct Case {
  const char* name;
  std::string request;
  std::string status;  // "" when the server just closes
  std::string contains;
  bool keeps_open;
};

const std::string kHost = "Host: a\r\n";

std::vector<Case> cases() {
  const std::string get = "GET / HTTP/1.1\r\n" + kHost;
  const std::string post = "POST /items HTTP/1.1\r\n" + kHost;
  return {
      {"plain", get + "\r\n", "HTTP/1.1 200", "GET / q= body=", true},
      {"query and parameter", "GET /items/a%20b?x=1 HTTP/1.1\r\n" + kHost + "\r\n", "HTTP/1.1 200",
       "q=x=1 [a b]", true},
      {"empty line before", "\r\n" + get + "\r\n", "HTTP/1.1 200", "", true},
      {"absolute form", "GET http://a/items/7 HTTP/1.1\r\n" + kHost + "\r\n", "HTTP/1.1 200", "[7]",
       true},
      {"head", "HEAD /items/1 HTTP/1.1\r\n" + kHost + "\r\n", "HTTP/1.1 200", "", true},
      {"http/1.0", "GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 200", "Connection: close", false},
      {"http/1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "HTTP/1.1 200",
       "Connection: keep-alive", true},
      {"connection close", get + "Connection: close\r\n\r\n", "HTTP/1.1 200", "Connection: close",
       false},
      {"body", post + "Content-Length: 5\r\n\r\nhello", "HTTP/1.1 200", "body=hello", true},
      {"chunked",
       post + "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nT: v\r\n\r\n",
       "HTTP/1.1 200", "body=hello!", true},
      {"chunked empty", post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 200",
       "body=", true},
      {"unknown path", "GET /nope HTTP/1.1\r\n" + kHost + "\r\n", "HTTP/1.1 404",
       "\"code\":\"not_found\"", true},
      {"unknown path with body", "POST /nope HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\n\r\nabc",
       "HTTP/1.1 404", "", true},
      {"unknown path, huge body announced",
       "POST /nope HTTP/1.1\r\n" + kHost + "Content-Length: 99999999\r\n\r\n", "HTTP/1.1 404", "",
       false},
      {"other method", "DELETE /items/1 HTTP/1.1\r\n" + kHost + "\r\n", "HTTP/1.1 405",
       "Allow: GET, HEAD", true},
      {"unknown method", "BREW / HTTP/1.1\r\n" + kHost + "\r\n", "HTTP/1.1 405", "", true},
      {"throwing handler", "GET /throw HTTP/1.1\r\n" + kHost + "\r\n", "HTTP/1.1 500",
       "application/problem+json", true},
      {"bad percent in parameter", "GET /items/%zz HTTP/1.1\r\n" + kHost + "\r\n", "HTTP/1.1 400",
       "", true},
      {"parameter not UTF-8", "GET /items/%ff HTTP/1.1\r\n" + kHost + "\r\n", "HTTP/1.1 400", "",
       true},
      {"body over the route's limit", post + "Content-Length: 1001\r\n\r\n", "HTTP/1.1 413",
       "\"status\":413", false},
      {"chunk over the limit", post + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n", "HTTP/1.1 413",
       "", false},
      {"unknown expectation", post + "Expect: magic\r\nContent-Length: 1\r\n\r\n", "HTTP/1.1 417",
       "", false},
      {"no host", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400", "problem+json", false},
      {"two hosts", get + "Host: b\r\n\r\n", "HTTP/1.1 400", "", false},
      {"bare line feed", "GET / HTTP/1.1\nHost: a\n\n", "HTTP/1.1 400", "", false},
      {"tls hello", std::string("\x16\x03\x01\x02\x00\x01", 6), "HTTP/1.1 400", "", false},
      {"zeros", std::string(64, '\0'), "HTTP/1.1 400", "", false},
      {"space before colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "HTTP/1.1 400", "", false},
      {"zero byte in value", std::string("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 36),
       "HTTP/1.1 400", "", false},
      {"control in target", "GET /\x01 HTTP/1.1\r\n" + kHost + "\r\n", "HTTP/1.1 400", "", false},
      {"non-ASCII target", "GET /\xc3\xa4 HTTP/1.1\r\n" + kHost + "\r\n", "HTTP/1.1 400", "",
       false},
      {"fragment in target", "GET /#x HTTP/1.1\r\n" + kHost + "\r\n", "HTTP/1.1 400", "", false},
      {"version 2", "GET / HTTP/2.0\r\n" + kHost + "\r\n", "HTTP/1.1 400", "", false},
      {"version 9", "GET / HTTP/1.9\r\n" + kHost + "\r\n", "HTTP/1.1 400", "", false},
      {"no version", "GET /\r\n\r\n", "HTTP/1.1 400", "", false},
      {"bad length", post + "Content-Length: 5x\r\n\r\n", "HTTP/1.1 400", "", false},
      {"negative length", post + "Content-Length: -1\r\n\r\n", "HTTP/1.1 400", "", false},
      {"length over 64 bits", post + "Content-Length: 99999999999999999999\r\n\r\n", "HTTP/1.1 400",
       "", false},
      {"two lengths", post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 400", "",
       false},
      {"length and chunked", post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       "HTTP/1.1 400", "", false},
      {"chunked and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
       "HTTP/1.1 400", "", false},
      {"other coding", post + "Transfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 400", "", false},
      {"two codings", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", "HTTP/1.1 400", "", false},
      {"chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
       "HTTP/1.1 400", "", false},
      {"chunked in 1.0", "POST /items HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
       "HTTP/1.1 400", "", false},
      {"bad chunk size", post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "HTTP/1.1 400", "",
       false},
      {"endless chunk size", post + "Transfer-Encoding: chunked\r\n\r\n" + std::string(40, '0'),
       "HTTP/1.1 400", "", false},
      {"chunk data too long", post + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
       "HTTP/1.1 400", "", false},
      {"too many headers",
       get +
           [] {
             std::string many;
             for (int i = 0; i < 101; ++i) many += "A: b\r\n";
             return many;
           }() +
           "\r\n",
       "HTTP/1.1 431", "", false},
      {"header too large", get + "X: " + std::string(17000, 'x') + "\r\n\r\n", "HTTP/1.1 431", "",
       false},
      {"target too long", "GET /" + std::string(17000, 'x'), "HTTP/1.1 414", "", false},
  };
}

TEST_F(ServerTest, AnswersEveryRequestOfTheTable) {
  for (const auto& c : cases()) {
    SCOPED_TRACE(c.name);
    auto socket = connect();
    socket.send(c.request);
    std::string response;
    if (std::string_view(c.name) == "head") {
      response = socket.read_until("\r\n\r\n");
      EXPECT_TRUE(response.ends_with("\r\n\r\n"));
    } else {
      response = socket.read_response();
    }
    EXPECT_EQ(status_of(response), c.status);
    EXPECT_NE(response.find(c.contains), response.npos) << response;
    // A connection is kept exactly when the next request's beginning is certain.
    socket.send("GET /items/next HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto next = socket.read_response();
    EXPECT_EQ(next.find("[next]") != next.npos, c.keeps_open) << next;
  }
}

TEST_F(ServerTest, AnswersTheSameWhenBytesArriveOneByOne) {
  for (const auto& c : cases()) {
    if (c.request.size() > 300 || c.status == "HTTP/1.1 400") continue;
    SCOPED_TRACE(c.name);
    auto socket = connect();
    for (const char byte : c.request) {
      if (!socket.send(std::string_view(&byte, 1))) break;
    }
    EXPECT_EQ(status_of(socket.read_until("\r\n\r\n")), c.status);
  }
}

TEST_F(ServerTest, PipelinesInOrder) {
  auto socket = connect();
  std::string all;
  for (int i = 0; i < 200; ++i) {
    all += "GET /items/" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  std::thread sender([&] { socket.send(all); });
  auto reader = RawSocket(::dup(socket.fd()));
  for (int i = 0; i < 200; ++i) {
    const auto response = reader.read_response();
    EXPECT_NE(response.find("[" + std::to_string(i) + "]"), response.npos) << i;
  }
  sender.join();
}

TEST_F(ServerTest, AsksForTheBodyWhenTheClientWaits) {
  auto socket = connect();
  socket.send(
      "POST /items HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(socket.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("ok");
  EXPECT_NE(socket.read_response().find("body=ok"), std::string::npos);
  // Too large: refused without asking.
  socket.send(
      "POST /items HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2000\r\n\r\n");
  EXPECT_EQ(status_of(socket.read_response()), "HTTP/1.1 413");
}

TEST_F(ServerTest, EndsSlowClientsInTime) {
  struct Slow {
    const char* name;
    std::string bytes;
    std::string status;
  };
  const Slow slow[] = {
      {"nothing sent", "", ""},
      {"half a request line", "GET /ite", "HTTP/1.1 408"},
      {"half a head", "GET / HTTP/1.1\r\nHost: a\r\n", "HTTP/1.1 408"},
      {"half a body", "POST /items HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab",
       "HTTP/1.1 408"},
      {"half a chunk",
       "POST /items HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
       "HTTP/1.1 408"},
  };
  for (const auto& c : slow) {
    SCOPED_TRACE(c.name);
    auto socket = connect();
    socket.send(c.bytes);
    const auto before = std::chrono::steady_clock::now();
    std::string response;
    EXPECT_EQ(socket.read_more(response, 3000),
              c.status.empty() ? RawSocket::Read::closed : RawSocket::Read::data);
    EXPECT_EQ(status_of(response), c.status);
    EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
  }
}

TEST_F(ServerTest, DripFedHeadDoesNotExtendItsDeadline) {
  auto socket = connect();
  const auto before = std::chrono::steady_clock::now();
  std::string response;
  socket.send("GET / HTTP/1.1\r\n");
  while (socket.send("X") && socket.read_more(response, 20) == RawSocket::Read::timed_out) {
    ASSERT_LT(std::chrono::steady_clock::now() - before, 2s);
  }
  EXPECT_EQ(status_of(response), "HTTP/1.1 408");
}

TEST_F(ServerTest, ClosesPeersThatDoNotRead) {
  auto socket = connect();
  socket.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto before = std::chrono::steady_clock::now();
  while (server_->connections() > 0) {
    ASSERT_LT(std::chrono::steady_clock::now() - before, 5s);
    std::this_thread::yield();
  }
}

TEST_F(ServerTest, SendsLargeBodiesWhole) {
  const auto response = ask("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(response.ends_with(std::string(1000, 'x')));
  EXPECT_GT(response.size(), 8U * 1024 * 1024);
}

TEST_F(ServerTest, LetsTheSandboxCutAReply) {
  auto socket = connect();
  socket.send("GET /half HTTP/1.1\r\nHost: a\r\n\r\n");
  bool closed = false;
  const auto response = socket.read_all(&closed);
  EXPECT_TRUE(closed);
  EXPECT_TRUE(response.ends_with("\r\n\r\n01234")) << response;
}

TEST_F(ServerTest, TakesTheTraceFromTraceparent) {
  const std::string id = "0af7651916cd43dd8448eb211c80319c";
  const auto taken = ask("GET /trace HTTP/1.1\r\nHost: a\r\ntraceparent: 00-" + id +
                         "-b7ad6b7169203331-01\r\n\r\n");
  EXPECT_TRUE(taken.ends_with(id));
  const auto made = ask("GET /trace HTTP/1.1\r\nHost: a\r\ntraceparent: 00-junk\r\n\r\n");
  const auto other = ask("GET /trace HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(made.substr(made.size() - 32), other.substr(other.size() - 32));
  EXPECT_EQ(made.substr(made.size() - 32).find_first_not_of("0123456789abcdef"), made.npos);
}

TEST_F(ServerTest, ObservesPatternsNeverPaths) {
  ask("GET /items/secret HTTP/1.1\r\nHost: a\r\n\r\n");
  ask("GET /what HTTP/1.1\r\nHost: a\r\n\r\n");
  ask("nonsense\r\n\r\n");
  EXPECT_TRUE(server_->drain(5s));
  const std::lock_guard lock(seen_.mutex);
  const std::vector<std::string> expected = {"/items/secret /items/{id} 200", "/what unmatched 404",
                                             " malformed 400"};
  // The two loops may report in either order.
  EXPECT_THAT(seen_.lines, ::testing::UnorderedElementsAreArray(expected));
}

TEST_F(ServerTest, ServesManyClientsAtOnce) {
  std::vector<std::thread> clients;
  std::atomic<int> good{0};
  for (int c = 0; c < 100; ++c) {
    clients.emplace_back([&, c] {
      auto socket = connect();
      for (int i = 0; i < 20; ++i) {
        const auto body = std::to_string(c) + "/" + std::to_string(i);
        socket.send("POST /items HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
        if (socket.read_response().ends_with("body=" + body)) ++good;
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(good.load(), 2000);
}

TEST_F(ServerTest, FinishesRunningRequestsAtStop) {
  auto idle = connect();
  idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(status_of(idle.read_response()), "HTTP/1.1 200");
  auto busy = connect();
  busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  while (!started_.load()) std::this_thread::yield();
  server_->stop();
  const auto answer = busy.read_response();
  EXPECT_NE(answer.find("slow done"), answer.npos);
  EXPECT_NE(answer.find("Connection: close"), answer.npos);
  std::string rest;
  EXPECT_EQ(idle.read_more(rest, 3000), RawSocket::Read::closed);
  busy.close();
  EXPECT_TRUE(server_->drain(5s));
  std::string none;
  auto late = connect();
  EXPECT_TRUE(!late.valid() || late.read_more(none, 3000) == RawSocket::Read::closed);
}

TEST_F(ServerTest, StopsWithItsRuntime) {
  auto idle = connect();
  idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(status_of(idle.read_response()), "HTTP/1.1 200");
  const auto before = std::chrono::steady_clock::now();
  runtime_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(SmallServerTest, RefusesConnectionsOverTheCap) {
  std::vector<RawSocket> kept;
  for (int i = 0; i < 3; ++i) {
    kept.push_back(connect());
    kept.back().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(status_of(kept.back().read_response()), "HTTP/1.1 200");
  }
  auto fourth = connect();
  std::string none;
  EXPECT_EQ(fourth.read_more(none, 3000), RawSocket::Read::closed);
  kept.clear();
  while (server_->connections() > 0) std::this_thread::yield();
  EXPECT_EQ(status_of(ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")), "HTTP/1.1 200");
}

TEST_F(SmallServerTest, TheHeaderLimitIsExact) {
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const auto padded = [&](std::size_t size) {
    return start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n";
  };
  EXPECT_EQ(status_of(ask(padded(1024))), "HTTP/1.1 200");
  EXPECT_EQ(status_of(ask(padded(1025))), "HTTP/1.1 431");
}

TEST_F(ServerTest, SurvivesRandomBytes) {
  auto random = base::seeded_random(7);
  for (int round = 0; round < 300; ++round) {
    auto socket = connect();
    std::string bytes = round % 2 == 0 ? "" : "POST /items HTTP/1.1\r\nHost: a\r\n";
    const auto size = random->below(400);
    for (std::uint64_t i = 0; i < size; ++i) {
      const auto pick = random->below(12);
      bytes += pick == 0   ? '\r'
               : pick == 1 ? '\n'
               : pick == 2 ? ':'
                           : static_cast<char>(random->below(256));
    }
    socket.send(bytes);
    ::shutdown(socket.fd(), SHUT_WR);
    const auto response = socket.read_all();
    EXPECT_FALSE(response.starts_with("HTTP/1.1 5")) << response;
  }
}

}  // namespace
}  // namespace net
