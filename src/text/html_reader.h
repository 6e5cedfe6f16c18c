#pragma once
#include <string>
#include <string_view>
#include <vector>

// A forgiving reader of HTML. Any bytes are safe.
namespace text {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

struct HtmlAttribute {
  std::string name;   // lower case
  std::string value;  // decoded
  bool quoted = false;
};
struct HtmlTag {
  std::string name;  // lower case
  bool closing = false;
  std::vector<HtmlAttribute> attributes;
  const HtmlAttribute* find(std::string_view wanted) const;
  std::string attribute(std::string_view wanted) const;  // "" when absent
};

struct HtmlToken {
  enum class Kind : unsigned char { end, text, tag, comment };
  Kind kind = Kind::end;
  std::string_view text;  // of the source, entities not decoded; of a comment what is within
  HtmlTag tag;
};

class HtmlReader {
 public:
  explicit HtmlReader(std::string_view html) : html_(html) {}
  // Declarations, processing instructions and closing tags without a name are passed over, as
  // browsers do.
  HtmlToken next();
  // Goes on at the closing tag of an element whose content is no HTML (script, style); what it
  // passed over.
  std::string_view skip_raw(std::string_view name);

 private:
  HtmlToken read_comment();
  HtmlToken text_until(std::size_t end);
  HtmlToken read_tag();
  void read_attribute(HtmlTag& tag);
  char peek() const { return at_ < html_.size() ? html_[at_] : '\0'; }

  std::string_view html_;
  std::size_t at_ = 0;
};

// Named (the common ones) and numeric references; what is no reference stays as it is. Control and
// invisible characters are dropped. Never longer than the input.
std::string decode_entities(std::string_view text);

}  // namespace text
