#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "domain/transaction.h"

// Tests only: histories from plain numbers, so that a failing one shrinks and prints well.
namespace domain::test {

inline Currency currency(const char* code) { return Currency::parse(code).value(); }
inline base::Time minute(std::int64_t m) { return base::from_micros(m * 60'000'000); }

// Every number is a fact of one small world: two refunds, two disputes, two balance transactions,
// so that random histories repeat, contradict and overtake each other all the time.
inline Fact fact_from(std::uint32_t code) {
  const auto take = [&](std::uint32_t bound) {
    const auto value = code % bound;
    code /= bound;
    return value;
  };
  const auto kind = take(12);
  Fact fact{minute(take(5)), {}};
  switch (kind) {
    case 0: fact.what = SessionCreated{take(8) == 7 ? "cs_other" : "cs_1"}; break;
    case 1: fact.what = SessionUnpaid{}; break;
    case 2: fact.what = SessionPaid{take(8) == 7 ? 999 : 5000, currency("EUR"), "pi_1"}; break;
    case 3: fact.what = AsyncFailed{}; break;
    case 4: fact.what = SessionExpired{}; break;
    case 5: fact.what = Declined{take(2) ? "insufficient_funds" : "expired_card"}; break;
    case 6: {
      const bool second = take(2) == 1;
      const auto fee = std::int64_t{50'000} * (take(2) + 1);
      fact.what = ChargeFee{second ? "txn_2" : "txn_1", fee, currency(second ? "USD" : "EUR")};
      break;
    }
    case 7:
    case 8: {
      const bool second = take(2) == 1;
      const auto status = static_cast<RefundStatus>(take(4));
      fact.what = RefundSeen{second ? "re_2" : "re_1", second ? 700 : 300, status};
      break;
    }
    case 9: fact.what = RefundedCumulative{std::int64_t{300} + 700 * take(2)}; break;
    case 10: {
      const bool second = take(2) == 1;
      const auto status = static_cast<DisputeStatus>(take(7));
      fact.what =
          DisputeSeen{second ? "dp_2" : "dp_1", 5000, currency(second ? "USD" : "EUR"), status};
      break;
    }
    default: fact.what = Mismatch{take(2) ? "amount" : "livemode"}; break;
  }
  return fact;
}

inline std::vector<Fact> history_from(const std::vector<std::uint32_t>& codes) {
  std::vector<Fact> facts;
  for (const auto code : codes) facts.push_back(fact_from(code));
  return facts;
}

inline std::string show(const std::vector<Fact>& facts) {
  std::string out;
  for (const auto& fact : facts) {
    out += fact_key(fact) + '@' + std::to_string(base::micros(fact.at) / 60'000'000) + ' ';
  }
  return out;
}

}  // namespace domain::test
