#include "domain/locale.h"

#include <algorithm>
#include <string>

namespace domain {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Thousandths of a weight parameter ("q=0.8" is 800); 1000 when absent, -1 when malformed.
int quality(std::string_view parameters) {
  parameters = trim(parameters);
  if (parameters.empty()) return 1000;
  if (parameters.size() < 3 || lower(parameters[0]) != 'q' || parameters[1] != '=') return -1;
  parameters.remove_prefix(2);
  if (parameters.size() > 5 || (parameters[0] != '0' && parameters[0] != '1')) return -1;
  int value = (parameters[0] - '0') * 1000;
  int weight = 100;
  for (std::size_t i = 1; i < parameters.size(); ++i) {
    if (i == 1) {
      if (parameters[i] != '.') return -1;
      continue;
    }
    if (parameters[i] < '0' || parameters[i] > '9') return -1;
    value += (parameters[i] - '0') * weight;
    weight /= 10;
  }
  return value > 1000 ? -1 : value;
}

}  // namespace

std::optional<Locale> locale_from_tag(std::string_view tag) {
  std::string language(tag.substr(0, tag.find_first_of("-_")));
  std::transform(language.begin(), language.end(), language.begin(), lower);
  Locale locale;
  if (base::enum_from_name(language, locale)) return locale;
  return std::nullopt;
}

Locale locale_from_accept_language(std::string_view header, Locale fallback) {
  constexpr std::size_t kRangesMax = 32;
  Locale best = fallback;
  int best_quality = 0;
  for (std::size_t i = 0; i < kRangesMax && !header.empty(); ++i) {
    const auto comma = header.find(',');
    const auto item = header.substr(0, comma);
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    const auto semicolon = item.find(';');
    const auto parameters =
        semicolon == std::string_view::npos ? std::string_view{} : item.substr(semicolon + 1);
    const auto locale = locale_from_tag(trim(item.substr(0, semicolon)));
    const int q = quality(parameters);
    if (locale && q > best_quality) {
      best = *locale;
      best_quality = q;
    }
  }
  return best;
}

}  // namespace domain
