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
  MariadbLane(base::Runtime& runtime, const Options& options, const MariadbTarget& target,
              std::optional<std::size_t> loop);
  ~MariadbLane() override;  // when nothing runs

  // Runs the body and then what `next` gives, until it gives nothing. On the loop's thread.
  using NextJob = std::function<std::unique_ptr<Job>()>;
  void start(std::unique_ptr<Job> job, NextJob next);
  // Ends a wait for the server that is over its limit; to be called every now and then.
  void check_limit();
  // What runs finds the server away from now on.
  void give_up();
  // Runs the body on this thread.
  void run(Job& job);

 private:
  enum class Next : std::uint8_t { finished, repeat, reconnect };
  struct Session {
    std::unique_ptr<MariadbConnection> connection;
    // The connection's socket as the loop knows it; closed by the connection.
    std::optional<boost::asio::posix::stream_descriptor> socket;
  };

  bool wait_for_socket(int socket, bool to_read, base::Duration limit) override;
  Status connect(Session& session, Access access);
  void disconnect(Session& session);
  Next attempt_once(MariadbConnection& connection, Job& job, Status& outcome);
  void pause(std::size_t attempt);
  base::Awaitable<void> go_on_after(base::Duration pause);
  void serve();  // the fiber's body
  void go_on();  // from the loop: the fiber goes on

  base::Runtime& runtime_;
  const Options& options_;
  const MariadbTarget& target_;
  const std::optional<std::size_t> loop_;
  std::array<Session, 3> sessions_;
  Session* current_ = nullptr;
  std::unique_ptr<Fiber> fiber_;
  std::unique_ptr<Job> job_;
  NextJob next_;
  bool waiting_ = false;
  bool given_up_ = false;
  bool ready_ = false;  // how the last wait ended
  base::Duration limit_at_{};
};

}  // namespace store
