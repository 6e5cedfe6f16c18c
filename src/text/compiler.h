#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/describe.h"
#include "base/result.h"
#include "base/runtime.h"

// Email sources into HTML, by the official Pug and MJML compilers. Mustache tags pass through.
namespace text {

enum class SourceKind : std::uint8_t { pug, mjml };  // Pug makes MJML
BOOST_DESCRIBE_ENUM(SourceKind, pug, mjml)
enum class Severity : std::uint8_t { error, warning };
BOOST_DESCRIBE_ENUM(Severity, error, warning)

// What is wrong with a source, and where: line and column count from 1, `length` is in UTF-16 units
// as editors count.
struct SourceProblem {
  std::string stage;  // pug, mjml
  Severity severity = Severity::error;
  std::string code;
  std::string detail;
  std::int64_t line = 1;
  std::int64_t column = 1;
  std::int64_t length = 1;
};
BOOST_DESCRIBE_STRUCT(SourceProblem, (), (stage, severity, code, detail, line, column, length))

struct Compiled {
  std::string html;  // empty when there is none
  std::vector<SourceProblem> problems;
};
BOOST_DESCRIBE_STRUCT(Compiled, (), (html, problems))

inline constexpr std::size_t kSourceBytesMax = 128 * 1024;
inline constexpr std::size_t kCompiledBytesMax = 2 * 1024 * 1024;

class Compiler {
 public:
  virtual ~Compiler() = default;
  // `owner`: whoever's sources wait together, so that nobody keeps the others waiting.
  // invalid_argument for a source that is too long or no UTF-8; rate_limited when too many of this
  // owner, or of all, wait already; unavailable when the compiler can't be reached. A source that
  // takes too long or too much memory has a problem that says so.
  virtual base::Awaitable<base::Result<Compiled>> compile(SourceKind kind, std::string source,
                                                          std::string owner) = 0;
};

}  // namespace text
