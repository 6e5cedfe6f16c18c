#include "base/json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <cstring>

#include "base/assert.h"

namespace base::json {
namespace {

constexpr std::size_t kErrorsMax = 50;
constexpr std::size_t kShortText = 126;

// True when one of the eight bytes is a quote, a backslash or under 0x20.
bool needs_escape(std::uint64_t eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t x) { return (x - kOnes) & ~x & kHighs; };
  const std::uint64_t control = (eight - kOnes * 0x20) & ~eight & kHighs;
  return (has_zero(eight ^ kOnes * '"') | has_zero(eight ^ kOnes * '\\') | control) != 0;
}

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// How many leading bytes can be copied as they are.
std::size_t plain_prefix(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + i, 8);
    if (needs_escape(eight)) break;
  }
  while (i < text.size() && !needs_escape(text[i])) ++i;
  return i;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u00";
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[c & 15];
}

// Builds the value like Boost's own parser, and counts members as they stand in the text: Boost
// keeps the last of two equal keys, so fewer members in the tree than in the text means a repeated
// key.
struct Handler {
  static constexpr std::size_t max_object_size = 10'000;
  static constexpr std::size_t max_array_size = 100'000;
  static constexpr std::size_t max_key_size = 1'024;
  static constexpr std::size_t max_string_size = 64 << 20;
  using Text = boost::json::string_view;
  using Failure = boost::json::error_code;

  boost::json::value_stack stack;
  std::size_t member_count = 0;
  // Set to look for the repeated key itself, in a second run that is only made to name it.
  bool look_for_repeated = false;
  std::vector<std::vector<std::string>> open_objects{};
  std::string key{};
  std::string repeated{};

