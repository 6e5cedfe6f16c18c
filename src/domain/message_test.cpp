#include "domain/message.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>
#include <sstream>

namespace domain {
namespace {

template <class E>
std::vector<E> values() {
  std::vector<E> out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&](auto d) { out.push_back(d.value); });
  return out;
}

// Goal: every event in every status: the next status, "-" for ignored, "!" for refused.
// Columns: queued sending sent delivered undelivered failed suppressed unknown.
constexpr const char* kTable = R"(
suppress             suppressed !           !           ! !         !           - !
claim                sending    !           !           ! !         !           ! !
accepted             !          sent        -           - -         -           ! sent
refused_retryable    !          queued      -           - -         -           ! queued
refused_final        !          failed      -           - -         -           ! failed
ambiguous            !          unknown     -           - -         -           ! -
found                !          sent        -           - -         -           ! sent
provider_sent        -          sent        -           - -         -           - sent
provider_delivered   delivered  delivered   delivered   - delivered delivered   - delivered
provider_undelivered -          undelivered undelivered - -         undelivered - undelivered
provider_failed      -          failed      failed      - -         -           - failed
resend               -          !           !           ! queued    queued      queued queued
)";

TEST(Message, EveryEventInEveryStatus) {
  std::istringstream table(kTable);
  for (const auto event : values<MessageEvent>()) {
    std::string name;
    table >> name;
    ASSERT_EQ(name, base::enum_name(event));
    for (const auto status : values<MessageStatus>()) {
      std::string expected;
      table >> expected;
      const auto change = next(status, event);
      std::string got(base::enum_name(change.status));
      if (change.transition != Transition::moved) {
        EXPECT_EQ(change.status, status) << "only a move changes the status";
        got = change.transition == Transition::ignored ? "-" : "!";
      }
      EXPECT_EQ(got, expected) << name << " in " << base::enum_name(status);
    }
  }
  std::string rest;
  EXPECT_FALSE(table >> rest) << rest;
}

// Goal: status callbacks in any order and number, mixed with the answer to the attempt, end in the
// same status: the provider's furthest word.
RC_GTEST_PROP(MessageLaw, CallbacksInAnyOrder, (std::uint64_t seed)) {
  std::mt19937_64 random(seed);
  const auto deliveries = values<ProviderDelivery>();
  std::vector<MessageEvent> events = {MessageEvent::accepted};
  auto furthest = ProviderDelivery::accepted;
  for (std::size_t i = random() % 6; i > 0; --i) {
    const auto delivery = deliveries[random() % deliveries.size()];
    furthest = merge(furthest, delivery);
    events.push_back(event_of(delivery));
  }
  std::shuffle(events.begin(), events.end(), random);
  auto status = MessageStatus::sending;
  for (const auto event : events) {
    const auto change = next(status, event);
    RC_ASSERT(change.transition != Transition::refused);
    status = change.status;
  }
  RC_ASSERT(status == next(MessageStatus::sending, event_of(furthest)).status);
}

// Goal: without an explicit refusal or a person, a claimed message is never claimed again.
RC_GTEST_PROP(MessageLaw, NoSecondClaimByItself, (const std::vector<std::uint8_t>& steps)) {
  const auto events = values<MessageEvent>();
  auto status = MessageStatus::queued;
  bool may_claim = true;
  for (const auto step : steps) {
    const auto event = events[step % events.size()];
    const auto change = next(status, event);
    if (change.transition != Transition::moved) continue;
    if (event == MessageEvent::claim) RC_ASSERT(std::exchange(may_claim, false));
    if (event == MessageEvent::refused_retryable || event == MessageEvent::resend) may_claim = true;
    status = change.status;
  }
}

TEST(Message, DeliveryRanks) {
  const auto ranks = values<ProviderDelivery>();
  for (const auto a : ranks) {
    for (const auto b : ranks) {
      EXPECT_EQ(merge(a, b), merge(b, a));
      EXPECT_EQ(merge(a, b), a > b ? a : b);
    }
  }
}

TEST(Message, RetriesEndAndGrow) {
  base::Duration before{};
  for (int refusals = 1; refusals < kAttemptsMax; ++refusals) {
    const auto delay = retry_delay(refusals);
    ASSERT_TRUE(delay);
    EXPECT_GT(*delay, before);
    before = *delay;
  }
  EXPECT_FALSE(retry_delay(kAttemptsMax));
  EXPECT_FALSE(retry_delay(1'000'000));
}

TEST(Message, UnknownIsLookedUpThreeTimes) {
  using std::chrono::minutes;
  EXPECT_EQ(settle_delay(0), minutes(1));
  EXPECT_EQ(settle_delay(1), minutes(5));
  EXPECT_EQ(settle_delay(2), minutes(60));
  EXPECT_FALSE(settle_delay(3));
}

}  // namespace
}  // namespace domain
