#pragma once
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/http.h"
#include "net/request_parser.h"
#include "net/response_head.h"

// Internal to the server (server.cpp): the state that its loops share, and one connection.
namespace net {

using SteadyTime = std::chrono::steady_clock::time_point;
using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp,
                                                    boost::asio::io_context::executor_type>;
class Session;

// What belongs to one loop; touched on its thread only. It holds no sockets or timers of its own:
// those are locals of tasks on that loop, so that at the very end each is destroyed with its own
// context.
struct ServerLoop {
  explicit ServerLoop(boost::asio::io_context::executor_type on) : executor(on) {}
  const boost::asio::io_context::executor_type executor;
  Acceptor* acceptor = nullptr;                 // while accepting
  boost::asio::steady_timer* ticker = nullptr;  // while there are sessions
  std::list<Session*> sessions;
  SteadyTime force_at = SteadyTime::max();  // when a stopping server closes what still runs
  DateLine date;
  std::uint64_t trace_seed[2] = {};
};

// Shared by the server object, its accepting tasks and its sessions.
struct ServerState : std::enable_shared_from_this<ServerState> {
  ServerState(base::Runtime& r, ServerOptions o, std::shared_ptr<const Router> routes)
      : runtime(r), options(std::move(o)), router(std::move(routes)) {}
  base::Runtime& runtime;
  const ServerOptions options;
  const std::shared_ptr<const Router> router;
  std::vector<std::unique_ptr<ServerLoop>> loops;
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> connections{0};
  std::mutex mutex;
  std::condition_variable emptied;
};

// One connection, from accept to close, as one task of the runtime. Requests are handled one after
// another, so pipelined ones are answered in order. Deadlines are checked by the loop's ticker,
// which cancels the socket.
class Session {
 public:
  Session(std::shared_ptr<ServerState> state, ServerLoop& loop, Socket socket);
  ~Session();
  Session(const Session&) = delete;

  base::Awaitable<void> run();
  // From the ticker: closes what is past its deadline.
  void check_deadline(SteadyTime now);
  // From stop(): closes when nothing is being handled.
  void stop_when_idle();
  void abort();

 private:
  enum class Phase : std::uint8_t { idle, head, body, handling, writing, closing };
  enum class Outcome : std::uint8_t { request, answer, close };

  base::Awaitable<Outcome> read_request();
  base::Awaitable<Outcome> read_head();
  base::Awaitable<Outcome> read_sized_body();
  base::Awaitable<Outcome> read_chunked_body();
  base::Awaitable<bool> fill();
  base::Awaitable<bool> write(const Response& response);
  base::Awaitable<bool> write_all(std::string_view head, std::string_view body);
  base::Awaitable<Response> handle();
  base::Awaitable<void> linger();

  Outcome fail(int status);
  Outcome begin_body();
  void set_phase(Phase phase, Duration limit);
  void take_summary();
  void observe(int status, SteadyTime started);
  void name_trace();
  std::string_view buffered() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t n);

  const std::shared_ptr<ServerState> state_;
  ServerLoop& loop_;
  Socket socket_;
  std::list<Session*>::iterator place_;
  std::string peer_;

  std::vector<char> buffer_;  // received bytes are [begin_, end_)
  std::size_t begin_ = 0;
  std::size_t end_ = 0;

  Request request_;
  Request summary_;  // what observe() sees
  RequestHead head_;
  Router::Match match_;
  std::string pattern_;  // of the route, for logs and observe()
  int status_ = 0;       // of our own answer
  bool keep_alive_ = true;
  bool is_head_ = false;
  bool received_any_ = false;  // bytes of the current request
  std::string out_;            // head of the response

  Phase phase_ = Phase::idle;
  SteadyTime deadline_ = SteadyTime::max();
  bool expired_ = false;
};

}  // namespace net
