#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/options.h"
#include "app/process.h"
#include "text/compiler/helper.h"

namespace {

// Flags that only repeat a setting's name; everything can also be a QUITTANCE_* variable or a line
// of --config.
constexpr std::pair<const char*, const char*> kFlags[] = {
    {"data", "Folder of the embedded database and the generated keys"},
    {"database_url", "sqlite:PATH or mysql://user:password@host:port/database"},
    {"address", "Address to listen on"},
    {"port", "Port to listen on"},
    {"public_url", "What payers' links start with"},
    {"callback_url", "What providers call (default: the public URL)"},
    {"time_zones", "Folder of the IANA time zones (default: /usr/share/zoneinfo)"},
    {"loops", "Event loops (0: one per core)"},
    {"database_threads", "Database connections"},
    {"allow_unsafe_database", "Start on a MariaDB without strict mode or durable commits"},
    {"requests_per_second", "Rate limit per credential"},
    {"payers_per_second", "Rate limit of the pay page per address"},
    {"message_content_days", "Days that subject and body of messages are kept (0: for ever)"},
    {"checkout_origins", "Origins of the hosted checkout, separated by spaces"},
    {"provider_base_urls", "Other API addresses that connections may name, separated by spaces"},
    {"platform_connection", "Connection that /callbacks/stripe without a name stands for"},
    {"sandbox", "URL of the sandbox (sandbox mode)"},
    {"sandbox_smtp_port", "SMTP port of the sandbox"},
    {"demo_password", "Seeds the demo sign-in with this password (sandbox mode)"},
};

std::string flag_of(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return "--" + name;
}

int fail(const base::Error& error) {
  std::fprintf(stderr, "quittance: %s\n", error.detail.c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  // What the server starts for itself: compiles templates on the socket that it left at 3.
  if (argc == 2 && std::string_view(argv[1]) == "compile-helper")
    return text::compiler::serve_compiles(3);
  CLI::App cli{"Quittance: payment requests by SMS and email, paid on a hosted checkout."};
  std::string target = "all";
  std::string config;
  std::map<std::string, std::string> flags;
  std::string action;
  app::AdminOrder order;
  order.name = "Administrator";
  cli.add_option("target", target, "all | api | payments | messaging | tracking | migrate | admin")
      ->check(
          CLI::IsMember({"all", "api", "payments", "messaging", "tracking", "migrate", "admin"}));
  cli.add_option("--config", config, "File of lines NAME = VALUE");
  for (const auto& [name, help] : kFlags) cli.add_option(flag_of(name), flags[name], help);
  cli.add_option("action", action, "admin: create (default) | list | password | disable | enable")
      ->check(CLI::IsMember({"create", "list", "password", "disable", "enable"}));
  cli.add_option("--email", order.email, "admin: the account's address (all but list)");
  cli.add_option("--name", order.name, "admin create: name of the platform administrator");
  CLI11_PARSE(cli, argc, argv);

  if (!action.empty() && target != "admin") {
    return fail(base::error(base::Code::invalid_argument, "only admin takes an action"));
  }
  if (!action.empty()) base::enum_from_name(action, order.action);

  base::Settings settings;
  if (!config.empty()) {
    if (auto read = settings.merge_file(config); !read) return fail(read.error());
  }
  settings.merge_environment("QUITTANCE_");
  for (const auto& [name, value] : flags) {
    if (!value.empty()) settings.set(name, value);
  }
  std::set<app::Target> targets;
  app::targets_from(target, targets);
  auto options = app::read_options(settings, std::move(targets));
  if (!options) return fail(options.error());
  if (target == "migrate") return app::migrate(*options);
  if (target == "admin") return app::admin(*options, std::move(order));
  return app::serve(*options);
}
