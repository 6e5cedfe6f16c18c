#include "sandbox/core/params.h"

#include <algorithm>
#include <charconv>

#include "base/encoding.h"

namespace sandbox {
namespace {

bool is_below(std::string_view item, std::string_view name) {
  return item.size() > name.size() && item.starts_with(name) && item[name.size()] == '[';
}

}  // namespace

base::Result<Params> Params::parse(std::string_view form) {
  TRY(auto fields, base::form_decode(form, kFieldsMax));
  Params params;
  params.items_.reserve(fields.size());
  for (auto& field : fields) {
    if (!base::is_valid_utf8(field.name) || !base::is_valid_utf8(field.value)) {
      return base::error(base::Code::invalid_argument, "invalid UTF-8");
    }
    params.items_.push_back({std::move(field.name), std::move(field.value)});
  }
  return params;
}

std::optional<std::string> Params::text(std::string_view name) {
  std::optional<std::string> found;
  for (auto& item : items_) {
    if (item.name != name) continue;
    item.known = true;
    found = item.value;  // the last one wins, as with Rack's parser
  }
  return found;
}

TextMap Params::map(std::string_view name) {
  TextMap out;
  for (auto& item : items_) {
    if (!is_below(item.name, name) || item.name.back() != ']') continue;
    const auto key =
        std::string_view(item.name).substr(name.size() + 1, item.name.size() - name.size() - 2);
    if (key.empty() || key.find_first_of("[]") != key.npos) continue;
    item.known = true;
    out.emplace_back(key, item.value);
  }
  return out;
}

std::vector<std::string> Params::list(std::string_view name) {
  std::vector<std::string> out;
  for (auto& [key, value] : map(name)) {
    if (parse_integer(key)) out.push_back(std::move(value));
  }
  const auto brackets = std::string(name) + "[]";
  for (auto& item : items_) {
    if (item.name != brackets) continue;
    item.known = true;
    out.push_back(item.value);
  }
  return out;
}

bool Params::has(std::string_view name) const {
  return std::any_of(items_.begin(), items_.end(), [&](const Item& item) {
    return item.name == name || is_below(item.name, name);
  });
}

void Params::accept(std::string_view name) {
  for (auto& item : items_) {
    if (item.name == name || is_below(item.name, name)) item.known = true;
  }
}

std::optional<std::string> Params::unknown() const {
  for (const auto& item : items_) {
    if (!item.known) return item.name;
  }
  return std::nullopt;
}

std::string Params::canonical() const {
  std::vector<base::FormField> fields;
  for (const auto& item : items_) fields.push_back({item.name, item.value});
  std::stable_sort(fields.begin(), fields.end(),
                   [](const auto& a, const auto& b) { return a.name < b.name; });
  return base::form_encode(fields);
}

bool glob_match(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = pattern.npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != pattern.npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace sandbox
