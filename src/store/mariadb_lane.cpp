#include "store/mariadb_lane.h"

#include <unistd.h>

#include <boost/asio/post.hpp>

namespace store {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReconnectsMax = 3;                       // of one body
constexpr base::Duration kNoAnswer = std::chrono::seconds(20);  // over the longest lock wait
constexpr base::Duration kPauseStep = std::chrono::milliseconds(2);
constexpr base::Duration kPauseMax = std::chrono::milliseconds(100);

MariadbConnection::Role role_of(Access access) {
  switch (access) {
    case Access::write: return MariadbConnection::Role::transactions;
    case Access::snapshot: return MariadbConnection::Role::snapshots;
    case Access::reads: return MariadbConnection::Role::reads;
  }
  return MariadbConnection::Role::transactions;
}

}  // namespace

MariadbLane::MariadbLane(base::Runtime& runtime, const Options& options,
                         const MariadbTarget& target, std::optional<std::size_t> loop, NextJob next)
    : runtime_(runtime), options_(options), target_(target), loop_(loop), next_(std::move(next)) {
  if (loop_) fiber_ = std::make_unique<Fiber>([this] { serve(); });
}

MariadbLane::~MariadbLane() {
  QT_ASSERT(!job_);
  // Without a job the fiber returns.
  if (fiber_ && fiber_->began()) go_on();
  for (Session& session : sessions_) disconnect(session);
}

void MariadbLane::start(std::unique_ptr<Job> job) {
  job_ = std::move(job);
  stopped_ = false;
  go_on();
}

void MariadbLane::serve() {
  while (job_) {
    outcome_ = attempt_until_done(*job_);
    fiber_->stop();  // the lane itself, not for the job
  }
}

void MariadbLane::go_on() {
  for (bool more = true; more;) {
    SocketWaiter* const before = std::exchange(socket_waiter(), this);
    forget_tls_errors();
    fiber_->resume();
    socket_waiter() = before;
    if (!outcome_) return;
    const std::unique_ptr<Job> job = std::move(job_);
    Status outcome = *std::exchange(outcome_, std::nullopt);
    job_ = next_(*this);
    more = job_ != nullptr;
    const bool here = std::exchange(stopped_, false);
    // Whoever waits may start the idle lane again, so it is not touched afterwards. A body that
    // never stopped runs within the call that started it, where nobody expects its end yet.
    if (here) {
      job->done_here(std::move(outcome));
    } else {
      job->done(std::move(outcome));
    }
  }
}

void MariadbLane::run(Job& job) { job.done(attempt_until_done(job)); }

void MariadbLane::stop() {
  stopped_ = true;
  fiber_->stop();
}

bool MariadbLane::wait_for_socket(int socket, bool to_read) {
  using Descriptor = asio::posix::stream_descriptor;
  // A body may use a connection that is not the lane's (tools and tests do).
  if (!current_->connection || current_->connection->socket() != socket)
    return wait_blocked(socket, to_read, kNoAnswer);
  if (given_up_) return false;
  // The library closes its own descriptor when it likes.
  if (!current_->socket) current_->socket.emplace(runtime_.loop(*loop_), ::dup(socket));
  const bool to_write = !to_read || current_->connection->waits_to_write();
  waited_ = {};
  waiting_ = true;
  current_->socket->async_wait(to_write ? Descriptor::wait_write : Descriptor::wait_read,
                               [this](const boost::system::error_code& code) {
                                 waiting_ = false;
                                 ready_ = !code;
                                 go_on();
                               });
  stop();
  return ready_;
}

void MariadbLane::check_limit() {
  waited_ += kLimitCheck;
  if (waiting_ && waited_ > target_.busy_timeout + kNoAnswer) current_->socket->cancel();
}

void MariadbLane::give_up() {
  given_up_ = true;
  if (waiting_) current_->socket->cancel();
}

Status MariadbLane::connect(Session& session, Access access) {
  if (given_up_) return base::error(base::Code::unavailable, "store_closing", "closing");
  std::optional<Result<std::unique_ptr<MariadbConnection>>> made;
  const auto open = [&] { made.emplace(MariadbConnection::connect(target_, role_of(access))); };
  if (loop_) {
    // Names are looked up and greetings exchanged where blocking harms nobody.
    runtime_.post_blocking([&] {
      open();
      asio::post(runtime_.loop(*loop_), [this] { go_on(); });
    });
    stop();
  } else {
    open();
  }
  if (!*made) return std::move(*made).error();
  session.connection = **std::move(made);
  return {};
}

void MariadbLane::disconnect(Session& session) {
  session.socket.reset();
  session.connection.reset();
}

Status MariadbLane::attempt_until_done(Job& job) {
  Session& session = sessions_[static_cast<std::size_t>(job.access())];
  current_ = &session;
  Status outcome;
  std::size_t reconnects = 0;
  for (std::size_t attempt = 1;; ++attempt) {
    if (!session.connection) {
      outcome = connect(session, job.access());
      if (!outcome) break;
    }
    const Next next = attempt_once(*session.connection, job, outcome);
    if (session.connection->fate() == Fate::lost) disconnect(session);
    if (next == Next::finished) break;
    reconnects += next == Next::reconnect ? 1 : 0;
    if (attempt >= options_.attempts_max || reconnects > kReconnectsMax) {
      outcome = base::error(base::Code::unavailable, "database_busy",
                            "the transaction did not get through");
      break;
    }
    if (next == Next::repeat || reconnects > 1) pause(attempt);
  }
  return outcome;
}

MariadbLane::Next MariadbLane::attempt_once(MariadbConnection& connection, Job& job,
                                            Status& outcome) {
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
void MariadbLane::pause(std::size_t attempt) {
  if (!loop_) return;
  const auto most =
      std::min<base::Duration>(kPauseMax, kPauseStep * (1 << std::min<std::size_t>(attempt, 6)));
  const auto length = 1 + runtime_.random().below(static_cast<std::uint64_t>(most.count()));
  runtime_.spawn_on(*loop_, "mariadb.pause", go_on_after(base::Duration(length)));
  stop();
}

base::Awaitable<void> MariadbLane::go_on_after(base::Duration pause) {
  co_await runtime_.sleep(pause);
  go_on();
}

}  // namespace store
