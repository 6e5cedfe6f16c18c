#include "domain/phone.h"

#include <gtest/gtest.h>

namespace domain {
namespace {

// Goal: what people type becomes E.164 with its country, and what can't be texted is refused with
// a reason.
TEST(Phone, Parses) {
  struct Row {
    const char* text;
    const char* region;
    const char* expected;  // E.164, or "!code"
    const char* country;
    PhoneKind kind;
  };
  using K = PhoneKind;
  const Row rows[] = {
      {"+4915112345678", "", "+4915112345678", "DE", K::mobile},
      {"0151 1234 5678", "DE", "+4915112345678", "DE", K::mobile},
      {" (0151) 1234-5678 ", "DE", "+4915112345678", "DE", K::mobile},
      {"0049 151 12345678", "DE", "+4915112345678", "DE", K::mobile},
      {"+49 (0)151 12345678", "", "+4915112345678", "DE", K::mobile},
      {"0151.1234.5678", "DE", "+4915112345678", "DE", K::mobile},
      {"0151/12345678", "DE", "+4915112345678", "DE", K::mobile},
      {"030 901820", "DE", "+4930901820", "DE", K::fixed_line},
      {"+12015550123", "", "+12015550123", "US", K::fixed_or_mobile},
      {"(201) 555-0123", "US", "+12015550123", "US", K::fixed_or_mobile},
      {"+1 416 555 0123", "US", "+14165550123", "CA", K::fixed_or_mobile},
      {"+447400123456", "DE", "+447400123456", "GB", K::mobile},
      {"07400 123456", "GB", "+447400123456", "GB", K::mobile},
      {"+41 78 123 45 67", "", "+41781234567", "CH", K::mobile},
      {"+43 664 123456", "", "+43664123456", "AT", K::mobile},
      {"+800 1234 5678", "", "+80012345678", "001", K::other},
      {"", "DE", "!required", "", {}},
      {"  ", "DE", "!required", "", {}},
      {"abc", "DE", "!not_a_number", "", {}},
      {"1-800-FLOWERS", "US", "!not_a_number", "", {}},
      {"0151 1234567 ext. 5", "DE", "!not_a_number", "", {}},
      {"+", "DE", "!not_a_number", "", {}},
      {"\xFF\xFE", "DE", "!not_a_number", "", {}},
      {"0151 12345678", "", "!unknown_country", "", {}},
      {"0151 12345678", "ZZ", "!unknown_country", "", {}},
      {"0151 12345678", "Germany", "!unknown_country", "", {}},
      {"+999 123456789", "", "!unknown_country", "", {}},
      {"+49 1", "", "!too_short", "", {}},
      {"110", "DE", "!too_short", "", {}},
      {"+49 151 1234", "", "!invalid", "", {}},
      {"+49 151 123456789012345", "", "!too_long", "", {}},
      {"+1 201 555 01234", "", "!too_long", "", {}},
      {"0211 4224242424", "DE", "+492114224242424", "DE", K::fixed_line},
      {"0211 42242424242", "DE", "!too_long", "", {}},
      {"+1 000 000 0000", "", "!invalid", "", {}},
      {"+4915112345678\r\nBcc: x", "", "!not_a_number", "", {}},
  };
  for (const auto& row : rows) {
    const auto phone = parse_phone(row.text, row.region);
    const std::string got = phone ? phone->e164 : '!' + phone.error().fields.at(0).code;
    EXPECT_EQ(got, row.expected) << row.text << " in " << row.region;
    if (!phone) {
      EXPECT_EQ(phone.error().fields.at(0).field, "phone");
      EXPECT_EQ(phone.error().detail.find("151"), std::string::npos) << "no personal data in logs";
      continue;
    }
    EXPECT_EQ(phone->country, row.country) << row.text;
    EXPECT_EQ(phone->kind, row.kind) << row.text;
  }
  EXPECT_EQ(parse_phone(std::string(65, '1'), "DE").error().fields.at(0).code, "too_long");
  EXPECT_FALSE(parse_phone(std::string("+49151\0"
                                       "12345678",
                                       15),
                           "DE"));
}

TEST(Phone, ReadsItsOwnResult) {
  for (const auto* text : {"+4915112345678", "+12015550123", "+447400123456"}) {
    EXPECT_EQ(parse_phone(parse_phone(text, "")->e164, "FR")->e164, text);
  }
}

TEST(Phone, KnowsRegions) {
  for (const auto* region : {"DE", "AT", "CH", "US", "GB"}) EXPECT_TRUE(is_known_region(region));
  for (const auto* region : {"", "de", "ZZ", "UK", "EU", "001"}) {
    EXPECT_FALSE(is_known_region(region)) << region;
  }
}

}  // namespace
}  // namespace domain
