#include "sandbox/mail/smtp_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/asio/write.hpp>
#include <set>

#include "base/log.h"

namespace sandbox::mail {
namespace {

namespace asio = boost::asio;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;

// A socket that may become TLS half-way.
class Wire {
 public:
  explicit Wire(tcp::socket socket) : socket_(std::move(socket)) {}

  base::Awaitable<std::size_t> read(asio::mutable_buffer into, error_code& error) {
    auto token = redirect_error(use_awaitable, error);
    if (tls_) co_return co_await tls_->async_read_some(into, token);
    co_return co_await socket_.async_read_some(into, token);
  }
  base::Awaitable<void> write(std::string text, error_code& error) {
    auto token = redirect_error(use_awaitable, error);
    const auto buffer = asio::buffer(text);
    if (tls_) {
      co_await asio::async_write(*tls_, buffer, token);
    } else {
      co_await asio::async_write(socket_, buffer, token);
    }
  }
  base::Awaitable<void> start_tls(asio::ssl::context& context, error_code& error) {
    tls_ = std::make_unique<asio::ssl::stream<tcp::socket&>>(socket_, context);
    auto token = redirect_error(use_awaitable, error);
    co_await tls_->async_handshake(asio::ssl::stream_base::server, token);
  }
  void close() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }
  base::Duration last_used{};

 private:
  tcp::socket socket_;
  std::unique_ptr<asio::ssl::stream<tcp::socket&>> tls_;
};

// Shared by the accept loop, the watch and the connections.
struct Shared {
  Shared(base::Runtime& r, SmtpOptions o, DialogueServices s)
      : runtime(r), options(std::move(o)), services(std::move(s)), acceptor(r.loop(0)) {}

  base::Runtime& runtime;
  SmtpOptions options;
  DialogueServices services;
  asio::ssl::context tls{asio::ssl::context::tls_server};
  tcp::acceptor acceptor;
  std::set<std::shared_ptr<Wire>> wires;
  bool closed = false;
  std::uint16_t port = 0;
};
using SharedPtr = std::shared_ptr<Shared>;

// Says one step; false when the connection is over.
base::Awaitable<bool> act(SharedPtr shared, std::shared_ptr<Wire> wire, Step step,
                          Dialogue& dialogue) {
  error_code error;
  if (step.delay_ms > 0) {
    co_await shared->runtime.sleep(std::chrono::milliseconds(step.delay_ms));
  }
  if (!step.reply.empty()) co_await wire->write(std::move(step.reply), error);
  if (error || step.close) co_return false;
  if (step.start_tls) {
    co_await wire->start_tls(shared->tls, error);
    dialogue.tls_started();
  }
  co_return !error;
}

base::Awaitable<void> converse(SharedPtr shared, std::shared_ptr<Wire> wire) {
  Dialogue dialogue(shared->services, true);
  std::string pending;
  std::array<char, 16 * 1024> chunk;
  bool open = co_await act(shared, wire, dialogue.greet(), dialogue);
  while (open) {
    const auto end = pending.find('\n');
    if (end == pending.npos) {
      error_code error;
      if (pending.size() > Dialogue::kLineMax) {
        co_await wire->write("500 5.5.2 the line is too long\r\n", error);
        break;
      }
      const auto buffer = asio::buffer(chunk);
      const auto size = co_await wire->read(buffer, error);
      if (error) break;
      wire->last_used = shared->runtime.clock().steady();
      pending.append(chunk.data(), size);
      continue;
    }
    auto line = pending.substr(0, end);
    pending.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    auto step = dialogue.feed(std::move(line));
    if (step.start_tls) pending.clear();  // nothing said in the clear may count as said in TLS
    open = co_await act(shared, wire, std::move(step), dialogue);
  }
  wire->close();
  shared->wires.erase(wire);
}

base::Awaitable<void> accept_loop(SharedPtr shared) {
  while (!shared->closed) {
    error_code error;
    auto token = redirect_error(use_awaitable, error);
    auto socket = co_await shared->acceptor.async_accept(token);
    if (shared->closed) break;
    if (error) {
      co_await shared->runtime.sleep(std::chrono::milliseconds(50));
      continue;
    }
    if (shared->wires.size() >= shared->options.connections_max) continue;
    auto wire = std::make_shared<Wire>(std::move(socket));
    wire->last_used = shared->runtime.clock().steady();
    shared->wires.insert(wire);
    shared->runtime.spawn_on(0, "sandbox smtp", converse(shared, wire));
  }
}

void close_all(const SharedPtr& shared) {
  shared->closed = true;
  error_code ignored;
  shared->acceptor.close(ignored);
  for (const auto& wire : shared->wires) wire->close();
}

// Ends idle connections, and all of them when the runtime stops.
base::Awaitable<void> watch(SharedPtr shared) {
  while (!shared->closed && co_await shared->runtime.sleep(std::chrono::seconds(30))) {
    const auto now = shared->runtime.clock().steady();
    for (const auto& wire : shared->wires) {
      if (now - wire->last_used > shared->options.idle_timeout) wire->close();
    }
  }
  close_all(shared);
}

class Server : public SmtpServer {
 public:
  explicit Server(SharedPtr shared) : shared_(std::move(shared)) {}
  ~Server() override {
    asio::post(shared_->runtime.loop(0), [shared = shared_] { close_all(shared); });
  }
  std::uint16_t port() const override { return shared_->port; }

 private:
  SharedPtr shared_;
};

base::Status use_certificate(asio::ssl::context& tls, const Certificate& certificate) {
  error_code error;
  tls.use_certificate_chain(asio::buffer(certificate.certificate_pem), error);
  if (!error) {
    tls.use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem, error);
  }
  if (error) return base::error(base::Code::internal, "TLS: " + error.message());
  return {};
}

}  // namespace

base::Result<std::unique_ptr<SmtpServer>> serve_smtp(base::Runtime& runtime, SmtpOptions options,
                                                     const Certificate& certificate,
                                                     DialogueServices services) {
  auto shared = std::make_shared<Shared>(runtime, std::move(options), std::move(services));
  TRY_STATUS(use_certificate(shared->tls, certificate));
  error_code error;
  const auto address = asio::ip::make_address(shared->options.address, error);
  const tcp::endpoint endpoint(address, shared->options.port);
  if (!error) shared->acceptor.open(endpoint.protocol(), error);
  if (!error) shared->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) shared->acceptor.bind(endpoint, error);
  if (!error) shared->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return base::error(
        base::Code::unavailable,
        "SMTP port " + std::to_string(shared->options.port) + ": " + error.message());
  }
  shared->port = shared->acceptor.local_endpoint().port();
  runtime.spawn_on(0, "sandbox smtp accept", accept_loop(shared));
  runtime.spawn_on(0, "sandbox smtp watch", watch(shared));
  return std::unique_ptr<SmtpServer>(std::make_unique<Server>(shared));
}

}  // namespace sandbox::mail
