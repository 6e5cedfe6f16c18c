#include "app/process.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "app/core.h"
#include "app/people.h"
#include "app/sandbox_link.h"
#include "app/web.h"
#include "base/log.h"
#include "net/smtp.h"
#include "providers/smtp/smtp.h"
#include "providers/stripe/stripe.h"
#include "providers/twilio/twilio.h"
#include "store/migrate.h"
#include "text/compiler/client.h"

namespace app {

namespace {

int fail(const base::Error& error) {
  base::log::error("start failed",
                   {{"code", base::to_string(error.code)}, {"detail", error.detail}});
  return 1;
}

// Signals are taken by the main thread alone: blocked before any other thread is made.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return set;
}

base::Result<std::unique_ptr<store::Store>> open_store(base::Runtime& runtime,
                                                       const Options& options) {
  store::Options o;
  o.url = options.database_url;
  o.threads = options.database_threads;
  o.allow_unsafe_server = options.allow_unsafe_database;
  TRY(auto store, store::open(runtime, o));
  TRY(const auto report, store::migrate(*store, runtime.clock().now()));
  if (report.from != report.to) {
    base::log::info("schema migrated", {{"from", report.from}, {"to", report.to}});
  }
  return store;
}

// Everything of one serving process, in the order of its making.
struct Process {
  ~Process() {
    if (runtime) runtime->stop();
    if (store) store->close();
  }
  std::shared_ptr<base::OffsetClock> clock;
  std::unique_ptr<base::Runtime> runtime;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<net::HttpClient> http;
  std::unique_ptr<net::SmtpClient> smtp;
  std::unique_ptr<providers::PaymentProvider> payment;
  std::unique_ptr<providers::SmsProvider> sms;
  std::unique_ptr<providers::MailProvider> mail;
  std::unique_ptr<text::Compiler> compiler;
  std::unique_ptr<Core> core;
  std::unique_ptr<People> people;
  std::unique_ptr<api::Metrics> metrics;
  Web web;
  std::unique_ptr<net::Server> server;
};

base::Status assemble(Process& p, const Options& options) {
  p.clock = std::make_shared<base::OffsetClock>(base::system_clock());
  p.runtime = base::real_runtime(options.loops, p.clock);
  TRY(p.store, open_store(*p.runtime, options));
  p.http = net::http_client(*p.runtime);
  p.smtp = net::smtp_client(*p.runtime);
  p.payment = providers::stripe::payment_provider(*p.runtime, *p.http);
  p.sms = providers::twilio::sms_provider(*p.runtime, *p.http);
  p.mail = providers::smtp::mail_provider(*p.smtp);
  p.compiler = text::compiler::make_compiler(*p.runtime, text::compiler::launch_self());
  TRY(p.core,
      Core::make(options, {*p.runtime, *p.store, *p.payment, *p.sms, *p.mail, *p.compiler}));
  p.people = std::make_unique<People>(*p.core);
  p.metrics = std::make_unique<api::Metrics>();
  p.web = make_web(*p.core, *p.people, *p.metrics);
  return {};
}

base::Status listen(Process& p, const Options& options) {
  net::ServerOptions server;
  server.address = options.address;
  server.port = options.port;
  api::Metrics* metrics = p.metrics.get();
  server.observe = [metrics](const net::Request& request, const std::string& pattern, int status,
                             base::Duration took) {
    metrics->observe(request.method, pattern, status, took);
  };
  TRY(p.server, net::serve(*p.runtime, server, p.web.router));
  return {};
}

base::Status start_sandbox_mode(Process& p, const Options& options) {
  if (options.sandbox_url.empty()) return {};
  p.runtime->spawn("sandbox.clock",
                   follow_clock(*p.runtime, *p.http, options.sandbox_url, p.clock));
  if (options.demo_password.empty()) return {};
  TRY(const auto accounts, p.people->seed_demo(options));
  Process* self = &p;
  auto task = [](Process* process, Options o, DemoAccounts demo) -> base::Awaitable<void> {
    auto done = co_await register_demo(*process->runtime, *process->http, o, demo);
    if (!done) base::log::error("sandbox registration failed", {{"detail", done.error().detail}});
    if (done) base::log::info("sandbox registered", {{"url", o.sandbox_url}});
  };
  p.runtime->spawn("sandbox.register", task(self, options, accounts));
  return {};
}

// The first line of standard input; empty at its end, or when nothing is typed.
base::Secret<std::string> read_password() {
  termios shown{};
  // Fails when standard input is no terminal.
  const bool hide = ::tcgetattr(STDIN_FILENO, &shown) == 0;
  if (hide) {
    std::fputs("Password (empty: one is made): ", stderr);
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  std::string password;
  std::getline(std::cin, password);
  if (hide) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    std::fputs("\n", stderr);
  }
  return base::Secret<std::string>(std::move(password));
}

}  // namespace

int serve(const Options& options) {
  const sigset_t signals = block_signals();
  Process p;
  if (auto done = assemble(p, options); !done) return fail(done.error());
  if (auto done = start_sandbox_mode(p, options); !done) return fail(done.error());
  p.core->start(options.targets);
  p.people->start();
  if (auto done = listen(p, options); !done) {
    p.runtime->stop();
    return fail(done.error());
  }
  base::log::info("ready", {{"port", p.server->port()}, {"public_url", options.public_url}});
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  base::log::info("stopping", {{"signal", signal_number}});
  p.server->stop();
  p.runtime->stop();
  return 0;
}

int migrate(const Options& options) {
  const auto runtime = base::real_runtime(1, base::system_clock());
  auto store = open_store(*runtime, options);
  if (!store) return fail(store.error());
  std::puts("schema is up to date");
  return 0;
}

int admin(const Options& options, AdminOrder order) {
  const bool sets_password =
      order.action == AdminAction::create || order.action == AdminAction::password;
  if (sets_password) order.password = read_password();
  Process p;
  if (auto done = assemble(p, options); !done) return fail(done.error());
  const auto answer = operate(*p.people, order);
  p.runtime->stop();
  if (!answer) {
    const base::Error& error = answer.error();
    const std::string field = error.fields.empty() ? "" : error.fields[0].field + ": ";
    std::fprintf(stderr, "quittance: %s%s\n", field.c_str(), error.detail.c_str());
    return 1;
  }
  std::fputs(answer->c_str(), stdout);
  return 0;
}

}  // namespace app
