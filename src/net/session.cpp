#include "net/session.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "base/log.h"
#include "net/trace.h"

namespace net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kBufferMin = 4 * 1024;
constexpr std::size_t kBufferMax = 64 * 1024;
// What is read and thrown away of a request that no route takes, so that its connection can stay
// open.
constexpr std::size_t kUnmatchedBodyMax = 64 * 1024;
// After an early answer the peer may still be sending; reading on for a while lets it see the
// answer.
constexpr Duration kLingerLimit = std::chrono::seconds(2);
constexpr std::size_t kLingerBytesMax = 32 * 1024 * 1024;

// splitmix64: trace ids must be distinct, not secret.
std::uint64_t next_number(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

Session::Session(std::shared_ptr<ServerState> state, ServerLoop& loop, Socket socket)
    : state_(std::move(state)), loop_(loop), socket_(std::move(socket)), buffer_(kBufferMin) {
  place_ = loop_.sessions.insert(loop_.sessions.end(), this);
  error_code ec;
  socket_.set_option(asio::ip::tcp::no_delay(true), ec);
  socket_.non_blocking(true, ec);
  const auto remote = socket_.remote_endpoint(ec);
  if (!ec) peer_ = remote.address().to_string();
}

Session::~Session() {
  loop_.sessions.erase(place_);
  // Nobody waits for the next tick when all is over.
  if (loop_.sessions.empty() && loop_.ticker && state_->stopping.load()) loop_.ticker->cancel();
  if (state_->connections.fetch_sub(1) != 1) return;
  const std::lock_guard lock(state_->mutex);
  state_->emptied.notify_all();
}

base::Awaitable<void> Session::run() {
  for (;;) {
    const Outcome outcome = co_await read_request();
    if (outcome == Outcome::close) co_return;
    const auto started = std::chrono::steady_clock::now();
    Response response;
    pattern_ = match_.handler ? std::move(match_.pattern) : "unmatched";
    take_summary();
    if (outcome == Outcome::request && match_.handler) {
      set_phase(Phase::handling, Duration::max());
      response = co_await handle();
    } else {
      if (status_ != 0) pattern_ = "malformed";
      const int status = status_ != 0 ? status_ : match_.status;
      response = state_->router->fallback(request_, status, std::move(match_.allow));
    }
    if (state_->stopping.load(std::memory_order_relaxed)) keep_alive_ = false;
    set_phase(Phase::writing, state_->options.write_timeout);
    const bool written = co_await write(response);
    observe(response.status, started);
    if (!written) co_return;
    if (!keep_alive_) break;
    if (begin_ == end_ && buffer_.size() > kBufferMin) {
      std::vector<char>(kBufferMin).swap(buffer_);
      begin_ = end_ = 0;
    }
  }
  co_await linger();
}

// --- reading ---

base::Awaitable<Session::Outcome> Session::read_request() {
  request_ = Request();
  request_.peer = peer_;
  match_ = Router::Match();
  status_ = 0;
  received_any_ = false;
  const Outcome outcome = co_await read_head();
  if (outcome != Outcome::request) co_return outcome;
  switch (begin_body()) {
    case Outcome::answer: co_return Outcome::answer;
    case Outcome::close: co_return Outcome::close;
    case Outcome::request: break;
  }
  if (!head_.chunked && head_.content_length == 0) co_return Outcome::request;
  set_phase(Phase::body, state_->options.body_timeout);
  if (head_.expects_continue && begin_ == end_) {
    const std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const std::string_view no_body;
    const bool written = co_await write_all(go_on, no_body);
    if (!written) co_return Outcome::close;
  }
  if (head_.chunked) co_return co_await read_chunked_body();
  co_return co_await read_sized_body();
}

base::Awaitable<Session::Outcome> Session::read_head() {
  const std::size_t limit = state_->options.header_bytes_max;
  set_phase(Phase::idle, state_->options.idle_timeout);
  if (state_->stopping.load(std::memory_order_relaxed)) co_return Outcome::close;
  std::size_t scanned = 0;
  for (;;) {
    // RFC 9112, section 2.2: an empty line before the request line is skipped.
    while (scanned == 0 && buffered().starts_with("\r\n")) consume(2);
    const auto bytes = buffered();
    if (!bytes.empty() && !(scanned == 0 && bytes == "\r")) {
      if (!received_any_) set_phase(Phase::head, state_->options.header_timeout);
      received_any_ = true;
      const HeadScan scan = scan_head(bytes, scanned);
      scanned = bytes.size();
      if (scan.state == HeadScan::State::malformed) co_return fail(400);
      if (scan.state == HeadScan::State::complete ? scan.size > limit : scanned >= limit) {
        co_return fail(bytes.substr(0, limit).find('\n') == bytes.npos ? 414 : 431);
      }
      if (scan.state == HeadScan::State::complete) {
        const ParsedHead parsed = parse_head(bytes.substr(0, scan.size), request_);
        consume(scan.size);
        head_ = parsed.head;
        if (parsed.status != 0) co_return fail(parsed.status);
        co_return Outcome::request;
      }
    }
    const bool more = co_await fill();
    if (more) continue;
    if (expired_ && received_any_) co_return fail(408);
    co_return Outcome::close;
  }
}

// Matches the route before the body is read, so that its own limit holds.
Session::Outcome Session::begin_body() {
  name_trace();
  is_head_ = request_.method == Method::head;
  keep_alive_ = head_.keep_alive;
  match_ = state_->router->match(request_.method, request_.path);
  if (!match_.handler) {
    match_.body_bytes_max = kUnmatchedBodyMax;
    const bool has_body = head_.chunked || head_.content_length > 0;
    if (!has_body) return Outcome::request;
    if (head_.expects_continue || head_.content_length > kUnmatchedBodyMax) {
      keep_alive_ = false;
      return Outcome::answer;
    }
  }
  if (head_.content_length > match_.body_bytes_max) return fail(413);
  request_.path_params = std::move(match_.params);
  return Outcome::request;
}

base::Awaitable<Session::Outcome> Session::read_sized_body() {
  const auto size = static_cast<std::size_t>(head_.content_length);
  // Memory follows what has arrived, not what was announced.
  request_.body.reserve(std::min(size, kBufferMax));
  for (;;) {
    const auto part = buffered().substr(0, size - request_.body.size());
    request_.body.append(part);
    consume(part.size());
    if (request_.body.size() == size) co_return Outcome::request;
    const bool more = co_await fill();
    if (more) continue;
    co_return expired_ ? fail(408) : Outcome::close;
  }
}

base::Awaitable<Session::Outcome> Session::read_chunked_body() {
  ChunkedDecoder decoder;
  for (;;) {
    consume(decoder.feed(buffered(), request_.body, match_.body_bytes_max));
    switch (decoder.state()) {
      case ChunkedDecoder::State::done: co_return Outcome::request;
      case ChunkedDecoder::State::malformed: co_return fail(400);
      case ChunkedDecoder::State::too_large: co_return fail(413);
      case ChunkedDecoder::State::more: break;
    }
    const bool more = co_await fill();
    if (more) continue;
    co_return expired_ ? fail(408) : Outcome::close;
  }
}

// Reads what there is, growing the buffer when it is full. False: the peer is gone or a deadline
// passed.
base::Awaitable<bool> Session::fill() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (end_ == buffer_.size() && begin_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size() || (phase_ == Phase::body && buffer_.size() < kBufferMax / 4)) {
    buffer_.resize(std::max(buffer_.size() * 2, std::min(kBufferMax / 4, buffer_.size() * 4)));
  }
  if (expired_) co_return false;
  const auto space = asio::buffer(buffer_.data() + end_, buffer_.size() - end_);
  const auto [ec, n] = co_await socket_.async_read_some(space, kTuple);
  end_ += n;
  co_return !ec;
}

