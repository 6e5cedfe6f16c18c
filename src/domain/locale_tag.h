#pragma once
#include <string_view>

namespace domain {

// A language, and a region if it matters: "en", "de-AT" (BCP 47, language with region only).
inline bool is_locale_tag(std::string_view tag) {
  const auto lower = [](std::string_view s) {
    return s.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == s.npos;
  };
  const auto upper = [](std::string_view s) {
    return s.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == s.npos;
  };
  const std::size_t dash = tag.find('-');
  const std::string_view language = tag.substr(0, dash);
  if (language.size() < 2 || language.size() > 3 || !lower(language)) return false;
  if (dash == tag.npos) return true;
  const std::string_view region = tag.substr(dash + 1);
  return region.size() == 2 && upper(region);
}

}  // namespace domain
