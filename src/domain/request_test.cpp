#include "domain/request.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

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

// Goal: every event in every status, as text: the next status, "+flag", or "!reason" when refused.
// Columns: draft scheduled open processing, then paid expired cancelling cancelled.
constexpr const char* kTable = R"(
publish
  open        open        !already_open  !already_open
  !already_paid !closed   !already_cancelling !closed
schedule
  scheduled   scheduled   !not_draft     !not_draft
  !already_paid !closed   !already_cancelling !closed
unschedule
  draft       draft       !not_scheduled !not_scheduled
  !already_paid !closed   !already_cancelling !closed
cancel
  cancelled   cancelled   cancelled      !payment_processing
  !already_paid !closed   cancelled           cancelled
cancel_with_open_session
  cancelling  cancelling  cancelling     !payment_processing
  !already_paid !closed   cancelling          cancelled
reopen
  !not_closed !not_closed !already_open  !payment_processing
  !already_paid open      !already_cancelling open
schedule_due
  draft       open        open           processing
  paid          expired   cancelling          cancelled
checkout_processing
  draft       scheduled   processing     processing
  paid          expired   cancelling          cancelled
payment_verified
  paid        paid        paid           paid
  paid+1        paid+2    paid+2              paid+2
payment_failed
  draft       scheduled   open           open
  paid          expired   cancelled           cancelled
payment_quarantined
  draft+4     scheduled+4 open+4         processing+4
  paid+4        expired+4 cancelling+4        cancelled+4
cancel_confirmed
  draft       scheduled   open           processing
  paid          expired   cancelled           cancelled
expire_due
  draft       expired     expired        processing
  paid          expired   cancelling          cancelled
)";

std::string outcome(RequestStatus status, RequestEvent event) {
  const auto change = next(status, 0, event);
  if (!change) {
    EXPECT_EQ(change.error().code, base::Code::conflict);
    return '!' + change.error().reason;
  }
  EXPECT_EQ(change->changed, change->status != status || change->flags != 0);
  std::string text(base::enum_name(change->status));
  if (change->flags != 0) text += '+' + std::to_string(change->flags);
  return text;
}

TEST(Request, EveryEventInEveryStatus) {
  std::istringstream table(kTable);
  for (const auto event : values<RequestEvent>()) {
    std::string name;
    table >> name;
    ASSERT_EQ(name, base::enum_name(event));
    for (const auto status : values<RequestStatus>()) {
      std::string expected;
      table >> expected;
      EXPECT_EQ(outcome(status, event), expected) << name << " in " << base::enum_name(status);
    }
  }
  std::string rest;
  EXPECT_FALSE(table >> rest) << "a row of the table has no event: " << rest;
}

// Goal: whatever happens, a verified payment stays, flags never vanish, and facts are never
// refused.
RC_GTEST_PROP(RequestLaw, PaidIsForeverAndFlagsOnlyGrow, (const std::vector<std::uint8_t>& steps)) {
  const auto events = values<RequestEvent>();
  auto status = RequestStatus::draft;
  std::int64_t flags = 0;
  bool paid = false;
  for (const auto step : steps) {
    const auto event = events[step % events.size()];
    const auto change = next(status, flags, event);
    RC_ASSERT(change.has_value() || event < RequestEvent::schedule_due);
    if (!change) continue;
    RC_ASSERT((change->flags & flags) == flags);
    if (paid && event == RequestEvent::payment_verified) {
      RC_ASSERT((change->flags & kRequestOverpaid) != 0);
    }
    paid = paid || event == RequestEvent::payment_verified;
    status = change->status;
    flags = change->flags;
    RC_ASSERT(paid == (status == RequestStatus::paid));
  }
}

TEST(Request, FlagsAreKept) {
  const auto change =
      next(RequestStatus::paid, kRequestPaidAfterClose, RequestEvent::payment_verified);
  EXPECT_EQ(change->flags, kRequestPaidAfterClose | kRequestOverpaid);
  EXPECT_TRUE(change->changed);
  EXPECT_FALSE(next(RequestStatus::paid, kRequestOverpaid, RequestEvent::expire_due)->changed);
}

TEST(Request, OverdueIsDerived) {
  const auto due = base::from_micros(1'000);
  const auto later = base::from_micros(1'001);
  EXPECT_TRUE(is_overdue(RequestStatus::open, due, later));
  EXPECT_FALSE(is_overdue(RequestStatus::open, due, due));
  EXPECT_FALSE(is_overdue(RequestStatus::open, std::nullopt, later));
  for (const auto status : values<RequestStatus>()) {
    const bool open = status == RequestStatus::open;
    EXPECT_EQ(is_overdue(status, due, later), open) << base::enum_name(status);
    EXPECT_EQ(takes_payments(status), open) << base::enum_name(status);
  }
}

}  // namespace
}  // namespace domain
