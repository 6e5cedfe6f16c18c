#include "domain/money.h"

#include <algorithm>

#include "base/assert.h"

namespace domain {

// The known currencies, in the order of their codes.
struct CurrencyTable {
  static constexpr Currency make(const char* code) { return Currency(code); }
};

namespace {

using base::Code;
using base::error;

struct Row {
  Currency currency;
  std::uint8_t exponent;
};

constexpr std::size_t kCurrencies = 155;
// Exponents other than 2 stand behind the code; from ISO 4217, list one.
constexpr std::string_view kCodes =
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD3BIF0BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CLP0CNY COP CRC CUP CVE CZK DJF0DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
    "GIP GMD GNF0GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD3IRR ISK0JMD JOD3JPY0KES KGS KHR KMF0KPW "
    "KRW0KWD3KYD KZT LAK LBP LKR LRD LSL LYD3MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR "
    "MZN NAD NGN NIO NOK NPR NZD OMR3PAB PEN PGK PHP PKR PLN PYG0QAR RON RSD RUB RWF0SAR SBD SCR "
    "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND3TOP TRY TTD TWD TZS UAH UGX0"
    "USD UYU UZS VED VES VND0VUV0WST XAF0XCD XCG XOF0XPF0YER ZAR ZMW ZWG ";
static_assert(kCodes.size() == kCurrencies * 4);

constexpr auto kTable = [] {
  std::array<Row, kCurrencies> rows{};
  for (std::size_t i = 0; i < kCurrencies; ++i) {
    const char digit = kCodes[i * 4 + 3];
    rows[i].currency = CurrencyTable::make(kCodes.data() + i * 4);
    rows[i].exponent = static_cast<std::uint8_t>(digit == ' ' ? 2 : digit - '0');
  }
  return rows;
}();
constexpr auto kAll = [] {
  std::array<Currency, kCurrencies> all{};
  for (std::size_t i = 0; i < kCurrencies; ++i) all[i] = kTable[i].currency;
  return all;
}();
static_assert(std::is_sorted(kAll.begin(), kAll.end()));

const Row* find_row(std::string_view code) {
  const auto at =
      std::lower_bound(kTable.begin(), kTable.end(), code,
                       [](const Row& row, std::string_view c) { return row.currency.view() < c; });
  return at != kTable.end() && at->currency.view() == code ? &*at : nullptr;
}

constexpr std::int64_t power_of_ten(int exponent) {
  std::int64_t value = 1;
  for (int i = 0; i < exponent; ++i) value *= 10;
  return value;
}

base::Error overflow() {
  return error(Code::invalid_argument, "overflow", "the amount is too large");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits of a plain decimal number; `fraction` may be empty only without a point.
struct Decimal {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
};

bool split_decimal(std::string_view text, Decimal& out) {
  if (!text.empty() && text.front() == '-') {
    out.negative = true;
    text.remove_prefix(1);
  }
  const auto point = text.find('.');
  out.whole = text.substr(0, point);
  out.fraction = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (point != std::string_view::npos && out.fraction.empty()) return false;
  return !out.whole.empty() && std::all_of(out.whole.begin(), out.whole.end(), is_digit) &&
         std::all_of(out.fraction.begin(), out.fraction.end(), is_digit);
}

// whole.fraction × 10^exponent; the fraction has at most `exponent` digits. False on overflow.
bool scale(const Decimal& decimal, int exponent, std::int64_t& out) {
  std::string digits(decimal.whole);
  digits += decimal.fraction;
  digits.append(static_cast<std::size_t>(exponent) - decimal.fraction.size(), '0');
  std::int64_t value = 0;
  for (const char c : digits) {
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value) ||
        __builtin_add_overflow(value, std::int64_t{c - '0'}, &value)) {
      return false;
    }
  }
  out = decimal.negative ? -value : value;
  return true;
}

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
}

std::string grouped(std::uint64_t value, char separator) {
  std::string digits = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, separator);
  }
  return digits;
}

std::string fraction_digits(std::uint64_t value, int exponent) {
  std::string digits = std::to_string(value);
  digits.insert(0, static_cast<std::size_t>(exponent) - digits.size(), '0');
  return digits;
}

struct Symbol {
  std::string_view code;
  std::string_view text;
  bool in_gsm;  // every character is in the GSM 03.38 alphabet or its extension
};
constexpr Symbol kSymbols[] = {
    {"AUD", "A$", true},  {"BRL", "R$", true}, {"CAD", "CA$", true}, {"CNY", "CN¥", true},
    {"EUR", "€", true},   {"GBP", "£", true},  {"HKD", "HK$", true}, {"ILS", "₪", false},
    {"INR", "₹", false},  {"JPY", "¥", true},  {"KRW", "₩", false},  {"MXN", "MX$", true},
    {"NZD", "NZ$", true}, {"PHP", "₱", false}, {"TWD", "NT$", true}, {"UAH", "₴", false},
    {"USD", "$", true},   {"VND", "₫", false},
};

