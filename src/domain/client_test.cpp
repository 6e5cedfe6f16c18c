#include "domain/client.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace domain {
namespace {

// Goal: every combination of consent and opt-out.
TEST(Client, WhoMayBeWrittenTo) {
  struct Row {
    Channel channel;
    MessageKind kind;
    Consent consent;
    bool opted_out;
    const char* reason;  // "" allows
  };
  constexpr auto kMail = Channel::email;
  constexpr auto kSms = Channel::sms;
  using K = MessageKind;
  using C = Consent;
  const Row rows[] = {
      {kMail, K::request, C::unset, false, ""},
      {kMail, K::request, C::granted, false, ""},
      {kMail, K::request, C::denied, false, "no_consent"},
      {kMail, K::request, C::granted, true, "opted_out"},
      {kMail, K::reminder, C::unset, false, ""},
      {kMail, K::receipt, C::denied, false, "no_consent"},
      {kSms, K::request, C::unset, false, ""},
      {kSms, K::request, C::denied, false, "no_consent"},
      {kSms, K::request, C::granted, true, "opted_out"},
      {kSms, K::reminder, C::unset, false, "no_consent"},
      {kSms, K::reminder, C::granted, false, ""},
      {kSms, K::reminder, C::granted, true, "opted_out"},
      {kSms, K::last_reminder, C::unset, false, "no_consent"},
      {kSms, K::thank_you, C::unset, false, "no_consent"},
      {kSms, K::welcome, C::granted, false, ""},
      {kSms, K::refund, C::unset, false, ""},
      {kSms, K::expired, C::unset, false, ""},
      {kSms, K::receipt, C::unset, false, ""},
      {kSms, K::receipt, C::denied, true, "opted_out"},
  };
  for (const auto& row : rows) {
    const Contactability facts{row.channel, row.kind, row.consent, row.opted_out};
    const auto reason = suppress_reason(facts);
    EXPECT_EQ(reason ? base::enum_name(*reason) : "", row.reason);
    EXPECT_EQ(can_send(facts), row.reason[0] == 0);
  }
}

TEST(Client, CheckedText) {
  struct Row {
    const char* name;
    std::string text;
    TextRule rule;
    std::string expected;  // the text, or "!code"
  };
  const TextRule line{.field = "name", .chars_max = 10};
  const TextRule lines{.field = "note", .chars_max = 10, .multi_line = true};
  const TextRule optional{.field = "note", .chars_max = 10, .required = false};
  const std::vector<Row> rows = {
      {"plain", "Ada", line, "Ada"},
      {"trimmed", " \t Ada \u00A0\u3000", line, "Ada"},
      {"inner space stays", "Ada  L", line, "Ada  L"},
      {"ten characters", "ÄÖÜäöüß€😀x", line, "ÄÖÜäöüß€😀x"},
      {"eleven", "ÄÖÜäöüß€😀xy", line, "!too_long"},
      {"eleven with white space around", "\u0085    Ada   ", line, "!too_long"},
      {"empty", "", line, "!required"},
      {"white space only", " \u2003 ", line, "!required"},
      {"empty allowed", "  ", optional, ""},
      {"NUL", std::string("a\0b", 3), line, "!control_character"},
      {"line break", "a\nb", line, "!control_character"},
      {"carriage return", "a\rb", line, "!control_character"},
      {"next line", "a\u0085b", line, "!control_character"},
      {"line separator", "a\u2028b", line, "!control_character"},
      {"right-to-left override", "a\u202Eb", line, "!control_character"},
      {"isolate", "a\u2066b", line, "!control_character"},
      {"delete",
       "a\x7F"
       "b",
       line, "!control_character"},
      {"invalid UTF-8", "a\xFF", line, "!invalid_utf8"},
      {"surrogate", "a\xED\xA0\x80", line, "!invalid_utf8"},
      {"lines", "a\r\nb\nc\td", lines, "a\nb\nc\td"},
      {"lone CR in lines", "a\rb", lines, "!control_character"},
      {"card number", "4242424242424242", {.field = "note"}, "!card_number"},
      {"card number where allowed",
       "4242424242424242",
       {.field = "note", .refuse_card_numbers = false},
       "4242424242424242"},
  };
  for (const auto& row : rows) {
    const auto text = checked_text(row.text, row.rule);
    EXPECT_EQ(text ? *text : '!' + text.error().fields.at(0).code, row.expected) << row.name;
    if (text) continue;
    EXPECT_EQ(text.error().fields.at(0).field, row.rule.field) << row.name;
  }
}

TEST(Client, CheckedEmail) {
  const std::string label63(63, 'a');
  struct Row {
    std::string text;
    std::string expected;  // the address, or "!code"
  };
  const std::vector<Row> rows = {
      {"ada@example.com", "ada@example.com"},
      {" Ada@Example.COM ", "Ada@example.com"},
      {"a+b.c_d-e@sub.example.co.uk", "a+b.c_d-e@sub.example.co.uk"},
      {"o'hara@example.com", "o'hara@example.com"},
      {"x@xn--mller-kva.de", "x@xn--mller-kva.de"},
      {"x@müller.de", "x@müller.de"},
      {"x@" + label63 + ".de", "x@" + label63 + ".de"},
      {"x@1a.3m", "x@1a.3m"},
      {"", "!required"},
      {"ada", "!invalid_email"},
      {"@example.com", "!invalid_email"},
      {"ada@", "!invalid_email"},
      {"ada@localhost", "!invalid_email"},
      {"ada@example..com", "!invalid_email"},
      {"ada@.example.com", "!invalid_email"},
      {"ada@example.com.", "!invalid_email"},
      {"ada@-example.com", "!invalid_email"},
      {"ada@exam_ple.com", "!invalid_email"},
      {"x@" + label63 + "a.de", "!invalid_email"},
      {"ada@127.0.0.1", "!invalid_email"},
      {"ada@[127.0.0.1]", "!invalid_email"},
      {".ada@example.com", "!invalid_email"},
      {"ada.@example.com", "!invalid_email"},
      {"a..b@example.com", "!invalid_email"},
      {"a b@example.com", "!invalid_email"},
      {"a@b@example.com", "!invalid_email"},
      {"\"a b\"@example.com", "!invalid_email"},
      {"ada@example.com, eve@example.com", "!invalid_email"},
      {"Ada <ada@example.com>", "!invalid_email"},
      {"ädä@example.com", "!invalid_email"},
      {"ada@exa mple.com", "!invalid_email"},
      {"ada@example.com\r\nBcc: eve@example.com", "!control_character"},
      {std::string("ada\0@example.com", 16), "!control_character"},
      {"ada@\xFF.com", "!invalid_utf8"},
      {std::string(64, 'a') + "@example.com", std::string(64, 'a') + "@example.com"},
      {std::string(65, 'a') + "@example.com", "!invalid_email"},
      {"x@" + std::string(300, 'a') + ".com", "!too_long"},
      {"x@" + label63 + "." + label63 + "." + label63 + "." + std::string(61, 'a') + ".de",
       "!too_long"},
  };
  for (const auto& row : rows) {
    const auto email = checked_email(row.text);
    EXPECT_EQ(email ? *email : '!' + email.error().fields.at(0).code, row.expected) << row.text;
  }
  EXPECT_EQ(email_key("Ada.L@example.com"), "ada.l@example.com");
}

TEST(Client, CardNumbers) {
  struct Row {
    const char* text;
    bool looks;
  };
  const Row rows[] = {
      {"4242424242424242", true},
      {"4242 4242 4242 4242", true},
      {"4242-4242-4242-4242", true},
      {"4242.4242.4242.4242", true},
      {"my card 4242 4242 4242 4242 12/30", true},
      {"my card 4242 4242 4242 4242 123", true},
      {"card:4242424242424242,cvc 123", true},
      {"1 4242 4242 4242 4242", true},
      {"378282246310005", true},
      {"3782 822463 10005", true},
      {"4222222222222", true},
      {"6304000000000000000", true},
      {"4242424242424241", false},
      {"4242 4242 4242", false},
      {"424242424242424242424242", false},
      {"4242  4242  4242  4242", false},
      {"Invoice 2026-11-23 no. 4711", false},
      {"+49 151 12345678", false},
      {"call +49 151 12345678", false},
      {"+49 151 1234567 4242424242424242", true},
      {"DE89 3704 0044 0532 0130 00, 4242424242424242", true},
      {"DE89 3704 0044 0532 0130 00", false},
      {"IBAN: DE89370400440532013000", false},
      {"AT61 1904 3002 3457 3201", false},
      {"", false},
      {"no digits", false},
  };
  for (const auto& row : rows) EXPECT_EQ(looks_like_card_number(row.text), row.looks) << row.text;
}

// Goal: whatever the bytes, the checks answer, and what they accept is accepted unchanged again.
RC_GTEST_PROP(ClientLaw, ChecksAreIdempotent, (const std::string& bytes)) {
  const TextRule rule{.field = "x", .chars_max = 50, .multi_line = true};
  if (const auto text = checked_text(bytes, rule)) {
    RC_ASSERT(checked_text(*text, rule).value() == *text);
    RC_ASSERT(count_chars(*text) <= 50U);
  }
  if (const auto email = checked_email(bytes + "@example.com")) {
    RC_ASSERT(checked_email(*email).value() == *email);
    RC_ASSERT(email->find_first_of("\r\n\t <>\",;:") == std::string::npos);
  }
}

}  // namespace
}  // namespace domain
