#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "text/mustache_program.h"

namespace text {

// One tag as it stands in the source.
struct Tag {
  char kind = 'v';  // v variable, & verbatim, # ^ / > ! =
  std::string_view content;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Compiles the template and the partials it reaches into one program. Used once.
class MustacheParser {
 public:
  using Program = Mustache::Program;
  MustacheParser(Program& program, const Mustache::Partials& partials,
                 std::string_view refused_tags)
      : program_(program), partials_(partials), refused_tags_(refused_tags) {}

  base::Status compile(std::string_view source);

 private:
  struct Open {
    std::uint32_t op = 0;
    std::uint32_t name = 0;
    std::size_t begin = 0;
  };
  // The state of one body while it is compiled.
  struct Source {
    std::string_view text;
    std::string partial;  // its name; empty for the template itself
    std::uint32_t body = 0;
    std::size_t cursor = 0;   // behind the last tag
    std::size_t counted = 0;  // line and line_begin hold for this offset
    std::uint32_t line = 1;
    std::size_t line_begin = 0;
    std::string open = "{{";
    std::string close = "}}";
    std::vector<Open> sections;
  };
  struct Use {  // a placeholder or a partial of one body
    Placeholder placeholder;
    std::optional<std::uint32_t> partial;
  };

  base::Status compile_body(Source& source);
  static void count_lines(Source& source, std::size_t to);
  Result<std::optional<Tag>> next_tag(const Source& source) const;
  base::Status add_tag(Source& source, const Tag& tag);
  base::Status add_value(Source& source, const Tag& tag);
  base::Status close_section(Source& source, const Tag& tag);
  base::Status add_partial(Source& source, const Tag& tag, std::optional<std::string> indent);
  base::Status set_delimiters(Source& source, const Tag& tag) const;
  void add_text(const Source& source, std::size_t begin, std::size_t end);
  void add_op(const Source& source, Op op) { program_.bodies[source.body].ops.push_back(op); }
  Result<std::uint32_t> name_of(const Source& source, const Tag& tag);
  std::uint32_t intern(std::string_view text);
  std::uint32_t intern_indent(std::string indent);
  void note(const Source& source, const Tag& tag, std::string name,
            std::optional<std::uint32_t> partial = {});
  void collect_placeholders();
  base::Error fail(const Source& source, std::size_t at, std::string code,
                   const std::string& detail) const;

  Program& program_;
  const Mustache::Partials& partials_;
  std::string_view refused_tags_;
  std::map<std::string, std::uint32_t, std::less<>> names_;
  std::map<std::string, std::uint32_t, std::less<>> bodies_;  // partials, each compiled once
  std::vector<std::pair<std::string, std::uint32_t>> pending_;
  std::vector<std::vector<Use>> uses_;  // per body
  std::size_t tag_count_ = 0;
};

}  // namespace text
