#include "domain/client.h"

#include <algorithm>

#include "base/encoding.h"
#include "domain/utf8.h"

namespace domain {
namespace {

using base::field_error;
using base::Result;

// White space of Unicode (property White_Space), which trimming removes.
bool is_space(std::uint32_t c) {
  return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

// Controls (Cc), line and paragraph separators, and the marks that reorder or hide text: a name
// must look like what it is.
bool is_control(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

std::string_view trim(std::string_view text) {
  std::size_t begin = 0;
  std::size_t end = 0;  // behind the last character that is no space
  bool started = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = code_point_at(text, at);
    if (!is_space(c.value)) {
      if (!started) begin = at;
      started = true;
      end = c.next;
    }
    at = c.next;
  }
  return started ? text.substr(begin, end - begin) : std::string_view{};
}

bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool passes_luhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

bool is_alnum(char c) { return is_ascii_letter(c) || is_ascii_digit(c); }

// ISO 13616: the first four characters go to the end, letters count from 10, the rest is 1
// modulo 97.
bool passes_iban_check(std::string_view iban) {
  int rest = 0;
  for (std::size_t i = 0; i < iban.size(); ++i) {
    const char c = iban[(i + 4) % iban.size()];
    rest = is_ascii_digit(c) ? rest * 10 + (c - '0') : rest * 100 + (ascii_lower(c) - 'a' + 10);
    rest %= 97;
  }
  return rest == 1;
}

// The end of the IBAN that begins at `begin`, or `begin`. Merchants write their own into texts, and
// every tenth run of its digits would pass for a card number.
std::size_t iban_end(std::string_view text, std::size_t begin) {
  constexpr std::size_t kCharsMin = 15;
  constexpr std::size_t kCharsMax = 34;
  const bool starts = text.size() - begin >= kCharsMin && is_ascii_letter(text[begin]) &&
                      is_ascii_letter(text[begin + 1]) && is_ascii_digit(text[begin + 2]) &&
                      is_ascii_digit(text[begin + 3]) && (begin == 0 || !is_alnum(text[begin - 1]));
  if (!starts) return begin;
  std::string iban;
  std::size_t end = begin;
  for (std::size_t i = begin; i < text.size() && iban.size() < kCharsMax; ++i) {
    const bool ends_word = i + 1 == text.size() || !is_alnum(text[i + 1]);
    if (is_alnum(text[i])) {
      iban += text[i];
      if (ends_word && iban.size() >= kCharsMin && passes_iban_check(iban)) end = i + 1;
    } else if (text[i] != ' ' || ends_word) {
      break;
    }
  }
  return end;
}

// The end of the international phone number ("+49 …", at most 15 digits) at `begin`, or `begin`.
std::size_t phone_end(std::string_view text, std::size_t begin) {
  constexpr int kDigitsMax = 15;
  if (begin == text.size() || text[begin] != '+') return begin;
  std::size_t end = begin;
  int digits = 0;
  for (std::size_t at = begin + 1; at < text.size(); ++at) {
    const bool digit = is_ascii_digit(text[at]);
    if (!digit && std::string_view(" -.()/").find(text[at]) == std::string_view::npos) break;
    digits += digit ? 1 : 0;
    if (digits > kDigitsMax) break;
    const bool ends_group = at + 1 == text.size() || !is_ascii_digit(text[at + 1]);
    if (digit && ends_group) end = at + 1;
  }
  return end;
}

// RFC 5322 atext.
bool is_atext(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~";
  return is_ascii_letter(c) || is_ascii_digit(c) || kMarks.find(c) != std::string_view::npos;
}

bool is_dot_atom(std::string_view local) {
  char before = '.';
  for (const char c : local) {
    if (c == '.' ? before == '.' : !is_atext(c)) return false;
    before = c;
  }
  return before != '.';
}

// Letters, digits, hyphens inside, and any character beyond ASCII (an IDN label as people write
// it).
bool is_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
    return false;
  }
  for (std::size_t at = 0; at < label.size();) {
    const auto c = code_point_at(label, at);
    if (c.value < 0x80) {
      const char ascii = label[at];
      if (!is_ascii_letter(ascii) && !is_ascii_digit(ascii) && ascii != '-') return false;
    } else if (is_space(c.value) || is_control(c.value)) {
      return false;
    }
    at = c.next;
  }
  return true;
}

bool is_domain(std::string_view domain) {
  std::size_t labels = 0;
  std::string_view last;
  while (true) {
    const auto dot = domain.find('.');
    last = domain.substr(0, dot);
    if (!is_label(last)) return false;
    ++labels;
    if (dot == std::string_view::npos) break;
    domain.remove_prefix(dot + 1);
  }
  // An all-numeric last label would be an IPv4 address (RFC 3696, 2).
  return labels >= 2 && !std::all_of(last.begin(), last.end(), is_ascii_digit);
}

}  // namespace

