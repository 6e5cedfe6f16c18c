#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>

#include "base/encoding.h"
#include "base/json.h"
#include "base/time.h"

namespace base::log {
namespace {

constexpr std::string_view kLevelNames[] = {"debug", "info", "warn", "error"};

// The process has one stderr, so it has one logger: the only service that is not passed around.
struct Logger {
  std::atomic<Level> level{Level::info};
  std::shared_ptr<spdlog::logger> out;
  std::mutex observer_mutex;
  std::shared_ptr<const Observer> observer;

  Logger() : out(std::make_shared<spdlog::logger>("stderr")) {
    out->sinks().push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    out->set_pattern("%v");
    out->set_level(spdlog::level::trace);
  }
};

Logger& logger() {
  // Never destroyed: threads may still log while the process ends.
  static Logger* const instance = new Logger;
  return *instance;
}

// Texts from libraries may be in any encoding; the line must stay JSON.
void append_text(std::string& line, std::string_view text) {
  if (is_valid_utf8(text)) {
    json::append_string(line, text);
    return;
  }
  std::string ascii(text);
  for (char& c : ascii) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  json::append_string(line, ascii);
}

void append_field(std::string& line, const Field& field) {
  line += ',';
  append_text(line, field.name);
  line += ':';
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    json::append(line, *number);
  } else {
    append_text(line, std::get<std::string>(field.value));
  }
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  Logger& to = logger();
  if (level < to.level.load(std::memory_order_relaxed)) return;
  std::string line = "{\"ts\":\"";
  // Logs carry the machine's time even when the product's clock is simulated.
  append_rfc3339(line, std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()));
  line += "\",\"level\":\"";
  line += kLevelNames[static_cast<std::size_t>(level)];
  line += "\",\"message\":";
  append_text(line, message);
  for (const Field& field : fields) {
    if (field.name == "trace_id") append_field(line, field);
  }
  for (const Field& field : fields) {
    if (field.name != "trace_id") append_field(line, field);
  }
  line += '}';
  to.out->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  std::shared_ptr<const Observer> observer;
  {
    const std::lock_guard lock(to.observer_mutex);
    observer = to.observer;
  }
  if (observer) (*observer)(level, line);
}

}  // namespace

void set_level(Level level) { logger().level.store(level, std::memory_order_relaxed); }

bool set_level(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kLevelNames); ++i) {
    if (name == kLevelNames[i]) {
      set_level(static_cast<Level>(i));
      return true;
    }
  }
  return false;
}

void set_observer(Observer observer) {
  auto next = observer ? std::make_shared<const Observer>(std::move(observer)) : nullptr;
  Logger& to = logger();
  const std::lock_guard lock(to.observer_mutex);
  to.observer = std::move(next);
}

void debug(std::string_view message, std::initializer_list<Field> fields) {
  write(Level::debug, message, fields);
}
void info(std::string_view message, std::initializer_list<Field> fields) {
  write(Level::info, message, fields);
}
void warn(std::string_view message, std::initializer_list<Field> fields) {
  write(Level::warn, message, fields);
}
void error(std::string_view message, std::initializer_list<Field> fields) {
  write(Level::error, message, fields);
}

}  // namespace base::log
