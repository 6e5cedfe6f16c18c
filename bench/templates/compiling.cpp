#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <future>
#include <sstream>

#include "base/assert.h"
#include "base/runtime.h"
#include "figures.h"
#include "messaging/render.h"
#include "templates/content.h"
#include "templates/starters.h"
#include "text/compiler/client.h"

namespace bench {

namespace {

using base::Awaitable;
using templates::Content;

constexpr int kWarmUps = 5;
constexpr int kCompiles = 40;
constexpr int kProofs = 200;
constexpr int kAtOnce = 4;
// So many that one hiccup of the machine is no p95.
constexpr int kPreviewsEach = 40;
constexpr std::ptrdiff_t kLines = 60;

// Counts for all of the machine what belongs to this process and what is shared.
double pss_mb(pid_t process) {
  std::istringstream lines(file_text("/proc/" + std::to_string(process) + "/smaps_rollup"));
  std::string word;
  double kilobytes = 0;
  while (lines >> word) {
    if (word == "Pss:") lines >> kilobytes;
  }
  return kilobytes / 1024;
}

// The program with its hidden target, as text::compiler::launch_self() starts it.
pid_t start_helper(const std::string& program, int socket) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket, 3);
  posix_spawn_file_actions_addclosefrom_np(&actions, 4);
  std::string target = "compile-helper";
  std::string name = program;
  char* arguments[] = {name.data(), target.data(), nullptr};
  char* no_environment[] = {nullptr};
  pid_t process = -1;
  const int failed =
      posix_spawn(&process, program.c_str(), &actions, nullptr, arguments, no_environment);
  posix_spawn_file_actions_destroy(&actions);
  QT_ASSERT(failed == 0);
  return process;
}

// The email of the starters whose length is nearest to kLines.
const templates::Starter& starter() {
  const auto distance = [](const templates::Starter& one) {
    const auto lines = std::count(one.source.begin(), one.source.end(), '\n');
    return std::abs(lines - kLines);
  };
  const templates::Starter* best = nullptr;
  for (const templates::Starter& one : templates::starters()) {
    if (one.source_kind != templates::SourceKind::pug) continue;
    if (!best || distance(one) < distance(*best)) best = &one;
  }
  QT_ASSERT(best != nullptr);
  return *best;
}

// Another source for every number.
Content email(int number) {
  Content out;
  out.subject = "{{merchant.name}}: {{request.amount}}";
  out.source = starter().source + "//- " + std::to_string(number) + "\n";
  return out;
}

Content sms(int number) {
  Content out;
  out.source_kind = templates::SourceKind::text;
  out.source =
      "Pay {{request.amount_sms}} to {{merchant.name}} by {{request.due_date}}: {{link.url}} " +
      std::to_string(number);
  return out;
}

messaging::SendContext sample() {
  messaging::SendContext out;
  out.amount = {12'345, domain::Currency::parse("EUR").value()};
  out.description = "Invoice 7";
  out.client_name = "Ada Example";
  out.client_email = "ada@client.example";
  out.merchant_name = "Merchant & Co";
  out.reply_to = "hello@merchant.example";
  out.brand_color = "#1f3a5f";
  return out;
}

class Bench {
 public:
  explicit Bench(const std::string& program)
      : runtime_(base::real_runtime(2, base::system_clock())) {
    const auto launch = [this, program](int socket) {
      return helper_ = start_helper(program, socket);
    };
    compiler_ = text::compiler::make_compiler(*runtime_, launch);
  }
  ~Bench() { runtime_->stop(); }

  void run(const std::string& program) {
    for (int i = 0; i < kWarmUps; ++i) wait_for(compile(--last_));
    std::vector<base::Duration> all;
    for (int i = 0; i < kCompiles; ++i) all.push_back(wait_for(compile(--last_)));
    tell("compile_p50_ms", percentile_ms(all, 50));
    tell("compile_best_ms", percentile_ms(all, 0));
    all.clear();
    for (int i = 0; i < kProofs; ++i) all.push_back(wait_for(prove_sms(i)));
    tell("sms_proof_p50_ms", percentile_ms(all, 50));
    tell("preview_new_p95_ms", percentile_ms(previews(), 95));
    tell("preview_seen_p95_ms", percentile_ms(previews(), 95));
    tell("helper_pss_mb", helper_pss(program));
  }

 private:
  // A second one stands in for the server, which maps the same program and libraries.
  double helper_pss(const std::string& program) {
    int ends[2];
    QT_ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    start_helper(program, ends[1]);
    close(ends[1]);
    wait_for(pause());
    const double out = pss_mb(helper_);
    close(ends[0]);
    return out;
  }

  // Each of kAtOnce writes another text again and again.
  std::vector<base::Duration> previews() {
    std::vector<base::Duration> out;
    for (int round = 0; round < kPreviewsEach; ++round) {
      std::vector<std::future<base::Duration>> all;
      for (int i = 0; i < kAtOnce; ++i) all.push_back(start(preview(round * kAtOnce + i)));
      for (auto& one : all) out.push_back(one.get());
    }
    return out;
  }

  Awaitable<base::Duration> pause() {
    co_await runtime_->sleep(std::chrono::seconds(1));
    co_return base::Duration{};
  }

  Awaitable<base::Duration> compile(int number) {
    const base::Duration began = runtime_->clock().steady();
    const auto out =
        co_await compiler_->compile(text::SourceKind::pug, email(number).source, "bench");
    QT_ASSERT(out && out->problems.empty());
    co_return runtime_->clock().steady() - began;
  }

  Awaitable<base::Duration> prove_sms(int number) {
    const base::Duration began = runtime_->clock().steady();
    templates::Purpose purpose;
    purpose.channel = domain::Channel::sms;
    const auto out = co_await templates::proof(*compiler_, purpose, sms(number), "bench");
    QT_ASSERT(out && out->is_sendable());
    co_return runtime_->clock().steady() - began;
  }

  Awaitable<base::Duration> preview(int number) {
    const base::Duration began = runtime_->clock().steady();
    const Content content = email(number);
    const templates::Purpose purpose{domain::Channel::email, starter().kind};
    const auto proof = co_await templates::proof(*compiler_, purpose, content, "bench");
    QT_ASSERT(proof && proof->is_sendable());
    const auto parsed = messaging::parse_template(
        {content.subject, proof->sendable.html, proof->sendable.text, content.image_mode});
    const messaging::MessageUrls urls{"https://pay.example/x", "https://pay.example/x/stop"};
    const auto data = messaging::template_data(sample(), urls, runtime_->clock().now());
    QT_ASSERT(parsed && messaging::render_mail(*parsed, data));
    co_return runtime_->clock().steady() - began;
  }

  std::future<base::Duration> start(Awaitable<base::Duration> work) {
    auto promise = std::make_shared<std::promise<base::Duration>>();
    auto future = promise->get_future();
    runtime_->spawn("bench", finish(std::move(work), std::move(promise)));
    return future;
  }
  static Awaitable<void> finish(Awaitable<base::Duration> work,
                                std::shared_ptr<std::promise<base::Duration>> out) {
    out->set_value(co_await std::move(work));
  }
  base::Duration wait_for(Awaitable<base::Duration> work) { return start(std::move(work)).get(); }

  std::unique_ptr<base::Runtime> runtime_;
  std::unique_ptr<text::Compiler> compiler_;
  pid_t helper_ = -1;
  int last_ = 0;  // of the sources that only compile() makes
};

}  // namespace

void measure_compiling(const std::string& program) { Bench(program).run(program); }

}  // namespace bench
