#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace base::log {

// One JSON line on stderr: ts, level, a constant message and fields; a field "trace_id" comes
// first. No personal data, no tokens, no secrets.
struct Field {
  std::string_view name;
  std::variant<std::int64_t, std::string> value;
  Field(std::string_view n, std::string v) : name(n), value(std::move(v)) {}
  Field(std::string_view n, std::string_view v) : name(n), value(std::string(v)) {}
  Field(std::string_view n, const char* v) : name(n), value(std::string(v)) {}
  template <class T>
    requires std::is_integral_v<T>
  Field(std::string_view n, T v) : name(n), value(static_cast<std::int64_t>(v)) {}
};

enum class Level : std::uint8_t { debug, info, warn, error };
void set_level(Level level);
bool set_level(std::string_view name);  // false for an unknown name
// Sees every written line, on the thread that writes it, besides stderr (error reporting, tests).
// It must not log.
using Observer = std::function<void(Level, std::string_view line)>;
void set_observer(Observer observer);

void debug(std::string_view message, std::initializer_list<Field> fields = {});
void info(std::string_view message, std::initializer_list<Field> fields = {});
void warn(std::string_view message, std::initializer_list<Field> fields = {});
// A person should look.
void error(std::string_view message, std::initializer_list<Field> fields = {});

}  // namespace base::log
