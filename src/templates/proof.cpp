#include <algorithm>
#include <charconv>
#include <set>

#include "domain/utf8.h"
#include "templates/content.h"
#include "templates/html_check.h"
#include "templates/placeholders.h"
#include "text/html.h"
#include "text/mustache.h"

namespace templates {

namespace {

using text::Escape;
using text::Severity;

constexpr std::size_t kProblemsMax = 200;
constexpr std::size_t kNameShownMax = 60;
constexpr std::size_t kGuessesMax = 20;
constexpr std::size_t kCodeMax = 60;
constexpr std::size_t kDetailMax = 500;

// One text that a person wrote, with what can be said about places in it.
struct Written {
  const char* field;
  std::string_view text;
};

void set_place(Problem& problem, std::string_view text, std::size_t at, std::size_t length) {
  at = std::min(at, text.size());
  const std::string_view before = text.substr(0, at);
  const std::size_t newline = before.rfind('\n');
  const std::size_t begin = newline == before.npos ? 0 : newline + 1;
  problem.line = 1 + std::count(before.begin(), before.end(), '\n');
  problem.column = 1 + domain::utf16_length(before.substr(begin));
  problem.length = std::max<std::int64_t>(domain::utf16_length(text.substr(at, length)), 1);
}

struct Found {
  std::size_t at = 0;
  std::size_t length = 0;
};

// Every tag of the text that names `name`, closing tags left out.
std::vector<Found> find_tags(std::string_view text, std::string_view name) {
  std::vector<Found> out;
  for (std::size_t at = text.find("{{"); at != text.npos; at = text.find("{{", at + 2)) {
    std::size_t i = at + 2;
    while (i < text.size() && std::string_view("{&#^ ").find(text[i]) != std::string_view::npos)
      ++i;
    if (!text.substr(i).starts_with(name)) continue;
    std::size_t end = i + name.size();
    while (end < text.size() && text[end] == ' ') ++end;
    if (!text.substr(end).starts_with("}}")) continue;
    end += text.substr(end).starts_with("}}}") ? 3 : 2;
    out.push_back({at, end - at});
  }
  return out;
}

const char* stage_of(std::string_view named) {
  for (const char* known : {"pug", "mjml", "limits"}) {
    if (named == known) return known;
  }
  return "limits";
}

class Prover {
 public:
  Prover(const Purpose& purpose, const Content& content) : purpose_(purpose), content_(content) {}

  Proof prove(const text::Compiled& compiled) {
    const Written source{"source", content_.source};
    take(compiled);
    Sendable& sendable = proof_.sendable;
    const bool markup = content_.source_kind != SourceKind::text;
    if (markup)
      sendable.html = content_.source_kind == SourceKind::html ? content_.source : compiled.html;
    if (content_.subject) check_mustache({"subject", *content_.subject}, *content_.subject);
    if (markup) {
      check_html_source(source, *sendable.html);
    } else {
      sendable.text = content_.source;
      check_mustache(source, content_.source);
    }
    if (content_.body_text) {
      sendable.text = *content_.body_text;
      check_mustache({"body_text", *content_.body_text}, *content_.body_text);
    } else if (markup) {
      sendable.text = text::html_to_text(*sendable.html);
      check_derived_text(source);
    }
    check_purpose(source);
    const auto by_place = [](const Problem& a, const Problem& b) {
      return std::tuple(a.severity, a.field, a.line, a.column) <
             std::tuple(b.severity, b.field, b.line, b.column);
    };
    std::stable_sort(proof_.problems.begin(), proof_.problems.end(), by_place);
    return std::move(proof_);
  }

 private:
  Problem& add(const char* field, const char* stage, Severity severity, std::string code,
               std::string detail) {
    if (proof_.problems.size() >= kProblemsMax) return more_ = {};
    Problem problem;
    problem.field = field;
    problem.stage = stage;
    problem.severity = severity;
    problem.code = std::move(code);
    problem.detail = std::move(detail);
    proof_.problems.push_back(std::move(problem));
    return proof_.problems.back();
  }

  // What is wrong with the needle wherever it stands; once without a place if it can't be found.
  void add_at(const Written& written, const Finding& finding) {
    const std::size_t at =
        finding.needle.empty() ? std::string_view::npos : written.text.find(finding.needle);
    Problem& problem =
        add(written.field, "message", finding.severity, finding.code, finding.detail);
    if (at != std::string_view::npos) set_place(problem, written.text, at, finding.needle.size());
  }

