#include "net/smtp_connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>

#include "base/encoding.h"
#include "net/mail_address.h"

namespace net {
namespace {

namespace asio = boost::asio;
using base::Code;
using base::error;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadSize = 4096;
constexpr int kClosing = 421;

}  // namespace

SmtpConnection::SmtpConnection(asio::any_io_executor executor, const SmtpOptions& options,
                               asio::ssl::context& tls, SmtpServer server)
    : executor_(std::move(executor)),
      options_(options),
      tls_context_(tls),
      server_(std::move(server)),
      resolver_(executor_),
      socket_(executor_),
      deadline_(executor_) {}

// --- beginning ---

Awaitable<Status> SmtpConnection::open() {
  CO_TRY_STATUS(co_await connect());
  if (server_.security == SmtpSecurity::tls) CO_TRY_STATUS(co_await handshake());
  CO_TRY(const SmtpReply greeting, co_await read_reply());
  if (!greeting.positive()) co_return broken("greeting: " + greeting.text());
  CO_TRY_STATUS(co_await hello());
  if (server_.security == SmtpSecurity::starttls) {
    if (!extensions_.starttls) {
      close();
      co_return error(Code::unavailable, "no_tls", "the mail server does not offer STARTTLS");
    }
    CO_TRY(const SmtpReply go, co_await command("STARTTLS"));
    if (!go.positive()) co_return broken("STARTTLS: " + go.text());
    // Whatever came in plain text behind the reply could have been put there by anybody.
    if (!received_.empty()) co_return broken("plain text after STARTTLS");
    CO_TRY_STATUS(co_await handshake());
    CO_TRY_STATUS(co_await hello());
  }
  if (!server_.user.empty()) CO_TRY_STATUS(co_await sign_in());
  ready_ = true;
  co_return Status();
}

Awaitable<Status> SmtpConnection::connect() {
  const std::string port = std::to_string(server_.port);
  const auto [resolve_error, endpoints] =
      co_await resolver_.async_resolve(server_.host, port, kTuple);
  if (resolve_error) co_return broken("cannot resolve the mail server's name");
  const auto [ec, endpoint] = co_await asio::async_connect(socket_, endpoints, kTuple);
  if (ec) co_return broken("cannot connect to the mail server: " + ec.message());
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  co_return Status();
}

Awaitable<Status> SmtpConnection::handshake() {
  stream_.emplace(socket_, tls_context_);
  SSL* ssl = stream_->native_handle();
  error_code ec;
  asio::ip::make_address(server_.host, ec);
  // Server name indication is for names only (RFC 6066).
  if (ec && SSL_set_tlsext_host_name(ssl, server_.host.c_str()) != 1) {
    co_return broken("cannot set the TLS server name");
  }
  stream_->set_verify_mode(asio::ssl::verify_peer);
  stream_->set_verify_callback(asio::ssl::host_name_verification(server_.host));
  const auto [failed] = co_await stream_->async_handshake(asio::ssl::stream_base::client, kTuple);
  if (failed) {
    close();
    co_return error(Code::unavailable, "no_tls",
                    "TLS with the mail server failed: " + failed.message());
  }
  co_return Status();
}

Awaitable<Status> SmtpConnection::hello() {
  std::string line = "EHLO " + options_.helo_name;
  CO_TRY(const SmtpReply ehlo, co_await command(std::move(line)));
  extensions_ = SmtpExtensions();
  if (ehlo.positive()) {
    extensions_ = extensions_from(ehlo);
    co_return Status();
  }
  // Only a server that does not know EHLO is asked again.
  if (ehlo.temporary()) co_return broken("EHLO: " + ehlo.text());
  line = "HELO " + options_.helo_name;
  CO_TRY(const SmtpReply helo, co_await command(std::move(line)));
  if (!helo.positive()) co_return broken("HELO: " + helo.text());
  co_return Status();
}

Awaitable<Status> SmtpConnection::sign_in() {
  const std::string& password = server_.password.reveal();
  Result<SmtpReply> last = SmtpReply();
  if (extensions_.auth_plain) {
    const std::string both = std::string(1, '\0') + server_.user + '\0' + password;
    std::string line = "AUTH PLAIN " + base::to_base64(both);
    last = co_await command(std::move(line));
  } else if (extensions_.auth_login) {
    last = co_await command("AUTH LOGIN");
    if (last && last->code == 334) last = co_await command(base::to_base64(server_.user));
    if (last && last->code == 334) last = co_await command(base::to_base64(password));
  }
  if (!last) co_return std::move(last).error();
  if (last->positive()) co_return Status();
  quit();
  co_return error(Code::unavailable, "authentication",
                  "the mail server does not sign us in: " + last->text());
}

// --- one mail ---

Awaitable<Result<SmtpAccepted>> SmtpConnection::send(const Mail& mail) {
  ready_ = false;
  ++mail_count_;
  CO_TRY_STATUS(co_await begin_mail(mail));
  co_return co_await end_mail();
}

// Up to the last byte before the final dot: whatever fails here, the mail was not accepted.
Awaitable<Status> SmtpConnection::begin_mail(const Mail& mail) {
  const bool needs_utf8 = !is_ascii(mail.envelope_from) || !is_ascii(mail.envelope_to);
  std::string from = "MAIL FROM:<" + mail.envelope_from + ">";
  std::string data = dot_stuffed(mail.data);
  if (extensions_.size) from += " SIZE=" + std::to_string(data.size());
  if (extensions_.eight_bit && !is_ascii(data)) from += " BODY=8BITMIME";
  if (needs_utf8 && !extensions_.utf8) {
    ready_ = true;
    co_return error(Code::refused, "permanent", "the mail server does not take such an address");
  }
  if (needs_utf8) from += " SMTPUTF8";
  CO_TRY(SmtpReply reply, co_await command(std::move(from)));
  if (reply.positive()) {
    std::string to = "RCPT TO:<" + mail.envelope_to + ">";
    CO_TRY(reply, co_await command(std::move(to)));
  }
  if (reply.positive()) {
    CO_TRY(reply, co_await command("DATA"));
  }
  if (reply.code != 354) co_return co_await refuse(std::move(reply));
  co_return co_await write(std::move(data));
}

// From the final dot on, only a reply tells what happened. That write is apart from the data, so
// that a connection that broke within the data is known not to have ended it.
Awaitable<Result<SmtpAccepted>> SmtpConnection::end_mail() {
  arm(options_.timeout);
  Result<SmtpReply> reply = SmtpReply();
  const Status written = co_await write(".\r\n");
  if (written) reply = co_await read_reply();
  if (!written || !reply) {
    const std::string detail = written ? reply.error().detail : written.error().detail;
    co_return error(Code::ambiguous, "no reply to the final dot: " + detail);
  }
  if (reply->positive()) {
    ready_ = mail_count_ < options_.mails_per_connection_max;
    SmtpAccepted accepted;
    accepted.queue_text = reply->text();
    co_return accepted;
  }
  if (reply->refusal()) {
    ready_ = reply->code != kClosing && mail_count_ < options_.mails_per_connection_max;
    co_return error(Code::refused, reply->temporary() ? "temporary" : "permanent", reply->text());
  }
  close();
  co_return error(Code::ambiguous, "the reply to the final dot makes no sense");
}

// A reply that does not let the mail go on. The connection is reset for the next mail.
Awaitable<base::Error> SmtpConnection::refuse(SmtpReply reply) {
  const std::string text = std::to_string(reply.code) + " " + reply.text();
  if (!reply.refusal() || reply.code == kClosing) co_return broken(text);
  auto out = error(Code::refused, reply.temporary() ? "temporary" : "permanent", text);
  const auto reset = co_await command("RSET");
  ready_ = reset && reset->positive() && mail_count_ < options_.mails_per_connection_max;
  co_return out;
}

// --- bytes ---

Awaitable<Result<SmtpReply>> SmtpConnection::command(std::string line) {
  // Addresses and names were checked before; this is the last line of defence.
  if (line.find_first_of(std::string_view("\r\n\0", 3)) != line.npos) {
    co_return broken("a command would hold a line break");
  }
  line += "\r\n";
  CO_TRY_STATUS(co_await write(std::move(line)));
  co_return co_await read_reply();
}

Awaitable<Status> SmtpConnection::write(std::string bytes) {
  const auto buffer = asio::buffer(bytes);
  error_code failed;
  if (stream_) {
    const auto [ec, n] = co_await asio::async_write(*stream_, buffer, kTuple);
    failed = ec;
  } else {
    const auto [ec, n] = co_await asio::async_write(socket_, buffer, kTuple);
    failed = ec;
  }
  if (failed) co_return broken("connection to the mail server lost: " + failed.message());
  co_return Status();
}

Awaitable<Result<SmtpReply>> SmtpConnection::read_reply() {
  SmtpReplyParser parser;
  for (;;) {
    received_.erase(0, parser.feed(received_));
    if (parser.state() == SmtpReplyParser::State::done) co_return parser.take();
    if (parser.state() == SmtpReplyParser::State::malformed) {
      co_return broken("the mail server's reply is malformed");
    }
    char chunk[kReadSize];
    const auto buffer = asio::buffer(chunk);
    error_code failed;
    std::size_t size = 0;
    if (stream_) {
      const auto [ec, n] = co_await stream_->async_read_some(buffer, kTuple);
      failed = ec;
      size = n;
    } else {
      const auto [ec, n] = co_await socket_.async_read_some(buffer, kTuple);
      failed = ec;
      size = n;
    }
    if (failed) co_return broken("connection to the mail server lost: " + failed.message());
    received_.append(chunk, size);
  }
}

// --- ending ---

base::Error SmtpConnection::broken(std::string detail) {
  close();
  return error(Code::unavailable, timed_out_ ? "the mail server is too slow" : std::move(detail));
}

bool SmtpConnection::usable() {
  if (!ready_ || !received_.empty() || !socket_.is_open()) return false;
  char byte = 0;
  error_code ec;
  socket_.non_blocking(true, ec);
  socket_.receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, ec);
  return ec == asio::error::would_block;
}

void SmtpConnection::arm(Duration limit) {
  const std::uint64_t number = ++armed_;
  deadline_.expires_after(limit);
  deadline_.async_wait([weak = weak_from_this(), number](const error_code& ec) {
    const auto self = weak.lock();
    if (ec || !self || self->armed_ != number) return;
    self->timed_out_ = true;
    self->close();
  });
}

void SmtpConnection::disarm() {
  ++armed_;
  deadline_.cancel();
}

void SmtpConnection::close() {
  ready_ = false;
  error_code ec;
  resolver_.cancel();
  socket_.close(ec);
}

void SmtpConnection::quit() {
  error_code ec;
  if (socket_.is_open() && !stream_) {
    socket_.non_blocking(true, ec);
    socket_.write_some(asio::buffer("QUIT\r\n", 6), ec);
  }
  close();
}

}  // namespace net
