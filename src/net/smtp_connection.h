#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "net/smtp.h"
#include "net/smtp_reply.h"

// Internal to smtp_client.cpp.
namespace net {

using base::Awaitable;
using base::Duration;
using base::Result;
using base::Status;

// One connection to one server, used for one mail at a time; lives on one loop and belongs to the
// pool or to the mail in hand.
class SmtpConnection : public std::enable_shared_from_this<SmtpConnection> {
 public:
  SmtpConnection(boost::asio::any_io_executor executor, const SmtpOptions& options,
                 boost::asio::ssl::context& tls, SmtpServer server);

  // Connects, secures, greets and signs in.
  Awaitable<Status> open();
  Awaitable<Result<SmtpAccepted>> send(const Mail& mail);

  // Between mails: whether it can take another one. A server that has closed or spoken meanwhile
  // makes it unusable.
  bool usable();
  std::size_t mail_count() const { return mail_count_; }
  bool timed_out() const { return timed_out_; }
  // Closes it when `limit` passes, whatever runs then.
  void arm(Duration limit);
  void disarm();
  void close();
  // Says goodbye if that needs no waiting, and closes.
  void quit();

  std::chrono::steady_clock::time_point idle_since;

 private:
  using Stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

  Awaitable<Status> connect();
  Awaitable<Status> handshake();
  Awaitable<Status> hello();
  Awaitable<Status> sign_in();
  Awaitable<Result<SmtpReply>> command(std::string line);
  Awaitable<Result<SmtpReply>> read_reply();
  Awaitable<Status> write(std::string bytes);
  Awaitable<Status> begin_mail(const Mail& mail);
  Awaitable<Result<SmtpAccepted>> end_mail();
  Awaitable<base::Error> refuse(SmtpReply reply);
  base::Error broken(std::string detail);

  const boost::asio::any_io_executor executor_;
  const SmtpOptions& options_;
  boost::asio::ssl::context& tls_context_;
  const SmtpServer server_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer deadline_;
  std::uint64_t armed_ = 0;       // tells a deadline that was replaced from the current one
  std::optional<Stream> stream_;  // when secured
  std::string received_;          // not yet parsed
  SmtpExtensions extensions_;
  std::size_t mail_count_ = 0;
  bool ready_ = false;  // signed in and between mails
  bool timed_out_ = false;
};

}  // namespace net
