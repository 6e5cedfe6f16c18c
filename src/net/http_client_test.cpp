// Goal: every way in which an exchange can fail is reported as what the peer can have seen, and no
// request that may change something is ever sent twice.
#include <gtest/gtest.h>

#include <future>

#include "net/http.h"
#include "net/raw_socket_for_tests.h"

namespace net {
namespace {

using namespace std::chrono_literals;
using base::Code;
using test::RawServer;
using test::RawSocket;

base::Awaitable<void> send_into(HttpClient& client, ClientRequest request,
                                std::promise<Result<ClientResponse>>& promise) {
  auto result = co_await client.send(std::move(request));
  promise.set_value(std::move(result));
}

class HttpClientTest : public ::testing::Test {
 protected:
  HttpClientTest() : runtime_(base::real_runtime(2, base::system_clock())) {
    ClientOptions options;
    options.connections_per_host_max = 4;
    options.stop_timeout = 200ms;
    client_ = http_client(*runtime_, options);
  }

  std::future<Result<ClientResponse>> begin(ClientRequest request) {
    promises_.emplace_back();
    runtime_->spawn("send", send_into(*client_, std::move(request), promises_.back()));
    return promises_.back().get_future();
  }
  Result<ClientResponse> send(ClientRequest request) { return begin(std::move(request)).get(); }

  static ClientRequest request_to(std::uint16_t port, Method method = Method::post) {
    ClientRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(port) + "/things?x=1";
    if (method == Method::post) request.body = "a=b";
    request.timeout = 400ms;
    return request;
  }

