#include "templates/html_check.h"

#include <algorithm>
#include <array>
#include <vector>

#include "templates/placeholders.h"
#include "text/html_reader.h"

namespace templates {

namespace {

using text::HtmlAttribute;
using text::HtmlReader;
using text::HtmlTag;
using text::HtmlToken;
using text::Severity;

constexpr std::size_t kShownMax = 80;
constexpr std::size_t kFindingsMax = 200;
// What a mail is made of. Everything else is removed by mail programs, or does more than be read.
constexpr std::array<std::string_view, 73> kTags = {
    "a",    "abbr",  "address",    "area",   "article", "aside",   "b",      "bdi",
    "bdo",  "big",   "blockquote", "body",   "br",      "caption", "center", "cite",
    "code", "col",   "colgroup",   "dd",     "del",     "dfn",     "div",    "dl",
    "dt",   "em",    "figcaption", "figure", "font",    "footer",  "h1",     "h2",
    "h3",   "h4",    "h5",         "h6",     "head",    "header",  "hr",     "html",
    "i",    "img",   "input",      "ins",    "kbd",     "label",   "li",     "link",
    "main", "map",   "mark",       "meta",   "nav",     "ol",      "p",      "pre",
    "q",    "s",     "section",    "small",  "span",    "strong",  "style",  "sub",
    "sup",  "table", "tbody",      "td",     "tfoot",   "th",      "thead",  "title",
    "tr"};
constexpr std::array<std::string_view, 6> kMoreTags = {"time", "tt", "u", "ul", "var", "wbr"};
// Of Outlook's conditional comments.
constexpr std::array<std::string_view, 2> kOutlookTags = {"xml", "noscript"};
// Whatever a program might fetch or follow; href has its own rules.
constexpr std::array<std::string_view, 13> kAddresses = {
    "src",  "background", "poster", "xlink:href", "formaction", "action", "ping",
    "data", "longdesc",   "cite",   "codebase",   "classid",    "dynsrc"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool has_tag(std::string_view text) { return text.find("{{") != std::string_view::npos; }

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool starts_with_any_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char want, char c) { return text::to_lower(c) == want; });
}

// The name of the tag that the text begins with; empty when it begins with none.
std::string_view leading_name(std::string_view text) {
  if (!text.starts_with("{{")) return {};
  const std::size_t end = text.find("}}");
  if (end == std::string_view::npos) return {};
  return trimmed(text.substr(2, end - 2));
}

// The value is one placeholder, and that is an address: nothing can be put together with it.
bool is_url_placeholder(std::string_view value) {
  const std::string_view name = leading_name(value);
  if (name.empty() || value.find("}}") + 2 != value.size()) return false;
  const PlaceholderInfo* info = find_placeholder(name);
  return info ? info->is_url : is_image_placeholder(name);
}

// Every section that begins in the text ends in it, so that none begins in one place of the markup
// and ends in another.
bool is_balanced(std::string_view text) {
  std::vector<std::string_view> open;
  for (std::size_t at = text.find("{{"); at != text.npos; at = text.find("{{", at + 2)) {
    const std::size_t end = text.find("}}", at);
    if (end == text.npos) return false;
    std::string_view tag = trimmed(text.substr(at + 2, end - at - 2));
    if (tag.empty()) continue;
    const char kind = tag.front();
    tag = trimmed(tag.substr(1));
    if (kind == '#' || kind == '^') open.push_back(tag);
    if (kind != '/') continue;
    if (open.empty() || open.back() != tag) return false;
    open.pop_back();
  }
  return open.empty();
}

// Every tag in `css` is a colour of the merchant, which was checked when it was set.
bool only_colours(std::string_view css) {
  for (std::size_t at = css.find("{{"); at != css.npos; at = css.find("{{", at + 2)) {
    if (leading_name(css.substr(at)) != "merchant.color") return false;
  }
  return true;
}

class Checker {
 public:
  HtmlFacts check(std::string_view html) {
    // A value could become the name of an element: browsers read "<" and a letter as one.
    for (const std::string_view split : {"<{{", "</{{", "<!{{", "<?{{"}) {
      if (html.find(split) != html.npos)
        add(Severity::error, "placeholder_in_markup",
            "put a space between < and a placeholder, or write &lt;", split);
    }
    check_part(html, false);
    return std::move(facts_);
  }

 private:
  void check_part(std::string_view html, bool for_outlook) {
    HtmlReader reader(html);
    for (HtmlToken token = reader.next(); token.kind != HtmlToken::Kind::end;
         token = reader.next()) {
      if (token.kind == HtmlToken::Kind::comment) check_comment(token.text, for_outlook);
      if (token.kind != HtmlToken::Kind::tag) continue;
      if (token.tag.closing) {
        check_name(token.tag, for_outlook);
        continue;
      }
      check_tag(token.tag, for_outlook);
      for (const std::string_view raw : {"style", "title"}) {
        if (token.tag.name != raw) continue;
        const std::string_view inside = reader.skip_raw(raw);
        check_sections(inside);
        if (raw == "style") check_css(inside);
      }
    }
  }

  void add(Severity severity, std::string code, std::string detail, std::string_view needle) {
    if (facts_.findings.size() >= kFindingsMax) return;
    facts_.findings.push_back(
        {severity, std::move(code), std::move(detail), std::string(needle.substr(0, kShownMax))});
  }

