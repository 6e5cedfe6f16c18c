#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "text/mustache.h"

// Internal to the Mustache files: what parsing makes and rendering runs.
namespace text {

inline constexpr std::size_t kTemplateBytesMax = 512 * 1024;
inline constexpr std::size_t kTagsMax = 20'000;
inline constexpr std::size_t kSectionDepthMax = 32;
inline constexpr std::size_t kNameBytesMax = 200;
inline constexpr std::size_t kPartialsMax = 64;
// Of one rendering: sections and partials within each other, and operations in all. Sections over
// lists multiply, so a small template could otherwise run for hours without writing a byte.
inline constexpr std::size_t kRunDepthMax = 96;
inline constexpr std::size_t kStepsMax = 2'000'000;

struct Op {
  enum class Kind : std::uint8_t {
    text,       // a: offset into the pool, b: size
    indent,     // a line of a partial begins
    escaped,    // a: name
    verbatim,   // a: name
    section,    // a: name, b: index of the first operation behind it
    inverted,   // the same
    partial,    // a: body, b: name of the indentation, or kInline
    no_partial  // a: name of a partial that does not exist
  };
  Kind kind = Kind::text;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
};
inline constexpr std::uint32_t kInline = 0xffffffff;

struct Name {
  std::string text;
  std::vector<std::string> parts;  // empty for "."
};

struct Body {
  std::string pool;
  std::vector<Op> ops;
};

struct Mustache::Program {
  std::vector<Body> bodies;  // the template's own first, then each partial once
  std::vector<Name> names;
  std::vector<std::string> indents;
  std::vector<Placeholder> placeholders;
  Escape escape = Escape::html;
};

}  // namespace text
