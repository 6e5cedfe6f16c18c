#include <array>

#include "base/log.h"
#include "net/http.h"
#include "net/text.h"

namespace net {
namespace {

bool has_forbidden(std::string_view text) {
  for (const char c : text) {
    if (c == '\r' || c == '\n' || c == '\0') return true;
  }
  return false;
}

// The last line of defence against header injection; reaching it is a bug of the caller.
std::string without_forbidden(std::string text) {
  if (!has_forbidden(text)) return text;
  base::log::error("header with a line break dropped its break", {});
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return text;
}

constexpr std::array<std::string_view, 7> kMethodNames = {"GET",   "HEAD",   "POST",   "PUT",
                                                          "PATCH", "DELETE", "OPTIONS"};

}  // namespace

std::string_view Headers::get(std::string_view name) const {
  for (const auto& item : items_) {
    if (equal_ignoring_case(item.name, name)) return item.value;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  for (const auto& item : items_) {
    if (equal_ignoring_case(item.name, name)) return true;
  }
  return false;
}

void Headers::set(std::string_view name, std::string value) {
  const auto same = [&](const Header& h) { return equal_ignoring_case(h.name, name); };
  const auto first = std::find_if(items_.begin(), items_.end(), same);
  if (first == items_.end()) return add(name, std::move(value));
  first->value = without_forbidden(std::move(value));
  items_.erase(std::remove_if(first + 1, items_.end(), same), items_.end());
}

void Headers::add(std::string_view name, std::string value) {
  Header header;
  header.name = without_forbidden(std::string(name));
  header.value = without_forbidden(std::move(value));
  items_.push_back(std::move(header));
}

std::string_view to_string(Method method) {
  const auto index = static_cast<std::size_t>(method);
  return index < kMethodNames.size() ? kMethodNames[index] : "OTHER";
}

Method method_from(std::string_view name) {
  for (std::size_t i = 0; i < kMethodNames.size(); ++i) {
    if (kMethodNames[i] == name) return static_cast<Method>(i);
  }
  return Method::other;
}

Response text_response(int status, std::string content_type, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", std::move(content_type));
  response.body = std::move(body);
  return response;
}

}  // namespace net
