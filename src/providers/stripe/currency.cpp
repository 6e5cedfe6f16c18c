#include "providers/stripe/currency.h"

#include <algorithm>
#include <array>

namespace providers::stripe {

using base::Code;
using base::Result;
using domain::Currency;
using domain::Money;

namespace {

// Malagasy ariary has two digits in ISO 4217 and none at Stripe.
constexpr std::array<std::string_view, 15> kZeroDecimal = {"BIF", "CLP", "DJF", "GNF", "JPY",
                                                           "KMF", "KRW", "MGA", "PYG", "RWF",
                                                           "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<std::string_view, 5> kThreeDecimal = {"BHD", "JOD", "KWD", "OMR", "TND"};
// Without decimals in ISO 4217, but two digits, always 00, at Stripe for compatibility.
constexpr std::array<std::string_view, 2> kTwoZeros = {"ISK", "UGX"};
// Three digits in ISO 4217; Stripe takes no payment in them.
constexpr std::array<std::string_view, 2> kNotTaken = {"IQD", "LYD"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view code) {
  return std::find(list.begin(), list.end(), code) != list.end();
}

std::int64_t power_of_ten(int digits) {
  std::int64_t power = 1;
  for (int i = 0; i < digits; ++i) power *= 10;
  return power;
}

Result<std::int64_t> scaled(std::int64_t amount, int digits) {
  std::int64_t out = 0;
  if (__builtin_mul_overflow(amount, power_of_ten(digits), &out)) {
    return base::field_error("amount_minor", "overflow", "the amount is too large");
  }
  return out;
}

Result<Currency> known_currency(std::string_view lower) {
  std::string code(lower);
  for (char& c : code) {
    if (c < 'a' || c > 'z')
      return base::error(Code::corrupt, "bad_currency", "not a currency code");
    c = static_cast<char>(c - 'a' + 'A');
  }
  auto currency = Currency::parse(code);
  if (!currency) return base::error(Code::corrupt, "bad_currency", "not a currency that we know");
  return currency;
}

}  // namespace

Result<int> exponent(Currency currency) {
  const auto code = currency.view();
  if (contains(kZeroDecimal, code)) return 0;
  if (contains(kThreeDecimal, code)) return 3;
  if (currency.is_nil() || contains(kNotTaken, code)) {
    return base::field_error("currency", "unsupported",
                             "Stripe takes no payments in this currency");
  }
  return 2;
}

Result<std::int64_t> to_stripe(const Money& money) {
  TRY(const int theirs, exponent(money.currency));
  const int ours = money.currency.exponent();
  if (theirs < ours) {
    const std::int64_t unit = power_of_ten(ours - theirs);
    if (money.amount_minor % unit != 0) {
      return base::field_error("amount_minor", "not_divisible",
                               "Stripe takes only whole units of this currency");
    }
    return money.amount_minor / unit;
  }
  TRY(const std::int64_t amount, scaled(money.amount_minor, theirs - ours));
  // Card networks drop the last of three digits.
  if (theirs == 3 && amount % 10 != 0) {
    return base::field_error("amount_minor", "not_divisible",
                             "Stripe takes only amounts that end in 0 in this currency");
  }
  return amount;
}

Result<Money> from_stripe(std::int64_t amount, std::string_view currency) {
  TRY(const Currency known, known_currency(currency));
  auto theirs = exponent(known);
  if (!theirs) return base::error(Code::corrupt, "bad_currency", "not a currency of Stripe");
  const int ours = known.exponent();
  if (*theirs <= ours) {
    auto minor = scaled(amount, ours - *theirs);
    if (!minor) return base::error(Code::corrupt, "bad_amount", "the amount is too large");
    return Money{*minor, known};
  }
  const std::int64_t unit = power_of_ten(*theirs - ours);
  if (amount % unit != 0) {
    return base::error(Code::corrupt, "bad_amount", "a fraction of an indivisible currency");
  }
  return Money{amount / unit, known};
}

Result<SettledAmount> settled_from_stripe(std::int64_t amount, std::string_view currency) {
  TRY(const Currency known, known_currency(currency));
  auto theirs = exponent(known);
  if (!theirs) return base::error(Code::corrupt, "bad_currency", "not a currency of Stripe");
  auto micros = scaled(amount, 6 - *theirs);
  if (!micros) return base::error(Code::corrupt, "bad_amount", "the amount is too large");
  const auto rounded = domain::round_for_display(domain::Micros{*micros}, known);
  return SettledAmount{known, *micros, rounded.amount_minor};
}

}  // namespace providers::stripe
