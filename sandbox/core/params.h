#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace sandbox {

using TextMap = std::vector<std::pair<std::string, std::string>>;

// Form fields with nested brackets ("line_items[0][price_data][currency]"), as Stripe takes them.
// Every read marks its field as known, so that what is left over can be refused.
class Params {
 public:
  // invalid_argument when the encoding is broken or there are more than kFieldsMax fields.
  static base::Result<Params> parse(std::string_view form);

  std::optional<std::string> text(std::string_view name);
  TextMap map(std::string_view name);                    // name[key]=value
  std::vector<std::string> list(std::string_view name);  // name[]=value and name[0]=value
  bool has(std::string_view name) const;                 // name itself or anything below it
  void accept(std::string_view name);                    // known, but without effect here
  std::optional<std::string> unknown() const;            // the first field that nobody asked for
  // Sorted and re-encoded, to compare two requests.
  std::string canonical() const;

  static constexpr std::size_t kFieldsMax = 500;

 private:
  struct Item {
    std::string name;
    std::string value;
    bool known = false;
  };
  std::vector<Item> items_;
};

// "POST messages.*" style matching: '*' stands for any text.
bool glob_match(std::string_view pattern, std::string_view text);

// Digits with an optional minus; nothing else, no overflow.
std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace sandbox
