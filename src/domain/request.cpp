#include "domain/request.h"

#include <array>
#include <string_view>

#include "base/assert.h"

namespace domain {
namespace {

// What an event does in a status: the next status and the flag it sets, or why it is refused.
struct Cell {
  RequestStatus to = RequestStatus::draft;
  std::int64_t flag = 0;
  const char* refusal = nullptr;
};

constexpr std::size_t kStatuses = 8;
constexpr std::size_t kEvents = 13;
using Row = std::array<Cell, kStatuses>;

constexpr Cell to(RequestStatus status, std::int64_t flag = 0) { return {status, flag, nullptr}; }
constexpr Cell no(const char* refusal) { return {RequestStatus::draft, 0, refusal}; }

using S = RequestStatus;
constexpr auto kDraft = to(S::draft);
constexpr auto kSched = to(S::scheduled);
constexpr auto kOpen = to(S::open);
constexpr auto kProc = to(S::processing);
constexpr auto kPaid = to(S::paid);
constexpr auto kExp = to(S::expired);
constexpr auto kCing = to(S::cancelling);
constexpr auto kCed = to(S::cancelled);
constexpr auto kLate = to(S::paid, kRequestPaidAfterClose);
constexpr auto kTwice = to(S::paid, kRequestOverpaid);
constexpr auto kNoDr = no("not_draft");
constexpr auto kNoSc = no("not_scheduled");
constexpr auto kNoCl = no("not_closed");
constexpr auto kIsOp = no("already_open");
constexpr auto kIsPd = no("already_paid");
constexpr auto kIsCg = no("already_cancelling");
constexpr auto kClos = no("closed");
constexpr auto kBusy = no("payment_processing");

// clang-format off
// A row per event, in the enum's order; a column per status:
//  draft   scheduled open   processing paid expired cancelling cancelled
constexpr std::array<Row, kEvents> kTable = {{
  {kOpen,  kOpen,  kIsOp,  kIsOp,  kIsPd,  kClos,  kIsCg,  kClos},  // publish
  {kSched, kSched, kNoDr,  kNoDr,  kIsPd,  kClos,  kIsCg,  kClos},  // schedule
  {kDraft, kDraft, kNoSc,  kNoSc,  kIsPd,  kClos,  kIsCg,  kClos},  // unschedule
  {kCed,   kCed,   kCed,   kBusy,  kIsPd,  kClos,  kCed,   kCed},   // cancel
  {kCing,  kCing,  kCing,  kBusy,  kIsPd,  kClos,  kCing,  kCed},   // cancel_with_open_session
  {kNoCl,  kNoCl,  kIsOp,  kBusy,  kIsPd,  kOpen,  kIsCg,  kOpen},  // reopen
  {kDraft, kOpen,  kOpen,  kProc,  kPaid,  kExp,   kCing,  kCed},   // schedule_due
  // A session that completes after the close settles as paid or failed by itself: the close stays.
  {kDraft, kSched, kProc,  kProc,  kPaid,  kExp,   kCing,  kCed},   // checkout_processing
  {kPaid,  kPaid,  kPaid,  kPaid,  kTwice, kLate,  kLate,  kLate},  // payment_verified
  {kDraft, kSched, kOpen,  kOpen,  kPaid,  kExp,   kCed,   kCed},   // payment_failed
  {kDraft, kSched, kOpen,  kProc,  kPaid,  kExp,   kCing,  kCed},   // payment_quarantined
  {kDraft, kSched, kOpen,  kProc,  kPaid,  kExp,   kCed,   kCed},   // cancel_confirmed
  {kDraft, kExp,   kExp,   kProc,  kPaid,  kExp,   kCing,  kCed},   // expire_due
}};
// clang-format on

const char* explain(std::string_view refusal) {
  if (refusal == "already_paid") return "the request is paid";
  if (refusal == "closed") return "the request is expired or cancelled";
  if (refusal == "payment_processing") return "a payment is being processed";
  return "the request's status does not allow it";
}

}  // namespace

Result<RequestChange> next(RequestStatus status, std::int64_t flags, RequestEvent event) {
  const auto row = static_cast<std::size_t>(event);
  const auto column = static_cast<std::size_t>(status);
  QT_ASSERT(row < kEvents && column < kStatuses);
  const Cell& cell = kTable[row][column];
  if (cell.refusal) return base::error(base::Code::conflict, cell.refusal, explain(cell.refusal));
  RequestChange change{cell.to, flags | cell.flag, false};
  if (event == RequestEvent::payment_quarantined) change.flags |= kRequestQuarantined;
  change.changed = change.status != status || change.flags != flags;
  return change;
}

bool takes_payments(RequestStatus status) { return status == RequestStatus::open; }

bool is_closed(RequestStatus status) {
  return status == RequestStatus::paid || status == RequestStatus::expired ||
         status == RequestStatus::cancelled;
}

bool is_overdue(RequestStatus status, std::optional<base::Time> due_at, base::Time now) {
  return status == RequestStatus::open && due_at && *due_at < now;
}

}  // namespace domain
