#include "sandbox/twilio/twilio.h"

namespace sandbox::twilio {
namespace {

// The code points of GSM 03.38's default alphabet outside ASCII, and of its extension table.
constexpr char32_t kBasic[] = {U'£', U'¥', U'è', U'é', U'ù', U'ì', U'ò', U'Ç', U'Ø', U'ø',
                               U'Å', U'å', U'Δ', U'Φ', U'Γ', U'Λ', U'Ω', U'Π', U'Ψ', U'Σ',
                               U'Θ', U'Ξ', U'Æ', U'æ', U'ß', U'É', U'¤', U'¡', U'Ä', U'Ö',
                               U'Ñ', U'Ü', U'§', U'¿', U'ä', U'ö', U'ñ', U'ü', U'à'};
constexpr std::u32string_view kExtended = U"^{}\\[~]|€\f";

// 1 or 2 septets, 0 when GSM-7 lacks it.
int septets(char32_t c) {
  if (kExtended.find(c) != kExtended.npos) return 2;
  if (c == U'\n' || c == U'\r') return 1;
  if (c >= 0x20 && c < 0x7f) return c == U'`' ? 0 : 1;
  for (char32_t known : kBasic) {
    if (known == c) return 1;
  }
  return 0;
}

std::u32string decode(std::string_view utf8) {
  std::u32string out;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t c = length == 1 ? lead : lead & (0xff >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < utf8.size(); ++k) {
      c = (c << 6) | (static_cast<unsigned char>(utf8[i + k]) & 0x3f);
    }
    out += c;
    i += length;
  }
  return out;
}

// Parts of `room` units when the whole exceeds `single`; a character is never split.
std::int64_t parts(const std::vector<int>& units, int single, int room) {
  int total = 0;
  for (int unit : units) total += unit;
  if (total <= single) return 1;
  std::int64_t count = 1;
  int used = 0;
  for (int unit : units) {
    if (used + unit > room) {
      ++count;
      used = 0;
    }
    used += unit;
  }
  return count;
}

}  // namespace

std::int64_t segment_count(std::string_view utf8) {
  const auto text = decode(utf8);
  std::vector<int> units;
  bool gsm = true;
  for (char32_t c : text) {
    const int n = septets(c);
    gsm = gsm && n > 0;
    units.push_back(n);
  }
  if (gsm) return parts(units, 160, 153);
  units.clear();
  for (char32_t c : text) units.push_back(c > 0xffff ? 2 : 1);
  return parts(units, 70, 67);
}

bool is_phone(std::string_view text) {
  if (text.size() < 8 || text.size() > 16 || text[0] != '+' || text[1] == '0') return false;
  return std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace sandbox::twilio
