#include "text/mustache_parser.h"

#include <algorithm>
#include <set>

namespace text {

using base::Code;
using base::Status;

namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_space(char c) { return is_blank(c) || c == '\n' || c == '\r'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string refusal_of(char kind) {
  return kind == '=' ? "delimiters_refused" : kind == '!' ? "comment_refused" : "unescaped";
}

bool at_line_start(std::string_view text, std::size_t at) {
  return at == 0 || text[at - 1] == '\n';
}

// Where the line that a tag alone stands on begins and ends (behind its newline); none when other
// things stand there too. `cursor` is behind the tag before.
std::optional<std::pair<std::size_t, std::size_t>> standalone_line(std::string_view text,
                                                                   const Tag& tag,
                                                                   std::size_t cursor) {
  if (tag.kind == 'v' || tag.kind == '&') return std::nullopt;
  std::size_t begin = tag.begin;
  while (begin > cursor && is_blank(text[begin - 1])) --begin;
  if (!at_line_start(text, begin)) return std::nullopt;
  std::size_t end = tag.end;
  while (end < text.size() && is_blank(text[end])) ++end;
  if (end == text.size()) return std::pair{begin, end};
  if (text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n')
    return std::pair{begin, end + 2};
  if (text[end] == '\n') return std::pair{begin, end + 1};
  return std::nullopt;
}

}  // namespace

Status MustacheParser::compile(std::string_view source) {
  pending_.emplace_back("", 0);
  program_.bodies.emplace_back();
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    Source body;
    body.partial = pending_[i].first;
    body.body = pending_[i].second;
    body.text = i == 0 ? source : std::string_view(partials_.find(body.partial)->second);
    uses_.emplace_back();
    TRY_STATUS(compile_body(body));
  }
  collect_placeholders();
  return {};
}

Status MustacheParser::compile_body(Source& source) {
  if (source.text.size() > kTemplateBytesMax)
    return fail(source, 0, "too_large", "the text is too long");
  for (;;) {
    TRY(const std::optional<Tag> tag, next_tag(source));
    if (!tag) break;
    count_lines(source, tag->begin);
    if (refused_tags_.find(tag->kind) != std::string_view::npos)
      return fail(source, tag->begin, refusal_of(tag->kind), "such a tag is not available here");
    if (++tag_count_ > kTagsMax) return fail(source, tag->begin, "too_many_tags", "too many tags");
    const auto line = standalone_line(source.text, *tag, source.cursor);
    add_text(source, source.cursor, line ? line->first : tag->begin);
    if (!line && at_line_start(source.text, tag->begin)) {
      if (source.body != 0) add_op(source, {Op::Kind::indent});
    }
    if (tag->kind == '>') {
      std::optional<std::string> indent;
      if (line) indent = source.text.substr(line->first, tag->begin - line->first);
      TRY_STATUS(add_partial(source, *tag, std::move(indent)));
    } else {
      TRY_STATUS(add_tag(source, *tag));
    }
    source.cursor = line ? line->second : tag->end;
  }
  add_text(source, source.cursor, source.text.size());
  if (source.sections.empty()) return {};
  const Open& open = source.sections.back();
  return fail(source, open.begin, "unclosed_section",
              "the section \"" + program_.names[open.name].text + "\" is not closed");
}

void MustacheParser::count_lines(Source& source, std::size_t to) {
  for (; source.counted < to; ++source.counted) {
    if (source.text[source.counted] != '\n') continue;
    ++source.line;
    source.line_begin = source.counted + 1;
  }
}

Result<std::optional<Tag>> MustacheParser::next_tag(const Source& source) const {
  const auto text = source.text;
  Tag tag;
  tag.begin = text.find(source.open, source.cursor);
  if (tag.begin == text.npos) return std::optional<Tag>{};
  std::size_t at = tag.begin + source.open.size();
  std::string close = source.close;
  const char mark = at < text.size() ? text[at] : ' ';
  if (mark == '{') {
    tag.kind = '&';
    close.insert(0, 1, '}');
    ++at;
  } else if (mark == '=') {
    tag.kind = mark;
    close.insert(0, 1, '=');
    ++at;
  } else if (mark != 0 && std::string_view("#^/>&!").find(mark) != std::string_view::npos) {
    tag.kind = mark;
    ++at;
  } else if (mark == '<' || mark == '$') {
    return fail(source, tag.begin, "unsupported_tag", "blocks and parents are not supported");
  }
  const auto end = text.find(close, at);
  if (end == text.npos) return fail(source, tag.begin, "unclosed_tag", "the tag is not closed");
  tag.content = trimmed(text.substr(at, end - at));
  tag.end = end + close.size();
  return std::optional<Tag>(tag);
}

Status MustacheParser::add_tag(Source& source, const Tag& tag) {
  switch (tag.kind) {
    case '!': return {};
    case '=': return set_delimiters(source, tag);
    case '/': return close_section(source, tag);
    default: return add_value(source, tag);
  }
}

Status MustacheParser::add_value(Source& source, const Tag& tag) {
  TRY(const std::uint32_t name, name_of(source, tag));
  note(source, tag, program_.names[name].text);
  if (tag.kind == '#' || tag.kind == '^') {
    if (source.sections.size() >= kSectionDepthMax) {
      return fail(source, tag.begin, "too_deep", "too many sections within each other");
    }
    const auto op = static_cast<std::uint32_t>(program_.bodies[source.body].ops.size());
    source.sections.push_back({op, name, tag.begin});
    add_op(source, {tag.kind == '#' ? Op::Kind::section : Op::Kind::inverted, name, 0});
  } else {
    const bool escape = tag.kind == 'v' && program_.escape == Escape::html;
    add_op(source, {escape ? Op::Kind::escaped : Op::Kind::verbatim, name, 0});
  }
  return {};
}

Status MustacheParser::close_section(Source& source, const Tag& tag) {
  if (source.sections.empty()) {
    return fail(source, tag.begin, "unexpected_close", "no section is open here");
  }
  const Open open = source.sections.back();
  if (program_.names[open.name].text != tag.content) {
    return fail(source, tag.begin, "unexpected_close",
                "the open section is \"" + program_.names[open.name].text + "\"");
  }
  source.sections.pop_back();
  auto& ops = program_.bodies[source.body].ops;
  ops[open.op].b = static_cast<std::uint32_t>(ops.size());
  return {};
}

Status MustacheParser::add_partial(Source& source, const Tag& tag,
                                   std::optional<std::string> indent) {
  if (tag.content.starts_with('*')) {
    return fail(source, tag.begin, "unsupported_tag", "names of partials are fixed");
  }
  TRY(const std::uint32_t name, name_of(source, tag));
  const std::string& text = program_.names[name].text;
  if (!partials_.contains(text)) {
    note(source, tag, "> " + text);
    add_op(source, {Op::Kind::no_partial, intern("> " + text), 0});
    return {};
  }
  auto known = bodies_.find(text);
  if (known == bodies_.end()) {
    if (bodies_.size() >= kPartialsMax) {
      return fail(source, tag.begin, "too_many_partials", "too many partials");
    }
    const auto body = static_cast<std::uint32_t>(program_.bodies.size());
    program_.bodies.emplace_back();
    pending_.emplace_back(text, body);
    known = bodies_.emplace(text, body).first;
  }
  note(source, tag, {}, known->second);
  add_op(source, {Op::Kind::partial, known->second, indent ? intern_indent(*indent) : kInline});
  return {};
}

Status MustacheParser::set_delimiters(Source& source, const Tag& tag) const {
  const auto content = tag.content;
  const auto gap = std::find_if(content.begin(), content.end(), is_space);
  const std::string open(content.begin(), gap);
  const std::string close(trimmed(content.substr(open.size())));
  const auto usable = [](const std::string& text) {
    return !text.empty() && text.size() <= 16 && text.find('=') == text.npos &&
           std::none_of(text.begin(), text.end(), is_space);
  };
  if (!usable(open) || !usable(close)) {
    return fail(source, tag.begin, "bad_delimiters", "expected two delimiters, as in {{=<% %>=}}");
  }
  source.open = open;
  source.close = close;
  return {};
}

// In a partial, every line that is not taken away with its tag begins with the indentation.
void MustacheParser::add_text(const Source& source, std::size_t begin, std::size_t end) {
  auto& body = program_.bodies[source.body];
  while (begin < end) {
    std::size_t stop = end;
    if (source.body != 0) {
      if (at_line_start(source.text, begin)) add_op(source, {Op::Kind::indent});
      const auto newline = source.text.substr(begin, end - begin).find('\n');
      if (newline != std::string_view::npos) stop = begin + newline + 1;
    }
    const auto offset = static_cast<std::uint32_t>(body.pool.size());
    body.pool += source.text.substr(begin, stop - begin);
    add_op(source, {Op::Kind::text, offset, static_cast<std::uint32_t>(stop - begin)});
    begin = stop;
  }
}

Result<std::uint32_t> MustacheParser::name_of(const Source& source, const Tag& tag) {
  const auto name = tag.content;
  if (name.empty()) return fail(source, tag.begin, "bad_name", "the tag names nothing");
  if (name.size() > kNameBytesMax)
    return fail(source, tag.begin, "bad_name", "the name is too long");
  if (std::any_of(name.begin(), name.end(), is_space)) {
    return fail(source, tag.begin, "bad_name", "a name has no spaces");
  }
  const bool empty_part =
      name.starts_with('.') || name.ends_with('.') || name.find("..") != name.npos;
  if (empty_part && name != "." && tag.kind != '>') {
    return fail(source, tag.begin, "bad_name", "a part of the name is empty");
  }
  return intern(name);
}

std::uint32_t MustacheParser::intern(std::string_view text) {
  if (const auto known = names_.find(text); known != names_.end()) return known->second;
  Name name{std::string(text), {}};
  for (auto rest = text; text != ".";) {
    const auto dot = rest.find('.');
    name.parts.emplace_back(rest.substr(0, dot));
    if (dot == rest.npos) break;
    rest.remove_prefix(dot + 1);
  }
  const auto index = static_cast<std::uint32_t>(program_.names.size());
  program_.names.push_back(std::move(name));
  names_.emplace(text, index);
  return index;
}

std::uint32_t MustacheParser::intern_indent(std::string indent) {
  auto& known = program_.indents;
  const auto found = std::find(known.begin(), known.end(), indent);
  const auto index = static_cast<std::uint32_t>(found - known.begin());
  if (found == known.end()) known.push_back(std::move(indent));
  return index;
}

void MustacheParser::note(const Source& source, const Tag& tag, std::string name,
                          std::optional<std::uint32_t> partial) {
  Use use{.partial = partial};
  use.placeholder.name = std::move(name);
  use.placeholder.line = source.line;
  use.placeholder.column = static_cast<std::uint32_t>(tag.begin - source.line_begin + 1);
  use.placeholder.length = static_cast<std::uint32_t>(tag.end - tag.begin);
  use.placeholder.section = tag.kind == '#' || tag.kind == '^';
  uses_[source.body].push_back(std::move(use));
}

// The template's own placeholders, and those of its partials at the tag that brings them in.
void MustacheParser::collect_placeholders() {
  for (const Use& use : uses_[0]) {
    if (!use.partial) {
      program_.placeholders.push_back(use.placeholder);
      continue;
    }
    std::vector<std::uint32_t> reached = {*use.partial};
    std::set<std::string> names;
    for (std::size_t i = 0; i < reached.size(); ++i) {
      for (const Use& inner : uses_[reached[i]]) {
        if (!inner.partial) {
          if (!names.insert(inner.placeholder.name).second) continue;
          Placeholder placed = use.placeholder;
          placed.name = inner.placeholder.name;
          placed.section = inner.placeholder.section;
          program_.placeholders.push_back(std::move(placed));
        } else if (std::find(reached.begin(), reached.end(), *inner.partial) == reached.end()) {
          reached.push_back(*inner.partial);
        }
      }
    }
  }
}

base::Error MustacheParser::fail(const Source& source, std::size_t at, std::string code,
                                 const std::string& detail) const {
  const auto before = source.text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto column = at - (before.rfind('\n') + 1) + 1;
  const std::string where = std::to_string(line) + ":" + std::to_string(column);
  const std::string in =
      source.partial.empty() ? "" : " (in the partial \"" + source.partial + "\")";
  return base::field_error(where, std::move(code), detail + in);
}

}  // namespace text
