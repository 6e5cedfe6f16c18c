#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// The whole core of the Mustache specification (lambdas and inheritance excepted), parsed once and
// rendered many times.
namespace text {

using base::Result;

// What {{name}} does to a value: html escapes & < > " ', none copies it (plain text, headers, SMS).
// {{{name}}} and {{&name}} copy in both.
enum class Escape : std::uint8_t { html, none };

struct Placeholder {
  std::string name;          // "client.first_name"; of variables, sections and inverted sections
  std::uint32_t line = 1;    // 1-based
  std::uint32_t column = 1;  // 1-based, in bytes
  std::uint32_t length = 0;  // of the whole tag, in bytes
  bool section = false;
};

struct RenderOptions {
  bool missing_is_error = true;          // else empty, as the specification has it
  bool missing_section_is_error = true;  // else skipped, with missing_is_error
  std::size_t output_bytes_max = 1 << 20;
};

// A section is skipped, and an inverted one shown, for null, false, "" and []; 0 is a value.
// With missing_is_error a variable must be there and be a text, number or boolean: null, lists and
// objects are missing too; a section's name must be there, whatever its value.
//
// Immutable after parse; any thread. A partial may come only from `partials`, never from a file.
class Mustache {
 public:
  using Partials = std::map<std::string, std::string, std::less<>>;
  // invalid_argument with one FieldError whose field is "line:column" and whose code is
  // "unclosed_tag", "unclosed_section", "unexpected_close", "bad_delimiters", "too_deep" …
  // `refused_tags`: kinds of tags that are a mistake here: '=' ("delimiters_refused"), '&' for both
  // forms that don't escape ("unescaped"), '!' ("comment_refused").
  static Result<Mustache> parse(std::string_view source, Escape escape,
                                const Partials& partials = {}, std::string_view refused_tags = {});
  Mustache(Mustache&&) noexcept;
  Mustache& operator=(Mustache&&) noexcept;
  ~Mustache();

  // invalid_argument naming every missing placeholder (code "missing"); too_large over
  // output_bytes_max, or when sections over lists multiply beyond reason.
  Result<std::string> render(const boost::json::value& data,
                             const RenderOptions& options = {}) const;
  // In order. What a partial uses is listed once at the tag that brings it in; a partial that does
  // not exist is listed as "> name".
  const std::vector<Placeholder>& placeholders() const;

  struct Program;

 private:
  explicit Mustache(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

}  // namespace text
