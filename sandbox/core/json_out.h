#pragma once
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "base/json.h"

namespace sandbox {

// Writes JSON in the order of the calls, without building a tree: answers to a retrieve are the hot
// path.
class JsonOut {
 public:
  JsonOut() { out_.reserve(4096); }

  JsonOut& object() { return open('{'); }
  JsonOut& object(std::string_view key) { return name(key).open('{'); }
  JsonOut& end_object() { return close('}'); }
  JsonOut& array() { return open('['); }
  JsonOut& array(std::string_view key) { return name(key).open('['); }
  JsonOut& end_array() { return close(']'); }

  JsonOut& field(std::string_view key, std::string_view value) { return name(key).value(value); }
  JsonOut& field(std::string_view key, const char* value) {
    return field(key, std::string_view(value));
  }
  template <std::same_as<bool> B>
  JsonOut& field(std::string_view key, B value) {
    return name(key).raw(value ? "true" : "false");
  }
  template <std::integral I>
    requires(!std::same_as<I, bool>)
  JsonOut& field(std::string_view key, I value) {
    return name(key).raw(std::to_string(value));
  }
  // An empty text stands for null.
  JsonOut& text_or_null(std::string_view key, std::string_view value) {
    return value.empty() ? null(key) : field(key, value);
  }
  JsonOut& null(std::string_view key) { return name(key).raw("null"); }
  JsonOut& nulls(std::initializer_list<std::string_view> keys) {
    for (auto key : keys) null(key);
    return *this;
  }

  JsonOut& name(std::string_view key) {
    value(key);
    out_ += ':';
    first_ = true;  // the value follows without a comma
    return *this;
  }
  JsonOut& value(std::string_view text) {
    comma();
    if (base::is_valid_utf8(text)) {
      base::json::append_string(out_, text);
    } else {  // from outside: what is no character is shown as one
      std::string shown(text);
      for (char& c : shown) c = static_cast<unsigned char>(c) < 0x80 ? c : '?';
      base::json::append_string(out_, shown);
    }
    return *this;
  }
  // `json` is already JSON.
  JsonOut& raw(std::string_view json) {
    comma();
    out_ += json;
    return *this;
  }
  std::string take() { return std::move(out_); }

 private:
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  JsonOut& open(char bracket) {
    comma();
    out_ += bracket;
    first_ = true;
    return *this;
  }
  JsonOut& close(char bracket) {
    out_ += bracket;
    first_ = false;
    return *this;
  }

  std::string out_;
  bool first_ = true;
};

}  // namespace sandbox
