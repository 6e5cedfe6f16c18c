#pragma once
#include <curl/curl.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/http.h"

// Internal to http_client.cpp: libcurl's multi interface driven by one event loop.
namespace net {

// One exchange. Owned by the engine while it runs; touched on the engine's loop only.
struct Transfer {
  ClientRequest request;
  ClientResponse response;
  std::function<void(Result<ClientResponse>)> done;  // called once

  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  std::size_t received_bytes = 0;
  int attempts = 0;            // connections on which the request was begun
  bool head_complete = false;  // the empty line after the last status line has come
  bool too_large = false;
  bool repeat_refused = false;  // curl wanted to repeat a request that may have been received
  bool private_refused = false;
  char error_text[CURL_ERROR_SIZE] = {};
};

// Lives until its last transfer is done; all members run on the loop of `executor`.
class CurlEngine : public std::enable_shared_from_this<CurlEngine> {
 public:
  CurlEngine(boost::asio::any_io_executor executor, ClientOptions options);
  ~CurlEngine();
  CurlEngine(const CurlEngine&) = delete;

  const boost::asio::any_io_executor& executor() const { return executor_; }
  void start(std::shared_ptr<Transfer> transfer);
  // From now on nothing may take longer than `limit`; what is running then fails.
  void stop_within(Duration limit);
  void abort_all();

 private:
  struct Watch;
  using Instant = boost::asio::steady_timer::time_point;
  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* unused);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);
  void act_soon();
  void arm_timer(Instant at);
  void timer_fired();
  void watch(curl_socket_t fd, int what);
  void arm(const std::shared_ptr<Watch>& watch);
  void act(curl_socket_t fd, int events);
  void collect();
  void finish(CURL* easy, CURLcode code);
  CURL* take_easy();

  const boost::asio::any_io_executor executor_;
  const ClientOptions options_;
  CURLM* multi_;
  // curl moves its deadline with every step, mostly to a later one: the timer stays where it is and
  // looks again when it fires.
  boost::asio::steady_timer timer_;
  std::optional<Instant> wanted_;
  std::optional<Instant> armed_;
  bool acts_soon_ = false;
  boost::asio::steady_timer stop_timer_;
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  std::unordered_map<CURL*, std::shared_ptr<Transfer>> transfers_;
  std::vector<CURL*> spare_;  // easy handles to use again
  Duration time_limit_ = Duration::max();
  bool closed_ = false;
};

// Sets every option of the transfer's easy handle.
void prepare_transfer(Transfer& transfer, const ClientOptions& options, Duration time_limit);

// What the exchange came to, in the terms of HttpClient.
Result<ClientResponse> outcome_of(Transfer& transfer, CURLcode code);

}  // namespace net
