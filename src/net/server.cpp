#include <boost/asio/as_tuple.hpp>

#include "base/assert.h"
#include "base/log.h"
#include "net/session.h"

namespace net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kBacklog = 1024;
constexpr Duration kAcceptPause = std::chrono::milliseconds(100);
constexpr Duration kTickMin = std::chrono::milliseconds(10);
constexpr Duration kTickMax = std::chrono::seconds(1);

Duration tick_interval(const ServerOptions& options) {
  const auto shortest = std::min(
      {options.header_timeout, options.body_timeout, options.idle_timeout, options.write_timeout});
  return std::clamp(Duration(shortest / 4), kTickMin, kTickMax);
}

// Looks at the deadlines of the loop's sessions as long as there are any; an idle server has no
// timer at all.
base::Awaitable<void> tick(std::shared_ptr<ServerState> state, ServerLoop& loop) {
  if (loop.ticker) co_return;  // two sessions began before the first tick
  asio::steady_timer timer(loop.executor);
  loop.ticker = &timer;
  constexpr auto tuple = asio::as_tuple(asio::use_awaitable);
  while (!loop.sessions.empty()) {
    timer.expires_after(tick_interval(state->options));
    co_await timer.async_wait(tuple);
    const auto now = std::chrono::steady_clock::now();
    const bool force = now >= loop.force_at;
    for (Session* session : loop.sessions) {
      force ? session->abort() : session->check_deadline(now);
    }
  }
  loop.ticker = nullptr;
}

void begin_stop(const std::shared_ptr<ServerState>& state) {
  if (state->stopping.exchange(true)) return;
  for (auto& owned : state->loops) {
    ServerLoop& loop = *owned;
    asio::post(loop.executor, [state, &loop] {
      error_code ec;
      if (loop.acceptor) loop.acceptor->close(ec);
      loop.force_at = std::chrono::steady_clock::now() + state->options.drain_timeout;
      for (Session* session : loop.sessions) session->stop_when_idle();
    });
  }
}

base::Awaitable<void> run_session(std::shared_ptr<ServerState> state, std::size_t index,
                                  Socket socket) {
  ServerLoop& loop = *state->loops[index];
  Session session(state, loop, std::move(socket));
  if (!loop.ticker) state->runtime.spawn_on(index, "http ticker", tick(state, loop));
  co_await session.run();
}

// One accepting task per loop; ends when the acceptor is closed.
base::Awaitable<void> accept_all(std::shared_ptr<ServerState> state, std::size_t index,
                                 Acceptor acceptor) {
  ServerLoop& loop = *state->loops[index];
  loop.acceptor = &acceptor;
  constexpr auto tuple = asio::as_tuple(asio::use_awaitable);
  while (!state->stopping.load()) {
    auto [ec, socket] = co_await acceptor.async_accept(loop.executor, tuple);
    if (state->stopping.load() || ec == asio::error::operation_aborted) break;
    if (ec) {
      // Out of descriptors, most likely: existing connections must end before new ones can begin.
      if (ec != asio::error::connection_aborted) {
        base::log::warn("cannot accept", {{"error", ec.message()}});
        co_await state->runtime.sleep(kAcceptPause);
      }
      continue;
    }
    if (state->connections.fetch_add(1) >= state->options.connections_max) {
      state->connections.fetch_sub(1);
      continue;  // closed by its destructor: the cheapest refusal
    }
    state->runtime.spawn_on(index, "http session", run_session(state, index, std::move(socket)));
  }
  loop.acceptor = nullptr;
}

// Stops the server when the runtime stops, so that no session keeps the runtime waiting.
base::Awaitable<void> watch_runtime(std::shared_ptr<ServerState> state) {
  bool running = true;
  while (running && !state->stopping.load()) {
    running = co_await state->runtime.sleep(std::chrono::hours(1));
  }
  begin_stop(state);
}

base::Error cannot_listen(const ServerOptions& options, const error_code& ec) {
  return base::error(base::Code::unavailable, "cannot listen on " + options.address + ":" +
                                                  std::to_string(options.port) + ": " +
                                                  ec.message());
}

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

error_code listen(Acceptor& acceptor, const tcp::endpoint& endpoint, bool shared) {
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && shared) acceptor.set_option(ReusePort(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(kBacklog, ec);
  return ec;
}

class SocketServer final : public Server {
 public:
  SocketServer(std::shared_ptr<ServerState> state, std::uint16_t port)
      : state_(std::move(state)), port_(port) {}
  ~SocketServer() override { stop(); }
  std::uint16_t port() const override { return port_; }
  std::size_t connections() const override { return state_->connections.load(); }
  void stop() override { begin_stop(state_); }
  bool drain(Duration limit) override {
    stop();
    std::unique_lock lock(state_->mutex);
    return state_->emptied.wait_for(lock, limit, [this] { return connections() == 0; });
  }

 private:
  const std::shared_ptr<ServerState> state_;
  const std::uint16_t port_;
};

}  // namespace

Result<std::unique_ptr<Server>> serve(base::Runtime& runtime, ServerOptions options,
                                      std::shared_ptr<const Router> router) {
  error_code ec;
  const auto address = asio::ip::make_address(options.address, ec);
  if (ec) return cannot_listen(options, ec);
  tcp::endpoint endpoint(address, options.port);
  auto state = std::make_shared<ServerState>(runtime, std::move(options), std::move(router));
  const std::size_t count = runtime.loop_count();
  std::vector<Acceptor> acceptors;
  for (std::size_t i = 0; i < count; ++i) {
    const auto any = runtime.loop(i);
    const auto* executor = any.target<asio::io_context::executor_type>();
    QT_ASSERT(executor != nullptr);  // sockets need the real runtime
    auto loop = std::make_unique<ServerLoop>(*executor);
    Acceptor acceptor(*executor);
    ec = listen(acceptor, endpoint, count > 1);
    if (ec) return cannot_listen(state->options, ec);
    endpoint = acceptor.local_endpoint();
    acceptors.push_back(std::move(acceptor));
    for (auto& seed : loop->trace_seed) seed = runtime.random().u64();
    state->loops.push_back(std::move(loop));
  }
  for (std::size_t i = 0; i < count; ++i) {
    runtime.spawn_on(i, "http accept", accept_all(state, i, std::move(acceptors[i])));
  }
  runtime.spawn("http stop", watch_runtime(state));
  return std::unique_ptr<Server>(new SocketServer(state, endpoint.port()));
}

}  // namespace net