  void take(const text::Compiled& compiled) {
    for (const text::SourceProblem& p : compiled.problems) {
      Problem& problem = add("source", stage_of(p.stage), p.severity, p.code.substr(0, kCodeMax),
                             p.detail.substr(0, kDetailMax));
      problem.line = p.line;
      problem.column = p.column;
      problem.length = p.length;
    }
  }

  // `rendered`: where the tags are read from, the text itself or the HTML that it became.
  void check_mustache(const Written& written, std::string_view rendered,
                      std::string_view refused_tags = "=") {
    const auto parsed = text::Mustache::parse(rendered, Escape::none, {}, refused_tags);
    if (!parsed) return add_parse_error(written, rendered, parsed.error());
    std::set<std::string> told;
    for (const text::Placeholder& p : parsed->placeholders()) {
      if (told.insert(p.name).second && proof_.problems.size() < kProblemsMax)
        check_name(written, p.name);
    }
    used_.insert(told.begin(), told.end());
    check_sections(written, *parsed, told);
  }

  void add_parse_error(const Written& written, std::string_view rendered,
                       const base::Error& error) {
    unreadable_ = true;
    if (error.fields.empty()) {
      add(written.field, "mustache", Severity::error, "invalid", error.detail);
      return;
    }
    const base::FieldError& first = error.fields.front();
    Problem& problem = add(written.field, "mustache", Severity::error, first.code, first.detail);
    const std::size_t at = offset_of(rendered, first.field);
    const std::string_view tag = tag_at(rendered, at);
    const std::size_t found = rendered.data() == written.text.data() ? at : written.text.find(tag);
    if (!tag.empty() && found != std::string_view::npos)
      set_place(problem, written.text, found, tag.size());
  }

  // Of "line:column", in bytes.
  static std::size_t offset_of(std::string_view text, std::string_view place) {
    std::size_t line = 1;
    std::size_t column = 1;
    const char* end = place.data() + place.size();
    const auto read = std::from_chars(place.data(), end, line);
    if (read.ptr != end) std::from_chars(read.ptr + 1, end, column);
    std::size_t at = 0;
    for (; line > 1 && at != text.npos; --line) {
      at = text.find('\n', at);
      if (at != text.npos) ++at;
    }
    return at == text.npos ? text.size() : std::min(at + column - 1, text.size());
  }

  // The tag that begins here, as far as it goes on one line.
  static std::string_view tag_at(std::string_view text, std::size_t at) {
    const std::string_view rest = text.substr(std::min(at, text.size()));
    const std::size_t line = std::min(rest.find('\n'), rest.size());
    const std::size_t close = rest.substr(0, line).find("}}");
    if (close != rest.npos) return rest.substr(0, close + 2);
    // Unclosed: what HTML follows is none of it.
    return rest.substr(0, std::min({line, rest.find('<'), std::size_t{40}}));
  }

  void check_name(const Written& written, const std::string& name) {
    const bool image = is_image_placeholder(name);
    if (name == "." || is_custom_placeholder(name)) return;
    if (image && purpose_.channel == domain::Channel::email) return;
    const PlaceholderInfo* info = find_placeholder(name);
    if (info && is_available(*info, purpose_)) return;
    const std::string shown = name.substr(0, kNameShownMax);
    const bool guesses = ++unknown_ <= kGuessesMax;
    const std::string nearest(guesses ? nearest_placeholder(name, purpose_) : "");
    const std::string code = info || image            ? "not_available"
                             : name.starts_with("> ") ? "partial_refused"
                                                      : "unknown_placeholder";
    const std::string detail =
        info || image            ? "{{" + shown + "}} has no data in this kind of message"
        : name.starts_with("> ") ? "a template is one text: {{" + shown + "}} is not available"
        : guesses ? "{{" + shown + "}} is not known; did you mean {{" + nearest + "}}?"
                  : "{{" + shown + "}} is not known";
    const auto tags = find_tags(written.text, name);
    for (const Found& tag : tags) {
      Problem& problem = add(written.field, "mustache", Severity::error, code, detail);
      set_place(problem, written.text, tag.at, tag.length);
      if (!info && !image && guesses) problem.suggestion = nearest;
    }
    if (tags.empty()) add(written.field, "mustache", Severity::error, code, detail);
  }

