#include "net/curl_engine.h"

#include <boost/asio/post.hpp>

#include "base/assert.h"

namespace net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kSpareMax = 64;
// Kept connections over all hosts; curl closes the oldest above this.
constexpr long kCachedConnectionsMax = 256;

// tidy: clock because it is compared with what the loop's timer counts by
boost::asio::steady_timer::time_point now() { return std::chrono::steady_clock::now(); }

void init_curl_once() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  QT_ASSERT(code == CURLE_OK);
}

}  // namespace

// One socket that curl wants to hear about. Curl owns the descriptor; we only lend it to Asio.
struct CurlEngine::Watch {
  Watch(const asio::any_io_executor& executor, curl_socket_t fd) : descriptor(executor, fd) {}
  asio::posix::stream_descriptor descriptor;
  int wanted = CURL_POLL_NONE;
  bool reading = false;
  bool writing = false;
  bool removed = false;
};

CurlEngine::CurlEngine(asio::any_io_executor executor, ClientOptions options)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      multi_((init_curl_once(), curl_multi_init())),
      timer_(executor_),
      stop_timer_(executor_) {
  QT_ASSERT(multi_ != nullptr);
  const auto per_host = static_cast<long>(options_.connections_per_host_max);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlEngine::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlEngine::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, per_host);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, std::max(kCachedConnectionsMax, per_host));
}

CurlEngine::~CurlEngine() {
  closed_ = true;
  for (auto& [easy, transfer] : transfers_) {
    curl_multi_remove_handle(multi_, easy);
    curl_easy_cleanup(easy);
    curl_slist_free_all(transfer->headers);
    transfer->done = nullptr;  // it holds the caller's frame, which holds the transfer
  }
  for (CURL* easy : spare_) curl_easy_cleanup(easy);
  // Closing the cached connections still calls on_socket, which lets go of the descriptors.
  curl_multi_cleanup(multi_);
  for (auto& [fd, watch] : watches_) watch->descriptor.release();
}

void CurlEngine::start(std::shared_ptr<Transfer> transfer) {
  if (closed_) {
    transfer->done(base::error(base::Code::unavailable, "the HTTP client has been stopped"));
    return;
  }
  CURL* easy = take_easy();
  transfer->easy = easy;
  prepare_transfer(*transfer, options_, time_limit_);
  transfers_.emplace(easy, std::move(transfer));
  const CURLMcode code = curl_multi_add_handle(multi_, easy);
  QT_ASSERT(code == CURLM_OK);
}

CURL* CurlEngine::take_easy() {
  if (!spare_.empty()) {
    CURL* easy = spare_.back();
    spare_.pop_back();
    return easy;
  }
  CURL* easy = curl_easy_init();
  QT_ASSERT(easy != nullptr);
  return easy;
}

int CurlEngine::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  static_cast<CurlEngine*>(self)->watch(fd, what);
  return 0;
}

void CurlEngine::watch(curl_socket_t fd, int what) {
  auto found = watches_.find(fd);
  if (what == CURL_POLL_REMOVE) {
    if (found == watches_.end()) return;
    found->second->removed = true;
    found->second->descriptor.release();
    watches_.erase(found);
    return;
  }
  if (closed_) return;
  if (found == watches_.end()) {
    found = watches_.emplace(fd, std::make_shared<Watch>(executor_, fd)).first;
  }
  found->second->wanted = what;
  arm(found->second);
}

void CurlEngine::arm(const std::shared_ptr<Watch>& watch) {
  const curl_socket_t fd = watch->descriptor.native_handle();
  if ((watch->wanted & CURL_POLL_IN) != 0 && !watch->reading) {
    watch->reading = true;
    auto ready = [self = shared_from_this(), watch, fd](const error_code& ec) {
      watch->reading = false;
      if (ec || watch->removed) return;
      if ((watch->wanted & CURL_POLL_IN) != 0) self->act(fd, CURL_CSELECT_IN);
      if (!watch->removed) self->arm(watch);
    };
    watch->descriptor.async_wait(asio::posix::stream_descriptor::wait_read, std::move(ready));
  }
  if ((watch->wanted & CURL_POLL_OUT) != 0 && !watch->writing) {
    watch->writing = true;
    auto ready = [self = shared_from_this(), watch, fd](const error_code& ec) {
      watch->writing = false;
      if (ec || watch->removed) return;
      if ((watch->wanted & CURL_POLL_OUT) != 0) self->act(fd, CURL_CSELECT_OUT);
      if (!watch->removed) self->arm(watch);
    };
    watch->descriptor.async_wait(asio::posix::stream_descriptor::wait_write, std::move(ready));
  }
}

int CurlEngine::on_timer(CURLM*, long timeout_ms, void* self_pointer) {
  auto& self = *static_cast<CurlEngine*>(self_pointer);
  self.wanted_.reset();
  if (timeout_ms < 0 || self.closed_) return 0;
  if (timeout_ms == 0) {
    self.act_soon();
    return 0;
  }
  self.wanted_ = now() + std::chrono::milliseconds(timeout_ms);
  if (!self.armed_ || *self.wanted_ < *self.armed_) self.arm_timer(*self.wanted_);
  return 0;
}

// By way of the loop: curl must not be entered from its own callback.
void CurlEngine::act_soon() {
  if (std::exchange(acts_soon_, true)) return;
  boost::asio::post(executor_, [weak = weak_from_this()] {
    const auto engine = weak.lock();
    if (!engine) return;
    engine->acts_soon_ = false;
    if (!engine->closed_) engine->act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void CurlEngine::arm_timer(Instant at) {
  armed_ = at;
  timer_.expires_at(at);
  timer_.async_wait([weak = weak_from_this()](const error_code& ec) {
    const auto engine = weak.lock();
    if (!ec && engine) engine->timer_fired();
  });
}

void CurlEngine::timer_fired() {
  armed_.reset();
  if (!wanted_ || closed_) return;
  if (*wanted_ > now()) return arm_timer(*wanted_);
  wanted_.reset();
  act(CURL_SOCKET_TIMEOUT, 0);
}

void CurlEngine::act(curl_socket_t fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, events, &running);
  collect();
}

void CurlEngine::collect() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
  }
}

void CurlEngine::finish(CURL* easy, CURLcode code) {
  const auto found = transfers_.find(easy);
  QT_ASSERT(found != transfers_.end());
  const std::shared_ptr<Transfer> transfer = std::move(found->second);
  transfers_.erase(found);
  auto result = outcome_of(*transfer, code);
  curl_multi_remove_handle(multi_, easy);
  curl_slist_free_all(std::exchange(transfer->headers, nullptr));
  if (spare_.size() < kSpareMax) {
    curl_easy_reset(easy);
    spare_.push_back(easy);
  } else {
    curl_easy_cleanup(easy);
  }
  transfer->easy = nullptr;
  transfer->done(std::move(result));
}

void CurlEngine::stop_within(Duration limit) {
  time_limit_ = limit;
  stop_timer_.expires_after(limit);
  stop_timer_.async_wait([weak = weak_from_this()](const error_code& ec) {
    const auto engine = weak.lock();
    if (!ec && engine) engine->abort_all();
  });
}

void CurlEngine::abort_all() {
  closed_ = true;
  timer_.cancel();
  while (!transfers_.empty()) finish(transfers_.begin()->first, CURLE_OPERATION_TIMEDOUT);
}

}  // namespace net