void Session::consume(std::size_t n) { begin_ += n; }

// --- answering ---

// Our own answer to a request that cannot be handled; the connection's framing is lost with it.
Session::Outcome Session::fail(int status) {
  if (request_.trace_id.empty()) name_trace();
  status_ = status;
  keep_alive_ = false;
  is_head_ = request_.method == Method::head;
  match_.handler = nullptr;
  return Outcome::answer;
}

base::Awaitable<Response> Session::handle() {
  std::string failure;
  try {
    co_return co_await (*match_.handler)(std::move(request_));
  } catch (const std::exception& e) {
    failure = e.what();
  } catch (...) {
    failure = "not a std::exception";
  }
  base::log::error("handler threw",
                   {{"route", pattern_}, {"what", failure}, {"trace_id", summary_.trace_id}});
  co_return state_->router->fallback(summary_, 500, {});
}

base::Awaitable<bool> Session::write(const Response& response) {
  std::string_view body = response.shared_body ? *response.shared_body : response.body;
  HeadOptions options;
  options.date_line = loop_.date.at(state_->runtime.clock().now());
  options.body_size = body.size();
  options.http_1_1 = head_.http_1_1;
  options.keep_alive = keep_alive_;
  out_.clear();
  append_head(out_, response, options);
  if (is_head_ || has_no_body(response.status)) body = {};
  if (response.cut == Response::Cut::before_reply) co_return false;
  if (response.cut == Response::Cut::mid_reply) {
    co_await write_all(out_, body.substr(0, body.size() / 2));
    co_return false;
  }
  co_return co_await write_all(out_, body);
}

