#include "domain/money.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "base/json.h"

namespace domain {
namespace {

constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
constexpr auto kMin = std::numeric_limits<std::int64_t>::min();

Currency currency(const char* code) { return Currency::parse(code).value(); }

// Goal: the table holds what ISO 4217 lists as active, with its exponents, and nothing else.
TEST(Money, Currencies) {
  struct Row {
    const char* code;
    int exponent;  // -1: refused
  };
  const Row rows[] = {
      {"EUR", 2},  {"USD", 2},   {"GBP", 2},     {"CHF", 2},  {"JPY", 0},  {"KRW", 0},  {"CLP", 0},
      {"VND", 0},  {"UGX", 0},   {"ISK", 0},     {"XOF", 0},  {"XAF", 0},  {"XPF", 0},  {"KWD", 3},
      {"BHD", 3},  {"OMR", 3},   {"JOD", 3},     {"TND", 3},  {"IQD", 3},  {"LYD", 3},  {"XCD", 2},
      {"XCG", 2},  {"ZWG", 2},   {"SLE", 2},     {"MGA", 2},  {"HUF", 2},  {"eur", -1}, {"", -1},
      {"EU", -1},  {"EURO", -1}, {"XX\x58", -1}, {"XTS", -1}, {"XAU", -1}, {"CLF", -1}, {"UYW", -1},
      {"DEM", -1}, {"HRK", -1},  {"ABC", -1},    {"€", -1},   {" EU", -1}, {"EU ", -1}, {"ZZZ", -1},
  };
  for (const auto& row : rows) {
    const auto parsed = Currency::parse(row.code);
    ASSERT_EQ(parsed.has_value(), row.exponent >= 0) << row.code;
    if (!parsed) {
      EXPECT_EQ(parsed.error().reason, "unknown_currency") << row.code;
      continue;
    }
    EXPECT_EQ(parsed->exponent(), row.exponent) << row.code;
    EXPECT_EQ(parsed->text(), row.code);
  }
  EXPECT_EQ(Currency::all().size(), 155U);
  for (const auto& one : Currency::all()) EXPECT_EQ(Currency::parse(one.text()).value(), one);
}

TEST(Money, AddAndSubtractRefuseWhatTheyCantHold) {
  const auto eur = currency("EUR");
  EXPECT_EQ(add({150, eur}, {50, eur})->amount_minor, 200);
  EXPECT_EQ(subtract({150, eur}, {200, eur})->amount_minor, -50);
  EXPECT_EQ(add({1, eur}, {1, currency("USD")}).error().reason, "currency_mismatch");
  EXPECT_EQ(subtract({1, eur}, {1, currency("USD")}).error().reason, "currency_mismatch");
  EXPECT_EQ(add({kMax, eur}, {1, eur}).error().reason, "overflow");
  EXPECT_EQ(add({kMin, eur}, {-1, eur}).error().reason, "overflow");
  EXPECT_EQ(subtract({kMin, eur}, {1, eur}).error().reason, "overflow");
  EXPECT_EQ(subtract({0, eur}, {kMin, eur}).error().reason, "overflow");
}

TEST(Money, AmountBounds) {
  const auto eur = currency("EUR");
  EXPECT_TRUE(check_amount({1, eur}));
  EXPECT_TRUE(check_amount({999'999'999'999, eur}));
  for (const auto amount : {std::int64_t{0}, std::int64_t{-1}, kMin, kMax, kAmountMinorMax + 1}) {
    const auto status = check_amount({amount, eur});
    ASSERT_FALSE(status) << amount;
    EXPECT_EQ(status.error().fields.at(0).field, "amount_minor");
  }
  EXPECT_EQ(check_amount({1, {}}).error().fields.at(0).field, "currency");
}

TEST(Money, MicrosAreExact) {
  struct Row {
    const char* code;
    std::int64_t minor;
    std::int64_t micros;
  };
  const Row rows[] = {{"EUR", 1, 10'000},
                      {"EUR", -1234, -12'340'000},
                      {"JPY", 1, 1'000'000},
                      {"KWD", 1, 1'000},
                      {"KWD", 1234, 1'234'000},
                      {"EUR", 0, 0},
                      {"JPY", 999'999'999'999, 999'999'999'999'000'000}};
  for (const auto& row : rows) {
    EXPECT_EQ(to_micros({row.minor, currency(row.code)})->value, row.micros) << row.code;
  }
  EXPECT_EQ(to_micros({kMax, currency("EUR")}).error().reason, "overflow");
  EXPECT_EQ(to_micros({9'223'372'036'855, currency("JPY")}).error().reason, "overflow");
  EXPECT_TRUE(to_micros({9'223'372'036'854, currency("JPY")}));
}

TEST(Money, RoundsHalfAwayFromZeroForDisplay) {
  struct Row {
    std::int64_t micros;
    const char* code;
    std::int64_t minor;
  };
  const Row rows[] = {{4'999, "EUR", 0},
                      {5'000, "EUR", 1},
                      {-4'999, "EUR", 0},
                      {-5'000, "EUR", -1},
                      {14'999, "EUR", 1},
                      {15'000, "EUR", 2},
                      {499'999, "JPY", 0},
                      {500'000, "JPY", 1},
                      {-500'000, "JPY", -1},
                      {499, "KWD", 0},
                      {500, "KWD", 1},
                      {kMax, "KWD", kMax / 1000 + 1},
                      {kMin, "KWD", kMin / 1000 - 1}};
  for (const auto& row : rows) {
    EXPECT_EQ(round_for_display({row.micros}, currency(row.code)).amount_minor, row.minor)
        << row.micros << row.code;
  }
}

TEST(Money, ParsesAmounts) {
  struct Row {
    const char* text;
    const char* code;
    std::int64_t minor;
    const char* refusal;
  };
  const Row rows[] = {
      {"12.34", "EUR", 1234, ""},
      {"12.3", "EUR", 1230, ""},
      {"12", "EUR", 1200, ""},
      {"0.01", "EUR", 1, ""},
      {"007", "EUR", 700, ""},
      {"1200", "JPY", 1200, ""},
      {"1.234", "KWD", 1234, ""},
      {"9999999999.99", "EUR", 999'999'999'999, ""},
      {"10000000000.00", "EUR", 0, "out_of_range"},
      {"99999999999999999999999", "EUR", 0, "out_of_range"},
      {"0", "EUR", 0, "out_of_range"},
      {"0.00", "EUR", 0, "out_of_range"},
      {"12.345", "EUR", 0, "too_many_digits"},
      {"12.340", "EUR", 0, "too_many_digits"},
      {"1.0", "JPY", 0, "too_many_digits"},
      {"", "EUR", 0, "malformed"},
      {".", "EUR", 0, "malformed"},
      {".5", "EUR", 0, "malformed"},
      {"5.", "EUR", 0, "malformed"},
      {"-1", "EUR", 0, "malformed"},
      {"+1", "EUR", 0, "malformed"},
      {"1,5", "EUR", 0, "malformed"},
      {"1e3", "EUR", 0, "malformed"},
      {"0x1", "EUR", 0, "malformed"},
      {" 1", "EUR", 0, "malformed"},
      {"1 ", "EUR", 0, "malformed"},
      {"1.2.3", "EUR", 0, "malformed"},
      {"NaN", "EUR", 0, "malformed"},
      {"１２", "EUR", 0, "malformed"},
      {"000000000000000000000000000000000001", "EUR", 0, "malformed"},
  };
  for (const auto& row : rows) {
    const auto money = parse_amount(row.text, currency(row.code));
    ASSERT_EQ(money.has_value(), row.refusal[0] == 0) << row.text;
    if (money) {
      EXPECT_EQ(money->amount_minor, row.minor) << row.text;
    } else {
      EXPECT_EQ(money.error().fields.at(0).code, row.refusal) << row.text;
    }
  }
}

TEST(Money, ParsesProviderPrices) {
  struct Row {
    const char* text;
    std::int64_t micros;
    const char* refusal;
  };
  const Row rows[] = {{"-0.00790", -7'900, ""},
                      {"0.0079", 7'900, ""},
                      {"-0.00000100000", -1, ""},
                      {"3", 3'000'000, ""},
                      {"-0", 0, ""},
                      {"0.0000001", 0, "too_many_digits"},
                      {"9223372036855", 0, "overflow"},
                      {"", 0, "malformed"},
                      {"-", 0, "malformed"},
                      {"--1", 0, "malformed"},
                      {"1.", 0, "malformed"},
                      {"null", 0, "malformed"}};
  for (const auto& row : rows) {
    const auto micros = parse_micros(row.text);
    ASSERT_EQ(micros.has_value(), row.refusal[0] == 0) << row.text;
    if (micros) {
      EXPECT_EQ(micros->value, row.micros) << row.text;
    } else {
      EXPECT_EQ(micros.error().reason, row.refusal) << row.text;
    }
  }
}

TEST(Money, Formats) {
  struct Row {
    std::int64_t minor;
    const char* code;
    Locale locale;
    MoneyStyle style;
    const char* text;
  };
  using L = Locale;
  using M = MoneyStyle;
  const Row rows[] = {
      {1234, "EUR", L::en, M::symbol, "€12.34"},
      {1234, "EUR", L::de, M::symbol, "12,34 €"},
      {1200, "JPY", L::en, M::symbol, "¥1,200"},
      {1200, "JPY", L::de, M::symbol, "1.200 ¥"},
      {1234567, "KWD", L::en, M::symbol, "KWD 1,234.567"},
      {1234567, "KWD", L::de, M::symbol, "1.234,567 KWD"},
      {5, "USD", L::en, M::symbol, "$0.05"},
      {-5, "USD", L::en, M::symbol, "-$0.05"},
      {-5, "USD", L::de, M::symbol, "-0,05 $"},
      {100, "CHF", L::en, M::symbol, "CHF 1.00"},
      {1234, "EUR", L::en, M::code, "EUR 12.34"},
      {1234, "EUR", L::de, M::code, "12,34 EUR"},
      {1234, "EUR", L::de, M::sms, "12,34 €"},
      {1234, "INR", L::en, M::symbol, "₹12.34"},
      {1234, "INR", L::en, M::sms, "INR 12.34"},
      {999'999'999'999, "EUR", L::en, M::symbol, "€9,999,999,999.99"},
      {99'900, "EUR", L::en, M::symbol, "€999.00"},
      {kMin, "EUR", L::en, M::code, "-EUR 92,233,720,368,547,758.08"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(format({row.minor, currency(row.code)}, row.locale, row.style), row.text);
  }
}

RC_GTEST_PROP(MoneyLaw, DecimalTextReadsBack, ()) {
  const auto one =
      *rc::gen::elementOf(std::vector<Currency>(Currency::all().begin(), Currency::all().end()));
  const auto amount = *rc::gen::inRange<std::int64_t>(kAmountMinorMin, kAmountMinorMax + 1);
  const Money money{amount, one};
  RC_ASSERT(parse_amount(decimal_text(money), one).value() == money);
  RC_ASSERT(parse_micros(decimal_text(money))->value == to_micros(money)->value);
  RC_ASSERT(round_for_display(to_micros(money).value(), one) == money);
}

TEST(Money, IsOneJsonShape) {
  const Money money{1234, currency("EUR")};
  EXPECT_EQ(base::json::write(money), R"({"amount_minor":1234,"currency":"EUR"})");
  EXPECT_EQ(base::json::read<Money>(R"({"amount_minor":1234,"currency":"EUR"})").value(), money);
  for (const auto* bad :
       {R"({"amount_minor":12.5,"currency":"EUR"})", R"({"amount_minor":1,"currency":"eur"})",
        R"({"amount_minor":"1","currency":"EUR"})", R"({"amount_minor":1,"currency":""})"}) {
    EXPECT_FALSE(base::json::read<Money>(bad)) << bad;
  }
}

}  // namespace
}  // namespace domain
