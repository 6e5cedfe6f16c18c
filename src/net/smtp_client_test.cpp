// Goal: after every possible ending it is known whether the mail can have been accepted; nothing is
// sent twice, and nothing in plain text that was to be encrypted.
#include "net/smtp.h"

#include "net/smtp_for_tests.h"

namespace net {
namespace {

using namespace std::chrono_literals;
using base::Result;
using test::MailServer;
using test::outcome;
using test::RawServer;
using test::RawSocket;
using test::SmtpTest;
using test::some_mail;

TEST_F(SmtpTest, ClassifiesEveryEndingAtEveryStage) {
  struct Case {
    std::string stage;
    std::string reply;
    std::string expected;
  };
  std::vector<Case> cases = {
      {"none", "", "accepted"},
      {"greeting", "554 no\r\n", "unavailable"},
      {"greeting", "421 busy\r\n", "unavailable"},
      {"EHLO", "421 busy\r\n", "unavailable"},
      {"MAIL", "550 sender refused\r\n", "refused permanent"},
      {"MAIL", "451 later\r\n", "refused temporary"},
      {"MAIL", "421 closing\r\n", "unavailable"},
      {"RCPT", "550 no such user\r\n", "refused permanent"},
      {"RCPT", "450-busy\r\n450 later\r\n", "refused temporary"},
      {"DATA", "554 no\r\n", "refused permanent"},
      {"DATA", "250 what\r\n", "unavailable"},
      {"dot", "552 too big\r\n", "refused permanent"},
      {"dot", "452 disk full\r\n", "refused temporary"},
      {"dot", "421 closing\r\n", "refused temporary"},
      {"dot", "354 what\r\n", "ambiguous"},
      {"dot", "hello\r\n", "ambiguous"},
      {"dot", "250-half", "ambiguous"},
      {"dot", "250-half\r\n251 other\r\n", "ambiguous"},
      {"RCPT", "99 bad\r\n", "unavailable"},
      {"MAIL", std::string(5000, '2'), "unavailable"},
  };
  for (const auto* stage : {"greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot"}) {
    for (const auto* how : {"drop", "hang"}) {
      cases.push_back({stage, how, std::string(stage) == "dot" ? "ambiguous" : "unavailable"});
    }
  }
  for (const auto& c : cases) {
    SCOPED_TRACE(c.stage + ": " + c.reply.substr(0, 30));
    MailServer script;
    if (c.stage != "none") script.replies[c.stage] = c.reply;
    RawServer server([&](RawSocket& peer, int) { script.serve(peer); });
    const auto before = std::chrono::steady_clock::now();
    const auto result = send(plain(server.port()));
    EXPECT_EQ(outcome(result), c.expected) << (result ? "" : result.error().detail);
    EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
    EXPECT_EQ(server.connections(), 1);
    client_.reset();
  }
}

TEST_F(SmtpTest, AConnectionLostWithinTheDataIsUnavailable) {
  MailServer script;
  script.drop_after_data_bytes = 1000;
  RawServer server([&](RawSocket& peer, int) { script.serve(peer); });
  auto mail = some_mail();
  for (int i = 0; i < 400000; ++i) mail.data += "0123456789012345678\r\n";
  options_.timeout = 5s;
  EXPECT_EQ(outcome(send(plain(server.port()), mail)), "unavailable");
}

TEST_F(SmtpTest, AClosedPortIsUnavailable) {
  std::uint16_t port = 0;
  {
    RawServer gone([](RawSocket&, int) {});
    port = gone.port();
  }
  EXPECT_EQ(outcome(send(plain(port))), "unavailable");
  auto unknown = plain(25);
  unknown.host = "no-such-host.invalid";
  EXPECT_EQ(outcome(send(unknown)), "unavailable");
}

TEST_F(SmtpTest, SendsTheMailAsItIs) {
  MailServer script;
  RawServer server([&](RawSocket& peer, int) { script.serve(peer); });
  auto mail = some_mail();
  mail.data = ".first\r\nlone\nfeeds\rhere\n.\nstill\r\n.\r\nend";
  const auto result = send(plain(server.port()), mail);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->queue_text, "2.0.0 Ok: queued as 42");
  EXPECT_EQ(
      script.mails(),
      std::vector<std::string>{"..first\r\nlone\r\nfeeds\r\nhere\r\n..\r\nstill\r\n..\r\nend\r\n"});
  const std::vector<std::string> expected = {"EHLO localhost",
                                             "MAIL FROM:<shop@example.com> SIZE=48",
                                             "RCPT TO:<payer@example.org>", "DATA"};
  EXPECT_EQ(script.commands(), expected);
}

TEST_F(SmtpTest, RefusesAddressesThatCouldInject) {
  MailServer script;
  RawServer server([&](RawSocket& peer, int) { script.serve(peer); });
  const std::string bad[] = {"",
                             "a",
                             "@b",
                             "a@",
                             "a b@c",
                             "a@b>\r\nRCPT TO:<x@y",
                             "a@b\r\nDATA",
                             "a@b\nQUIT",
                             std::string("a@b\0c", 5),
                             "a@b> SIZE=1",
                             "<a@b>",
                             "a@b,c@d",
                             "a..b@c",
                             ".a@b",
                             "a@b..c",
                             "a@-b",
                             "\"a b\"@c",
                             std::string(65, 'a') + "@b",
                             "a@" + std::string(260, 'b'),
                             "\xff@b"};
  for (const auto& address : bad) {
    SCOPED_TRACE(address);
    auto mail = some_mail();
    mail.envelope_to = address;
    EXPECT_EQ(outcome(send(plain(server.port()), mail)), "invalid_argument");
    if (address.empty()) continue;  // the null sender of bounces
    mail = some_mail();
    mail.envelope_from = address;
    EXPECT_EQ(outcome(send(plain(server.port()), mail)), "invalid_argument");
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(SmtpTest, NonAsciiAddressesNeedTheServersConsent) {
  MailServer script;
  RawServer server([&](RawSocket& peer, int) { script.serve(peer); });
  auto mail = some_mail();
  mail.envelope_to = "jos\xc3\xa9@example.org";
  EXPECT_EQ(outcome(send(plain(server.port()), mail)), "refused permanent");
  client_.reset();
  MailServer modern;
  modern.extensions = "250-mail.test\r\n250 SMTPUTF8\r\n";
  RawServer second([&](RawSocket& peer, int) { modern.serve(peer); });
  EXPECT_EQ(outcome(send(plain(second.port()), mail)), "accepted");
  EXPECT_EQ(modern.commands().at(1), "MAIL FROM:<shop@example.com> SMTPUTF8");
}

TEST_F(SmtpTest, ReusesConnectionsAndRenewsThem) {
  MailServer script;
  RawServer server([&](RawSocket& peer, int) { script.serve(peer); });
  for (int i = 0; i < 7; ++i) EXPECT_EQ(outcome(send(plain(server.port()))), "accepted");
  EXPECT_EQ(server.connections(), 3);  // at most 3 mails each
  EXPECT_EQ(script.mails().size(), 7U);
}

TEST_F(SmtpTest, ARefusalDoesNotSpoilTheConnection) {
  MailServer script;
  script.replies["RCPT"] = "550 no\r\n";
  RawServer server([&](RawSocket& peer, int) { script.serve(peer); });
  EXPECT_EQ(outcome(send(plain(server.port()))), "refused permanent");
  EXPECT_EQ(outcome(send(plain(server.port()))), "refused permanent");
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(script.commands().at(3), "RSET");
}

TEST_F(SmtpTest, ADeadKeptConnectionIsReplacedOnce) {
  // Closes each connection when its second mail begins, so that the client finds out only then.
  std::atomic<int> mails{0};
  RawServer server([&](RawSocket& peer, int) {
    peer.send("220 hi\r\n");
    int seen = 0;
    std::string line;
    while (peer.read_more(line) == RawSocket::Read::data) {
      if (line.starts_with("MAIL") && ++seen == 2) return;
      if (line.ends_with("\r\n.\r\n") || line == ".\r\n") {
        ++mails;
        peer.send("250 queued\r\n");
      } else if (line.starts_with("DATA")) {
        peer.send("354 go\r\n");
      } else if (line.starts_with("EHLO") || line.starts_with("MAIL") || line.starts_with("RCPT")) {
        peer.send("250 ok\r\n");
      }
      line.clear();
    }
  });
  EXPECT_EQ(outcome(send(plain(server.port()))), "accepted");
  EXPECT_EQ(outcome(send(plain(server.port()))), "accepted");
  EXPECT_EQ(mails.load(), 2);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(SmtpTest, SignsInAndReportsWhenItCannot) {
  MailServer script;
  RawServer server([&](RawSocket& peer, int) { script.serve(peer); });
  auto account = plain(server.port());
  account.user = "user";
  account.password = base::Secret<std::string>("pass");
  EXPECT_EQ(outcome(send(account)), "accepted");
  EXPECT_EQ(script.commands().at(1), "AUTH PLAIN AHVzZXIAcGFzcw==");
  client_.reset();
  MailServer refusing;
  refusing.replies["AUTH"] = "535 no\r\n";
  RawServer second([&](RawSocket& peer, int) { refusing.serve(peer); });
  account.port = second.port();
  EXPECT_EQ(outcome(send(account)), "unavailable authentication");
  client_.reset();
  MailServer open;
  open.extensions = "250 mail.test\r\n";
  RawServer third([&](RawSocket& peer, int) { open.serve(peer); });
  account.port = third.port();
  EXPECT_EQ(outcome(send(account)), "unavailable authentication");
}

TEST_F(SmtpTest, LimitsItsConnections) {
  std::atomic<int> open{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  std::mutex mutex;
  MailServer script;
  options_.timeout = 5s;
  {
    RawServer server([&](RawSocket& peer, int) {
      const std::lock_guard lock(mutex);
      threads.emplace_back([&, own = std::make_shared<RawSocket>(std::move(peer))] {
        most = std::max(most.load(), ++open);
        script.serve(*own);
        --open;
      });
    });
    std::vector<std::future<Result<SmtpAccepted>>> pending;
    for (int i = 0; i < 40; ++i) pending.push_back(begin(plain(server.port()), some_mail()));
    for (auto& one : pending) EXPECT_EQ(outcome(one.get()), "accepted");
    client_.reset();
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(script.mails().size(), 40U);
  EXPECT_LE(most.load(), 3);  // two, and one that is just closing
}

TEST_F(SmtpTest, EndsWithItsRuntime) {
  MailServer script;
  script.replies["dot"] = "hang";
  RawServer server([&](RawSocket& peer, int) { script.serve(peer); });
  options_.timeout = 60s;
  auto pending = begin(plain(server.port()), some_mail());
  while (script.mails().empty()) std::this_thread::yield();
  const auto before = std::chrono::steady_clock::now();
  runtime_->stop();
  EXPECT_EQ(outcome(pending.get()), "ambiguous");
  EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);
}

}  // namespace
}  // namespace net
