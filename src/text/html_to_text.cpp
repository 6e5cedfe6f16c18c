#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "text/html.h"
#include "text/html_reader.h"

namespace text {

namespace {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

constexpr std::array<std::string_view, 8> kParagraphs = {"p",  "h1", "h2", "h3",
                                                         "h4", "h5", "h6", "blockquote"};
constexpr std::array<std::string_view, 18> kBlocks = {
    "div", "section", "article", "header", "footer", "main", "nav", "aside", "address",
    "ul",  "ol",      "table",   "tr",     "pre",    "body", "dl",  "dd",    "dt"};
constexpr std::array<std::string_view, 14> kVoid = {"area",  "base",   "br",    "col",  "embed",
                                                    "hr",    "img",    "input", "link", "meta",
                                                    "param", "source", "track", "wbr"};
constexpr std::array<std::string_view, 5> kRaw = {"script", "style", "title", "textarea",
                                                  "noscript"};
constexpr std::size_t kListDepthMax = 32;

bool is_hidden(const HtmlTag& tag) {
  std::string style = tag.attribute("style");
  std::erase_if(style, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
  for (char& c : style) c = to_lower(c);
  return style.find("display:none") != style.npos;
}

// The link's target as a reader can use it; empty for none.
std::string shown_target(std::string href) {
  if (href.starts_with("mailto:"))
    return href.substr(7, href.find('?') == href.npos ? href.npos : href.find('?') - 7);
  if (href.starts_with("tel:")) return href.substr(4);
  // A tag stands for a link that is filled in later.
  const bool link =
      href.starts_with("https://") || href.starts_with("http://") || href.starts_with("{{");
  return link ? href : std::string();
}

class Converter {
 public:
  explicit Converter(std::string_view html) : reader_(html) {}

  std::string convert() {
    for (HtmlToken token = reader_.next(); token.kind != HtmlToken::Kind::end;
         token = reader_.next()) {
      if (token.kind == HtmlToken::Kind::comment) continue;
      if (token.kind == HtmlToken::Kind::text) {
        if (!skipping_) write_text(token.text);
      } else if (skipping_) {
        skip(token);
      } else if (token.tag.closing) {
        close(token.tag);
      } else {
        open(token.tag);
      }
    }
    close_link();
    while (!out_.empty() && (out_.back() == ' ' || out_.back() == '\n')) out_.pop_back();
    return std::move(out_);
  }

 private:
  void open(const HtmlTag& tag) {
    const auto& name = tag.name;
    open_tag(tag);
    in_new_cell_ = name == "td";
  }

  void open_tag(const HtmlTag& tag) {
    const auto& name = tag.name;
    if (is_one_of(kRaw, name)) {
      reader_.skip_raw(name);
      return;
    }
    if (name == "head" || (is_hidden(tag) && !is_one_of(kVoid, name))) {
      skipping_ = name;
      skip_depth_ = 1;
    } else if (name == "br") {
      write_newline();
    } else if (name == "hr") {
      want_lines(1);
      write("---");
      want_lines(1);
    } else if (name == "img") {
      write_text(escape_html(tag.attribute("alt")));
    } else if (name == "a") {
      close_link();
      link_ = shown_target(tag.attribute("href"));
      link_begin_ = out_.size();
    } else if (name == "li") {
      open_item();
    } else if (name == "td" || name == "th") {
      space_ = true;
    } else {
      // What a mail's layout puts into a cell of its own is a paragraph.
      if (name == "div" && in_new_cell_) want_lines(2);
      block(name);
      if (name == "pre") ++pre_;
      if ((name == "ul" || name == "ol") && lists_.size() < kListDepthMax) {
        lists_.push_back(name == "ol" ? 1 : 0);
      }
    }
  }

  void close(const HtmlTag& tag) {
    const auto& name = tag.name;
    if (name == "a") return close_link();
    if (name == "pre" && pre_ > 0) --pre_;
    if ((name == "ul" || name == "ol") && !lists_.empty()) lists_.pop_back();
    if (name == "li") want_lines(1);
    block(name);
  }

  void skip(const HtmlToken& token) {
    const bool body = *skipping_ == "head" && token.tag.name == "body";
    if (token.tag.name == *skipping_) skip_depth_ += token.tag.closing ? -1 : 1;
    if (!body && skip_depth_ > 0) return;
    skipping_.reset();
    skip_depth_ = 0;
  }

  void block(std::string_view name) {
    if (is_one_of(kParagraphs, name)) want_lines(2);
    if (is_one_of(kBlocks, name)) want_lines(1);
  }

  void open_item() {
    want_lines(1);
    const bool numbered = !lists_.empty() && lists_.back() > 0 && lists_.back() < 1000;
    write(numbered ? std::to_string(lists_.back()++) + "." : std::string("-"));
    space_ = true;
  }

  void close_link() {
    if (!link_) return;
    const std::string target = std::move(*link_);
    link_.reset();
    if (target.empty()) return;
    const std::string_view words = trimmed(std::string_view(out_).substr(link_begin_));
    if (words.empty()) {
      write(target);
    } else if (!shows(words, target)) {
      space_ = true;
      write("(" + target + ")");
    }
  }

  // "x.test" shows https://x.test/ well enough.
  static bool shows(std::string_view words, std::string_view target) {
    if (target.ends_with('/') && !words.ends_with('/')) target.remove_suffix(1);
    return words == target || target.ends_with("://" + std::string(words));
  }

  static std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
    return text;
  }

  // Runs of white space are one space, except within <pre>.
  void write_text(std::string_view raw) {
    const std::string text = decode_entities(raw);
    std::size_t at = 0;
    while (at < text.size()) {
      const char c = text[at];
      if (c == '\n' && pre_ > 0) {
        write_newline();
        ++at;
      } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f') {
        if (pre_ > 0 && c == ' ') out_ += ' ';
        if (pre_ == 0) space_ = true;
        ++at;
      } else {
        const auto end = std::min(text.find_first_of(" \n\t\r\f", at), text.size());
        write(std::string_view(text).substr(at, end - at));
        at = end;
      }
    }
  }

