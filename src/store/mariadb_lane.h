#pragma once
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "store/fiber.h"
#include "store/mariadb_connection.h"
#include "store/mariadb_wait.h"
#include "store/store.h"

namespace store {

// Runs one body at a time against connections of its own, one for each kind of access, opened when
// first needed. On an event loop it does so on a fiber: while the server works, the loop serves
// others. Without a loop it blocks its thread.
class MariadbLane final : public SocketWaiter {
 public:
  // What to run after a body; null: the lane is idle until start(). On the loop's thread.
  using NextJob = std::function<std::unique_ptr<Job>(MariadbLane&)>;
  MariadbLane(base::Runtime& runtime, const Options& options, const MariadbTarget& target,
              std::optional<std::size_t> loop, NextJob next);
  ~MariadbLane() override;  // when nothing runs

  // On the loop's thread, when idle.
  void start(std::unique_ptr<Job> job);
  // Ends a wait for the server that has taken too long; to be called every kLimitCheck.
  static constexpr base::Duration kLimitCheck = std::chrono::seconds(1);
  void check_limit();
  // What runs finds the server away from now on.
  void give_up();
  // Runs the body on this thread.
  void run(Job& job);

 private:
  enum class Next : std::uint8_t { finished, repeat, reconnect };
  struct Session {
    std::unique_ptr<MariadbConnection> connection;
    // The connection's socket as the loop knows it, a descriptor of its own.
    std::optional<boost::asio::posix::stream_descriptor> socket;
  };

  bool wait_for_socket(int socket, bool to_read) override;
  Status connect(Session& session, Access access);
  void disconnect(Session& session);
  Next attempt_once(MariadbConnection& connection, Job& job, Status& outcome);
  void pause(std::size_t attempt);
  base::Awaitable<void> go_on_after(base::Duration pause);
  Status attempt_until_done(Job& job);
  void serve();  // the fiber's body
  void stop();   // in the fiber: back to the loop, until go_on()
  void go_on();  // from the loop

  base::Runtime& runtime_;
  const Options& options_;
  const MariadbTarget& target_;
  const std::optional<std::size_t> loop_;
  std::array<Session, 3> sessions_;
  Session* current_ = nullptr;
  std::unique_ptr<Fiber> fiber_;
  std::unique_ptr<Job> job_;
  std::optional<Status> outcome_;  // of the job, once it has run
  const NextJob next_;
  bool waiting_ = false;
  bool given_up_ = false;
  bool ready_ = false;       // how the last wait ended
  bool stopped_ = false;     // since the job began
  base::Duration waited_{};  // by the checks seen meanwhile: a clock that jumps counts once
};

}  // namespace store
