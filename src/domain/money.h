#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/describe.h"
#include "base/result.h"
#include "domain/locale.h"

namespace domain {

using base::Result;
using base::Status;

// An active ISO 4217 currency of exponent 0, 2 or 3 (source: the ISO 4217 maintenance agency's list
// one of 2026-01). Funds, metals and test codes do not exist here. A default one is nil: "no
// currency yet". JSON and SQL text: the three letters.
class Currency {
 public:
  constexpr Currency() = default;
  // Refuses lower case and unknown codes with Code::invalid_argument.
  static Result<Currency> parse(std::string_view code);
  static std::span<const Currency> all();
  constexpr bool is_nil() const { return code_[0] == 0; }
  std::string text() const { return std::string(view()); }
  std::string_view view() const {
    return is_nil() ? std::string_view{} : std::string_view(code_.data(), 3);
  }
  // Digits after the decimal sign: 0, 2 or 3. The currency must not be nil.
  int exponent() const;
  friend constexpr auto operator<=>(const Currency&, const Currency&) = default;

 private:
  friend struct CurrencyTable;
  constexpr explicit Currency(const char* c) : code_{c[0], c[1], c[2]} {}
  std::array<char, 3> code_{};
};

inline constexpr std::int64_t kAmountMinorMin = 1;
inline constexpr std::int64_t kAmountMinorMax = 999'999'999'999;

// An amount in minor units (cents, yen, fils) of its currency. May be zero or negative as a
// difference; what is asked from or paid by a payer passes check_amount().
struct Money {
  std::int64_t amount_minor = 0;
  Currency currency;
  friend bool operator==(const Money&, const Money&) = default;
};
BOOST_DESCRIBE_STRUCT(Money, (), (amount_minor, currency))

// An amount in 10⁻⁶ of the currency's major unit, as the ledger and the totals keep it.
struct Micros {
  std::int64_t value = 0;
  friend constexpr auto operator<=>(const Micros&, const Micros&) = default;
};

// Code::invalid_argument ("currency_mismatch", "overflow") instead of a wrong number.
Result<Money> add(const Money& a, const Money& b);
Result<Money> subtract(const Money& a, const Money& b);
Result<std::int64_t> add_checked(std::int64_t a, std::int64_t b);

// kAmountMinorMin..kAmountMinorMax and a currency, else an error on the field "amount_minor" or
// "currency".
Status check_amount(const Money& money);

// Exact; Code::invalid_argument "overflow" outside int64.
Result<Micros> to_micros(const Money& money);
// For display only: rounds half away from zero to the currency's minor unit.
Money round_for_display(Micros amount, Currency currency);

// "12.34", "12.3", "12" (and ".5" never): a plain decimal number with at most exponent digits after
// the point; no sign, no grouping, no exponent. Refuses amounts that check_amount() refuses.
Result<Money> parse_amount(std::string_view text, Currency currency);
// The inverse: "12.34", "1200" (JPY), "-0.05".
std::string decimal_text(const Money& money);
// Also for provider prices with up to six digits ("-0.00790" as Twilio writes them): sign allowed,
// extra zeros allowed, more than six significant digits after the point refused.
Result<Micros> parse_micros(std::string_view text);

enum class MoneyStyle : std::uint8_t {
  symbol,  // "€12.34" / "12,34 €"; the code where no common symbol exists
  code,    // "EUR 12.34" / "12,34 EUR"
  sms,     // the symbol if GSM 03.38 has it, else the code: never makes a message UCS-2
};
// As people read it, with grouping: en "¥1,200", de "1.200 ¥". The space is an ordinary one.
std::string format(const Money& money, Locale locale, MoneyStyle style = MoneyStyle::symbol);

}  // namespace domain