std::optional<SuppressReason> suppress_reason(const Contactability& facts) {
  if (facts.opted_out) return SuppressReason::opted_out;
  if (facts.consent == Consent::denied) return SuppressReason::no_consent;
  const bool needs_grant = facts.channel == Channel::sms && !belongs_to_contract(facts.kind);
  if (needs_grant && facts.consent != Consent::granted) return SuppressReason::no_consent;
  return std::nullopt;
}

std::size_t count_chars(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

Result<std::string> checked_text(std::string_view text, const TextRule& rule) {
  std::string field(rule.field);
  if (!base::is_valid_utf8(text)) {
    return field_error(std::move(field), "invalid_utf8", "the text is not valid UTF-8");
  }
  // The limit is that of the text as it was sent: a contract's maxLength knows no trimming.
  std::size_t chars = count_chars(text);
  text = trim(text);
  chars -= count_chars(text);
  if (text.empty()) {
    if (rule.required) return field_error(std::move(field), "required", "a text is required");
    return std::string();
  }
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto c = code_point_at(text, at);
    const bool crlf = c.value == '\r' && text.substr(at).starts_with("\r\n");
    const bool allowed = rule.multi_line && (c.value == '\n' || c.value == '\t' || crlf);
    if (is_control(c.value) && !allowed) {
      return field_error(std::move(field), "control_character",
                         "control characters and line breaks are not allowed here");
    }
    if (!crlf) {
      out.append(text, at, c.next - at);
      ++chars;
    }
    at = c.next;
  }
  if (chars > rule.chars_max) {
    return field_error(std::move(field), "too_long",
                       "at most " + std::to_string(rule.chars_max) + " characters are allowed");
  }
  if (rule.refuse_card_numbers && looks_like_card_number(out)) {
    return field_error(std::move(field), "card_number",
                       "this looks like a card number, which must not be stored");
  }
  return out;
}

Result<std::string> checked_email(std::string_view text, std::string_view field) {
  TRY(auto email,
      checked_text(text,
                   {.field = field, .chars_max = kEmailBytesMax, .refuse_card_numbers = true}));
  const auto invalid = [&] {
    return field_error(std::string(field), "invalid_email", "this is not an email address");
  };
  if (email.size() > kEmailBytesMax) {
    return field_error(std::string(field), "too_long", "at most 254 bytes are allowed");
  }
  const auto at = email.rfind('@');
  if (at == std::string::npos || at == 0 || at > 64) return invalid();
  const std::string_view whole = email;
  if (!is_dot_atom(whole.substr(0, at)) || !is_domain(whole.substr(at + 1))) return invalid();
  std::transform(email.begin() + static_cast<std::ptrdiff_t>(at), email.end(),
                 email.begin() + static_cast<std::ptrdiff_t>(at), ascii_lower);
  return email;
}

std::string email_key(std::string_view email) {
  std::string key(email);
  std::transform(key.begin(), key.end(), key.begin(), ascii_lower);
  return key;
}

bool looks_like_card_number(std::string_view text) {
  constexpr std::size_t kDigitsMin = 13;
  constexpr std::size_t kDigitsMax = 19;
  for (std::size_t at = 0; at < text.size(); ++at) {
    at = phone_end(text, iban_end(text, at));
    if (at == text.size()) return false;
    // A run starts at a digit that no other digit precedes.
    if (!is_ascii_digit(text[at]) || (at > 0 && is_ascii_digit(text[at - 1]))) continue;
    std::string digits;
    for (std::size_t i = at; i < text.size() && digits.size() <= kDigitsMax; ++i) {
      const char c = text[i];
      if (is_ascii_digit(c)) {
        digits += c;
        const bool ends = i + 1 == text.size() || !is_ascii_digit(text[i + 1]);
        const bool long_enough = digits.size() >= kDigitsMin && digits.size() <= kDigitsMax;
        if (ends && long_enough && passes_luhn(digits)) return true;
        continue;
      }
      const bool separator = c == ' ' || c == '-' || c == '.';
      if (!separator || i + 1 == text.size() || !is_ascii_digit(text[i + 1])) break;
    }
  }
  return false;
}

}  // namespace domain