  // Outlook reads what stands in a conditional comment; nobody reads any other.
  void check_comment(std::string_view text, bool for_outlook) {
    check_sections(text);
    const std::size_t begin = text.find("]>");
    if (for_outlook || !trimmed(text).starts_with("[if") || begin == text.npos) return;
    check_part(text.substr(begin + 2), true);
  }

  void check_sections(std::string_view text) {
    if (!is_balanced(text))
      add(Severity::error, "section_across",
          "a section must end where it begins: within the same attribute, style or comment",
          text.substr(std::min(text.find("{{"), text.size())));
  }

  void check_name(const HtmlTag& tag, bool for_outlook) {
    const bool vml =
        tag.name.starts_with("v:") || tag.name.starts_with("o:") || tag.name.starts_with("w:");
    if (is_one_of(kTags, tag.name) || is_one_of(kMoreTags, tag.name) ||
        (for_outlook && (vml || is_one_of(kOutlookTags, tag.name))))
      return;
    if (has_tag(tag.name))
      return add(Severity::error, "placeholder_in_markup",
                 "a placeholder can't be part of a tag's name", tag.name);
    if (!tag.closing)
      add(Severity::error, "element_refused", "a mail can't hold <" + tag.name + ">",
          "<" + tag.name);
  }

  void check_tag(const HtmlTag& tag, bool for_outlook) {
    check_name(tag, for_outlook);
    if (tag.name == "meta" && starts_with_any_case(tag.attribute("http-equiv"), "refresh"))
      add(Severity::error, "element_refused", "a mail can't lead its reader away by itself",
          "refresh");
    for (const HtmlAttribute& one : tag.attributes) check_attribute(tag, one);
    if (tag.name == "img") check_image(tag);
  }

  void check_attribute(const HtmlTag& tag, const HtmlAttribute& one) {
    if (one.name.starts_with("on"))
      add(Severity::error, "script_refused", "mail programs run no scripts: " + one.name, one.name);
    if (has_tag(one.name))
      add(Severity::error, "placeholder_in_markup",
          "a placeholder can be within an attribute's value only", one.name);
    if (!one.quoted && has_tag(one.value))
      add(Severity::error, "unquoted", "put the value of " + one.name + " in quotes", one.value);
    check_sections(one.value);
    if (one.name == "style") check_css(one.value);
    if (one.name == "srcdoc" || one.name == "srcset")
      add(Severity::error, "attribute_refused", "a mail can't hold " + one.name, one.name);
    if (one.name == "href" && tag.name != "link") check_link(one);
    if (one.name == "href" && tag.name == "link") check_address(tag, one);
    if (is_one_of(kAddresses, one.name)) check_address(tag, one);
  }

  void check_css(std::string_view css) {
    if (!only_colours(css))
      add(Severity::error, "placeholder_in_style", "only {{merchant.color}} can be used in a style",
          css.substr(css.find("{{")));
    std::string plain;
    for (const char c : css) plain += text::to_lower(c);
    for (const std::string_view bad : {"http://", "javascript:", "expression(", "-moz-binding"}) {
      const std::size_t at = plain.find(bad);
      if (at != plain.npos)
        add(Severity::error, "style_refused", "a style can't hold " + std::string(bad),
            css.substr(at, bad.size()));
    }
  }

  void check_link(const HtmlAttribute& href) {
    const std::string_view target = trimmed(href.value);
    if (is_url_placeholder(target)) {
      if (leading_name(target) == "link.url") facts_.links_to_pay_page = true;
      return;
    }
    if (starts_with_any_case(target, "https://")) return check_host(target);
    for (const std::string_view good : {"mailto:", "tel:", "sms:", "#"}) {
      if (starts_with_any_case(target, good)) return;
    }
    if (target.empty()) return add(Severity::warning, "empty_link", "a link leads nowhere", "href");
    if (starts_with_any_case(target, "http://"))
      return add(Severity::error, "link_not_https", "links must be https", target);
    add(Severity::error, "link_refused",
        "a link must begin with https://, mailto:, tel: or sms:, or be a placeholder that is a "
        "link",
        target);
  }

  // Data may say more about a page, never whose it is.
  void check_host(std::string_view address) {
    const std::string_view rest = address.substr(std::string_view("https://").size());
    const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
    if (has_tag(host))
      add(Severity::error, "link_refused", "a placeholder can't be part of a link's host", address);
  }

  void check_address(const HtmlTag& tag, const HtmlAttribute& one) {
    const std::string_view address = trimmed(one.value);
    if (is_url_placeholder(address)) return;
    if (starts_with_any_case(address, "https://")) return check_host(address);
    if (address.empty()) {
      if (tag.name == "img") add(Severity::error, "no_image", "an image without address", "src");
      return;
    }
    if (starts_with_any_case(address, "http://"))
      return add(Severity::error, "link_not_https", "images must come by https", address);
    if (starts_with_any_case(address, "data:image/"))
      return add(Severity::warning, "data_image",
                 "Gmail and Outlook don't show images of data:", address);
    add(Severity::error, "link_refused",
        "an image's address must begin with https://, or be a placeholder that is an image",
        address);
  }

  void check_image(const HtmlTag& tag) {
    const HtmlAttribute* alt = tag.find("alt");
    if (alt && !trimmed(alt->value).empty()) return;
    add(Severity::warning, "no_alt",
        "say what the image shows (alt), for readers who don't see images", tag.attribute("src"));
  }

  HtmlFacts facts_;
};

}  // namespace

HtmlFacts check_html(std::string_view html) { return Checker().check(html); }

}  // namespace templates
