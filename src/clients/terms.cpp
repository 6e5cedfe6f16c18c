#include "clients/terms.h"

#include <algorithm>

namespace clients {

namespace {

constexpr std::size_t kDigitsMin = 3;

struct Letter {
  char32_t value = 0;
  std::size_t size = 1;
};

// Of valid UTF-8.
Letter letter_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
  };
  const char32_t lead = byte(at);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (size == 1 || at + size > text.size()) return {lead, 1};
  char32_t value = lead & (0xff >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) value = value << 6 | (byte(at + i) & 0x3f);
  return {value, size};
}

char32_t lower(char32_t c) {
  if (c >= U'A' && c <= U'Z') return c + 32;
  if (c >= 0xc0 && c <= 0xde && c != 0xd7) return c + 32;  // Latin-1
  if (c == 0x130 || c == 0x131) return U'i';
  if (c == 0x178) return 0xff;
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177))
    return c | 1;  // Latin Extended-A, in pairs
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) return c % 2 ? c + 1 : c;
  if (c >= 0x391 && c <= 0x3a9) return c + 32;  // Greek
  if (c >= 0x410 && c <= 0x42f) return c + 32;  // Cyrillic
  if (c >= 0x400 && c <= 0x40f) return c + 80;
  return c;
}

// Letters, digits and everything beyond ASCII belong to words.
bool in_word(char32_t c) {
  return c >= 0x80 ? c != 0xa0 && c != 0x2019 && !(c >= 0x2000 && c <= 0x200f) && c != 0x3000
                   : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string cut(std::string_view text) {
  std::size_t chars = 0;
  std::size_t at = 0;
  for (; at < text.size() && chars < kTermCharsMax; ++chars) at += letter_at(text, at).size;
  return std::string(text.substr(0, std::min(at, text.size())));
}

void add_words(std::vector<std::string>& out, std::string_view folded) {
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) out.push_back(cut(word));
    word.clear();
  };
  for (std::size_t at = 0; at < folded.size();) {
    const Letter letter = letter_at(folded, at);
    if (in_word(letter.value))
      word += folded.substr(at, letter.size);
    else
      flush();
    at += letter.size;
  }
  flush();
}

void add_spaced(std::vector<std::string>& out, std::string_view folded) {
  std::size_t at = 0;
  while (at < folded.size()) {
    const std::size_t start = folded.find_first_not_of(" \t", at);
    if (start == std::string_view::npos) return;
    const std::size_t end = std::min(folded.find_first_of(" \t", start), folded.size());
    out.push_back(cut(folded.substr(start, end - start)));
    at = end;
  }
}

// "+491701234567": with and without the one to three digits of the country, and from the sixth and
// fourth digit before the end.
void add_phone(std::vector<std::string>& out, std::string_view e164) {
  if (e164.starts_with('+')) e164.remove_prefix(1);
  for (const std::size_t skip : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
    if (e164.size() >= skip + kDigitsMin) out.emplace_back(e164.substr(skip));
  }
  for (const std::size_t last : {std::size_t{6}, std::size_t{4}}) {
    if (e164.size() > last + 3) out.emplace_back(e164.substr(e164.size() - last));
  }
}

}  // namespace

std::string fold_case(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const Letter letter = letter_at(utf8, at);
    const char32_t c = lower(letter.value);
    if (letter.size == 1)
      out += static_cast<char>(c);
    else if (letter.size > 2 || c >= 0x800)
      out += utf8.substr(at, letter.size);
    else if (c < 0x80)
      out += static_cast<char>(c);
    else {
      out += static_cast<char>(0xc0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 0x3f));
    }
    at += letter.size;
  }
  return out;
}

std::vector<std::string> terms_of(const Client& client) {
  std::vector<std::string> out;
  const std::string name = fold_case(client.name);
  add_words(out, name);
  add_spaced(out, name);  // "o'brien" as it is written, beside "o" and "brien"
  if (client.email) {
    const std::string email = fold_case(*client.email);
    const std::size_t at = email.find('@');
    out.push_back(cut(email));
    if (at != std::string::npos) {
      out.push_back(cut(email.substr(0, at)));
      out.push_back(cut(email.substr(at + 1)));
      add_words(out, std::string_view(email).substr(0, at));
    }
  }
  if (client.phone) add_phone(out, *client.phone);
  if (client.external_reference) {
    const std::string reference = fold_case(*client.external_reference);
    add_spaced(out, reference);
    add_words(out, reference);
  }
  // The first ones say most about a client whose fields are full of words.
  std::vector<std::string> kept;
  for (std::string& term : out) {
    if (kept.size() < kTermsMax && std::find(kept.begin(), kept.end(), term) == kept.end())
      kept.push_back(std::move(term));
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

Query parse_query(std::string_view text) {
  Query query;
  const std::string folded = fold_case(text);
  add_spaced(query.words, folded);
  if (query.words.size() > kWordsMax) query.words.resize(kWordsMax);
  for (std::string& word : query.words) {
    // Punctuation around a word ("Anna,") is no part of it; alone it is no word.
    const auto in = [](char c) { return (c & 0x80) != 0 || in_word(static_cast<char32_t>(c)); };
    word.erase(word.begin(), std::find_if(word.begin(), word.end(), in));
    while (!word.empty() && !in(word.back())) word.pop_back();
  }
  std::erase(query.words, std::string());
  if (folded.find_first_not_of("0123456789 +-/().") == std::string::npos) {
    for (const char c : folded) {
      if (c >= '0' && c <= '9') query.digits += c;
    }
    query.digits.erase(0, std::min(query.digits.find_first_not_of('0'), query.digits.size()));
    if (query.digits.size() < kDigitsMin) query.digits.clear();
  }
  return query;
}

bool matches(const Query& query, const std::vector<std::string>& terms) {
  const auto begins = [&](const std::string& word) {
    const auto at = std::lower_bound(terms.begin(), terms.end(), word);
    return at != terms.end() && at->starts_with(word);
  };
  if (!query.digits.empty() && begins(query.digits)) return true;
  return !query.words.empty() && std::all_of(query.words.begin(), query.words.end(), begins);
}

}  // namespace clients
