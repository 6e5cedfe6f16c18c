#include "base/config.h"

#include <unistd.h>

#include <charconv>
#include <fstream>

namespace base {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

std::optional<std::string> Settings::get(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::string Settings::text(std::string_view name, std::string_view fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string(fallback) : found->second;
}

Result<std::int64_t> Settings::integer(std::string_view name, std::int64_t fallback,
                                       std::int64_t min, std::int64_t max) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return fallback;
  const std::string& text = found->second;
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  // The value itself is not repeated: it might be a secret under a mistyped name.
  if (code == std::errc::invalid_argument || end != text.data() + text.size()) {
    return field_error(std::string(name), "type",
                       "setting " + std::string(name) + " is not an integer");
  }
  if (code != std::errc{} || value < min || value > max) {
    return field_error(std::string(name), "out_of_range",
                       "setting " + std::string(name) + " is not between " + std::to_string(min) +
                           " and " + std::to_string(max));
  }
  return value;
}

Result<bool> Settings::flag(std::string_view name, bool fallback) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return fallback;
  const std::string& text = found->second;
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off") return false;
  return field_error(std::string(name), "type",
                     "setting " + std::string(name) + " is neither true nor false");
}

void Settings::merge_environment(std::string_view prefix) {
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view pair = *entry;
    const auto equals = pair.find('=');
    if (!pair.starts_with(prefix) || equals == pair.npos || equals <= prefix.size()) continue;
    std::string name(pair.substr(prefix.size(), equals - prefix.size()));
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    set(std::move(name), std::string(pair.substr(equals + 1)));
  }
}

Status Settings::merge_file(const std::string& path) {
  std::ifstream in(path);
  if (!in) return error(Code::not_found, "cannot read settings file " + path);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const std::string_view content = trimmed(line);
    if (content.empty() || content.front() == '#') continue;
    const auto equals = content.find('=');
    const std::string_view name = trimmed(content.substr(0, equals));
    if (equals == content.npos || name.empty()) {
      return error(Code::invalid_argument,
                   path + " line " + std::to_string(number) + " is not name = value");
    }
    set(std::string(name), std::string(trimmed(content.substr(equals + 1))));
  }
  if (in.bad()) return error(Code::unavailable, "cannot read settings file " + path);
  return {};
}

}  // namespace base
