#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "base/log.h"
#include "sandbox/sandbox.h"

namespace {

struct Flags {
  std::string address = "127.0.0.1";
  std::uint16_t port = 12111;
  std::uint16_t smtp_port = 1025;
  std::string public_url;
};

int run(const Flags& flags) {
  // Blocked before any thread starts, so that only sigwait() below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto runtime = base::real_runtime(1, base::system_clock());
  auto client = net::http_client(*runtime);
  sandbox::Options options;
  options.public_url = flags.public_url.empty()
                           ? "http://" + flags.address + ":" + std::to_string(flags.port)
                           : flags.public_url;
  {
    sandbox::Sandbox box(*runtime, *client, options);
    net::ServerOptions server_options;
    server_options.address = flags.address;
    server_options.port = flags.port;
    auto server = net::serve(*runtime, server_options, box.router());
    if (!server) {
      base::log::error("cannot listen", {{"detail", server.error().detail}});
      return 1;
    }
    std::uint16_t smtp_port = 0;
    if (flags.smtp_port != 0) {
      const auto smtp = box.start_smtp(flags.address, flags.smtp_port);
      if (!smtp) {
        base::log::error("cannot listen for mail", {{"detail", smtp.error().detail}});
        return 1;
      }
      smtp_port = *smtp;
    }
    base::log::info(
        "sandbox is ready",
        {{"url", options.public_url}, {"port", (*server)->port()}, {"smtp_port", smtp_port}});
    int signal = 0;
    sigwait(&signals, &signal);
    (*server)->stop();
  }
  runtime->stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Stripe, Twilio, mail and Rollbar, without anything real behind them");
  Flags flags;
  app.add_option("--address", flags.address, "Address to listen on")->capture_default_str();
  app.add_option("--port", flags.port, "HTTP port")->capture_default_str();
  app.add_option("--smtp-port", flags.smtp_port, "SMTP port, 0 for none")->capture_default_str();
  app.add_option("--public-url", flags.public_url, "URL at which a browser reaches this program");
  CLI11_PARSE(app, argc, argv);
  while (flags.public_url.ends_with('/')) flags.public_url.pop_back();
  return run(flags);
}
