#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/config.h"
#include "base/secret.h"

namespace app {

// What a process is for. `all` is every other serving target in one process.
enum class Target : std::uint8_t { api, payments, messaging, tracking };

// Everything that a process may be told; read once at start from defaults, a file, QUITTANCE_*
// variables and flags.
struct Options {
  std::set<Target> targets;
  std::string data_folder = "var";  // SQLite file and generated keys
  std::string database_url;         // empty: sqlite:<data_folder>/quittance.db
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string public_url;    // what payers' links start with; empty: http://address:port
  std::string callback_url;  // what providers call; empty: public_url
  std::size_t loops = 0;     // event loops; 0: one per core
  std::size_t database_threads = 8;
  bool allow_unsafe_database = false;
  std::uint32_t requests_per_second = 100;  // per credential
  std::uint32_t payers_per_second = 20;     // per address
  std::int64_t message_content_days = 400;  // what messages said is kept; 0: for ever
  std::string checkout_origins = "https://checkout.stripe.com";
  // Sandbox mode: where the sandbox is; its clock is followed and the demo tenant is connected to
  // it.
  std::string sandbox_url;
  std::uint16_t sandbox_smtp_port = 1025;
  std::string demo_password;  // with sandbox_url: seeds the demo sign-in
  std::string
      provider_base_urls;  // other API addresses that connections may name, separated by spaces
  std::string
      platform_connection;  // id of the connection that /callbacks/stripe without a name stands for
  std::string time_zones_folder = "/usr/share/zoneinfo";
  std::map<std::int64_t, base::Secret<std::string>> link_keys;  // empty: generated in data_folder
  std::map<std::int64_t, base::Secret<std::string>> seal_keys;
};

// invalid_argument naming the setting. Secrets are read from settings or, when absent, from
// <data_folder>/keys (made at first start, 0600).
base::Result<Options> read_options(const base::Settings& settings, std::set<Target> targets);

// "all" or one of the targets; false for anything else.
bool targets_from(std::string_view name, std::set<Target>& out);

}  // namespace app
