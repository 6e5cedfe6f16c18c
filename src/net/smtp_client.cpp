#include "net/smtp.h"

#include <boost/asio/as_tuple.hpp>
#include <deque>
#include <list>

#include "net/mail_address.h"
#include "net/smtp_connection.h"

namespace net {
namespace {

namespace asio = boost::asio;
using base::Code;
using base::error;
using boost::system::error_code;
using ConnectionPtr = std::shared_ptr<SmtpConnection>;

constexpr Duration kTickMin = std::chrono::milliseconds(10);
constexpr Duration kTickMax = std::chrono::seconds(1);

// The connections to one server. Kept while any is open or wanted.
struct Endpoint {
  explicit Endpoint(SmtpServer s) : server(std::move(s)) {}
  const SmtpServer server;
  std::deque<ConnectionPtr> idle;
  std::list<ConnectionPtr> active;
  std::size_t slots_taken = 0;              // idle ones hold none
  std::deque<asio::steady_timer*> waiting;  // in order of arrival
  bool unused() const { return idle.empty() && slots_taken == 0 && waiting.empty(); }
};

// Everything that runs on the client's loop; kept alive by the mails in hand.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(base::Runtime& runtime, SmtpOptions options)
      : runtime_(runtime),
        executor_(runtime.loop(0)),
        options_(std::move(options)),
        tls_(asio::ssl::context::tls_client),
        ticker_(executor_) {}

  // Loads the certificates when the first secure connection needs them: that takes tens of
  // milliseconds.
  static Awaitable<Status> tls_ready(std::shared_ptr<Pool> pool);
  const asio::any_io_executor& executor() const { return executor_; }
  static Awaitable<Result<SmtpAccepted>> deliver(std::shared_ptr<Pool> pool, SmtpServer server,
                                                 Mail mail);
  static Awaitable<Status> check(std::shared_ptr<Pool> pool, SmtpServer server);
  // Closes what is idle now and what is busy after `limit`; later mails are refused.
  void stop_within(Duration limit);

 private:
  Awaitable<Result<SmtpAccepted>> deliver_once(Endpoint& endpoint, const Mail& mail, bool& again);
  Awaitable<bool> take_slot(Endpoint& endpoint);
  void release_slot(Endpoint& endpoint);
  ConnectionPtr take_idle(Endpoint& endpoint);
  std::shared_ptr<Endpoint> endpoint_for(const SmtpServer& server);
  void tick();
  void close_old(Endpoint& endpoint, std::chrono::steady_clock::time_point before);

  Status load_certificates();

  base::Runtime& runtime_;
  const asio::any_io_executor executor_;
  const SmtpOptions options_;
  asio::ssl::context tls_;
  std::once_flag tls_once_;
  std::atomic<bool> tls_loaded_{false};
  Status tls_status_;
  asio::steady_timer ticker_;
  bool ticking_ = false;
  std::optional<Duration> stop_limit_;
  std::vector<std::shared_ptr<Endpoint>> endpoints_;
};

Awaitable<Status> Pool::tls_ready(std::shared_ptr<Pool> pool) {
  if (!pool->tls_loaded_.load()) {
    std::function<void()> load = [pool] {
      std::call_once(pool->tls_once_, [&] { pool->tls_status_ = pool->load_certificates(); });
    };
    co_await base::run_blocking(pool->runtime_, std::move(load));
    pool->tls_loaded_.store(true);
  }
  co_return pool->tls_status_;
}

Status Pool::load_certificates() {
  error_code ec;
  tls_.set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1, ec);
  if (options_.ca_file.empty()) {
    tls_.set_default_verify_paths(ec);
  } else {
    tls_.load_verify_file(options_.ca_file, ec);
  }
  if (ec) return error(Code::unavailable, "no_tls", "cannot load certificates: " + ec.message());
  return {};
}

