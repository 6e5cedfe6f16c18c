// Goal: after every possible ending it is known whether the mail can have been accepted; nothing is
// sent twice, and nothing in plain text that was to be encrypted.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <cstdio>
#include <future>

#include "net/raw_socket_for_tests.h"
#include "net/smtp.h"

namespace net {
namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Result;
using test::RawServer;
using test::RawSocket;

Awaitable<void> send_into(SmtpClient& client, SmtpServer server, Mail mail,
                          std::promise<Result<SmtpAccepted>>& promise) {
  auto result = co_await client.send(std::move(server), std::move(mail));
  promise.set_value(std::move(result));
}

// A scripted mail server. The stages are the answers it gives: "greeting", "EHLO", "MAIL", "RCPT",
// "DATA", "dot", "RSET"; a reply that is set replaces the good one, "drop" closes instead, "hang"
// waits for the client to go.
class MailServer {
 public:
  std::map<std::string, std::string> replies;
  std::string extensions =
      "250-mail.test\r\n250-SIZE 100000000\r\n250-AUTH LOGIN PLAIN\r\n250 8BITMIME\r\n";
  std::size_t drop_after_data_bytes = 0;

  void serve(RawSocket& peer) {
    if (!answer(peer, "greeting", "220 mail.test ESMTP\r\n")) return;
    std::string pending;
    for (;;) {
      const auto line = read_line(peer, pending);
      if (line.empty()) return;
      {
        const std::lock_guard lock(mutex_);
        commands_.push_back(line);
      }
      const auto verb = line.substr(0, 4);
      if (verb == "QUIT") return;
      if (verb == "DATA") {
        if (!answer(peer, "DATA", "354 go on\r\n")) return;
        if (replies.contains("DATA") && !replies["DATA"].starts_with("354")) continue;
        if (!read_data(peer, pending)) return;
        if (!answer(peer, "dot", "250 2.0.0 Ok: queued as 42\r\n")) return;
        continue;
      }
      if (!answer(peer, verb,
                  verb == "EHLO"   ? extensions
                  : verb == "AUTH" ? "235 ok\r\n"
                                   : "250 ok\r\n")) {
        return;
      }
    }
  }

  std::vector<std::string> commands() {
    const std::lock_guard lock(mutex_);
    return commands_;
  }
  std::vector<std::string> mails() {
    const std::lock_guard lock(mutex_);
    return mails_;
  }

 private:
  bool answer(RawSocket& peer, const std::string& stage, const std::string& good) {
    const auto own = replies.find(stage);
    const std::string reply = own == replies.end() ? good : own->second;
    if (reply == "drop") return false;
    if (reply == "hang") {
      std::string rest;
      while (peer.read_more(rest) == RawSocket::Read::data) {
      }
      return false;
    }
    return peer.send(reply);
  }
  static std::string read_line(RawSocket& peer, std::string& pending) {
    for (;;) {
      const auto end = pending.find("\r\n");
      if (end != pending.npos) {
        auto line = pending.substr(0, end);
        pending.erase(0, end + 2);
        return line;
      }
      if (peer.read_more(pending, 10000) != RawSocket::Read::data) return {};
    }
  }
  bool read_data(RawSocket& peer, std::string& pending) {
    for (;;) {
      if (drop_after_data_bytes > 0 && pending.size() > drop_after_data_bytes) return false;
      const auto end = ("\r\n" + pending).find("\r\n.\r\n");
      if (end != pending.npos) {
        const std::lock_guard lock(mutex_);
        mails_.push_back(pending.substr(0, end));
        pending.erase(0, end + 3);
        return true;
      }
      if (peer.read_more(pending, 10000) != RawSocket::Read::data) return false;
    }
  }

  std::mutex mutex_;
  std::vector<std::string> commands_;
  std::vector<std::string> mails_;
};

Mail some_mail() {
  Mail mail;
  mail.envelope_from = "shop@example.com";
  mail.envelope_to = "payer@example.org";
  mail.data = "Subject: x\r\n\r\nhello\r\n.dot\r\n";
  return mail;
}

std::string outcome(const Result<SmtpAccepted>& result) {
  if (result) return "accepted";
  const auto& e = result.error();
  return std::string(base::to_string(e.code)) + (e.reason.empty() ? "" : " " + e.reason);
}

class SmtpTest : public ::testing::Test {
 protected:
  SmtpTest() : runtime_(base::real_runtime(2, base::system_clock())) {
    options_.timeout = 300ms;
    options_.idle_timeout = 200ms;
    options_.stop_timeout = 200ms;
    options_.mails_per_connection_max = 3;
    options_.connections_max = 2;
  }
  SmtpClient& client() {
    if (!client_) client_ = smtp_client(*runtime_, options_);
    return *client_;
  }
  std::future<Result<SmtpAccepted>> begin(const SmtpServer& server, Mail mail) {
    promises_.emplace_back();
    runtime_->spawn("send", send_into(client(), server, std::move(mail), promises_.back()));
    return promises_.back().get_future();
  }
  Result<SmtpAccepted> send(const SmtpServer& server, Mail mail = some_mail()) {
    return begin(server, std::move(mail)).get();
  }
  static SmtpServer plain(std::uint16_t port) {
    SmtpServer server;
    server.host = "127.0.0.1";
    server.port = port;
    server.security = SmtpSecurity::none;
    return server;
  }

