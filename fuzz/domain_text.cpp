// What payers and merchants write: messages to be counted, phone numbers, addresses, amounts, days
// and languages. The first byte chooses a reader; what it takes must stay the same when read again.
#include "base/assert.h"
#include "base/encoding.h"
#include "domain/client.h"
#include "domain/link_token.h"
#include "domain/locale.h"
#include "domain/money.h"
#include "domain/phone.h"
#include "domain/sms.h"
#include "domain/timezone.h"

namespace {

void check_sms(std::string_view text) {
  const auto size = domain::sms_size(text);
  QT_ASSERT(size.has_value() == base::is_valid_utf8(text));
  if (!size) return;
  const bool gsm7 = size->encoding == domain::SmsEncoding::gsm7;
  const std::int64_t part = gsm7 ? 153 : 67;
  QT_ASSERT((size->units == 0) == text.empty() && (size->segments == 0) == text.empty());
  const std::int64_t single = gsm7 ? 160 : 70;
  QT_ASSERT(size->units <= std::max(single, size->segments * part));
  // A part wastes at most one unit, before a character that takes two.
  if (size->segments > 1) QT_ASSERT(size->units > (size->segments - 1) * (part - 1));
  QT_ASSERT(size->first_ucs2_char.has_value() == !gsm7);
}

void check_phone(std::string_view text) {
  const auto comma = text.find(',');
  const auto region = comma == text.npos ? std::string_view("DE") : text.substr(0, comma);
  const auto phone = domain::parse_phone(text.substr(comma == text.npos ? 0 : comma + 1), region);
  if (!phone) {
    QT_ASSERT(phone.error().fields.size() == 1);
    return;
  }
  QT_ASSERT(phone->e164.starts_with('+') && phone->e164.size() <= 16);
  QT_ASSERT(phone->e164.find_first_not_of("0123456789", 1) == std::string::npos);
  const auto again = domain::parse_phone(phone->e164, "");
  QT_ASSERT(again && *again == *phone);
}

void check_text(std::string_view text) {
  const auto email = domain::checked_email(text);
  if (email) {
    QT_ASSERT(email->size() <= domain::kEmailBytesMax && email->find('@') != std::string::npos);
    QT_ASSERT(email->find_first_of(std::string_view("\r\n\t \0<>", 7)) == std::string::npos);
    const auto again = domain::checked_email(*email);
    QT_ASSERT(again && *again == *email);
    const std::string key = domain::email_key(*email);
    QT_ASSERT(domain::email_key(key) == key);
  }
  for (const bool multi_line : {false, true}) {
    const domain::TextRule rule{.field = "note", .chars_max = 60, .multi_line = multi_line};
    const auto checked = domain::checked_text(text, rule);
    if (!checked) continue;
    QT_ASSERT(domain::count_chars(*checked) <= 60 && !domain::looks_like_card_number(*checked));
    QT_ASSERT(multi_line || checked->find('\n') == std::string::npos);
    const auto again = domain::checked_text(*checked, rule);
    QT_ASSERT(again && *again == *checked);
  }
}

void check_money(std::string_view text) {
  for (const char* code : {"JPY", "EUR", "KWD"}) {
    const auto currency = domain::Currency::parse(code);
    const auto money = domain::parse_amount(text, *currency);
    if (!money) continue;
    QT_ASSERT(domain::check_amount(*money));
    const auto again = domain::parse_amount(domain::decimal_text(*money), *currency);
    QT_ASSERT(again && *again == *money);
    const auto micros = domain::parse_micros(text);
    const auto exact = domain::to_micros(*money);
    QT_ASSERT(micros && exact && *micros == *exact);
    for (const auto locale : {domain::Locale::en, domain::Locale::de}) {
      const auto sms = domain::format(*money, locale, domain::MoneyStyle::sms);
      QT_ASSERT(domain::sms_size(sms)->encoding == domain::SmsEncoding::gsm7);
    }
  }
  static_cast<void>(domain::parse_micros(text));
  const auto currency = domain::Currency::parse(text);
  if (currency) QT_ASSERT(currency->view() == text);
}

void check_words(std::string_view text) {
  const auto en = domain::locale_from_accept_language(text, domain::Locale::en);
  const auto de = domain::locale_from_accept_language(text, domain::Locale::de);
  // Where the header names no language of ours, each falls back to its own.
  QT_ASSERT(en == de || (en == domain::Locale::en && de == domain::Locale::de));
  domain::locale_from_tag(text);
  const auto day = domain::Day::parse(text);
  if (day) QT_ASSERT(day->text() == text);
  if (domain::is_time_zone_name(text)) {
    QT_ASSERT(text.front() != '/' && text.find("..") == text.npos);
  }
  if (domain::is_link_token(text)) QT_ASSERT(text.size() == domain::kLinkTokenChars);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr void (*kChecks[])(std::string_view) = {check_sms, check_phone, check_text, check_money,
                                                   check_words};
  if (size == 0) return 0;
  // Digits, so that a seed can be read and written by hand.
  const std::size_t choice = data[0] - std::size_t{'0'};
  if (choice >= std::size(kChecks)) return 0;
  kChecks[choice](std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
