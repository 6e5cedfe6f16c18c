#include <boost/asio/post.hpp>
#include <charconv>
#include <thread>

#include "base/encoding.h"
#include "base/log.h"
#include "store/engines.h"
#include "store/job_queue.h"
#include "store/mariadb_connection.h"

namespace store {
namespace {

constexpr std::size_t kReconnectsMax = 3;  // of one body
constexpr base::Duration kPauseStep = std::chrono::milliseconds(2);
constexpr base::Duration kPauseMax = std::chrono::milliseconds(100);

// The connections of one thread, opened when first needed: one for each kind of access.
struct Sessions {
  std::array<std::unique_ptr<MariadbConnection>, 3> connections;
  std::unique_ptr<MariadbConnection>& of(Access access) {
    return connections[static_cast<std::size_t>(access)];
  }
};

MariadbConnection::Role role_of(Access access) {
  switch (access) {
    case Access::write: return MariadbConnection::Role::transactions;
    case Access::snapshot: return MariadbConnection::Role::snapshots;
    case Access::reads: return MariadbConnection::Role::reads;
  }
  return MariadbConnection::Role::transactions;
}

class MariadbStore final : public Store {
 public:
  MariadbStore(base::Runtime& runtime, Options options, MariadbTarget target)
      : runtime_(runtime),
        options_(std::move(options)),
        target_(std::move(target)),
        jobs_(options_.queue_max) {}

  ~MariadbStore() override {
    jobs_.close();
    for (auto& t : threads_) t.join();
    *alive_ = false;
  }

  Status start() {
    TRY(auto first, MariadbConnection::connect(target_, role_of(Access::write)));
    TRY_STATUS(first->check_server(options_.allow_unsafe_server));
    if (!runtime_.threaded()) {
      inline_.of(Access::write) = std::move(first);
      return {};
    }
    for (std::size_t i = 0; i < options_.threads; ++i) {
      threads_.push_back(runtime_.start_thread("mariadb", [this] { loop(); }));
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
    if (runtime_.threaded()) return jobs_.push(std::move(job));
    auto task = [this, alive = alive_, job = std::move(job)]() mutable {
      if (*alive) run(inline_, *job);
    };
    boost::asio::post(runtime_.loop(0), std::move(task));
  }

  void run_blocking(std::unique_ptr<Job> job) override {
    if (!runtime_.threaded()) return run(inline_, *job);
    auto wrapped = std::make_unique<NotifyingJob>(std::move(job));
    NotifyingJob::Flag flag;
    wrapped->notify(&flag);
    submit(std::move(wrapped));
    flag.wait();
  }

 private:
  enum class Next : std::uint8_t { finished, repeat, reconnect };

  void loop() {
    Sessions sessions;
    while (auto job = jobs_.pop()) run(sessions, *job);
  }

  void run(Sessions& sessions, Job& job) {
    auto& connection = sessions.of(job.access());
    Status outcome;
    std::size_t reconnects = 0;
    for (std::size_t attempt = 1;; ++attempt) {
      if (!connection) {
        auto made = MariadbConnection::connect(target_, role_of(job.access()));
        if (!made) {
          outcome = std::move(made).error();
          break;
        }
        connection = *std::move(made);
      }
      const Next next = attempt_once(*connection, job, outcome);
      if (connection->fate() == Fate::lost) connection.reset();
      if (next == Next::finished) break;
      reconnects += next == Next::reconnect ? 1 : 0;
      if (attempt >= options_.attempts_max || reconnects > kReconnectsMax) {
        outcome = base::error(base::Code::unavailable, "database_busy",
                              "the transaction did not get through");
        break;
      }
      if (next == Next::repeat || reconnects > 1) pause(attempt);
    }
    job.done(std::move(outcome));
  }

  Next attempt_once(MariadbConnection& connection, Job& job, Status& outcome) {
    Tx tx(connection, job.read_only());
    const bool commit = job.run(tx);
    const auto hooks = connection.take_hooks();
    if (connection.fate() == Fate::good && commit) {
      const bool wrote = connection.wrote();
      outcome = connection.commit();
      if (outcome) {
        for (const auto& hook : hooks) hook();
        return Next::finished;
      }
      if (connection.fate() == Fate::lost && wrote) {
        outcome = base::error(base::Code::ambiguous, "commit_unknown",
                              "the connection broke during COMMIT");
        return Next::finished;
      }
      if (connection.fate() == Fate::good) {
        connection.rollback();
        return Next::finished;
      }
      outcome = {};
    }
    switch (connection.fate()) {
      case Fate::good: connection.rollback(); return Next::finished;
      case Fate::repeat: connection.rollback(); return Next::repeat;
      case Fate::lost: return Next::reconnect;
    }
    return Next::finished;
  }

  // Rivals that collided should not meet again at once.
  void pause(std::size_t attempt) {
    if (!runtime_.threaded()) return;
    const auto most =
        std::min<base::Duration>(kPauseMax, kPauseStep * (1 << std::min<std::size_t>(attempt, 6)));
    jobs_.pause(base::Duration(1 + static_cast<std::int64_t>(runtime_.random().below(
                                       static_cast<std::uint64_t>(most.count())))));
  }

  base::Runtime& runtime_;
  const Options options_;
  const MariadbTarget target_;
  JobQueue jobs_;
  Sessions inline_;  // without threads
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::vector<std::thread> threads_;
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
