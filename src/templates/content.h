#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "base/result.h"
#include "domain/message.h"
#include "text/compiler.h"

namespace templates {

using base::Result;
using base::Status;

inline constexpr std::size_t kSubjectCharsMax = 250;
inline constexpr std::size_t kTextCharsMax = 100'000;
inline constexpr std::size_t kSmsCharsMax = 1600;

// pug makes MJML, mjml makes HTML, html is sent as it is; text is an SMS or a plain email.
enum class SourceKind : std::uint8_t { pug, mjml, html, text };
BOOST_DESCRIBE_ENUM(SourceKind, pug, mjml, html, text)

// What a person writes.
struct Content {
  SourceKind source_kind = SourceKind::pug;
  std::optional<std::string> subject;  // Mustache; an email has one
  std::string source;
  std::optional<std::string> body_text;  // an email's own plain text; absent: made from the HTML
  domain::ImageMode image_mode = domain::ImageMode::linked;
};

// What is sent, Mustache tags still in.
struct Sendable {
  std::optional<std::string> html;
  std::string text;
};

struct Purpose {
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
};

// Something to say about a content. `line` and `column` count from 1, `column` and `length` in
// UTF-16 units as editors count; all 0 when no place can be named.
struct Problem {
  std::string field;  // subject, source, body_text
  std::string stage;  // pug, mjml, limits, mustache, message
  text::Severity severity = text::Severity::error;
  std::string code;
  std::string detail;
  std::optional<std::string> suggestion;  // what to put in its place
  std::int64_t line = 0;
  std::int64_t column = 0;
  std::int64_t length = 0;
};
BOOST_DESCRIBE_STRUCT(Problem, (),
                      (field, stage, severity, code, detail, suggestion, line, column, length))

struct Proof {
  Sendable sendable;  // complete when no problem is an error
  std::vector<Problem> problems;
  bool is_sendable() const;
};
// Everything about a content that can be said without data. `compiled`: what the compiler made of a
// pug or mjml source.
Proof proof_of(const Purpose& purpose, const Content& content, const text::Compiled& compiled);
// The same with the compiling, whose errors come through; `owner` as there.
base::Awaitable<Result<Proof>> proof(text::Compiler& compiler, Purpose purpose, Content content,
                                     std::string owner);
// invalid_argument with a field error for every problem that is an error.
Status refuse_errors(const Proof& proof);

}  // namespace templates
