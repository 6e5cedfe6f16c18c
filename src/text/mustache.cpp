#include "text/mustache.h"

#include <algorithm>
#include <charconv>

#include "text/html.h"
#include "text/mustache_parser.h"
#include "text/mustache_program.h"

namespace text {

using base::Code;
using boost::json::value;

namespace {

constexpr std::size_t kMissingMax = 50;

// Nothing to show: absent, null, false, an empty text or an empty list. Zero is a number to show.
bool is_falsy(const value* found) {
  if (found == nullptr || found->is_null()) return true;
  if (const auto* flag = found->if_bool()) return !*flag;
  if (const auto* list = found->if_array()) return list->empty();
  if (const auto* text = found->if_string()) return text->empty();
  return false;
}

template <class Number>
void append_number(std::string& out, Number number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  out.append(text, static_cast<std::size_t>(end - text));
}

// One rendering of one program.
class Run {
 public:
  Run(const Mustache::Program& program, const RenderOptions& options)
      : program_(program), options_(options) {}

  Result<std::string> render(const value& data) {
    out_.reserve(program_.bodies[0].pool.size() * 5 / 4 + 256);
    stack_.push_back(&data);
    const auto& root = program_.bodies[0];
    TRY_STATUS(run(root, 0, root.ops.size()));
    if (missing_.empty()) return std::move(out_);
    base::Error e{.code = Code::invalid_argument, .detail = "data is missing"};
    for (const auto name : missing_) {
      e.fields.push_back({program_.names[name].text, "missing", "no data for this placeholder"});
    }
    return e;
  }

 private:
  base::Status run(const Body& body, std::size_t begin, std::size_t end) {
    if (++depth_ > kRunDepthMax) {
      return base::error(Code::too_large, "too_deep", "sections or partials nest too deeply");
    }
    for (std::size_t i = begin; i < end; ++i) {
      if (++steps_ > kStepsMax) {
        return base::error(Code::too_large, "too_many_steps", "the template takes too long");
      }
      const Op& op = body.ops[i];
      switch (op.kind) {
        case Op::Kind::text: out_.append(body.pool, op.a, op.b); break;
        case Op::Kind::indent: out_ += indent_; break;
        case Op::Kind::escaped:
        case Op::Kind::verbatim: append_value(op); break;
        case Op::Kind::section: TRY_STATUS(section(body, op, i)); break;
        case Op::Kind::inverted:
          if (is_falsy(find_or_miss(op.a))) TRY_STATUS(run(body, i + 1, op.b));
          break;
        case Op::Kind::partial: TRY_STATUS(partial(op)); break;
        case Op::Kind::no_partial: miss(op.a); break;
      }
      if (op.kind == Op::Kind::section || op.kind == Op::Kind::inverted) i = op.b - 1;
      if (out_.size() > options_.output_bytes_max) {
        return base::error(Code::too_large, "output_too_large", "the result is too long");
      }
    }
    --depth_;
    return {};
  }

  base::Status section(const Body& body, const Op& op, std::size_t at) {
    const value* found = find_or_miss(op.a);
    if (is_falsy(found)) return {};
    const auto* list = found->if_array();
    if (list == nullptr) {
      stack_.push_back(found);
      TRY_STATUS(run(body, at + 1, op.b));
      stack_.pop_back();
      return {};
    }
    for (const value& item : *list) {
      // Counted here too, for a section may hold nothing at all.
      ++steps_;
      stack_.push_back(&item);
      TRY_STATUS(run(body, at + 1, op.b));
      stack_.pop_back();
    }
    return {};
  }

  base::Status partial(const Op& op) {
    const Body& body = program_.bodies[op.a];
    std::string outer = indent_;
    // A partial within a line gives its other lines no indentation: only the tag's line had one.
    indent_ = op.b == kInline ? std::string() : outer + program_.indents[op.b];
    TRY_STATUS(run(body, 0, body.ops.size()));
    indent_ = std::move(outer);
    return {};
  }

  void append_value(const Op& op) {
    const value* found = find(op.a);
    if (found == nullptr || found->is_null()) return miss(op.a);
    if (const auto* text = found->if_string()) {
      if (op.kind == Op::Kind::escaped) {
        append_escaped(out_, *text);
      } else {
        out_.append(text->data(), text->size());
      }
    } else if (const auto* number = found->if_int64()) {
      append_number(out_, *number);
    } else if (const auto* natural = found->if_uint64()) {
      append_number(out_, *natural);
    } else if (const auto* fraction = found->if_double()) {
      append_number(out_, *fraction);
    } else if (const auto* flag = found->if_bool()) {
      out_ += *flag ? "true" : "false";
    } else {
      miss(op.a);  // a list or an object is no text
    }
  }

  // The first part of a name is looked for from the innermost context outwards; the rest must be
  // there.
  const value* find(std::uint32_t index) const {
    const auto& parts = program_.names[index].parts;
    if (parts.empty()) return stack_.back();
    const value* found = nullptr;
    for (auto at = stack_.rbegin(); at != stack_.rend() && found == nullptr; ++at) {
      if (const auto* object = (*at)->if_object()) found = object->if_contains(parts[0]);
    }
    for (std::size_t i = 1; i < parts.size() && found != nullptr; ++i) {
      const auto* object = found->if_object();
      found = object == nullptr ? nullptr : object->if_contains(parts[i]);
    }
    return found;
  }

  const value* find_or_miss(std::uint32_t index) {
    const value* found = find(index);
    if (found == nullptr && options_.missing_section_is_error) miss(index);
    return found;
  }

  void miss(std::uint32_t name) {
    if (!options_.missing_is_error || missing_.size() >= kMissingMax) return;
    if (std::find(missing_.begin(), missing_.end(), name) == missing_.end())
      missing_.push_back(name);
  }

  const Mustache::Program& program_;
  const RenderOptions& options_;
  std::string out_;
  std::string indent_;
  std::vector<const value*> stack_;
  std::vector<std::uint32_t> missing_;
  std::size_t depth_ = 0;
  std::size_t steps_ = 0;
};

}  // namespace

Mustache::Mustache(std::unique_ptr<Program> program) : program_(std::move(program)) {}
Mustache::Mustache(Mustache&&) noexcept = default;
Mustache& Mustache::operator=(Mustache&&) noexcept = default;
Mustache::~Mustache() = default;

Result<Mustache> Mustache::parse(std::string_view source, Escape escape, const Partials& partials,
                                 std::string_view refused_tags) {
  auto program = std::make_unique<Program>();
  program->escape = escape;
  MustacheParser parser(*program, partials, refused_tags);
  TRY_STATUS(parser.compile(source));
  return Mustache(std::move(program));
}

Result<std::string> Mustache::render(const value& data, const RenderOptions& options) const {
  return Run(*program_, options).render(data);
}

const std::vector<Placeholder>& Mustache::placeholders() const { return program_->placeholders; }

}  // namespace text
