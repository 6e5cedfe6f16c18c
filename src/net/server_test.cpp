// Goal: a correct answer to every correct request, the right refusal in bounded time to every other
// one.
#include "net/http.h"

#include <gmock/gmock.h>

#include "net/server_for_tests.h"

namespace net {
namespace {

using namespace std::chrono_literals;
using test::RawSocket;
using test::ServerTest;
using test::status_of;

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
