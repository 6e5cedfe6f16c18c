// Goal: what was to be encrypted is encrypted for the right server, or not sent.
#include "net/smtp_connection.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/ssl.hpp>
#include <cstdio>

#include "net/smtp_for_tests.h"

namespace net {
namespace {

using namespace std::chrono_literals;
using test::MailServer;
using test::outcome;
using test::RawServer;
using test::RawSocket;
using test::SmtpTest;

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
