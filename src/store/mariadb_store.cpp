#include <boost/asio/post.hpp>
#include <charconv>
#include <deque>
#include <latch>

#include "base/encoding.h"
#include "store/engines.h"
#include "store/job_queue.h"
#include "store/mariadb_lane.h"

namespace store {
namespace {

namespace asio = boost::asio;

// The lanes of one event loop and the bodies that wait for one. All on the loop's thread. The lane
// that went idle last works first, so that at low load one connection (with warm caches on both
// sides) does everything.
class LoopLanes : public std::enable_shared_from_this<LoopLanes> {
 public:
  LoopLanes(base::Runtime& runtime, const Options& options, const MariadbTarget& target,
            std::size_t loop, std::size_t lanes_max, std::size_t queue_max)
      : runtime_(runtime),
        options_(options),
        target_(target),
        loop_(loop),
        lanes_max_(lanes_max),
        queue_max_(queue_max) {}

  asio::any_io_executor executor() const { return runtime_.loop(loop_); }

  void push(std::unique_ptr<Job> job) {
    if (closed_) return job->done(refused("store_closing"));
    MariadbLane* lane = idle_lane();
    if (!lane) {
      if (waiting_.size() >= queue_max_) return job->done(refused("store_queue_full"));
      waiting_.push_back(std::move(job));
      return;
    }
    lane->start(std::move(job));
  }

  // Refuses what waits, cuts what runs off from the server (whoever closes has waited for its tasks
  // before), and calls `closed` when nothing is left.
  void close(std::function<void()> closed) {
    closed_ = std::move(closed);
    for (auto& job : std::exchange(waiting_, {})) job->done(refused("store_closing"));
    for (auto& lane : lanes_) lane->give_up();
    end_when_idle();
  }

  // Does the server answer in time?
  static base::Awaitable<void> watch(std::shared_ptr<LoopLanes> self) {
    for (;;) {
      const bool due = co_await self->runtime_.sleep(MariadbLane::kLimitCheck);
      if (!due || self->closed_) co_return;
      for (auto& lane : self->lanes_) lane->check_limit();
    }
  }

 private:
  MariadbLane* idle_lane() {
    if (idle_.empty() && lanes_.size() < lanes_max_) {
      lanes_.push_back(std::make_unique<MariadbLane>(
          runtime_, options_, target_, loop_, [this](MariadbLane& lane) { return next_of(lane); }));
      return lanes_.back().get();
    }
    if (idle_.empty()) return nullptr;
    MariadbLane* lane = idle_.back();
    idle_.pop_back();
    return lane;
  }

  std::unique_ptr<Job> next_of(MariadbLane& lane) {
    if (!waiting_.empty()) {
      auto job = std::move(waiting_.front());
      waiting_.pop_front();
      return job;
    }
    idle_.push_back(&lane);
    // The lane is still at work: what ends it comes later.
    if (closed_) asio::post(executor(), [self = shared_from_this()] { self->end_when_idle(); });
    return nullptr;
  }

  void end_when_idle() {
    if (!closed_ || idle_.size() < lanes_.size()) return;
    idle_.clear();
    lanes_.clear();
    std::exchange(closed_, [] {})();
  }

  base::Runtime& runtime_;
  const Options& options_;
  const MariadbTarget& target_;
  const std::size_t loop_;
  const std::size_t lanes_max_;
  const std::size_t queue_max_;
  std::vector<std::unique_ptr<MariadbLane>> lanes_;
  std::vector<MariadbLane*> idle_;
  std::deque<std::unique_ptr<Job>> waiting_;
  std::function<void()> closed_;
};

class MariadbStore final : public Store {
 public:
  MariadbStore(base::Runtime& runtime, Options options, MariadbTarget target)
      : runtime_(runtime), options_(std::move(options)), target_(std::move(target)) {}

  ~MariadbStore() override {
    *alive_ = false;
    close();
  }

  void close() override {
    if (std::exchange(closed_, true) || loops_.empty()) return;
    QT_ASSERT(!runtime_.this_loop());
    std::latch closed(static_cast<std::ptrdiff_t>(loops_.size()));
    for (const auto& lanes : loops_) {
      auto end = [lanes, &closed] { lanes->close([&] { closed.count_down(); }); };
      asio::post(lanes->executor(), std::move(end));
    }
    closed.wait();
  }

  Status start() {
    {
      TRY(const auto first,
          MariadbConnection::connect(target_, MariadbConnection::Role::transactions));
      TRY_STATUS(first->check_server(options_.allow_unsafe_server));
    }
    if (!runtime_.threaded()) {
      inline_ = std::make_unique<MariadbLane>(runtime_, options_, target_, std::nullopt, nullptr);
      return {};
    }
    const std::size_t count = runtime_.loop_count();
    for (std::size_t i = 0; i < count; ++i) {
      loops_.push_back(std::make_shared<LoopLanes>(
          runtime_, options_, target_, i,
          std::max<std::size_t>(1, (options_.threads + count - 1) / count),
          std::max<std::size_t>(1, options_.queue_max / count)));
      runtime_.spawn_on(i, "mariadb.limits", LoopLanes::watch(loops_.back()));
    }
    return {};
  }

