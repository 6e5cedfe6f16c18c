#pragma once
// A scripted mail server and a client with short time-outs, for tests only.
#include <gtest/gtest.h>

#include <future>

#include "net/raw_socket_for_tests.h"
#include "net/smtp.h"

namespace net::test {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Result;

inline Awaitable<void> send_into(SmtpClient& client, SmtpServer server, Mail mail,
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

inline Mail some_mail() {
  Mail mail;
  mail.envelope_from = "shop@example.com";
  mail.envelope_to = "payer@example.org";
  mail.data = "Subject: x\r\n\r\nhello\r\n.dot\r\n";
  return mail;
}

inline std::string outcome(const Result<SmtpAccepted>& result) {
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

}  // namespace net::test
