#include "domain/ledger.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <random>

namespace domain {
namespace {

Currency currency(const char* code) { return Currency::parse(code).value(); }

TotalsKey key(int tenant, const char* code, std::int64_t hour, bool livemode = true) {
  TotalsKey out{{}, livemode, currency(code), base::from_micros(hour * 3'600'000'000)};
  out.tenant_id.value.bytes[15] = static_cast<std::uint8_t>(tenant);
  return out;
}

LedgerEntry entry(LedgerKind kind, std::int64_t micros) {
  return {kind, currency("EUR"), micros, true, {}};
}

// Goal: a request's way through its statuses leaves exactly one request in the last one.
TEST(Ledger, RequestsMoveBetweenColumns) {
  const Money amount{1234, currency("EUR")};
  Totals totals;
  std::optional<RequestStatus> before;
  for (const auto after : {RequestStatus::draft, RequestStatus::scheduled, RequestStatus::open,
                           RequestStatus::processing, RequestStatus::paid}) {
    ASSERT_TRUE(add(totals, totals_of(RequestCounted{before, after, amount})));
    before = after;
  }
  EXPECT_EQ(totals, (Totals{.paid_count = 1, .paid_micros = 12'340'000}));
}

TEST(Ledger, EveryStatusAndKindHasItsColumn) {
  Totals totals;
  int statuses = 0;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<RequestStatus>>([&](auto d) {
    ASSERT_TRUE(add(totals, totals_of(RequestCounted{{}, d.value, {1, currency("JPY")}})));
    ++statuses;
  });
  int kinds = 0;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<LedgerKind>>([&](auto d) {
    ASSERT_TRUE(add(totals, totals_of(entry(d.value, 7))));
    ++kinds;
  });
  int columns = 0;
  base::for_each_member<Totals>([&](std::string_view name, auto member) {
    const auto expected = name.ends_with("_count") ? 1 : columns < 2 * statuses ? 1'000'000 : 7;
    EXPECT_EQ(totals.*member, expected) << name;
    ++columns;
  });
  EXPECT_EQ(columns, 2 * statuses + kinds);
}

TEST(Ledger, NetIsThePlainSum) {
  Totals totals;
  for (const auto& one :
       {entry(LedgerKind::charge, 50'000'000), entry(LedgerKind::provider_fee, -1'000'000),
        entry(LedgerKind::sms_fee, -7'900), entry(LedgerKind::email_fee, -100),
        entry(LedgerKind::refund, -20'000'000), entry(LedgerKind::dispute, -50'000'000),
        entry(LedgerKind::adjustment, 50'000'000)}) {
    ASSERT_TRUE(add(totals, totals_of(one)));
  }
  EXPECT_EQ(net(totals)->value, 28'992'000);
}

TEST(Ledger, OverflowIsAnErrorAndChangesNothing) {
  const auto max = std::numeric_limits<std::int64_t>::max();
  Totals totals{.charged_micros = max};
  const auto before = totals;
  EXPECT_EQ(add(totals, Totals{.charged_micros = 1}).error().code, base::Code::corrupt);
  EXPECT_EQ(totals, before);
  EXPECT_FALSE(net({.charged_micros = max, .adjusted_micros = 1}));
  const std::vector<TotalsDelta> over = {{key(1, "EUR", 1), before}, {key(1, "EUR", 1), before}};
  EXPECT_FALSE(fold(over));
  // Only the sum counts: an overflow on the way that is taken back is none.
  auto fits = over;
  fits.push_back({key(1, "EUR", 1), Totals{.charged_micros = -max}});
  ASSERT_TRUE(fold(fits));
  EXPECT_EQ(fold(fits)->at(0).totals.charged_micros, max);
}

TEST(Ledger, FoldKeepsKeysApartAndDropsZeros) {
  const std::vector<TotalsDelta> deltas = {
      {key(1, "EUR", 1), {.charged_micros = 5}},         {key(2, "EUR", 1), {.charged_micros = 7}},
      {key(1, "USD", 1), {.charged_micros = 11}},        {key(1, "EUR", 2), {.charged_micros = 13}},
      {key(1, "EUR", 1, false), {.charged_micros = 17}}, {key(1, "EUR", 1), {.charged_micros = 1}},
      {key(3, "EUR", 1), {.charged_micros = 1}},         {key(3, "EUR", 1), {.charged_micros = -1}},
  };
  const auto folded = fold(deltas).value();
  ASSERT_EQ(folded.size(), 5U);
  EXPECT_TRUE(std::is_sorted(folded.begin(), folded.end(),
                             [](const auto& a, const auto& b) { return a.key < b.key; }));
  std::int64_t sum = 0;
  for (const auto& row : folded) sum += row.totals.charged_micros;
  EXPECT_EQ(sum, 54);
}

// Goal: the folder may take any deltas at any time and in any order.
RC_GTEST_PROP(LedgerLaw, FoldIsAssociativeAndCommutative, (std::uint64_t seed)) {
  std::mt19937_64 random(seed);
  std::vector<TotalsDelta> deltas;
  for (std::size_t i = random() % 12; i > 0; --i) {
    const auto amount = static_cast<std::int64_t>(random() % 2'000) - 1'000;
    deltas.push_back({key(static_cast<int>(random() % 2), random() % 2 ? "EUR" : "USD",
                          static_cast<std::int64_t>(random() % 2)),
                      {.open_count = amount % 3, .charged_micros = amount}});
  }
  const auto whole = fold(deltas).value();
  std::shuffle(deltas.begin(), deltas.end(), random);
  RC_ASSERT(fold(deltas).value() == whole);
  const auto cut = static_cast<std::ptrdiff_t>(random() % (deltas.size() + 1));
  auto parts = fold(std::vector(deltas.begin(), deltas.begin() + cut)).value();
  for (const auto& row : fold(std::vector(deltas.begin() + cut, deltas.end())).value()) {
    parts.push_back(row);
  }
  RC_ASSERT(fold(parts).value() == whole);
}

}  // namespace
}  // namespace domain
