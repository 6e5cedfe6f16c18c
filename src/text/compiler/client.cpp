#include "text/compiler/client.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <list>
#include <map>
#include <mutex>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"
#include "base/log.h"
#include "text/compiler/helper.h"

namespace text::compiler {

namespace {

using base::Awaitable;
using base::Result;
using Socket = boost::asio::local::stream_protocol::socket;

constexpr std::size_t kWaitingMax = 64;  // of all owners
constexpr std::size_t kWaitingOfOwnerMax = 8;
constexpr std::size_t kRememberedBytesMax = 8 * 1024 * 1024;
// In the queue and at work: what is longer away is not waited for.
constexpr base::Duration kAnswerMax = std::chrono::seconds(30);
constexpr int kHelperSocket = 3;

// The newest results by their source, up to a size.
class Memory {
 public:
  std::optional<Compiled> find(const base::Digest& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return std::nullopt;
    newest_first_.splice(newest_first_.begin(), newest_first_, found->second);
    return found->second->second;
  }
  void add(const base::Digest& key, const Compiled& compiled) {
    if (places_.contains(key)) return;
    newest_first_.emplace_front(key, compiled);
    places_[key] = newest_first_.begin();
    bytes_ += size_of(compiled);
    while (bytes_ > kRememberedBytesMax && newest_first_.size() > 1) {
      bytes_ -= size_of(newest_first_.back().second);
      places_.erase(newest_first_.back().first);
      newest_first_.pop_back();
    }
  }

 private:
  static std::size_t size_of(const Compiled& compiled) { return compiled.html.size() + 1024; }
  using Entries = std::list<std::pair<base::Digest, Compiled>>;
  Entries newest_first_;
  std::map<base::Digest, Entries::iterator> places_;
  std::size_t bytes_ = 0;
};

struct Asked {
  explicit Asked(base::Runtime& runtime) : answered(runtime) {}
  base::Signal answered;
  std::string owner;
  std::string frame;  // until it is handed to the helper
  bool handed = false;
  std::optional<Result<Compiled>> result;
};

base::Error gone() {
  return base::error(base::Code::unavailable, "compiler_unavailable",
                     "the template compiler is not there; try again");
}

base::Error busy() {
  return base::error(base::Code::rate_limited, "compiler_busy",
                     "too many templates are being compiled; try again in a moment");
}

// A limit is no property of the source alone: the machine may have been busy.
bool is_lasting(const Compiled& compiled) {
  for (const SourceProblem& problem : compiled.problems) {
    if (problem.stage == "limits") return false;
  }
  return true;
}

class HelperCompiler final : public Compiler {
 public:
  HelperCompiler(base::Runtime& runtime, Launch launch)
      : runtime_(runtime), launch_(std::move(launch)) {}

  Awaitable<Result<Compiled>> compile(SourceKind kind, std::string source,
                                      std::string owner) override {
    if (source.size() > kSourceBytesMax)
      co_return base::field_error("source", "too_long", "at most 128 KB");
    if (!base::is_valid_utf8(source))
      co_return base::field_error("source", "invalid", "is not UTF-8");
    const base::Digest key = base::sha256(std::string(base::enum_name(kind)) + source);
    auto asked = std::make_shared<Asked>(runtime_);
    asked->owner = std::move(owner);
    std::uint32_t id = 0;
    std::shared_ptr<Life> life;
    bool begins = false;
    {
      const std::lock_guard lock(mutex_);
      if (auto known = memory_.find(key)) co_return *std::move(known);
      if (!has_room(asked->owner)) co_return busy();
      begins = !life_;
      if (begins) life_ = std::make_shared<Life>(runtime_);
      life = life_;
      id = ++last_id_;
      const FrameHead head{static_cast<std::uint32_t>(source.size()), id,
                           static_cast<std::uint32_t>(kind)};
      asked->frame.assign(reinterpret_cast<const char*>(&head), sizeof head);
      asked->frame += source;
      waiting_[id] = asked;
      hand_on();
    }
    if (begins) runtime_.spawn_on(0, "text.compiler", run(life));
    life->to_send.notify();
    co_await asked->answered.wait(kAnswerMax);
    const std::lock_guard lock(mutex_);
    // What the helper works on keeps its place until the answer comes, though nobody waits for it.
    if (!asked->handed || asked->result) waiting_.erase(id);
    if (!asked->result) co_return gone();
    if (*asked->result && is_lasting(**asked->result)) memory_.add(key, **asked->result);
    co_return *std::move(asked->result);
  }

 private:
  // From a start of the helper to its end.
  struct Life {
    explicit Life(base::Runtime& runtime) : to_send(runtime) {}
    base::Signal to_send;
    std::string outgoing;  // under the compiler's mutex
    bool ended = false;    // loop 0 only
    std::optional<Socket> socket;
  };

