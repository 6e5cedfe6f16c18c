#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/describe.h"
#include "base/time.h"
#include "domain/ledger.h"
#include "domain/money.h"

// A transaction is one checkout session at the provider. What we learn about it arrives as facts:
// late, twice and in any order. The state is a join-semilattice: any permutation, repetition and
// grouping of the same facts gives the same state, so neither order nor history has to be kept.
namespace domain {

enum class RefundStatus : std::uint8_t {
  pending,
  succeeded,
  canceled,
  failed
};  // in the order of truth
BOOST_DESCRIBE_ENUM(RefundStatus, pending, succeeded, canceled, failed)

// In the order of truth: an inquiry may become a dispute; a lost one may be won late. Stripe's
// names.
enum class DisputeStatus : std::uint8_t {
  warning_needs_response,  // warning_*: inquiries, which move no money
  warning_under_review,
  warning_closed,
  needs_response,
  under_review,
  lost,
  won,
};
BOOST_DESCRIBE_ENUM(DisputeStatus, warning_needs_response, warning_under_review, warning_closed,
                    needs_response, under_review, lost, won)

// Facts. Ids are the provider's own. `at` of Fact is the provider's time of the fact.
struct SessionCreated {
  std::string provider_ref;
};
struct SessionUnpaid {};  // completed, but a delayed method has not settled
struct SessionPaid {      // only after the provider was asked again and everything matched
  std::int64_t amount_minor = 0;
  Currency currency;
  std::string payment_intent;
};
struct AsyncFailed {};
struct SessionExpired {};
struct Declined {
  std::string decline_code;
};  // the session stays open
struct ChargeFee {  // a fee of one of the provider's balance transactions; negative when given back
  std::string balance_transaction;
  std::int64_t fee_micros = 0;
  Currency currency;
};
struct RefundSeen {  // in the payment's currency
  std::string refund_ref;
  std::int64_t amount_minor = 0;
  RefundStatus status = RefundStatus::pending;
};
struct RefundedCumulative {
  std::int64_t amount_minor = 0;
};  // the charge's running sum
struct DisputeSeen {
  std::string dispute_ref;
  std::int64_t amount_minor = 0;
  Currency currency;
  DisputeStatus status = DisputeStatus::needs_response;
};
struct Mismatch {
  std::string what;
};  // "amount", "currency", "tenant", "session", "livemode"

struct Fact {
  base::Time at;
  std::variant<SessionCreated, SessionUnpaid, SessionPaid, AsyncFailed, SessionExpired, Declined,
               ChargeFee, RefundSeen, RefundedCumulative, DisputeSeen, Mismatch>
      what;
};
// Stable name of what the fact says ("refund:re_1:succeeded"), equal for repetitions; for logs and
// the timeline.
std::string fact_key(const Fact& fact);

// The join. Stored whole as one JSON document; every member only grows in its own order.
struct PaymentSeen {
  std::int64_t amount_minor = 0;
  Currency currency;
  std::string payment_intent;
  friend auto operator<=>(const PaymentSeen&, const PaymentSeen&) = default;
};
BOOST_DESCRIBE_STRUCT(PaymentSeen, (), (amount_minor, currency, payment_intent))
struct DeclineSeen {
  base::Time at;
  std::string decline_code;
  friend auto operator<=>(const DeclineSeen&, const DeclineSeen&) = default;
};
BOOST_DESCRIBE_STRUCT(DeclineSeen, (), (at, decline_code))
struct FeeState {
  std::int64_t fee_micros = 0;
  Currency currency;
  friend auto operator<=>(const FeeState&, const FeeState&) = default;
};
BOOST_DESCRIBE_STRUCT(FeeState, (), (fee_micros, currency))
struct RefundState {
  std::int64_t amount_minor = 0;
  RefundStatus status = RefundStatus::pending;
  friend auto operator<=>(const RefundState&, const RefundState&) = default;
};
BOOST_DESCRIBE_STRUCT(RefundState, (), (amount_minor, status))
struct DisputeState {
  std::int64_t amount_minor = 0;
  Currency currency;
  DisputeStatus status = DisputeStatus::warning_needs_response;
  friend auto operator<=>(const DisputeState&, const DisputeState&) = default;
};
BOOST_DESCRIBE_STRUCT(DisputeState, (), (amount_minor, currency, status))

struct TransactionState {
  std::string provider_ref;
  // Earliest provider time of each kind of fact; present means that it happened.
  std::optional<base::Time> created_at;
  std::optional<base::Time> processing_at;
  std::optional<base::Time> paid_at;
  std::optional<base::Time> failed_at;
  std::optional<base::Time> expired_at;
  std::optional<DeclineSeen> last_decline;
  std::optional<PaymentSeen> payment;
  std::map<std::string, FeeState> fees;          // by balance transaction
  std::map<std::string, RefundState> refunds;    // by the provider's refund id
  std::map<std::string, DisputeState> disputes;  // by the provider's dispute id
  std::int64_t refunded_cumulative_minor = 0;
  std::vector<std::string> mismatches;  // sorted, unique; the first kMismatchesMax
  friend bool operator==(const TransactionState&, const TransactionState&) = default;
};
BOOST_DESCRIBE_STRUCT(TransactionState, (),
                      (provider_ref, created_at, processing_at, paid_at, failed_at, expired_at,
                       last_decline, payment, fees, refunds, disputes, refunded_cumulative_minor,
                       mismatches))
inline constexpr std::size_t kMismatchesMax = 8;

void apply(TransactionState& state, const Fact& fact);
TransactionState merge(TransactionState a, const TransactionState& b);
TransactionState reduce(std::span<const Fact> facts);

enum class TransactionStatus : std::uint8_t {
  open,
  processing,
  succeeded,
  failed,
  expired,
  quarantined
};
BOOST_DESCRIBE_ENUM(TransactionStatus, open, processing, succeeded, failed, expired, quarantined)

enum TransactionFlag : std::int64_t {
  kTransactionQuarantined = 1,   // facts contradict each other or what was asked
  kTransactionOverRefunded = 2,  // more refunded than paid
  kTransactionPaidAfterEnd = 4,  // paid though failed or expired was seen as well
  kTransactionMixedFees = 8,     // fees in more than one currency: the summary shows the first
  kTransactionDeclined = 16,     // at least one decline
};

// What columns, lists and people see; computed from the state and stored beside it.
struct TransactionSummary {
  TransactionStatus status = TransactionStatus::open;
  std::int64_t amount_minor = 0;     // paid; 0 before
  std::optional<Currency> currency;  // of the payment; absent before
  std::int64_t fee_micros = 0;
  std::optional<Currency> fee_currency;
  std::int64_t refunded_minor = 0;  // pending and succeeded refunds
  std::int64_t disputed_minor = 0;  // taken back by disputes not won, in the payment's currency
  std::optional<base::Time> paid_at;
  std::int64_t flags = 0;
  friend bool operator==(const TransactionSummary&, const TransactionSummary&) = default;
};
BOOST_DESCRIBE_STRUCT(TransactionSummary, (),
                      (status, amount_minor, currency, fee_micros, fee_currency, refunded_minor,
                       disputed_minor, paid_at, flags))
// A verified payment beats failed, expired and every contradiction (which then only sets a flag).
TransactionSummary summarize(const TransactionState& state);

// What the ledger must hold for this state, per kind and currency. A function of the state alone;
// empty before a verified payment.
std::vector<LedgerEntry> balances(const TransactionState& state, bool livemode);
// The entries to append when `before` became `after`, so that the sum of all appended entries is
// always balances(after), however the facts arrived. The charge is dated by the payment, the rest
// by `at`.
struct LedgerContext {
  bool livemode = false;
  base::Time at;
};
std::vector<LedgerEntry> ledger_delta(const TransactionState& before, const TransactionState& after,
                                      const LedgerContext& context);

// The comparison of P1: what we asked for against what the provider answered when asked again.
// `tenant_id`, `session` are texts as stored in the provider's metadata and reference fields.
struct PaymentIdentity {
  std::string tenant_id;
  std::string session;
  std::int64_t amount_minor = 0;
  Currency currency;
  bool livemode = false;
};
// Names of the members that differ, in declaration order; empty when the payment may be believed.
std::vector<std::string> mismatches(const PaymentIdentity& asked, const PaymentIdentity& answered);

}  // namespace domain
