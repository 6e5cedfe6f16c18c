#include "text/compiler/helper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <vector>

#include "base/json.h"
#include "base/runtime.h"
#include "text/compiler/engine.h"
#include "text/compiler/sandbox.h"

namespace text::compiler {

namespace {

constexpr std::size_t kScriptMemory = 128 << 20;
constexpr std::size_t kAddressSpace = 512 << 20;
constexpr std::size_t kStack = 4 << 20;
constexpr int kRefused = 3;  // exit code of a fork that could not give up the world

// All of it, or false when the other side is gone.
bool read_all(int from, void* into, std::size_t size) {
  auto* at = static_cast<char*>(into);
  while (size > 0) {
    const ssize_t n = read(from, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

bool write_all(int to, const char* at, std::size_t size) {
  while (size > 0) {
    const ssize_t n = write(to, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

struct Work {
  std::uint32_t id = 0;
  pid_t process = -1;
  int answers = -1;
  base::Duration deadline{};
  bool killed = false;  // for being late or long-winded
  std::string text;
};

std::string failure(std::string code, std::string detail) {
  Compiled out;
  SourceProblem problem;
  problem.stage = "limits";
  problem.code = std::move(code);
  problem.detail = std::move(detail);
  out.problems.push_back(std::move(problem));
  return base::json::write(out);
}

class Helper {
 public:
  Helper(int socket, base::Duration time_max)
      : socket_(socket),
        time_max_(time_max),
        engine_({kScriptMemory, kStack}),
        clock_(base::system_clock()) {}

  int serve() {
    while (step()) {
    }
    for (Work& one : works_) kill(one.process, SIGKILL);
    for (Work& one : works_) waitpid(one.process, nullptr, 0);
    return 0;
  }

 private:
  // Waits for whatever comes first; false when the server is gone.
  bool step() {
    std::vector<pollfd> waits;
    const bool room = works_.size() < kCompilesAtOnce;
    waits.push_back({socket_, static_cast<short>(room ? POLLIN : 0), 0});
    int timeout = -1;
    const base::Duration now = clock_->steady();
    for (const Work& one : works_) {
      waits.push_back({one.answers, POLLIN, 0});
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(one.deadline - now).count() + 1;
      const int milliseconds = one.killed ? -1 : static_cast<int>(std::max<std::int64_t>(left, 0));
      if (milliseconds >= 0 && (timeout < 0 || milliseconds < timeout)) timeout = milliseconds;
    }
    if (poll(waits.data(), waits.size(), timeout) < 0) return errno == EINTR;
    for (std::size_t i = 0; i < works_.size(); ++i) {
      if (waits[i + 1].revents != 0) hear(works_[i]);
    }
    stop_late();
    if (!answer_finished()) return false;
    if ((waits[0].revents & (POLLHUP | POLLERR)) != 0 && (waits[0].revents & POLLIN) == 0)
      return false;
    return (waits[0].revents & POLLIN) == 0 || begin();
  }

  bool begin() {
    FrameHead head;
    if (!read_all(socket_, &head, sizeof head) || head.size > kSourceBytesMax) return false;
    std::string source(head.size, '\0');
    if (!read_all(socket_, source.data(), source.size())) return false;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    const pid_t process = fork();
    if (process == 0) {
      close(ends[0]);
      carry_out(static_cast<SourceKind>(head.kind), source, ends[1]);
    }
    close(ends[1]);
    if (process < 0) {
      close(ends[0]);
      return send(head.id, failure("unavailable", "no process could be started for it"));
    }
    Work one;
    one.id = head.id;
    one.process = process;
    one.answers = ends[0];
    one.deadline = clock_->steady() + time_max_;
    works_.push_back(std::move(one));
    return true;
  }

  // In the fork; does not return, and runs no destructor of its parent's.
  [[noreturn]] void carry_out(SourceKind kind, const std::string& source, int answers) {
    close(socket_);
    for (const Work& other : works_) close(other.answers);
    // Should the helper be stopped meanwhile, the kernel ends its forks.
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(time_max_).count();
    if (!give_up_the_world(kAddressSpace, static_cast<unsigned>(seconds))) _exit(kRefused);
    const std::string text = engine_.compile(kind, source);
    _exit(write_all(answers, text.data(), text.size()) ? 0 : 1);
  }

  void hear(Work& one) {
    char piece[64 * 1024];
    const ssize_t n = read(one.answers, piece, sizeof piece);
    if (n < 0 && errno == EINTR) return;
    if (n <= 0) {
      close(one.answers);
      one.answers = -1;
      return;
    }
    one.text.append(piece, static_cast<std::size_t>(n));
    if (one.text.size() > kCompiledBytesMax) end(one);
  }

  void stop_late() {
    const base::Duration now = clock_->steady();
    for (Work& one : works_) {
      if (!one.killed && one.deadline <= now) end(one);
    }
  }

  static void end(Work& one) {
    one.killed = true;
    kill(one.process, SIGKILL);
  }

  bool answer_finished() {
    for (std::size_t i = 0; i < works_.size();) {
      if (works_[i].answers >= 0) {
        ++i;
        continue;
      }
      Work done = std::move(works_[i]);
      works_.erase(works_.begin() + static_cast<std::ptrdiff_t>(i));
      int status = 0;
      while (waitpid(done.process, &status, 0) < 0 && errno == EINTR) {
      }
      if (!send(done.id, verdict(done, status))) return false;
    }
    return true;
  }

  static std::string verdict(Work& done, int status) {
    if (done.text.size() > kCompiledBytesMax)
      return failure("too_large", "the result is larger than 2 MB");
    if (done.killed || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
      return failure("too_slow", "the source takes too long to compile");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && !done.text.empty())
      return std::move(done.text);
    return failure("stopped", "the source did what no template may do, or took too much memory");
  }

  bool send(std::uint32_t id, const std::string& text) {
    const FrameHead head{static_cast<std::uint32_t>(text.size()), id, 0};
    return write_all(socket_, reinterpret_cast<const char*>(&head), sizeof head) &&
           write_all(socket_, text.data(), text.size());
  }

  int socket_;
  base::Duration time_max_;
  Engine engine_;
  std::shared_ptr<base::Clock> clock_;
  std::vector<Work> works_;
};

}  // namespace

int serve_compiles(int socket, base::Duration time_max) {
  signal(SIGPIPE, SIG_IGN);
  tzset();  // a fork may not read the file of the time zone any more
  return Helper(socket, time_max).serve();
}

}  // namespace text::compiler
