#include "templates/html_check.h"

#include <algorithm>
#include <array>

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
// What mail programs remove, or what would let a mail do more than be read.
constexpr std::array<std::string_view, 11> kRefusedTags = {"script", "iframe", "frame", "object",
                                                           "embed",  "applet", "base",  "form",
                                                           "audio",  "video",  "svg"};
constexpr std::array<std::string_view, 3> kImageAttributes = {"src", "background", "poster"};

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

bool is_url_placeholder(std::string_view name) {
  const PlaceholderInfo* info = find_placeholder(name);
  return info ? info->is_url : is_image_placeholder(name);
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
    HtmlReader reader(html);
    for (HtmlToken token = reader.next(); token.kind != HtmlToken::Kind::end;
         token = reader.next()) {
      if (token.kind == HtmlToken::Kind::text || token.tag.closing) continue;
      check_tag(token.tag);
      if (token.tag.name == "style") check_css(reader.skip_raw("style"));
      if (token.tag.name == "script") reader.skip_raw("script");
    }
    return std::move(facts_);
  }

 private:
  void add(Severity severity, std::string code, std::string detail, std::string_view needle) {
    facts_.findings.push_back(
        {severity, std::move(code), std::move(detail), std::string(needle.substr(0, kShownMax))});
  }

  void check_tag(const HtmlTag& tag) {
    if (is_one_of(kRefusedTags, tag.name))
      add(Severity::error, "element_refused", "mail programs show no <" + tag.name + ">",
          "<" + tag.name);
    if (tag.name == "meta" && starts_with_any_case(tag.attribute("http-equiv"), "refresh"))
      add(Severity::error, "element_refused", "a mail can't lead its reader away by itself",
          "refresh");
    if (has_tag(tag.name))
      add(Severity::error, "placeholder_in_markup", "a placeholder can't be part of a tag's name",
          tag.name);
    for (const HtmlAttribute& one : tag.attributes) check_attribute(tag, one);
    if (tag.name == "a" || tag.name == "area") check_link(tag);
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
    if (one.name == "style") check_css(one.value);
    if (is_one_of(kImageAttributes, one.name)) check_address(tag, one);
  }

  void check_css(std::string_view css) {
    if (only_colours(css)) return;
    add(Severity::error, "placeholder_in_style", "only {{merchant.color}} can be used in a style",
        css.substr(css.find("{{")));
  }

  void check_link(const HtmlTag& tag) {
    const HtmlAttribute* href = tag.find("href");
    if (!href) return;
    const std::string_view target = trimmed(href->value);
    const std::string_view name = leading_name(target);
    if (name == "link.url") facts_.links_to_pay_page = true;
    if (!name.empty() && is_url_placeholder(name)) return;
    for (const std::string_view good : {"https://", "mailto:", "tel:", "sms:", "#"}) {
      if (starts_with_any_case(target, good)) return;
    }
    if (target.empty()) return add(Severity::warning, "empty_link", "a link leads nowhere", "href");
    if (starts_with_any_case(target, "http://"))
      return add(Severity::error, "link_not_https", "links must be https", target);
    add(Severity::error, "link_refused",
        "a link must begin with https://, mailto:, tel: or sms:, or with a placeholder that is a "
        "link",
        target);
  }

  void check_address(const HtmlTag& tag, const HtmlAttribute& one) {
    const std::string_view address = trimmed(one.value);
    const std::string_view name = leading_name(address);
    if (starts_with_any_case(address, "https://") || (!name.empty() && is_url_placeholder(name)))
      return;
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
        "an image's address must begin with https://, or with a placeholder that is an image",
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