  // What may be empty leaves a hole unless a section is around it.
  void check_sections(const Written& written, const text::Mustache& parsed,
                      const std::set<std::string>& names) {
    std::set<std::string> wrapped;
    for (const text::Placeholder& p : parsed.placeholders()) {
      if (p.section) wrapped.insert(p.name);
    }
    for (const std::string& name : names) {
      const PlaceholderInfo* info = find_placeholder(name);
      if (!info || !info->may_be_empty || wrapped.contains(name)) continue;
      const auto tags = find_tags(written.text, name);
      Problem& problem = add(written.field, "mustache", Severity::warning, "may_be_empty",
                             "{{" + name + "}} can be empty: put {{#" + name + "}} and {{/" + name +
                                 "}} around what it belongs to");
      if (!tags.empty()) set_place(problem, written.text, tags[0].at, tags[0].length);
    }
  }

  void check_html_source(const Written& source, std::string_view html) {
    if (html.empty()) {
      if (!has_error())
        add("source", "message", Severity::error, "empty", "the source makes no email");
      return;
    }
    // A value is escaped for where it stands; '&' would put it there as it is. What a comment hides
    // from these checks, nothing hides from a browser.
    check_mustache(source, html, "=&!");
    const HtmlFacts facts = check_html(html);
    for (const Finding& finding : facts.findings) add_at(source, finding);
    links_to_pay_page_ = facts.links_to_pay_page;
    if (html.size() > kGmailBytesMax)
      add("source", "message", Severity::warning, "clipped",
          "the email has " + std::to_string(html.size() / 1024) +
              " kB: Gmail hides what comes after 102 kB");
  }

  // Entities become letters in it, and hidden parts leave: what reads well as HTML may not here.
  void check_derived_text(const Written& source) {
    const auto parsed = text::Mustache::parse(proof_.sendable.text, Escape::none, {}, "=!");
    bool good = parsed.has_value();
    if (parsed) {
      for (const text::Placeholder& p : parsed->placeholders())
        good = good && used_.contains(p.name);
    }
    if (good || has_error()) return;
    add(source.field, "message", Severity::error, "text_unreadable",
        "the plain text made from it has placeholders that the HTML has not: write your own");
  }

  bool has_error() const { return !proof_.is_sendable(); }

  void check_purpose(const Written& source) {
    if (!domain::asks_for_payment(purpose_.kind)) return;
    // Without the link a client can't pay; each part must have it, since a client reads only one.
    const Sendable& sendable = proof_.sendable;
    const bool has_html = sendable.html && !sendable.html->empty();
    if (has_html && !links_to_pay_page_)
      add("source", "message", Severity::error, "no_link",
          "no link or button leads to {{link.url}}");
    const bool own_text = content_.body_text || content_.source_kind == SourceKind::text;
    if (own_text && find_tags(sendable.text, "link.url").empty())
      add(content_.body_text ? "body_text" : "source", "message", Severity::error, "no_link",
          "{{link.url}} is missing");
    if (!unreadable_ && !used_.contains("request.amount") && !used_.contains("request.amount_sms"))
      add("source", "message", Severity::warning, "no_amount",
          "the message doesn't say how much is asked for: {{request.amount}}");
  }

  Purpose purpose_;
  const Content& content_;
  Proof proof_;
  Problem more_;                // what comes after the last that is told
  std::size_t unknown_ = 0;     // names
  std::set<std::string> used_;  // names of placeholders
  bool unreadable_ = false;     // some Mustache is broken: used_ lacks names
  bool links_to_pay_page_ = false;
};

}  // namespace

bool Proof::is_sendable() const {
  return std::none_of(problems.begin(), problems.end(),
                      [](const Problem& p) { return p.severity == Severity::error; });
}

Proof proof_of(const Purpose& purpose, const Content& content, const text::Compiled& compiled) {
  return Prover(purpose, content).prove(compiled);
}

base::Awaitable<Result<Proof>> proof(text::Compiler& compiler, Purpose purpose, Content content,
                                     std::string owner) {
  text::Compiled compiled;
  const bool compiles =
      content.source_kind == SourceKind::pug || content.source_kind == SourceKind::mjml;
  if (compiles) {
    const auto kind =
        content.source_kind == SourceKind::pug ? text::SourceKind::pug : text::SourceKind::mjml;
    CO_TRY(compiled, co_await compiler.compile(kind, content.source, std::move(owner)));
  }
  co_return proof_of(purpose, content, compiled);
}

Status refuse_errors(const Proof& proof) {
  base::Error error{.code = base::Code::invalid_argument, .detail = "the template can't be sent"};
  for (const Problem& p : proof.problems) {
    if (p.severity != Severity::error) continue;
    const std::string place = p.line == 0 ? ""
                                          : "line " + std::to_string(p.line) + ", column " +
                                                std::to_string(p.column) + ": ";
    error.fields.push_back({p.field, p.code, place + p.detail});
  }
  if (error.fields.empty()) return {};
  return error;
}

}  // namespace templates
