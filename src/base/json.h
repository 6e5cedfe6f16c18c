#pragma once
#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/text_value.h"
#include "base/time.h"

// JSON from and to structs that are described once (BOOST_DESCRIBE_STRUCT). Supported members:
// bool, int64 and smaller integers, std::string, described enums (their names), base::Id<...>,
// base::Time (RFC 3339), std::optional (null or absent; written as null), std::vector,
// std::map<std::string, ...>, boost::json::value, base::json::Raw and nested described structs.
// Floating point does not exist here on purpose.
namespace base::json {

// JSON text that is already written; copied verbatim.
struct Raw {
  std::string text;
};

struct ReadOptions {
  std::size_t depth_max = 16;
  bool unknown_fields_are_errors = true;
};

// Appends without building a tree; strings are assumed to be valid UTF-8.
template <class T>
void append(std::string& out, const T& value);
template <class T>
std::string write(const T& value);
void append_string(std::string& out, std::string_view text);  // quoted and escaped

// Code::invalid_argument with every offending field and a path like "channels[0]" or
// "client.email". Codes: "required", "type", "out_of_range" (integers), "invalid" (enum, id, time),
// "unknown", "duplicate". Floats (even 1.0) are no integers; text that is not JSON, too deep or
// invalid UTF-8 has no field but the reason "malformed_json".
template <class T>
Result<T> read(std::string_view text, const ReadOptions& options = {});
Result<boost::json::value> parse(std::string_view text, std::size_t depth_max = 16);
template <class T>
void read_value(const boost::json::value& from, T& into, const std::string& path,
                const ReadOptions& options, std::vector<FieldError>& errors);

// Helpers for reading providers' answers, where only some fields matter: the value at a dotted path
// ("data.object.id").
const boost::json::value* find(const boost::json::value& root, std::string_view dotted_path);
std::optional<std::string_view> find_string(const boost::json::value& root,
                                            std::string_view dotted_path);
std::optional<std::int64_t> find_int(const boost::json::value& root, std::string_view dotted_path);
std::optional<bool> find_bool(const boost::json::value& root, std::string_view dotted_path);

}  // namespace base::json

#include "base/json_inl.h"