Awaitable<Result<SmtpAccepted>> Pool::deliver(std::shared_ptr<Pool> pool, SmtpServer server,
                                              Mail mail) {
  const std::shared_ptr<Endpoint> endpoint = pool->endpoint_for(server);
  const bool free = co_await pool->take_slot(*endpoint);
  if (!free) co_return error(Code::unavailable, "no connection to the mail server became free");
  bool again = false;
  auto result = co_await pool->deliver_once(*endpoint, mail, again);
  if (again) result = co_await pool->deliver_once(*endpoint, mail, again);
  pool->release_slot(*endpoint);
  pool->tick();
  co_return result;
}

Awaitable<Status> Pool::check(std::shared_ptr<Pool> pool, SmtpServer server) {
  if (pool->stop_limit_) co_return error(Code::unavailable, "the client has stopped");
  const auto endpoint = std::make_shared<Endpoint>(std::move(server));
  const auto connection = std::make_shared<SmtpConnection>(pool->executor_, pool->options_,
                                                           pool->tls_, endpoint->server);
  connection->arm(pool->options_.timeout);
  Status opened = co_await connection->open();
  connection->disarm();
  connection->quit();
  co_return opened;
}

// `again`: the connection was a kept one and died before the mail was ended, so a fresh one may be
// tried.
Awaitable<Result<SmtpAccepted>> Pool::deliver_once(Endpoint& endpoint, const Mail& mail,
                                                   bool& again) {
  ConnectionPtr connection = again ? nullptr : take_idle(endpoint);
  again = false;
  const bool kept = connection != nullptr;
  if (!kept) {
    connection = std::make_shared<SmtpConnection>(executor_, options_, tls_, endpoint.server);
  }
  const auto place = endpoint.active.insert(endpoint.active.end(), connection);
  connection->arm(std::min(options_.timeout, stop_limit_.value_or(options_.timeout)));
  Status opened;
  if (!kept) opened = co_await connection->open();
  Result<SmtpAccepted> result = SmtpAccepted();
  if (opened) {
    result = co_await connection->send(mail);
  } else {
    result = std::move(opened).error();
  }
  connection->disarm();
  endpoint.active.erase(place);
  again = kept && !result && result.error().code == Code::unavailable && !connection->timed_out() &&
          !stop_limit_;
  if (!stop_limit_ && connection->usable()) {
    connection->idle_since = std::chrono::steady_clock::now();
    endpoint.idle.push_back(std::move(connection));
  } else {
    connection->quit();
  }
  co_return result;
}

Awaitable<bool> Pool::take_slot(Endpoint& endpoint) {
  if (stop_limit_) co_return false;
  if (endpoint.slots_taken < options_.connections_max) {
    ++endpoint.slots_taken;
    co_return true;
  }
  asio::steady_timer turn(executor_, options_.timeout);
  endpoint.waiting.push_back(&turn);
  constexpr auto tuple = asio::as_tuple(asio::use_awaitable);
  co_await turn.async_wait(tuple);
  // Whoever gave us its slot has removed us from the queue.
  const auto place = std::find(endpoint.waiting.begin(), endpoint.waiting.end(), &turn);
  if (place == endpoint.waiting.end()) co_return true;
  endpoint.waiting.erase(place);
  co_return false;
}

void Pool::release_slot(Endpoint& endpoint) {
  if (endpoint.waiting.empty()) {
    --endpoint.slots_taken;
    return;
  }
  // The slot passes on without becoming free.
  endpoint.waiting.front()->cancel();
  endpoint.waiting.pop_front();
}

ConnectionPtr Pool::take_idle(Endpoint& endpoint) {
  while (!endpoint.idle.empty()) {
    ConnectionPtr connection = std::move(endpoint.idle.back());
    endpoint.idle.pop_back();
    if (connection->usable()) return connection;
    connection->close();
  }
  return nullptr;
}

std::shared_ptr<Endpoint> Pool::endpoint_for(const SmtpServer& server) {
  for (const auto& endpoint : endpoints_) {
    if (same_endpoint(endpoint->server, server)) return endpoint;
  }
  endpoints_.push_back(std::make_shared<Endpoint>(server));
  return endpoints_.back();
}