  Engine engine() const override { return Engine::mariadb; }

  Status administer(std::function<Status(Connection&)> work) override {
    TRY(auto connection, MariadbConnection::connect(target_, MariadbConnection::Role::admin));
    return work(*connection);
  }

 protected:
  void submit(std::unique_ptr<Job> job) override {
    if (inline_) {
      auto task = [this, alive = alive_, job = std::move(job)] {
        if (*alive) inline_->run(*job);
      };
      return asio::post(runtime_.loop(0), std::move(task));
    }
    if (const auto here = runtime_.this_loop()) return loops_[*here]->push(std::move(job));
    const auto& lanes = loops_[next_loop_.fetch_add(1, std::memory_order_relaxed) % loops_.size()];
    asio::post(lanes->executor(),
               [lanes, job = std::move(job)]() mutable { lanes->push(std::move(job)); });
  }

  void run_blocking(std::unique_ptr<Job> job) override {
    if (inline_) return inline_->run(*job);
    QT_ASSERT(!runtime_.this_loop());
    auto wrapped = std::make_unique<NotifyingJob>(std::move(job));
    NotifyingJob::Flag flag;
    wrapped->notify(&flag);
    submit(std::move(wrapped));
    flag.wait();
  }

 private:
  base::Runtime& runtime_;
  const Options options_;
  const MariadbTarget target_;
  std::vector<std::shared_ptr<LoopLanes>> loops_;
  std::atomic<std::size_t> next_loop_{0};
  std::unique_ptr<MariadbLane> inline_;  // without threads
  bool closed_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

Status set_option(MariadbTarget& target, std::string_view name, std::string value) {
  if (name == "socket") {
    target.socket = std::move(value);
  } else if (name == "user") {
    target.user = std::move(value);
  } else if (name == "password") {
    target.password = base::Secret<std::string>(std::move(value));
  } else if (name == "tls_ca") {
    target.tls_ca = std::move(value);
  } else {
    return base::error(base::Code::invalid_argument,
                       "unknown option in the mysql: URL: " + std::string(name));
  }
  return {};
}

Status parse_authority(MariadbTarget& target, std::string_view authority) {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view who = authority.substr(0, at);
    const auto colon = who.find(':');
    TRY(target.user, base::percent_decode(who.substr(0, colon), false));
    if (colon != std::string_view::npos) {
      TRY(std::string password, base::percent_decode(who.substr(colon + 1), false));
      target.password = base::Secret<std::string>(std::move(password));
    }
    authority.remove_prefix(at + 1);
  }
  if (const auto colon = authority.rfind(':');
      colon != std::string_view::npos && !authority.ends_with(']')) {
    const std::string_view port = authority.substr(colon + 1);
    const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), target.port);
    if (failed != std::errc() || end != port.data() + port.size() || target.port == 0) {
      return base::error(base::Code::invalid_argument, "the mysql: URL has a bad port");
    }
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']'))
    authority = authority.substr(1, authority.size() - 2);
  if (!authority.empty()) target.host = authority;
  return {};
}

}  // namespace

Result<MariadbTarget> parse_mysql_url(const std::string& url) {
  MariadbTarget target;
  std::string_view rest = url;
  if (!rest.starts_with("mysql://"))
    return base::error(base::Code::invalid_argument, "expected mysql://");
  rest.remove_prefix(8);
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) {
    return base::error(base::Code::invalid_argument, "the mysql: URL names no database");
  }
  TRY_STATUS(parse_authority(target, rest.substr(0, slash)));
  rest.remove_prefix(slash + 1);
  const auto question = rest.find('?');
  TRY(target.database, base::percent_decode(rest.substr(0, question), false));
  if (target.database.empty()) {
    return base::error(base::Code::invalid_argument, "the mysql: URL names no database");
  }
  if (question == std::string_view::npos) return target;
  TRY(auto fields, base::form_decode(rest.substr(question + 1), 16));
  for (auto& field : fields) TRY_STATUS(set_option(target, field.name, std::move(field.value)));
  return target;
}

Result<std::unique_ptr<Store>> open_mariadb(base::Runtime& runtime, Options options) {
  TRY(MariadbTarget target, parse_mysql_url(options.url));
  target.busy_timeout = options.busy_timeout;
  auto made = std::make_unique<MariadbStore>(runtime, std::move(options), std::move(target));
  TRY_STATUS(made->start());
  return made;
}

}  // namespace store
