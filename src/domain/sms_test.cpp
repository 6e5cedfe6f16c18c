#include "domain/sms.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/json.h"

namespace domain {
namespace {

std::string repeat(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

// Goal: encodings, units and segments at every edge (3GPP TS 23.038 and 23.040).
TEST(Sms, Sizes) {
  struct Row {
    const char* name;
    std::string text;
    SmsEncoding encoding;
    std::int64_t units;
    std::int64_t segments;
    std::int64_t first_ucs2_offset = -1;
  };
  constexpr auto kGsm = SmsEncoding::gsm7;
  constexpr auto kUcs = SmsEncoding::ucs2;
  const std::vector<Row> rows = {
      {"empty", "", kGsm, 0, 0},
      {"one", "a", kGsm, 1, 1},
      {"160 fit one", repeat("a", 160), kGsm, 160, 1},
      {"161 need two", repeat("a", 161), kGsm, 161, 2},
      {"306 fill two", repeat("a", 306), kGsm, 306, 2},
      {"307 need three", repeat("a", 307), kGsm, 307, 3},
      {"umlauts are basic", "ÄÖÜäöüß", kGsm, 7, 1},
      {"greek capitals are basic", "ΔΦΓΛΩΠΨΣΘΞ", kGsm, 10, 1},
      {"marks are basic", "@£$¥èéùìòÇØøÅåÆæÉ¤¡§¿Ññà_\n\r", kGsm, 27, 1},
      {"euro takes two", "€", kGsm, 2, 1},
      {"extension takes two each", "^{}\\[~]|€", kGsm, 18, 1},
      {"form feed is extension", "\f", kGsm, 2, 1},
      {"80 euros fit one", repeat("€", 80), kGsm, 160, 1},
      {"81 euros", repeat("€", 81), kGsm, 162, 2},
      // 76 euros fill 152 of 153 septets; the 77th must not be split.
      {"no split of an extension", repeat("€", 153), kGsm, 306, 3},
      {"extension at the seam", repeat("a", 152) + "€" + repeat("a", 10), kGsm, 164, 2},
      {"extension pushed over", repeat("a", 152) + "€" + repeat("a", 152), kGsm, 306, 3},
      {"backtick is not GSM", "a`", kUcs, 2, 1, 1},
      {"lower case ç is not GSM", "Gar\xC3\xA7on", kUcs, 6, 1, 3},
      {"tab is not GSM", "a\tb", kUcs, 3, 1, 1},
      {"no-break space is not GSM", "12\u00A0€", kUcs, 4, 1, 2},
      {"typographic quote", "it\u2019s", kUcs, 4, 1, 2},
      {"70 fit one", repeat("й", 70), kUcs, 70, 1, 0},
      {"71 need two", repeat("й", 71), kUcs, 71, 2, 0},
      {"134 fill two", repeat("й", 134), kUcs, 134, 2, 0},
      {"135 need three", repeat("й", 135), kUcs, 135, 3, 0},
      {"emoji takes two", "😀", kUcs, 2, 1, 0},
      {"35 emoji fit one", repeat("😀", 35), kUcs, 70, 1, 0},
      {"36 emoji", repeat("😀", 36), kUcs, 72, 2, 0},
      // 33 pairs fill 66 of 67 units; the 34th must not be split.
      {"no split of a pair", repeat("😀", 67), kUcs, 134, 3, 0},
      {"pair at the seam", repeat("a", 66) + "😀" + repeat("a", 65), kUcs, 133, 2, 66},
      {"pair pushed over", repeat("a", 66) + "😀" + repeat("a", 66), kUcs, 134, 3, 66},
      {"euro in UCS-2 takes one", "€й", kUcs, 2, 1, 3},
  };
  for (const auto& row : rows) {
    const auto size = sms_size(row.text);
    ASSERT_TRUE(size) << row.name;
    EXPECT_EQ(size->encoding, row.encoding) << row.name;
    EXPECT_EQ(size->units, row.units) << row.name;
    EXPECT_EQ(size->segments, row.segments) << row.name;
    EXPECT_EQ(size->first_ucs2_char ? size->first_ucs2_char->byte_offset : -1,
              row.first_ucs2_offset)
        << row.name;
  }
  EXPECT_EQ(sms_size("a😀")->first_ucs2_char->code_point, 0x1F600);
}

// Goal: the alphabet is exactly the one of the standard: 127 characters and 10 of the extension.
TEST(Sms, AlphabetIsComplete) {
  int basic = 0;
  int extension = 0;
  for (std::uint32_t c = 1; c < 0x3000; ++c) {
    std::string text;
    if (c < 0x80) {
      text = {static_cast<char>(c)};
    } else if (c < 0x800) {
      text = {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
    } else {
      text = {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
              static_cast<char>(0x80 | (c & 0x3F))};
    }
    const auto size = sms_size(text).value();
    if (size.encoding == SmsEncoding::ucs2) continue;
    ++(size.units == 1 ? basic : extension);
  }
  EXPECT_EQ(basic, 127);
  EXPECT_EQ(extension, 10);
}

TEST(Sms, RefusesInvalidUtf8) {
  for (const std::string bad : {"\xFF", "a\xC3", "\xED\xA0\x80", "\xC0\x80", "\xF4\x90\x80\x80"}) {
    EXPECT_EQ(sms_size(bad).error().reason, "invalid_utf8");
  }
}

// Goal: a longer text never costs less, and segments hold all units.
RC_GTEST_PROP(SmsLaw, SegmentsGrowAndSuffice, (const std::vector<std::uint8_t>& picks)) {
  constexpr const char* kChars[] = {"a", "€", "ä", "[", "й", "😀"};
  std::string text;
  const bool ucs2 = !picks.empty() && picks[0] % 2 == 1;
  if (ucs2) text = "й";
  std::int64_t before = sms_size(text)->segments;
  for (const auto pick : picks) {
    text += repeat(kChars[pick % (ucs2 ? 6 : 4)], 1 + pick % 17);
    const auto size = sms_size(text).value();
    const std::int64_t part = ucs2 ? 67 : 153;
    RC_ASSERT(size.segments >= before);
    RC_ASSERT(size.segments == 1 || size.units <= size.segments * part);
    RC_ASSERT(size.segments == 1 || size.units > (size.segments - 1) * (part - 1));
    before = size.segments;
  }
}

TEST(Sms, IsOneJsonShape) {
  EXPECT_EQ(base::json::write(sms_size("aй").value()),
            R"({"encoding":"ucs2","units":2,"segments":1,)"
            R"("first_ucs2_char":{"byte_offset":1,"code_point":1081}})");
}

TEST(Sms, RewritesWhatLosesNothing) {
  struct Row {
    const char* text;
    const char* rewritten;
    std::size_t ucs2_chars;
  };
  const Row rows[] = {
      {"", "", 0},
      {"Grüße, 5 € für Ä", "Grüße, 5 € für Ä", 0},
      {"„Wien“ – 5\u00A0€…", "\"Wien\" - 5 €...", 5},
      {"it’s “fine”", "it's \"fine\"", 3},
      {"Łukasz – 😀", "Łukasz - 😀", 3},
      {"a\u200Bb a\u200Bb", "ab ab", 1},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(gsm_rewrite(row.text), row.rewritten) << row.text;
    EXPECT_EQ(ucs2_chars(row.text, 50).size(), row.ucs2_chars) << row.text;
  }
  EXPECT_EQ(ucs2_chars("ŁŻĄ", 2).size(), 2u);
  EXPECT_EQ(gsm_replacement(0x2019), "'");
  EXPECT_FALSE(gsm_replacement('a'));
  EXPECT_FALSE(gsm_replacement(0x1F600));
}

}  // namespace
}  // namespace domain