void Pool::close_old(Endpoint& endpoint, std::chrono::steady_clock::time_point before) {
  while (!endpoint.idle.empty() && endpoint.idle.front()->idle_since <= before) {
    endpoint.idle.front()->quit();
    endpoint.idle.pop_front();
  }
}

// Runs while there are connections to watch, and forgets servers that nobody uses.
void Pool::tick() {
  std::erase_if(endpoints_, [](const auto& endpoint) { return endpoint->unused(); });
  if (ticking_ || endpoints_.empty() || stop_limit_) return;
  ticking_ = true;
  ticker_.expires_after(std::clamp(Duration(options_.idle_timeout / 4), kTickMin, kTickMax));
  ticker_.async_wait([weak = weak_from_this()](const error_code& ec) {
    const auto pool = weak.lock();
    if (ec || !pool) return;
    pool->ticking_ = false;
    const auto now = std::chrono::steady_clock::now();
    for (auto& endpoint : pool->endpoints_) {
      pool->close_old(*endpoint, now - pool->options_.idle_timeout);
    }
    pool->tick();
  });
}

void Pool::stop_within(Duration limit) {
  stop_limit_ = limit;
  ticker_.cancel();
  for (auto& endpoint : endpoints_) {
    close_old(*endpoint, std::chrono::steady_clock::time_point::max());
    for (auto* turn : endpoint->waiting) turn->cancel();
    for (auto& connection : endpoint->active) connection->arm(limit);
  }
}

Awaitable<void> watch_runtime(base::Runtime& runtime, std::weak_ptr<Pool> weak, Duration limit) {
  bool running = true;
  while (running) running = co_await runtime.sleep(std::chrono::hours(1));
  if (const auto pool = weak.lock()) pool->stop_within(limit);
}

Status check_addresses(const Mail& mail) {
  if (!mail.envelope_from.empty() && !is_mail_address(mail.envelope_from)) {
    return base::field_error("envelope_from", "malformed", "not a mail address");
  }
  if (!is_mail_address(mail.envelope_to)) {
    return base::field_error("envelope_to", "malformed", "not a mail address");
  }
  return {};
}

class PooledSmtpClient final : public SmtpClient {
 public:
  explicit PooledSmtpClient(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {}
  ~PooledSmtpClient() override {
    asio::post(pool_->executor(), [pool = pool_] { pool->stop_within(Duration{0}); });
  }

  Awaitable<Result<SmtpAccepted>> send(SmtpServer server, Mail mail) override {
    CO_TRY_STATUS(check_addresses(mail));
    if (server.security != SmtpSecurity::none) CO_TRY_STATUS(co_await Pool::tls_ready(pool_));
    const asio::any_io_executor executor = pool_->executor();
    auto task = Pool::deliver(pool_, std::move(server), std::move(mail));
    co_return co_await asio::co_spawn(executor, std::move(task), asio::use_awaitable);
  }
  Awaitable<Status> check(SmtpServer server) override {
    if (server.security != SmtpSecurity::none) CO_TRY_STATUS(co_await Pool::tls_ready(pool_));
    const asio::any_io_executor executor = pool_->executor();
    auto task = Pool::check(pool_, std::move(server));
    co_return co_await asio::co_spawn(executor, std::move(task), asio::use_awaitable);
  }

 private:
  const std::shared_ptr<Pool> pool_;
};

}  // namespace

bool same_endpoint(const SmtpServer& a, const SmtpServer& b) {
  return a.host == b.host && a.port == b.port && a.security == b.security && a.user == b.user &&
         a.password.reveal() == b.password.reveal();
}

std::unique_ptr<SmtpClient> smtp_client(base::Runtime& runtime, SmtpOptions options) {
  const Duration limit = options.stop_timeout;
  auto pool = std::make_shared<Pool>(runtime, std::move(options));
  runtime.spawn_on(0, "smtp client stop", watch_runtime(runtime, pool, limit));
  return std::make_unique<PooledSmtpClient>(std::move(pool));
}

}  // namespace net
