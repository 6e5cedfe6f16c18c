#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>

#include "base/assert.h"
#include "net/curl_engine.h"
#include "net/url.h"

namespace net {
namespace {

namespace asio = boost::asio;

base::Awaitable<void> watch_runtime(base::Runtime& runtime, std::weak_ptr<CurlEngine> weak,
                                    Duration limit) {
  bool running = true;
  while (running) running = co_await runtime.sleep(std::chrono::hours(1));
  if (const auto engine = weak.lock()) engine->stop_within(limit);
}

// The waiting frame only knows the engine weakly: a frame that is still suspended at the very end
// must not be what keeps the timers of another loop. Suspends the caller until the engine's loop
// has called `done`; resumes it on its own executor.
Awaitable<void> exchange(std::weak_ptr<CurlEngine> weak, std::shared_ptr<Transfer> transfer,
                         std::optional<Result<ClientResponse>>& result) {
  auto initiate = [weak, transfer, &result](auto handler) {
    using Handler = decltype(handler);
    auto shared = std::make_shared<Handler>(std::move(handler));
    transfer->done = [shared, &result](Result<ClientResponse> value) {
      result.emplace(std::move(value));
      const auto executor = asio::get_associated_executor(*shared);
      asio::post(executor, [shared] { std::move (*shared)(); });
    };
    const auto engine = weak.lock();
    QT_ASSERT(engine != nullptr);  // the client outlives the calls on it
    asio::post(engine->executor(), [engine, transfer] { engine->start(transfer); });
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable);
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(std::shared_ptr<CurlEngine> engine) : engine_(std::move(engine)) {}
  ~CurlClient() override {
    asio::post(engine_->executor(), [engine = engine_] { engine->abort_all(); });
  }

  Awaitable<Result<ClientResponse>> send(ClientRequest request) override {
    CO_TRY_STATUS(check(request));
    const std::weak_ptr<CurlEngine> engine = engine_;
    auto transfer = std::make_shared<Transfer>();
    transfer->request = std::move(request);
    std::optional<Result<ClientResponse>> result;
    co_await exchange(engine, transfer, result);
    co_return std::move(*result);
  }

 private:
  static Status check(const ClientRequest& request) {
    TRY(const UrlParts url, split_url(request.url));
    if (request.method == Method::other) {
      return base::error(base::Code::invalid_argument, "unknown method");
    }
    return {};
  }

  const std::shared_ptr<CurlEngine> engine_;
};

}  // namespace

std::unique_ptr<HttpClient> http_client(base::Runtime& runtime, ClientOptions options) {
  const Duration limit = options.stop_timeout;
  auto engine = std::make_shared<CurlEngine>(runtime.loop(0), std::move(options));
  runtime.spawn_on(0, "http client stop", watch_runtime(runtime, engine, limit));
  return std::make_unique<CurlClient>(std::move(engine));
}

}  // namespace net