  std::deque<std::promise<Result<ClientResponse>>> promises_;
  std::unique_ptr<base::Runtime> runtime_;
  std::unique_ptr<HttpClient> client_;
};

// Reads one request with its body ("a=b" at most).
std::string read_request(const RawSocket& peer) {
  std::string request = peer.read_until("\r\n\r\n");
  if (request.find("Content-Length: 3") != request.npos && !request.ends_with("a=b")) {
    peer.read_more(request);
  }
  return request;
}

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string code_of(const Result<ClientResponse>& result) {
  if (result) return "status " + std::to_string(result->status) + " " + result->body;
  return std::string(base::to_string(result.error().code));
}

TEST_F(HttpClientTest, ClassifiesEveryEnding) {
  struct Case {
    const char* name;
    std::string expected;
    std::function<void(RawSocket&, int)> serve;
  };
  const auto after_request = [](std::string reply) {
    return [reply](RawSocket& peer, int) {
      read_request(peer);
      peer.send(reply);
    };
  };
  const Case cases[] = {
      {"answer", "status 200 ok", after_request(kOk)},
      {"error answer", "status 503 no",
       after_request("HTTP/1.1 503 X\r\nContent-Length: 2\r\n\r\nno")},
      {"chunked answer", "status 200 abc",
       after_request("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")},
      {"answer until close", "status 200 abc", after_request("HTTP/1.0 200 OK\r\n\r\nabc")},
      {"interim answer first", "status 200 ok",
       after_request("HTTP/1.1 103 Early\r\nA: b\r\n\r\n" + kOk)},
      {"redirect is not followed", "status 302 ",
       after_request(
           "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")},
      {"closed before a byte", "ambiguous", after_request("")},
      {"closed at once", "ambiguous", [](RawSocket&, int) {}},
      {"half a head", "ambiguous", after_request("HTTP/1.1 200 OK\r\nContent-")},
      {"half a body", "ambiguous",
       after_request("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")},
      {"half a chunk", "ambiguous",
       after_request("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc")},
      {"reset", "ambiguous",
       [](RawSocket& peer, int) {
         read_request(peer);
         peer.reset();
       }},
      {"not HTTP", "ambiguous", after_request("220 mail.test ESMTP\r\n")},
      {"too large", "ambiguous",
       after_request("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x'))},
      {"headers without end", "ambiguous",
       after_request("HTTP/1.1 200 OK\r\n" + std::string(3000, 'x') + ": y\r\n\r\n")},
      {"never answers", "deadline",
       [](RawSocket& peer, int) {
         read_request(peer);
         std::string rest;
         peer.read_more(rest);
       }},
      {"stops in the middle", "deadline",
       [](RawSocket& peer, int) {
         read_request(peer);
         peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
         std::string rest;
         peer.read_more(rest);
       }},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    RawServer server(c.serve);
    auto request = request_to(server.port());
    request.response_bytes_max = 2000;
    const auto before = std::chrono::steady_clock::now();
    const auto result = send(request);
    EXPECT_EQ(code_of(result), c.expected) << (result ? "" : result.error().detail);
    EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
    EXPECT_EQ(server.connections(), 1);
  }
}

TEST_F(HttpClientTest, NothingSentIsUnavailable) {
  std::uint16_t closed_port = 0;
  {
    RawServer gone([](RawSocket&, int) {});
    closed_port = gone.port();
  }
  EXPECT_EQ(code_of(send(request_to(closed_port))), "unavailable");
  auto unknown = request_to(1);
  unknown.url = "http://no-such-host.invalid/";
  EXPECT_EQ(code_of(send(unknown)), "unavailable");
  // A listener whose queue nobody empties, speaking TLS to a peer that does not.
  RawServer plain([](RawSocket& peer, int) { peer.send("HTTP/1.1 400 Bad\r\n\r\n"); });
  auto tls = request_to(plain.port());
  tls.url = "https://127.0.0.1:" + std::to_string(plain.port()) + "/";
  EXPECT_EQ(code_of(send(tls)), "unavailable");
}

TEST_F(HttpClientTest, RefusesWhatIsNotAUrl) {
  const char* urls[] = {"",
                        "/path",
                        "ftp://a/",
                        "http://",
                        "http:///x",
                        "http://u:p@a/",
                        "http://a/ b",
                        "http://a/\r\nX: y",
                        "file:///etc/passwd",
                        "javascript://a/",
                        "http://\xc3\xa4/"};
  for (const auto* url : urls) {
    SCOPED_TRACE(url);
    auto request = request_to(1);
    request.url = url;
    EXPECT_EQ(code_of(send(request)), "invalid_argument");
  }
}

TEST_F(HttpClientTest, SendsWhatWasAsked) {
  std::string seen;
  RawServer server([&](RawSocket& peer, int) {
    seen = read_request(peer);
    peer.send(kOk);
  });
  auto request = request_to(server.port());
  request.headers.set("Idempotency-Key", "k1");
  request.headers.set("X-Empty", "");
  request.basic_auth = base::Secret<std::string>("user:pass");
  EXPECT_EQ(code_of(send(request)), "status 200 ok");
  EXPECT_TRUE(seen.starts_with("POST /things?x=1 HTTP/1.1\r\n")) << seen;
  for (const auto* line : {"\r\nIdempotency-Key: k1\r\n", "\r\nX-Empty:\r\n",
                           "\r\nAuthorization: Basic dXNlcjpwYXNz\r\n", "\r\nContent-Length: 3\r\n",
                           "\r\nUser-Agent: Quittance/0.1\r\n"}) {
    EXPECT_NE(seen.find(line), seen.npos) << line << seen;
  }
  EXPECT_EQ(seen.find("Expect:"), seen.npos);
  EXPECT_EQ(seen.find("Content-Type:"), seen.npos);
  EXPECT_TRUE(seen.ends_with("\r\n\r\na=b"));
}

TEST_F(HttpClientTest, SendsEveryMethod) {
  struct Case {
    Method method;
    std::string body;
    std::string line;
  };
  const Case cases[] = {{Method::get, "", "GET"},        {Method::head, "", "HEAD"},
                        {Method::post, "", "POST"},      {Method::put, "abc", "PUT"},
                        {Method::patch, "abc", "PATCH"}, {Method::delete_, "", "DELETE"},
                        {Method::options, "", "OPTIONS"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.line);
    std::string seen;
    RawServer server([&](RawSocket& peer, int) {
      seen = peer.read_until("\r\n\r\n");
      if (!c.body.empty() && !seen.ends_with(c.body)) peer.read_more(seen);
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    auto request = request_to(server.port(), c.method);
    request.body = c.body;
    EXPECT_EQ(code_of(send(request)), "status 200 ");
    EXPECT_TRUE(seen.starts_with(c.line + " /things?x=1 HTTP/1.1\r\n")) << seen;
    EXPECT_TRUE(seen.ends_with("\r\n\r\n" + c.body)) << seen;
  }
}

// Answers the first request of a connection and drops the connection at the second.
void answer_once_then_drop(RawSocket& peer, std::atomic<int>& requests) {
  if (read_request(peer).empty()) return;
  ++requests;
  peer.send(kOk);
  if (read_request(peer).empty()) return;
  ++requests;
}

TEST_F(HttpClientTest, NeverRepeatsAPostOnItsOwn) {
  std::atomic<int> requests{0};
  RawServer server([&](RawSocket& peer, int) { answer_once_then_drop(peer, requests); });
  EXPECT_EQ(code_of(send(request_to(server.port()))), "status 200 ok");
  EXPECT_EQ(code_of(send(request_to(server.port()))), "ambiguous");
  EXPECT_EQ(requests.load(), 2);
  // Without a body there is nothing to rewind, which is another path in curl.
  EXPECT_EQ(code_of(send(request_to(server.port()))), "status 200 ok");
  auto empty = request_to(server.port());
  empty.body.clear();
  EXPECT_EQ(code_of(send(empty)), "ambiguous");
  EXPECT_EQ(requests.load(), 4);
}

TEST_F(HttpClientTest, RepeatsAGetOnAFreshConnection) {
  std::atomic<int> requests{0};
  RawServer server([&](RawSocket& peer, int) { answer_once_then_drop(peer, requests); });
  EXPECT_EQ(code_of(send(request_to(server.port(), Method::get))), "status 200 ok");
  EXPECT_EQ(code_of(send(request_to(server.port(), Method::get))), "status 200 ok");
  EXPECT_EQ(requests.load(), 3);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpClientTest, AKeptConnectionClosedWhileIdleIsNoError) {
  std::atomic<bool> closed{false};
  RawServer server([&](RawSocket& peer, int) {
    read_request(peer);
    peer.send(kOk);
    peer.close();
    closed = true;
  });
  EXPECT_EQ(code_of(send(request_to(server.port()))), "status 200 ok");
  while (!closed.load()) std::this_thread::yield();
  EXPECT_EQ(code_of(send(request_to(server.port()))), "status 200 ok");
}

TEST_F(HttpClientTest, RefusesPrivateAddressesWhenAsked) {
  RawServer server([](RawSocket& peer, int) {
    while (!read_request(peer).empty()) peer.send(kOk);
  });
  auto request = request_to(server.port());
  request.refuse_private_addresses = true;
  auto result = send(request);
  EXPECT_EQ(code_of(result), "refused");
  EXPECT_EQ(result.error().reason, "private_address");
  EXPECT_EQ(server.connections(), 0);
  // Nor over a connection that another request has opened.
  EXPECT_EQ(code_of(send(request_to(server.port()))), "status 200 ok");
  result = send(request);
  EXPECT_EQ(code_of(result), "refused");
  request.url = "http://localhost:" + std::to_string(server.port()) + "/";
  EXPECT_EQ(code_of(send(request)), "refused");
}

class HttpClientToServerTest : public HttpClientTest {
 protected:
  HttpClientToServerTest() {
    auto router = std::make_shared<Router>();
    router->add(Method::post, "/things", [this](Request r) { return count(std::move(r)); });
    auto server = serve(*runtime_, ServerOptions(), router);
    server_ = std::move(*server);
  }
  ~HttpClientToServerTest() override { runtime_->stop(); }

  base::Awaitable<Response> count(Request request) {
    const int now = ++running_;
    int seen = most_.load();
    while (seen < now && !most_.compare_exchange_weak(seen, now)) {
    }
    co_await runtime_->sleep(2ms);
    --running_;
    co_return text_response(200, "text/plain", request.body);
  }

  std::unique_ptr<Server> server_;
  std::atomic<int> running_{0};
  std::atomic<int> most_{0};
};

TEST_F(HttpClientToServerTest, CapsItsConnectionsAndKeepsThem) {
  std::vector<std::future<Result<ClientResponse>>> pending;
  for (int i = 0; i < 200; ++i) {
    auto request = request_to(server_->port());
    request.body = std::to_string(i);
    request.timeout = 10s;
    pending.push_back(begin(request));
  }
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(code_of(pending[static_cast<std::size_t>(i)].get()),
              "status 200 " + std::to_string(i));
  }
  EXPECT_LE(most_.load(), 4);
  EXPECT_GT(most_.load(), 1);
  EXPECT_LE(server_->connections(), 4U);
}

TEST_F(HttpClientTest, EndsWithItsRuntime) {
  RawServer server([](RawSocket& peer, int) {
    read_request(peer);
    std::string rest;
    peer.read_more(rest, 20000);
  });
  auto request = request_to(server.port());
  request.timeout = 60s;
  auto pending = begin(request);
  const auto before = std::chrono::steady_clock::now();
  runtime_->stop();
  EXPECT_EQ(code_of(pending.get()), "deadline");
  EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);
}

TEST_F(HttpClientTest, DestroyingTheClientEndsItsRequests) {
  std::promise<void> received;
  RawServer server([&](RawSocket& peer, int) {
    read_request(peer);
    received.set_value();
    std::string rest;
    peer.read_more(rest, 20000);
  });
  auto request = request_to(server.port());
  request.timeout = 60s;
  auto pending = begin(request);
  received.get_future().wait();
  client_.reset();
  EXPECT_FALSE(pending.get().has_value());
}

}  // namespace
}  // namespace net
