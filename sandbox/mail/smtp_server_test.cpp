// Goal: the dialogue works over real sockets, in pieces and in one, and ends with the runtime.
#include "net/raw_socket_for_tests.h"
#include "sandbox/testing.h"

namespace sandbox::testing {
namespace {

using net::test::RawSocket;

std::string read_until(RawSocket& socket, std::string_view end) {
  std::string text;
  while (text.find(end) == text.npos) {
    if (socket.read_more(text) != RawSocket::Read::data) break;
  }
  return text;
}

TEST(SmtpServerTest, TakesAMailOverASocket) {
  auto runtime = base::real_runtime(1, base::system_clock());
  net::MemoryNetwork network;
  {
    Sandbox box(*runtime, network);
    const auto port = box.start_smtp("127.0.0.1", 0);
    ASSERT_TRUE(port) << port.error().detail;
    auto socket = RawSocket::connect_to(*port);
    EXPECT_EQ(read_until(socket, "\r\n").substr(0, 4), "220 ");
    socket.send("EH");
    socket.send("LO me\r\n");
    EXPECT_NE(read_until(socket, "250 ENHANCEDSTATUSCODES\r\n").find("STARTTLS"),
              std::string::npos);
    socket.send("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\nDATA\r\n");  // pipelined
    EXPECT_NE(read_until(socket, "354").find("354"), std::string::npos);
    socket.send("Subject: hello\r\n\r\nbody\r\n.\r\nQUIT\r\n");
    EXPECT_NE(read_until(socket, "221").find("queued as 1"), std::string::npos);
    std::string rest;
    while (socket.read_more(rest) == RawSocket::Read::data) continue;
    EXPECT_EQ(box.accept_mail({}, "Subject: next\r\n\r\n"), 2) << "the first was kept";
    auto idle = RawSocket::connect_to(*port);
    read_until(idle, "\r\n");
    const auto begun = runtime->clock().steady();
    runtime->stop();  // with a connection open
    EXPECT_LT(runtime->clock().steady() - begun, std::chrono::seconds(5));
  }
}

TEST(SmtpServerTest, ALongLineEndsTheConnection) {
  auto runtime = base::real_runtime(1, base::system_clock());
  net::MemoryNetwork network;
  Sandbox box(*runtime, network);
  const auto port = box.start_smtp("127.0.0.1", 0);
  auto socket = RawSocket::connect_to(*port);
  read_until(socket, "\r\n");
  socket.send(std::string(100'000, 'x'));
  std::string rest;
  while (socket.read_more(rest) == RawSocket::Read::data) continue;
  EXPECT_EQ(rest.substr(0, 4), "500 ");
  runtime->stop();
}

}  // namespace
}  // namespace sandbox::testing
