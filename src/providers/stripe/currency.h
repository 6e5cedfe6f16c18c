#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "domain/money.h"

// Stripe's smallest units, which differ from ISO 4217 for some currencies.
// Source: docs.stripe.com/currencies (zero-decimal, three-decimal and special cases).
namespace providers::stripe {

// Digits after the point in Stripe's amounts; an error on "currency" for one that it never takes.
base::Result<int> exponent(domain::Currency currency);

// Our minor units to Stripe's. Error on "amount_minor" where Stripe knows no such amount: fractions
// of an ariary, or a three-decimal amount that does not end in 0.
base::Result<std::int64_t> to_stripe(const domain::Money& money);

// Stripe's amount and lower-case currency to ours; Code::corrupt when it does not fit exactly.
base::Result<domain::Money> from_stripe(std::int64_t amount, std::string_view currency);

// Exact for every currency.
struct SettledAmount {
  domain::Currency currency;
  std::int64_t micros = 0;
  std::int64_t minor_rounded = 0;  // half away from zero
};
base::Result<SettledAmount> settled_from_stripe(std::int64_t amount, std::string_view currency);

}  // namespace providers::stripe
