#include "base/encoding.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

std::span<const std::uint8_t> bytes_of(const std::string& s) {
  return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}

TEST(Encoding, hex) {
  EXPECT_EQ(base::to_hex(bytes_of(std::string("\x00\x0f\xff", 3))), "000fff");
  EXPECT_EQ(base::from_hex("000FfF").value(), std::string("\x00\x0f\xff", 3));
  for (const char* bad : {"0", "0g", "g0", " 0", "0x"}) EXPECT_FALSE(base::from_hex(bad)) << bad;
}

// RFC 4648, section 10, and what must be refused.
TEST(Encoding, base64_table) {
  const std::pair<const char*, const char*> rows[] = {{"", ""},
                                                      {"f", "Zg=="},
                                                      {"fo", "Zm8="},
                                                      {"foo", "Zm9v"},
                                                      {"foob", "Zm9vYg=="},
                                                      {"fooba", "Zm9vYmE="},
                                                      {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : rows) {
    EXPECT_EQ(base::to_base64(plain), text);
    EXPECT_EQ(base::from_base64(text).value(), plain);
  }
  EXPECT_EQ(base::to_base64("\xfb\xff"), "+/8=");
  EXPECT_EQ(base::to_base64url("\xfb\xff"), "-_8");
  EXPECT_EQ(base::from_base64("-_8").value(), "\xfb\xff");
  for (const char* bad :
       {"Z", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "Zg==Zg==", "Zm9v="}) {
    EXPECT_FALSE(base::from_base64(bad)) << bad;
  }
}

TEST(Encoding, base62_is_fixed_width_and_ordered) {
  std::array<std::uint8_t, 16> zero{};
  std::array<std::uint8_t, 16> one{};
  one[15] = 1;
  std::array<std::uint8_t, 16> last{};
  last.fill(0xff);
  EXPECT_EQ(base::to_base62(zero), "0000000000000000000000");
  EXPECT_EQ(base::to_base62(one), "0000000000000000000001");
  // 2^128 - 1 in base 62, computed with Python's integers.
  EXPECT_EQ(base::to_base62(last), "7n42DGM5Tflk9n8mt7Fhc7");
}

TEST(Encoding, utf8_table) {
  struct Row {
    const char* name;
    std::string text;
    bool good;
  };
  const Row rows[] = {
      {"empty", "", true},
      {"ascii", "abc\x7f", true},
      {"nul", std::string(1, '\0'), true},
      {"two bytes", "\xc2\x80\xdf\xbf", true},
      {"three bytes", "\xe0\xa0\x80\xef\xbf\xbf", true},
      {"before surrogates", "\xed\x9f\xbf", true},
      {"after surrogates", "\xee\x80\x80", true},
      {"four bytes", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", true},
      {"lone continuation", "\x80", false},
      {"overlong slash", "\xc0\xaf", false},
      {"overlong two", "\xc1\xbf", false},
      {"overlong three", "\xe0\x9f\xbf", false},
      {"overlong four", "\xf0\x8f\xbf\xbf", false},
      {"surrogate low", "\xed\xa0\x80", false},
      {"surrogate high", "\xed\xbf\xbf", false},
      {"over 10ffff", "\xf4\x90\x80\x80", false},
      {"f5", "\xf5\x80\x80\x80", false},
      {"ff", "\xff", false},
      {"cut two", "a\xc3", false},
      {"cut three", "\xe2\x82", false},
      {"cut four", "\xf0\x9f\x98", false},
      {"bad third", "\xe2\x82\x41", false},
      {"bad fourth", "\xf0\x9f\x98\xc0", false},
  };
  for (const auto& row : rows) EXPECT_EQ(base::is_valid_utf8(row.text), row.good) << row.name;
}

TEST(Encoding, percent_table) {
  EXPECT_EQ(base::percent_encode("a-._~Z9"), "a-._~Z9");
  EXPECT_EQ(base::percent_encode("a b&ü/"), "a%20b%26%C3%BC%2F");
  EXPECT_EQ(base::percent_decode("a+b%2b", false).value(), "a+b+");
  EXPECT_EQ(base::percent_decode("a+b%2b", true).value(), "a b+");
  EXPECT_EQ(base::percent_decode("%00", false).value(), std::string(1, '\0'));
  for (const char* bad : {"%", "%4", "a%4", "%g0", "%0g", "%%41"}) {
    EXPECT_FALSE(base::percent_decode(bad, false)) << bad;
  }
}

TEST(Encoding, form_table) {
  const std::vector<base::FormField> fields = {{"a b", "1&2"}, {"a b", "ü=+"}, {"e", ""}};
  EXPECT_EQ(base::form_encode(fields), "a+b=1%262&a+b=%C3%BC%3D%2B&e=");
  const auto got = base::form_decode("x=1&&y&=z&x=a=b+c", 10);
  ASSERT_TRUE(got);
  std::string all;
  for (const auto& f : *got) all += '[' + f.name + '|' + f.value + ']';
  EXPECT_EQ(all, "[x|1][y|][|z][x|a=b c]");
  EXPECT_TRUE(base::form_decode("", 0)->empty());
  EXPECT_FALSE(base::form_decode("a=%", 10));
  const auto many = base::form_decode("a=1&b=2&c=3", 2);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, base::Code::too_large);
}

RC_GTEST_PROP(EncodingProperty, round_trips, (const std::string& text)) {
  RC_ASSERT(base::from_hex(base::to_hex(bytes_of(text))).value() == text);
  RC_ASSERT(base::from_base64(base::to_base64(text)).value() == text);
  RC_ASSERT(base::from_base64(base::to_base64url(text)).value() == text);
  RC_ASSERT(base::percent_decode(base::percent_encode(text), false).value() == text);
  RC_ASSERT(base::percent_decode(base::percent_encode(text), true).value() == text);
}

// Goal: two texts never decode to the same bytes, so a signature or token has one spelling (padding
// apart).
RC_GTEST_PROP(EncodingProperty, base64_is_canonical, ()) {
  const auto digit = rc::gen::element('A', 'Q', 'g', 'w', 'f', '8', '9', '+', '/', '=', '!');
  const auto text = *rc::gen::container<std::string>(digit);
  const auto got = base::from_base64(text);
  if (!got) return;
  const std::string again = base::to_base64(*got);
  RC_ASSERT(again == text || again.substr(0, again.find('=')) == text);
}

RC_GTEST_PROP(EncodingProperty, base62_orders_like_the_bytes, ()) {
  std::array<std::uint8_t, 16> a;
  std::array<std::uint8_t, 16> b;
  for (auto& x : a) x = *rc::gen::arbitrary<std::uint8_t>();
  b = a;
  b[*rc::gen::inRange<std::size_t>(0, 16)] = *rc::gen::arbitrary<std::uint8_t>();
  RC_ASSERT((a <=> b) == (base::to_base62(a) <=> base::to_base62(b)));
}

RC_GTEST_PROP(EncodingProperty, form_round_trip, ()) {
  const auto names = *rc::gen::container<std::vector<std::string>>(
      rc::gen::nonEmpty(rc::gen::string<std::string>()));
  std::vector<base::FormField> fields;
  for (const auto& name : names) fields.push_back({name, *rc::gen::string<std::string>()});
  const auto back = base::form_decode(base::form_encode(fields), fields.size());
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->size() == fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    RC_ASSERT((*back)[i].name == fields[i].name);
    RC_ASSERT((*back)[i].value == fields[i].value);
  }
}

}  // namespace
