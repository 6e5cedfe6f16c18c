#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "sandbox/core/params.h"

// Stripe's objects as the sandbox keeps them. They live in the deques of their Account for good, so
// plain pointers between them stay valid. Amounts are minor units.
namespace sandbox::stripe {

struct Account;
struct Session;
struct Intent;
struct Charge;

struct BalanceTransaction {
  std::string id;
  std::size_t index = 0;
  std::int64_t amount = 0;
  std::int64_t fee = 0;
  std::string currency;
  std::string type;      // charge, payment, refund, refund_failure, adjustment …
  std::string fee_text;  // what the fee is for
  std::string source;    // id of the charge, refund or dispute
  base::Time created;
  base::Time available_on;
};

struct Refund {
  std::string id;
  std::size_t index = 0;
  std::int64_t amount = 0;
  Charge* charge = nullptr;
  std::string status;          // pending, succeeded, failed, canceled
  std::string reason;          // empty: none
  std::string failure_reason;  // with failed
  TextMap metadata;
  base::Time created;
  BalanceTransaction* transaction = nullptr;
  BalanceTransaction* failure_transaction = nullptr;
};

struct Dispute {
  std::string id;
  std::size_t index = 0;
  std::int64_t amount = 0;
  Charge* charge = nullptr;
  std::string status;
  std::string reason;
  bool inquiry = false;  // an inquiry moves no money
  base::Time created;
  std::vector<BalanceTransaction*> transactions;
};

struct Charge {
  std::string id;
  std::size_t index = 0;
  std::int64_t amount = 0;
  std::int64_t amount_refunded = 0;
  std::string status;  // succeeded, pending, failed
  std::string method;  // card or sepa_debit
  std::string brand;
  std::string last4;
  std::string email;
  std::string name;
  std::string failure_code, decline_code, failure_message;
  bool disputed = false;
  base::Time created;
  Intent* intent = nullptr;
  BalanceTransaction* transaction = nullptr;
  std::vector<Refund*> refunds;
};

struct Intent {
  std::string id;
  std::size_t index = 0;
  std::string secret;
  std::string status;  // requires_payment_method, requires_action, processing, succeeded, canceled
  std::int64_t amount = 0;
  std::string currency;
  std::string method;
  base::Time created;
  Session* session = nullptr;
  Charge* latest_charge = nullptr;
  std::string error_code, decline_code, error_message;  // of the last attempt
};

struct LineItem {
  std::string id, price_id, product_id;
  std::string name;
  std::string description;
  std::int64_t unit_amount = 0;
  std::int64_t quantity = 1;
};

enum class SessionStatus : std::uint8_t { open, complete, expired };

struct Session {
  std::string id;
  std::size_t index = 0;
  Account* account = nullptr;
  std::string currency;
  std::int64_t amount_total = 0;
  std::vector<LineItem> items;
  TextMap metadata;
  std::string client_reference_id, customer_email, success_url, cancel_url, locale, submit_type;
  std::vector<std::string> method_types;  // card, sepa_debit
  TextMap intent_metadata;
  std::string intent_description, receipt_email, statement_descriptor;
  base::Time created;
  base::Time expires_at;
  SessionStatus status = SessionStatus::open;
  bool paid = false;
  std::string payer_email, payer_name;
  Intent* intent = nullptr;
};

struct Event {
  std::string id;
  std::size_t index = 0;
  std::string type;
  base::Time created;
  std::shared_ptr<const std::string> payload;  // the whole event as JSON, fixed when it happened
  bool accepted = false;                       // some endpoint answered 2xx
};

// A finished or running POST under an Idempotency-Key.
struct Remembered {
  std::string fingerprint;
  base::Time at;
  bool running = true;
  int status = 0;
  std::string body;
};

template <class T>
class Shelf {
 public:
  T& add(T item) {
    item.index = items_.size();
    items_.push_back(std::move(item));
    T& kept = items_.back();
    by_id_.emplace(kept.id, &kept);
    return kept;
  }
  T* find(std::string_view id) const {
    const auto it = by_id_.find(id);
    return it == by_id_.end() ? nullptr : it->second;
  }
  std::deque<T>& items() { return items_; }
  const std::deque<T>& items() const { return items_; }

 private:
  std::deque<T> items_;
  std::unordered_map<std::string_view, T*> by_id_;  // views into items_
};

// Shared, because a webhook in flight may outlive a reset.
struct Account {
  std::string id;
  std::vector<std::string> keys;
  bool livemode = false;
  std::string webhook_url;
  std::vector<std::string> webhook_secrets;
  std::vector<std::string> webhook_events;  // globs of what the endpoint wants; empty: everything
  std::int64_t fee_bp = 0;
  std::int64_t fee_fixed_minor = 0;
  base::Duration async_delay{};
  std::string refund_mode = "succeeded";  // pending, failed_later
  base::Duration refund_delay{};
  Shelf<Session> sessions;
  Shelf<Intent> intents;
  Shelf<Charge> charges;
  Shelf<BalanceTransaction> transactions;
  Shelf<Refund> refunds;
  Shelf<Dispute> disputes;
  Shelf<Event> events;
  std::unordered_map<std::string, Remembered> remembered;
};

}  // namespace sandbox::stripe