  bool on_document_begin(Failure&) { return true; }
  bool on_document_end(Failure&) { return true; }
  bool on_object_begin(Failure&) {
    if (look_for_repeated) open_objects.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t n, Failure&) {
    member_count += n;
    stack.push_object(n);
    if (look_for_repeated) open_objects.pop_back();
    return true;
  }
  bool on_array_begin(Failure&) { return true; }
  bool on_array_end(std::size_t n, Failure&) {
    stack.push_array(n);
    return true;
  }
  bool on_key_part(Text text, std::size_t, Failure&) {
    stack.push_chars(text);
    if (look_for_repeated) key.append(text.data(), text.size());
    return true;
  }
  bool on_key(Text text, std::size_t, Failure&) {
    stack.push_key(text);
    if (look_for_repeated) note_key(text);
    return true;
  }
  void note_key(Text text) {
    key.append(text.data(), text.size());
    auto& keys = open_objects.back();
    if (repeated.empty() && std::find(keys.begin(), keys.end(), key) != keys.end()) repeated = key;
    keys.push_back(std::move(key));
    key.clear();
  }
  bool on_string_part(Text text, std::size_t, Failure&) {
    stack.push_chars(text);
    return true;
  }
  bool on_string(Text text, std::size_t, Failure&) {
    stack.push_string(text);
    return true;
  }
  bool on_number_part(Text, Failure&) { return true; }
  bool on_int64(std::int64_t i, Text, Failure&) {
    stack.push_int64(i);
    return true;
  }
  bool on_uint64(std::uint64_t u, Text, Failure&) {
    stack.push_uint64(u);
    return true;
  }
  bool on_double(double d, Text, Failure& failure) {
    // Boost reads 1e400 as infinity, and would write that as a word that is no JSON.
    if (!std::isfinite(d)) {
      failure = boost::json::error::exponent_overflow;
      return false;
    }
    stack.push_double(d);
    return true;
  }
  bool on_bool(bool b, Failure&) {
    stack.push_bool(b);
    return true;
  }
  bool on_null(Failure&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(Text, Failure&) { return true; }
  bool on_comment(Text, Failure&) { return true; }
};

boost::json::parse_options parser_options(std::size_t depth_max) {
  boost::json::parse_options options;
  options.max_depth = depth_max;
  return options;
}

std::size_t count_members(const boost::json::value& value) {
  std::size_t count = 0;
  if (const auto* object = value.if_object()) {
    count = object->size();
    for (const auto& pair : *object) count += count_members(pair.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& item : *array) count += count_members(item);
  }
  return count;
}

Error repeated_key(std::string_view text, std::size_t depth_max) {
  boost::json::basic_parser<Handler> parser(parser_options(depth_max));
  parser.handler().look_for_repeated = true;
  parser.handler().stack.reset();
  boost::json::error_code code;
  parser.write_some(false, text.data(), text.size(), code);
  return field_error(parser.handler().repeated, "duplicate", "is given twice");
}

const boost::json::value* child(const boost::json::value& of, std::string_view name) {
  if (const auto* object = of.if_object()) return object->if_contains(name);
  if (const auto* array = of.if_array()) {
    std::size_t index = 0;
    const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (code == std::errc{} && end == name.data() + name.size()) return array->if_contains(index);
  }
  return nullptr;
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  // Most texts are short and plain: one append each.
  char quoted[kShortText + 2];
  if (text.size() <= kShortText && plain_prefix(text) == text.size()) {
    quoted[0] = '"';
    std::memcpy(quoted + 1, text.data(), text.size());
    quoted[text.size() + 1] = '"';
    out.append(quoted, text.size() + 2);
    return;
  }
  out += '"';
  for (;;) {
    const std::size_t plain = plain_prefix(text);
    out.append(text.data(), plain);
    if (plain == text.size()) break;
    append_escape(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

Result<boost::json::value> parse(std::string_view text, std::size_t depth_max) {
  return detail::parse_with(text, depth_max, {});
}

const boost::json::value* find(const boost::json::value& root, std::string_view dotted_path) {
  const boost::json::value* at = &root;
  for (;;) {
    const auto dot = dotted_path.find('.');
    at = child(*at, dotted_path.substr(0, dot));
    if (at == nullptr || dot == dotted_path.npos) return at;
    dotted_path.remove_prefix(dot + 1);
  }
}

std::optional<std::string_view> find_string(const boost::json::value& root,
                                            std::string_view dotted_path) {
  const auto* found = find(root, dotted_path);
  if (found == nullptr || !found->is_string()) return std::nullopt;
  const auto& text = found->get_string();
  return std::string_view{text.data(), text.size()};
}

std::optional<std::int64_t> find_int(const boost::json::value& root, std::string_view dotted_path) {
  const auto* found = find(root, dotted_path);
  if (found == nullptr || !found->is_int64()) return std::nullopt;
  return found->get_int64();
}

std::optional<bool> find_bool(const boost::json::value& root, std::string_view dotted_path) {
  const auto* found = find(root, dotted_path);
  if (found == nullptr || !found->is_bool()) return std::nullopt;
  return found->get_bool();
}

namespace detail {

Result<boost::json::value> parse_with(std::string_view text, std::size_t depth_max,
                                      boost::json::storage_ptr memory) {
  boost::json::basic_parser<Handler> parser(parser_options(depth_max));
  Handler& handler = parser.handler();
  handler.stack.reset(std::move(memory));
  boost::json::error_code code;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), code);
  if (!code && used < text.size()) code = boost::json::error::extra_data;
  if (code) {
    return error(Code::invalid_argument, "malformed_json",
                 "not JSON: " + code.message() + " near byte " + std::to_string(used));
  }
  boost::json::value value = handler.stack.release();
  if (count_members(value) != handler.member_count) return repeated_key(text, depth_max);
  return value;
}

void append_value(std::string& out, const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::string: {
      const auto& text = value.get_string();
      return append_string(out, {text.data(), text.size()});
    }
    case boost::json::kind::object: {
      char separator = '{';
      for (const auto& pair : value.get_object()) {
        out += separator;
        append_string(out, {pair.key().data(), pair.key().size()});
        out += ':';
        append_value(out, pair.value());
        separator = ',';
      }
      if (separator == '{') out += '{';
      out += '}';
      return;
    }
    case boost::json::kind::array: {
      char separator = '[';
      for (const auto& item : value.get_array()) {
        out += separator;
        append_value(out, item);
        separator = ',';
      }
      if (separator == '[') out += '[';
      out += ']';
      return;
    }
    default: out += boost::json::serialize(value); return;
  }
}

std::string Path::text() const {
  std::string out = parent == nullptr ? std::string() : parent->text();
  if (index != kNoIndex) return out + '[' + std::to_string(index) + ']';
  if (!out.empty() && !name.empty()) out += '.';
  return out += name;
}

void Reader::fail(const Path& path, std::string_view code, std::string_view detail) {
  if (errors.size() >= kErrorsMax) return;
  errors.push_back({path.text(), std::string(code), std::string(detail)});
}

void Reader::fail_unknown(const boost::json::object& from, const Path& path,
                          const std::string_view* names, std::size_t name_count) {
  for (const auto& pair : from) {
    const std::string_view key{pair.key().data(), pair.key().size()};
    if (std::find(names, names + name_count, key) == names + name_count) {
      fail(Path{&path, key}, "unknown", "is not a known field");
    }
  }
}

void Reader::read(const boost::json::value& from, bool& into, const Path& path) {
  if (!from.is_bool()) return fail(path, "type", "must be true or false");
  into = from.get_bool();
}

void Reader::read(const boost::json::value& from, std::string& into, const Path& path) {
  if (!expect_text(from, path)) return;
  const auto& text = from.get_string();
  into.assign(text.data(), text.size());
}

void Reader::read(const boost::json::value& from, Time& into, const Path& path) {
  if (!expect_text(from, path)) return;
  const auto& text = from.get_string();
  const auto time = from_rfc3339({text.data(), text.size()});
  if (!time) return fail(path, "invalid", "must be an RFC 3339 date-time");
  into = *time;
}

void Reader::read(const boost::json::value& from, boost::json::value& into, const Path&) {
  into = from;
}

void Reader::read(const boost::json::value& from, Raw& into, const Path&) {
  into.text.clear();
  append_value(into.text, from);
}

bool Reader::read_int64(const boost::json::value& from, std::int64_t& into, const Path& path) {
  if (from.is_int64()) {
    into = from.get_int64();
    return true;
  }
  if (from.is_uint64()) {
    fail(path, "out_of_range", "is too large");
  } else {
    fail(path, "type", "must be an integer");
  }
  return false;
}

bool Reader::read_uint64(const boost::json::value& from, std::uint64_t& into, const Path& path) {
  if (from.is_uint64()) {
    into = from.get_uint64();
    return true;
  }
  if (!from.is_int64()) {
    fail(path, "type", "must be an integer");
    return false;
  }
  if (from.get_int64() < 0) {
    fail(path, "out_of_range", "must not be negative");
    return false;
  }
  into = static_cast<std::uint64_t>(from.get_int64());
  return true;
}

bool Reader::expect_object(const boost::json::value& from, const Path& path) {
  if (!from.is_object()) fail(path, "type", "must be an object");
  return from.is_object();
}

bool Reader::expect_array(const boost::json::value& from, const Path& path) {
  if (!from.is_array()) fail(path, "type", "must be an array");
  return from.is_array();
}

bool Reader::expect_text(const boost::json::value& from, const Path& path) {
  if (!from.is_string()) fail(path, "type", "must be a string");
  return from.is_string();
}

Error fields_error(std::vector<FieldError> errors) {
  const FieldError& first = errors.front();
  Error e{.code = Code::invalid_argument,
          .detail = (first.field.empty() ? "the value" : first.field) + ' ' + first.detail};
  e.fields = std::move(errors);
  return e;
}

}  // namespace detail
}  // namespace base::json
