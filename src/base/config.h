#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

// Settings as names to texts, merged by app from (weakest first) defaults, a file, QUITTANCE_*
// environment variables and flags. Read once at start; services get typed structs, never this.
class Settings {
 public:
  void set(std::string name, std::string value) { values_[std::move(name)] = std::move(value); }
  std::optional<std::string> get(std::string_view name) const;
  std::string text(std::string_view name, std::string_view fallback) const;
  Result<std::int64_t> integer(std::string_view name, std::int64_t fallback, std::int64_t min,
                               std::int64_t max) const;
  Result<bool> flag(std::string_view name, bool fallback) const;
  // With prefix "QUITTANCE_": QUITTANCE_DATABASE_URL -> "database_url".
  void merge_environment(std::string_view prefix);
  // Lines "name = value"; '#' starts a comment.
  Status merge_file(const std::string& path);

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace base
