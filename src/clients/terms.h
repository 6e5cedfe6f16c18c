#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "clients/clients.h"

namespace clients {

inline constexpr std::size_t kTermCharsMax = 64;
inline constexpr std::size_t kTermsMax = 40;  // of one client
inline constexpr std::size_t kWordsMax = 8;   // of one query

// Without case: letters of Latin, Greek and Cyrillic scripts in lower case.
std::string fold_case(std::string_view utf8);

// Sorted, each once: words of the name and the external reference; the email, its local part with
// the words in it, its domain; the phone's digits, also without the country's and from near the
// end.
std::vector<std::string> terms_of(const Client& client);

// What is asked for: a client matches when each of `words` begins one of its terms, or when
// `digits` (of a query that looks like a phone number, without leading zeros) does.
struct Query {
  std::vector<std::string> words;
  std::string digits;
  bool empty() const { return words.empty() && digits.empty(); }
};
Query parse_query(std::string_view text);
bool matches(const Query& query, const std::vector<std::string>& terms);

}  // namespace clients