  // The next three are called under the mutex.
  bool has_room(const std::string& owner) const {
    std::size_t of_owner = 0;
    for (const auto& [id, asked] : waiting_) of_owner += asked->owner == owner ? 1 : 0;
    return waiting_.size() < kWaitingMax && of_owner < kWaitingOfOwnerMax;
  }
  std::size_t at_work(const std::string& owner) const {
    std::size_t count = 0;
    for (const auto& [id, asked] : waiting_)
      count += asked->handed && asked->owner == owner ? 1 : 0;
    return count;
  }
  // As many as the helper takes at once; first those of whoever has the fewest at work.
  void hand_on() {
    for (;;) {
      std::size_t working = 0;
      Asked* next = nullptr;
      for (const auto& [id, asked] : waiting_) {
        working += asked->handed ? 1 : 0;
        if (asked->handed) continue;
        if (!next || at_work(asked->owner) < at_work(next->owner)) next = asked.get();
      }
      if (!next || working >= kCompilesAtOnce || !life_) return;
      next->handed = true;
      life_->outgoing += next->frame;
      next->frame.clear();
    }
  }

  Awaitable<void> run(std::shared_ptr<Life> life) {
    int ends[2];
    pid_t process = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
      process = launch_(ends[1]);
      close(ends[1]);
      if (process < 0) close(ends[0]);
    }
    if (process < 0) {
      base::log::error("the template compiler could not be started", {});
      give_up();
      co_return;
    }
    life->socket.emplace(runtime_.loop(0), boost::asio::local::stream_protocol(), ends[0]);
    runtime_.spawn_on(0, "text.compiler.write", write(life));
    co_await read(*life->socket);
    life->ended = true;
    life->to_send.notify();
    boost::system::error_code ignored;
    life->socket->close(ignored);
    give_up();
    const auto reap = [process] { return waitpid(process, nullptr, 0); };
    co_await base::run_blocking(runtime_, reap);
    if (!runtime_.stopping()) base::log::warn("the template compiler ended", {});
  }

  Awaitable<void> write(std::shared_ptr<Life> life) {
    boost::system::error_code failed;
    while (!life->ended && !failed) {
      std::string text;
      {
        const std::lock_guard lock(mutex_);
        text.swap(life->outgoing);
      }
      if (text.empty()) {
        const bool woken = co_await life->to_send.wait(std::chrono::hours(1));
        if (!woken && runtime_.stopping()) break;
        continue;
      }
      co_await boost::asio::async_write(
          *life->socket, boost::asio::buffer(text),
          boost::asio::redirect_error(boost::asio::use_awaitable, failed));
    }
    // Ends the reader too, and the helper that sees its socket closed.
    boost::system::error_code ignored;
    if (life->socket->is_open()) life->socket->shutdown(Socket::shutdown_both, ignored);
  }

  Awaitable<void> read(Socket& socket) {
    for (;;) {
      FrameHead head;
      boost::system::error_code failed;
      co_await boost::asio::async_read(
          socket, boost::asio::buffer(&head, sizeof head),
          boost::asio::redirect_error(boost::asio::use_awaitable, failed));
      if (failed || head.size > kCompiledBytesMax + kSourceBytesMax) co_return;
      std::string text(head.size, '\0');
      co_await boost::asio::async_read(
          socket, boost::asio::buffer(text),
          boost::asio::redirect_error(boost::asio::use_awaitable, failed));
      if (failed) co_return;
      settle(head.id, base::json::read<Compiled>(text));
    }
  }

  void settle(std::uint32_t id, Result<Compiled> result) {
    if (!result) {
      base::log::warn("the template compiler's answer is unreadable",
                      {{"detail", result.error().detail}});
      result = gone();
    }
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) return;
    found->second->result = std::move(result);
    found->second->answered.notify();
    waiting_.erase(found);
    hand_on();
    if (life_) life_->to_send.notify();
  }

  // The next source starts another helper.
  void give_up() {
    const std::lock_guard lock(mutex_);
    life_.reset();
    for (auto& [id, asked] : waiting_) {
      if (!asked->result) asked->result = Result<Compiled>(gone());
      asked->answered.notify();
    }
    waiting_.clear();
  }

  base::Runtime& runtime_;
  Launch launch_;
  std::mutex mutex_;
  std::shared_ptr<Life> life_;  // none: the next source starts one
  std::uint32_t last_id_ = 0;
  std::map<std::uint32_t, std::shared_ptr<Asked>> waiting_;
  Memory memory_;
};

}  // namespace

Launch launch_self() {
  return [](int socket) -> pid_t {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, kHelperSocket);
    posix_spawn_file_actions_addclosefrom_np(&actions, kHelperSocket + 1);
    char program[] = "quittance";
    char target[] = "compile-helper";
    char* arguments[] = {program, target, nullptr};
    // Settings and secrets of the server are none of its business.
    char* no_environment[] = {nullptr};
    pid_t process = -1;
    const int failed =
        posix_spawn(&process, "/proc/self/exe", &actions, nullptr, arguments, no_environment);
    posix_spawn_file_actions_destroy(&actions);
    return failed == 0 ? process : -1;
  };
}

std::unique_ptr<Compiler> make_compiler(base::Runtime& runtime, Launch launch) {
  return std::make_unique<HelperCompiler>(runtime, std::move(launch));
}

}  // namespace text::compiler
