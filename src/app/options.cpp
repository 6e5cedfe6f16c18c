#include "app/options.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>

#include "base/encoding.h"
#include "base/random.h"

namespace app {

namespace {

using Keys = std::map<std::int64_t, base::Secret<std::string>>;
constexpr std::size_t kKeyBytes = 32;

// "1:BASE64,2:BASE64": versioned keys of 32 bytes each.
base::Result<Keys> parse_keys(std::string_view text, const std::string& name) {
  Keys keys;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view one = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    const std::size_t colon = one.find(':');
    std::int64_t version = 0;
    const bool numbered =
        colon != std::string_view::npos &&
        std::from_chars(one.data(), one.data() + colon, version).ptr == one.data() + colon;
    if (!numbered || version < 1)
      return base::field_error(name, "malformed", name + " is VERSION:BASE64[,…]");
    TRY(std::string key, base::from_base64(one.substr(colon + 1)));
    if (key.size() != kKeyBytes)
      return base::field_error(name, "malformed", name + " needs keys of 32 bytes");
    keys.emplace(version, base::Secret<std::string>(std::move(key)));
  }
  return keys;
}

std::string new_key() {
  std::array<std::uint8_t, kKeyBytes> bytes{};
  base::system_random()->fill(bytes);
  return base::to_base64(base::as_chars(bytes));
}

// The keys of a laptop installation: made once, readable by their owner only. Several processes may
// start at once: the first to create the file wins, the others read it.
base::Status load_or_make_keys(Options& options) {
  std::error_code error;
  std::filesystem::create_directories(options.data_folder, error);
  const std::string path = options.data_folder + "/keys";
  const std::string fresh = path + ".new." + std::to_string(::getpid());
  if (!std::filesystem::exists(path)) {
    const int file =
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0)
      return base::error(base::Code::unavailable,
                         "keys can't be written to " + options.data_folder);
    const std::string text = "link_keys = 1:" + new_key() + "\nseal_keys = 1:" + new_key() + "\n";
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(file) == 0;
    ::close(file);
    if (written) ::link(fresh.c_str(), path.c_str());
    ::unlink(fresh.c_str());
    if (!written)
      return base::error(base::Code::unavailable,
                         "keys can't be written to " + options.data_folder);
  }
  base::Settings kept;
  TRY_STATUS(kept.merge_file(path));
  if (options.link_keys.empty()) {
    TRY(options.link_keys, parse_keys(kept.text("link_keys", ""), "link_keys"));
  }
  if (options.seal_keys.empty()) {
    TRY(options.seal_keys, parse_keys(kept.text("seal_keys", ""), "seal_keys"));
  }
  return {};
}

void drop_trailing_slash(std::string& url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
}

}  // namespace

bool targets_from(std::string_view name, std::set<Target>& out) {
  if (name == "all") {
    out = {Target::api, Target::payments, Target::messaging, Target::tracking};
    return true;
  }
  if (name == "api") out = {Target::api};
  if (name == "payments") out = {Target::payments};
  if (name == "messaging") out = {Target::messaging};
  if (name == "tracking") out = {Target::tracking};
  return !out.empty();
}

base::Result<Options> read_options(const base::Settings& s, std::set<Target> targets) {
  Options o;
  o.targets = std::move(targets);
  o.data_folder = s.text("data", o.data_folder);
  o.database_url = s.text("database_url", "sqlite:" + o.data_folder + "/quittance.db");
  o.address = s.text("address", o.address);
  TRY(const auto port, s.integer("port", o.port, 0, 65535));
  o.port = static_cast<std::uint16_t>(port);
  o.public_url = s.text("public_url", "http://" + o.address + ":" + std::to_string(o.port));
  drop_trailing_slash(o.public_url);
  o.callback_url = s.text("callback_url", o.public_url);
  drop_trailing_slash(o.callback_url);
  TRY(const auto loops, s.integer("loops", 0, 0, 256));
  o.loops = static_cast<std::size_t>(loops);
  TRY(const auto threads, s.integer("database_threads", 8, 1, 256));
  o.database_threads = static_cast<std::size_t>(threads);
  TRY(o.allow_unsafe_database, s.flag("allow_unsafe_database", false));
  TRY(const auto per_second,
      s.integer("requests_per_second", o.requests_per_second, 1, 10'000'000));
  o.requests_per_second = static_cast<std::uint32_t>(per_second);
  TRY(const auto payers, s.integer("payers_per_second", o.payers_per_second, 1, 10'000'000));
  o.payers_per_second = static_cast<std::uint32_t>(payers);
  TRY(o.message_content_days, s.integer("message_content_days", o.message_content_days, 0, 36'500));
  o.checkout_origins = s.text("checkout_origins", o.checkout_origins);
  o.sandbox_url = s.text("sandbox", "");
  drop_trailing_slash(o.sandbox_url);
  TRY(const auto smtp_port, s.integer("sandbox_smtp_port", o.sandbox_smtp_port, 0, 65535));
  o.sandbox_smtp_port = static_cast<std::uint16_t>(smtp_port);
  o.demo_password = s.text("demo_password", "");
  o.provider_base_urls = s.text("provider_base_urls", "");
  o.platform_connection = s.text("platform_connection", "");
  o.time_zones_folder = s.text("time_zones", o.time_zones_folder);
  TRY(o.link_keys, parse_keys(s.text("link_keys", ""), "link_keys"));
  TRY(o.seal_keys, parse_keys(s.text("seal_keys", ""), "seal_keys"));
  if (o.link_keys.empty() || o.seal_keys.empty()) TRY_STATUS(load_or_make_keys(o));
  if (!o.sandbox_url.empty()) {
    o.checkout_origins += " " + o.sandbox_url;
    o.provider_base_urls += " " + o.sandbox_url;
  }
  return o;
}

}  // namespace app
