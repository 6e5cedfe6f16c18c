#include <gtest/gtest.h>

#include <algorithm>

#include "providers/scripted_peer.h"
#include "providers/smtp/smtp.h"

// Goal: one mail, addressed by its envelope, with our Message-ID as its reference; and the relay's
// verdict passed on unchanged.
namespace providers::smtp {
namespace {

using base::Code;
using base::Result;
using testing::wait_for;

// A relay without sockets: it keeps what it is given and answers as told.
class ScriptedRelay final : public net::SmtpClient {
 public:
  base::Awaitable<Result<net::SmtpAccepted>> send(net::SmtpServer server, net::Mail mail) override {
    servers.push_back(std::move(server));
    mails.push_back(std::move(mail));
    co_return answer;
  }
  base::Awaitable<base::Status> check(net::SmtpServer server) override {
    servers.push_back(std::move(server));
    if (!answer) co_return answer.error();
    co_return base::Status();
  }
  std::vector<net::SmtpServer> servers;
  std::vector<net::Mail> mails;
  Result<net::SmtpAccepted> answer = net::SmtpAccepted{.queue_text = "2.0.0 Ok: queued as 1"};
};

struct SmtpTest : ::testing::Test {
  std::unique_ptr<base::SimRuntime> runtime =
      base::sim_runtime(7, base::Time{std::chrono::seconds(1'795'000'000)});
  ScriptedRelay relay;
  std::unique_ptr<MailProvider> smtp = mail_provider(relay);
  MailAccount account;
  net::MimeMessage message;

  SmtpTest() {
    account.server.host = "relay.test";
    account.server.port = 587;
    account.server.user = "shop";
    account.envelope_from = "bounces@shop.test";
    message.from = {"Café Süd", "hello@shop.test"};
    message.to = {"Ann", "ann@example.test"};
    message.subject = "Your request";
    message.text = "Please pay.\n";
    message.html = "<p>Please pay.</p>";
    message.message_id = "at_1@quittance.test";
    message.date = base::Time{std::chrono::seconds(1'795'000'000)};
  }
  Result<MailAccepted> send() { return wait_for(*runtime, smtp->send(account, message)); }
};

TEST_F(SmtpTest, SendsOneMail) {
  const auto got = send();
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->provider_ref, "at_1@quittance.test");
  EXPECT_EQ(got->queue_text, "2.0.0 Ok: queued as 1");
  ASSERT_EQ(relay.mails.size(), 1u);
  EXPECT_EQ(relay.servers[0].host, "relay.test");
  EXPECT_EQ(relay.servers[0].port, 587);
  EXPECT_EQ(relay.mails[0].envelope_from, "bounces@shop.test");
  EXPECT_EQ(relay.mails[0].envelope_to, "ann@example.test");
  const auto& data = relay.mails[0].data;
  EXPECT_NE(data.find("Message-ID: <at_1@quittance.test>"), data.npos);
  EXPECT_NE(data.find("multipart/alternative"), data.npos);
  EXPECT_NE(data.find("\r\n\r\n"), data.npos);
}

TEST_F(SmtpTest, BouncesGoToTheSenderWhenNothingElseIsSet) {
  account.envelope_from.clear();
  ASSERT_TRUE(send());
  EXPECT_EQ(relay.mails.at(0).envelope_from, "hello@shop.test");
}

TEST_F(SmtpTest, PassesTheVerdictOn) {
  struct {
    Code code;
    const char* reason;
  } const rows[] = {{Code::refused, "temporary"},
                    {Code::refused, "permanent"},
                    {Code::unavailable, "authentication"},
                    {Code::unavailable, ""},
                    {Code::ambiguous, ""}};
  for (const auto& row : rows) {
    relay.answer = base::error(row.code, row.reason, "told");
    const auto got = send();
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, row.code);
    EXPECT_EQ(got.error().reason, row.reason);
  }
  EXPECT_EQ(relay.mails.size(), std::size(rows));
}

TEST_F(SmtpTest, MalformedMailNeverReachesTheRelay) {
  const auto good = message;
  struct {
    const char* name;
    void (*spoil)(net::MimeMessage&);
  } const rows[] = {
      {"no id", [](net::MimeMessage& m) { m.message_id.clear(); }},
      {"id with a line", [](net::MimeMessage& m) { m.message_id = "a\r\nBcc: b@c"; }},
      {"subject with a line", [](net::MimeMessage& m) { m.subject = "a\r\nBcc: x@y.test"; }},
      {"subject with NUL", [](net::MimeMessage& m) { m.subject = std::string("a\0b", 3); }},
      {"name with a line", [](net::MimeMessage& m) { m.to.name = "a\nb"; }},
      {"address with a line", [](net::MimeMessage& m) { m.to.address = "a@b.test\r\nx"; }},
      {"link with a line", [](net::MimeMessage& m) { m.list_unsubscribe_url = "https://x/\r\n"; }},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    message = good;
    row.spoil(message);
    const auto got = send();
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::invalid_argument);
  }
  EXPECT_TRUE(relay.mails.empty());
}

TEST_F(SmtpTest, CheckSignsInOnly) {
  EXPECT_EQ(*wait_for(*runtime, smtp->check(account)), "relay.test:587");
  EXPECT_TRUE(relay.mails.empty());
  relay.answer = base::error(Code::unavailable, "authentication", "no");
  EXPECT_EQ(wait_for(*runtime, smtp->check(account)).error().reason, "authentication");
}

}  // namespace
}  // namespace providers::smtp