std::string_view symbol_of(Currency currency, MoneyStyle style) {
  if (style == MoneyStyle::code) return {};
  for (const auto& symbol : kSymbols) {
    if (symbol.code == currency.view()) {
      return style == MoneyStyle::sms && !symbol.in_gsm ? std::string_view{} : symbol.text;
    }
  }
  return {};
}

}  // namespace

Result<Currency> Currency::parse(std::string_view code) {
  if (const auto* row = find_row(code)) return row->currency;
  return error(Code::invalid_argument, "unknown_currency", "not an active ISO 4217 code");
}

std::span<const Currency> Currency::all() { return kAll; }

int Currency::exponent() const {
  const auto* row = find_row(view());
  QT_ASSERT(row != nullptr);
  return row->exponent;
}

Result<std::int64_t> add_checked(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return overflow();
  return sum;
}

Result<Money> add(const Money& a, const Money& b) {
  if (a.currency != b.currency) {
    return error(Code::invalid_argument, "currency_mismatch", "amounts of two currencies");
  }
  TRY(const auto sum, add_checked(a.amount_minor, b.amount_minor));
  return Money{sum, a.currency};
}

Result<Money> subtract(const Money& a, const Money& b) {
  if (a.currency != b.currency) {
    return error(Code::invalid_argument, "currency_mismatch", "amounts of two currencies");
  }
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(a.amount_minor, b.amount_minor, &difference)) return overflow();
  return Money{difference, a.currency};
}

Status check_amount(const Money& money) {
  if (money.currency.is_nil()) {
    return base::field_error("currency", "required", "a currency is required");
  }
  if (money.amount_minor < kAmountMinorMin || money.amount_minor > kAmountMinorMax) {
    return base::field_error("amount_minor", "out_of_range",
                             "the amount must be from 1 to 999999999999 minor units");
  }
  return {};
}

Result<Micros> to_micros(const Money& money) {
  const auto factor = power_of_ten(6 - money.currency.exponent());
  std::int64_t value = 0;
  if (__builtin_mul_overflow(money.amount_minor, factor, &value)) return overflow();
  return Micros{value};
}

Money round_for_display(Micros amount, Currency currency) {
  const auto factor = power_of_ten(6 - currency.exponent());
  auto minor = amount.value / factor;
  const auto rest = amount.value % factor;
  if (rest >= factor / 2) ++minor;
  if (rest <= -factor / 2) --minor;
  return Money{minor, currency};
}

Result<Money> parse_amount(std::string_view text, Currency currency) {
  const auto malformed = [] {
    return base::field_error("amount", "malformed", "a decimal number such as 12.34 is needed");
  };
  Decimal decimal;
  if (text.size() > 32 || !split_decimal(text, decimal) || decimal.negative) return malformed();
  const int exponent = currency.exponent();
  if (decimal.fraction.size() > static_cast<std::size_t>(exponent)) {
    return base::field_error("amount", "too_many_digits",
                             "more digits after the point than the currency has");
  }
  Money money{0, currency};
  if (!scale(decimal, exponent, money.amount_minor)) money.amount_minor = kAmountMinorMax + 1;
  TRY_STATUS(check_amount(money));
  return money;
}

std::string decimal_text(const Money& money) {
  const int exponent = money.currency.exponent();
  const auto factor = static_cast<std::uint64_t>(power_of_ten(exponent));
  const auto value = magnitude(money.amount_minor);
  std::string out = money.amount_minor < 0 ? "-" : "";
  out += std::to_string(value / factor);
  if (exponent > 0) out += '.' + fraction_digits(value % factor, exponent);
  return out;
}

Result<Micros> parse_micros(std::string_view text) {
  Decimal decimal;
  if (text.size() > 64 || !split_decimal(text, decimal)) {
    return error(Code::invalid_argument, "malformed", "not a decimal number");
  }
  while (decimal.fraction.size() > 6) {
    if (decimal.fraction.back() != '0') {
      return error(Code::invalid_argument, "too_many_digits", "finer than a millionth");
    }
    decimal.fraction.remove_suffix(1);
  }
  Micros micros;
  if (!scale(decimal, 6, micros.value)) return overflow();
  return micros;
}

std::string format(const Money& money, Locale locale, MoneyStyle style) {
  const int exponent = money.currency.exponent();
  const auto factor = static_cast<std::uint64_t>(power_of_ten(exponent));
  const auto value = magnitude(money.amount_minor);
  const bool german = locale == Locale::de;
  std::string number = grouped(value / factor, german ? '.' : ',');
  if (exponent > 0) {
    number += german ? ',' : '.';
    number += fraction_digits(value % factor, exponent);
  }
  const std::string sign = money.amount_minor < 0 ? "-" : "";
  const auto symbol = symbol_of(money.currency, style);
  const std::string unit(symbol.empty() ? money.currency.view() : symbol);
  if (german) return sign + number + ' ' + unit;
  return sign + unit + (symbol.empty() ? " " : "") + number;
}

}  // namespace domain
