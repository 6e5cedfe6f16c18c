#pragma once
#include <optional>
#include <string>

#include "api/routes.h"
#include "base/json.h"
#include "base/result.h"

namespace api {

// Collects every wrong field of a body before it is refused.
class Check {
 public:
  void add(std::string field, std::string code, std::string detail) {
    error_.fields.push_back({std::move(field), std::move(code), std::move(detail)});
  }
  void add(const base::Error& error) {
    for (const auto& field : error.fields) error_.fields.push_back(field);
  }
  template <class T>
  std::optional<T> take(base::Result<T> result) {
    if (result) return *std::move(result);
    add(result.error());
    return std::nullopt;
  }
  void take(const base::Status& status) {
    if (!status) add(status.error());
  }
  base::Status status() {
    if (error_.fields.empty()) return {};
    error_.code = base::Code::invalid_argument;
    error_.detail = "fields of the body are wrong";
    return error_;
  }

 private:
  base::Error error_;
};

// A body with its tree, for the fields of an edit where absent (stays) and null (cleared) differ.
template <class T>
struct Body {
  T value;
  boost::json::value tree;  // an object
  bool has(std::string_view name) const { return tree.as_object().contains(name); }
};
template <class T>
Result<Body<T>> read_body_with_tree(const net::Request& request) {
  TRY(auto tree, body_tree(request));
  TRY(T value, read_tree<T>(tree));
  return Body<T>{std::move(value), std::move(tree)};
}

}  // namespace api
