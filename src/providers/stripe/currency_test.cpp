#include "providers/stripe/currency.h"

#include <gtest/gtest.h>

#include <map>

// Goal: what we ask for is what Stripe charges, in every currency, or we refuse to ask.
namespace providers::stripe {
namespace {

using base::Code;
using domain::Currency;
using domain::Money;

struct Row {
  const char* currency;
  std::int64_t minor;
  std::int64_t stripe;     // when field is empty
  const char* field_code;  // else the error
};

TEST(Currency, ToStripe) {
  const Row rows[] = {
      {"EUR", 1234, 1234, ""},
      {"USD", 1, 1, ""},
      {"JPY", 500, 500, ""},
      {"CLP", 500, 500, ""},
      {"ISK", 5, 500, ""},
      {"UGX", 5, 500, ""},
      {"ISK", 92'233'720'368'547'758, 9'223'372'036'854'775'800, ""},
      {"ISK", 92'233'720'368'547'759, 0, "overflow"},
      {"MGA", 500, 5, ""},
      {"MGA", 550, 0, "not_divisible"},
      {"KWD", 5120, 5120, ""},
      {"KWD", 5124, 0, "not_divisible"},
      {"BHD", 10, 10, ""},
      {"TND", 1, 0, "not_divisible"},
      {"HUF", 1045, 1045, ""},  // two digits for payments; only payouts drop them
      {"TWD", 80045, 80045, ""},
      {"IQD", 1000, 0, "unsupported"},
      {"LYD", 1000, 0, "unsupported"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.currency) + " " + std::to_string(row.minor));
    const auto got = to_stripe(Money{row.minor, *Currency::parse(row.currency)});
    if (*row.field_code == 0) {
      ASSERT_TRUE(got) << got.error().detail;
      EXPECT_EQ(*got, row.stripe);
    } else {
      ASSERT_FALSE(got);
      EXPECT_EQ(got.error().code, Code::invalid_argument);
      EXPECT_EQ(got.error().fields.at(0).code, row.field_code);
    }
  }
}

TEST(Currency, EveryCurrencyComesBackUnchanged) {
  int taken = 0;
  for (const auto currency : Currency::all()) {
    const Money money{1'000'000, currency};
    const auto sent = to_stripe(money);
    if (!sent) continue;
    ++taken;
    std::string lower = currency.text();
    for (char& c : lower) c = static_cast<char>(c + 32);
    const auto back = from_stripe(*sent, lower);
    ASSERT_TRUE(back) << lower;
    EXPECT_EQ(*back, money) << lower;
  }
  EXPECT_GE(taken, 130);
  EXPECT_EQ(static_cast<std::size_t>(taken) + 2, Currency::all().size());
}

TEST(Currency, FromStripeRefusesWhatDoesNotFit) {
  struct {
    std::int64_t amount;
    const char* currency;
  } const rows[] = {{550, "isk"},
                    {1, "ugx"},
                    {1, "EUR"},
                    {1, "xxx"},
                    {1, ""},
                    {1, "iqd"},
                    {92'233'720'368'547'759, "mga"}};
  for (const auto& row : rows) {
    const auto got = from_stripe(row.amount, row.currency);
    ASSERT_FALSE(got) << row.amount << row.currency;
    EXPECT_EQ(got.error().code, Code::corrupt);
  }
}

TEST(Currency, SettledAmountsAreExactInMicros) {
  struct {
    std::int64_t amount;
    const char* currency;
    std::int64_t micros;
    std::int64_t rounded;
  } const rows[] = {{59, "eur", 590'000, 59},       {-59, "usd", -590'000, -59},
                    {120, "jpy", 120'000'000, 120}, {150, "isk", 1'500'000, 2},
                    {149, "isk", 1'490'000, 1},     {-150, "ugx", -1'500'000, -2},
                    {5, "mga", 5'000'000, 500},     {5125, "kwd", 5'125'000, 5125}};
  for (const auto& row : rows) {
    const auto got = settled_from_stripe(row.amount, row.currency);
    ASSERT_TRUE(got) << row.currency;
    EXPECT_EQ(got->micros, row.micros) << row.currency;
    EXPECT_EQ(got->minor_rounded, row.rounded) << row.currency;
  }
  EXPECT_FALSE(settled_from_stripe(9'223'372'036'854'775'807, "eur"));
}

}  // namespace
}  // namespace providers::stripe