  // Writes what was put off (line ends or a space), then the words.
  void write(std::string_view words) {
    if (words.empty()) return;
    if (!out_.empty()) {
      if (lines_ > 0) {
        while (!out_.empty() && out_.back() == ' ') out_.pop_back();
        std::size_t have = 0;
        while (have < out_.size() && out_[out_.size() - 1 - have] == '\n') ++have;
        for (; have < lines_; ++have) out_ += '\n';
      } else if (space_ && out_.back() != '\n' && out_.back() != ' ') {
        out_ += ' ';
      }
    }
    lines_ = 0;
    space_ = false;
    out_ += words;
  }

  void write_newline() {
    if (out_.empty()) return;
    // A <br> ends the line that stands; several of them in a row leave at most one empty line.
    lines_ = std::min<std::size_t>(lines_ + 1, 2);
    if (pre_ > 0) {
      out_ += '\n';
      lines_ = 0;
    }
  }

  void want_lines(std::size_t lines) { lines_ = std::max(lines_, lines); }

  HtmlReader reader_;
  std::string out_;
  std::size_t lines_ = 0;     // line ends owed before the next words
  bool space_ = false;        // a space owed
  bool in_new_cell_ = false;  // the last tag opened a cell
  int pre_ = 0;
  std::vector<int> lists_;  // the next number of an <ol>, 0 for a <ul>
  std::optional<std::string> link_;
  std::size_t link_begin_ = 0;
  std::optional<std::string> skipping_;  // the element whose content is left out
  int skip_depth_ = 0;
};

}  // namespace

std::string html_to_text(std::string_view html) { return Converter(html).convert(); }

namespace {

// The text of the first hidden element of the body; empty when there is none before other text.
std::string hidden_text(std::string_view html) {
  HtmlReader reader(html);
  bool in_body = false;
  for (HtmlToken token = reader.next(); token.kind != HtmlToken::Kind::end; token = reader.next()) {
    if (token.kind == HtmlToken::Kind::comment) continue;
    const bool tag = token.kind == HtmlToken::Kind::tag;
    if (tag && !token.tag.closing && is_one_of(kRaw, token.tag.name))
      reader.skip_raw(token.tag.name);
    if (tag && token.tag.name == "body") in_body = true;
    if (!in_body) continue;
    if (!tag && token.text.find_first_not_of(" \t\r\n") != std::string_view::npos) return {};
    if (!tag || token.tag.closing || !is_hidden(token.tag)) continue;
    const HtmlToken inside = reader.next();
    return inside.kind == HtmlToken::Kind::text ? html_to_text(inside.text) : std::string();
  }
  return {};
}

}  // namespace

std::string preheader_of(std::string_view html, std::size_t chars_max) {
  std::string text = hidden_text(html);
  if (text.empty()) text = html_to_text(html);
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::size_t chars = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xc0) != 0x80;
    if (begins && ++chars > chars_max) break;
  }
  text.resize(end);
  return text;
}

}  // namespace text
