// Goal: a table of requests, good and bad, each with the one answer that it must get, however its
// bytes are cut.
#include "net/session.h"

#include "net/server_for_tests.h"

namespace net {
namespace {

using test::RawSocket;
using test::ServerTest;
using test::status_of;

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

}  // namespace
}  // namespace net