  SmtpOptions options_;
  std::deque<std::promise<Result<SmtpAccepted>>> promises_;
  std::unique_ptr<base::Runtime> runtime_;
  std::unique_ptr<SmtpClient> client_;
};

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

// --- TLS ---

namespace asio = boost::asio;

// A self-signed certificate for `name` with its key, as PEM files that go away with it.
class Certificate {
 public:
  explicit Certificate(const std::string& name) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* cert = X509_new();
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(cert));
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name.c_str());
    X509_add_ext(cert, names, -1);
    X509_sign(cert, key, EVP_sha256());
    path = ::testing::TempDir() + "smtp_test_" + std::to_string(::getpid()) + ".pem";
    std::FILE* file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, cert);
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_EXTENSION_free(names);
    X509_free(cert);
    EVP_PKEY_free(key);
  }
  ~Certificate() { std::remove(path.c_str()); }
  std::string path;
};

// Serves one mail over TLS, at once or after STARTTLS. `injected` is sent in plain text behind the
// STARTTLS reply.
void serve_tls(RawSocket& peer, const std::string& pem, bool starttls, const std::string& injected,
               std::atomic<int>& mails) {
  if (starttls) {
    peer.send("220 hi\r\n");
    peer.read_until("\r\n");
    peer.send("250-mail.test\r\n250 STARTTLS\r\n");
    if (peer.read_until("\r\n") != "STARTTLS\r\n") return;
    peer.send("220 go\r\n" + injected);
  }
  asio::io_context io;
  asio::ssl::context context(asio::ssl::context::tls_server);
  context.use_certificate_file(pem, asio::ssl::context::pem);
  context.use_private_key_file(pem, asio::ssl::context::pem);
  asio::ip::tcp::socket socket(io);
  socket.assign(asio::ip::tcp::v4(), ::dup(peer.fd()));
  asio::ssl::stream<asio::ip::tcp::socket&> stream(socket, context);
  boost::system::error_code ec;
  stream.handshake(asio::ssl::stream_base::server, ec);
  if (ec) return;
  const auto say = [&](std::string_view text) { asio::write(stream, asio::buffer(text), ec); };
  if (!starttls) say("220 hi\r\n");
  std::string line;
  char chunk[4096];
  while (!ec) {
    line.append(chunk, stream.read_some(asio::buffer(chunk), ec));
    if (ec || !line.ends_with("\r\n")) continue;
    if (line.ends_with(".\r\n") && !line.starts_with("EHLO")) {
      ++mails;
      say("250 queued\r\n");
    } else if (line.starts_with("DATA")) {
      say("354 go\r\n");
    } else if (line.starts_with("EHLO") || line.starts_with("MAIL") || line.starts_with("RCPT")) {
      say("250 ok\r\n");
    }
    line.clear();
  }
}

TEST_F(SmtpTest, EncryptsAndVerifies) {
  struct Case {
    const char* name;
    const char* certificate;
    bool trusted;
    SmtpSecurity security;
    std::string injected;
    std::string expected;
  };
  const Case cases[] = {
      {"implicit", "IP:127.0.0.1", true, SmtpSecurity::tls, "", "accepted"},
      {"starttls", "IP:127.0.0.1", true, SmtpSecurity::starttls, "", "accepted"},
      {"other host", "DNS:other.test", true, SmtpSecurity::tls, "", "unavailable no_tls"},
      {"other host, starttls", "DNS:other.test", true, SmtpSecurity::starttls, "",
       "unavailable no_tls"},
      {"unknown issuer", "IP:127.0.0.1", false, SmtpSecurity::tls, "", "unavailable no_tls"},
      {"injected plain text", "IP:127.0.0.1", true, SmtpSecurity::starttls, "250 hi\r\n",
       "unavailable"},
  };
  options_.timeout = 3s;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Certificate certificate(c.certificate);
    std::atomic<int> mails{0};
    RawServer server([&](RawSocket& peer, int) {
      serve_tls(peer, certificate.path, c.security == SmtpSecurity::starttls, c.injected, mails);
    });
    options_.ca_file = c.trusted ? certificate.path : "";
    auto secure = plain(server.port());
    secure.security = c.security;
    EXPECT_EQ(outcome(send(secure)), c.expected);
    EXPECT_EQ(mails.load(), c.expected == "accepted" ? 1 : 0);
    client_.reset();
  }
}

TEST_F(SmtpTest, NeverFallsBackToPlainText) {
  MailServer script;
  RawServer server([&](RawSocket& peer, int) { script.serve(peer); });
  auto secure = plain(server.port());
  secure.security = SmtpSecurity::starttls;
  EXPECT_EQ(outcome(send(secure)), "unavailable no_tls");
  EXPECT_EQ(script.commands(), std::vector<std::string>{"EHLO localhost"});
}

}  // namespace
}  // namespace net