base::Awaitable<bool> Session::write_all(std::string_view head, std::string_view body) {
  // Almost always the socket takes all at once, and no operation has to be queued.
  const std::array<asio::const_buffer, 2> both = {asio::buffer(head), asio::buffer(body)};
  error_code ec;
  std::size_t sent = socket_.write_some(both, ec);
  if (ec && ec != asio::error::would_block) co_return false;
  while (sent < head.size() + body.size()) {
    if (expired_) co_return false;
    const std::size_t of_body = sent > head.size() ? sent - head.size() : 0;
    const std::array<asio::const_buffer, 2> rest = {
        asio::buffer(head.substr(std::min(sent, head.size()))), asio::buffer(body.substr(of_body))};
    const auto [error, n] = co_await socket_.async_write_some(rest, kTuple);
    if (error) co_return false;
    sent += n;
    // The limit is for a peer that reads nothing, not for a slow one with a large body.
    set_phase(phase_, phase_ == Phase::writing ? state_->options.write_timeout
                                               : state_->options.body_timeout);
  }
  co_return true;
}

base::Awaitable<void> Session::linger() {
  error_code ec;
  socket_.shutdown(asio::socket_base::shutdown_send, ec);
  expired_ = false;
  set_phase(Phase::closing, kLingerLimit);
  std::size_t dropped = 0;
  while (dropped < kLingerBytesMax) {
    begin_ = end_ = 0;
    const bool more = co_await fill();
    if (!more) co_return;
    dropped += end_;
  }
}

// --- around ---

void Session::name_trace() {
  request_.trace_id = trace_id_from(request_.headers.get("traceparent"));
  if (!request_.trace_id.empty()) return;
  const auto high = next_number(loop_.trace_seed[0]);
  request_.trace_id = make_trace_id(high, next_number(loop_.trace_seed[1]));
}

// The handler takes the request away; these are kept for logs and metrics.
void Session::take_summary() {
  summary_.method = request_.method;
  summary_.target = request_.target;
  summary_.path = request_.path;
  summary_.peer = request_.peer;
  summary_.trace_id = request_.trace_id;
}

void Session::observe(int status, SteadyTime started) {
  if (!state_->options.observe) return;
  const auto taken = std::chrono::steady_clock::now() - started;
  state_->options.observe(summary_, pattern_, status, std::chrono::duration_cast<Duration>(taken));
}

void Session::set_phase(Phase phase, Duration limit) {
  phase_ = phase;
  deadline_ =
      limit == Duration::max() ? SteadyTime::max() : std::chrono::steady_clock::now() + limit;
}

void Session::check_deadline(SteadyTime now) {
  if (now < deadline_) return;
  deadline_ = SteadyTime::max();
  abort();
}

void Session::stop_when_idle() {
  if (phase_ == Phase::idle) abort();
}

void Session::abort() {
  expired_ = true;
  error_code ec;
  socket_.cancel(ec);
}

}  // namespace net
