#pragma once
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "net/http.h"
#include "sandbox/core/gate.h"
#include "sandbox/core/world.h"
#include "sandbox/stripe/model.h"
#include "sandbox/stripe/render.h"
#include "sandbox/stripe/reply.h"

namespace sandbox::stripe {

// One authenticated API request.
struct Call {
  Account* account = nullptr;
  Params params;
  Expand expand;
  std::vector<std::string> path;  // the path's parameters

  // Refuses what no handler asked for; to be called before anything is changed.
  Answer<void> no_more() const;
  // Digits of an optional parameter.
  Answer<std::optional<std::int64_t>> integer(std::string_view name);
  Answer<std::string> required(std::string_view name);
};

// What a payer typed on the hosted page.
struct Payer {
  std::string email;
  std::string name;
  std::string card_number;  // digits only
  std::string iban;
};

enum class PayOutcome : std::uint8_t { paid, processing, declined, challenge, not_open };

// The account as control asks for it; empty members stay as they are.
struct AccountChange {
  std::string key;
  std::optional<std::string> account_id;
  std::optional<bool> livemode;
  std::optional<std::string> webhook_url;
  std::optional<std::vector<std::string>> webhook_secrets, webhook_events;
  std::optional<std::int64_t> fee_bp, fee_fixed_minor, async_delay_ms;
};

struct SeedSession {
  std::string session_id, key, currency, client_reference_id, payment_intent;
  std::int64_t amount_minor = 0;
  TextMap metadata;
  bool paid = true;
  std::optional<base::Time> completed_at;
};

struct DisputeOrder {
  std::int64_t amount = 0;  // 0: the whole charge
  std::string reason = "fraudulent";
  bool inquiry = false;
};

// Stripe's API, state and webhooks. Owned by Sandbox. Every member is called under the world's
// lock.
class Stripe {
 public:
  explicit Stripe(World& world) : world_(world) {}
  void add_routes(net::Router& router);

  Account& account_of(std::string_view key);  // makes one for a new key
  Account& change_account(const AccountChange& change);
  const std::vector<std::shared_ptr<Account>>& accounts() const { return accounts_; }
  void clear();

  // Payments, as the hosted page and control cause them.
  Session* find_session(std::string_view id) const;
  PayOutcome pay_card(Session& session, const Payer& payer);
  PayOutcome pay_bank(Session& session, const Payer& payer);
  PayOutcome finish_challenge(Session& session, bool success);
  bool settle(Session& session, bool success);  // a delayed payment; false when none is running
  bool expire(Session& session);                // false when it is not open
  // A finished session for benches; false when the id is taken.
  bool seed(const SeedSession& wanted, bool events);

  Charge* find_charge(std::string_view charge_intent_or_session) const;
  Answer<Refund*> refund(Charge& charge, std::int64_t amount, std::string reason, TextMap metadata);
  Refund* find_refund(std::string_view id) const;
  bool finish_refund(Refund& refund, bool success);
  // What becomes of later refunds: succeeded, pending, failed_later. Empty account_id: every
  // account.
  void set_refund_mode(const std::string& mode, base::Duration delay, std::string_view account_id);
  Answer<Dispute*> open_dispute(Charge& charge, const DisputeOrder& order);
  Dispute* find_dispute(std::string_view id) const;
  bool change_dispute(Dispute& dispute, std::string_view verb);
  // Posts the event's webhook again, without callback faults.
  bool redeliver(Account& account, Event& event);

  RenderContext context() const { return {world_.options().public_url, world_.now()}; }
  World& world() { return world_; }

 private:
  using Method = Answer<std::string> (Stripe::*)(Call&);
  void route(net::Router& router, net::Method method, std::string path, std::string_view name,
             Method member);
  net::Response handle(const net::Request& request, Method member);
  Answer<std::string> run(const net::Request& request, Account& account, Method member);
  std::optional<net::Response> begin(const net::Request& request);
  void remember(const net::Request& request, Account& account, const net::Response& response);
  net::Response dress(net::Response response, const net::Request& request) const;
  Answer<Account*> authenticate(const net::Request& request);

  Answer<std::string> create_session(Call& call);
  Answer<std::string> retrieve_session(Call& call);
  Answer<std::string> list_sessions(Call& call);
  Answer<std::string> expire_session(Call& call);
  Answer<std::string> list_line_items(Call& call);
  Answer<std::string> retrieve_intent(Call& call);
  Answer<std::string> list_intents(Call& call);
  Answer<std::string> retrieve_charge(Call& call);
  Answer<std::string> list_charges(Call& call);
  Answer<std::string> retrieve_transaction(Call& call);
  Answer<std::string> list_transactions(Call& call);
  Answer<std::string> create_refund(Call& call);
  Answer<std::string> retrieve_refund(Call& call);
  Answer<std::string> list_refunds(Call& call);
  Answer<std::string> cancel_refund(Call& call);
  Answer<std::string> retrieve_dispute(Call& call);
  Answer<std::string> list_disputes(Call& call);
  Answer<std::string> close_dispute(Call& call);
  Answer<std::string> retrieve_event(Call& call);
  Answer<std::string> list_events(Call& call);
  Answer<std::string> retrieve_account(Call& call);

  Answer<void> read_items(Call& call, Session& session);
  Answer<void> read_links(Call& call, Session& session);
  Answer<void> read_expiry(Call& call, Session& session);
  Answer<void> read_details(Call& call, Session& session);

  Intent& intent_of(Session& session);
  Charge& add_charge(Intent& intent, std::string status, const Payer& payer);
  void fail_charge(Charge& charge, std::string code, std::string decline, std::string message);
  void book_charge(Charge& charge);
  BalanceTransaction& add_transaction(Account& account, BalanceTransaction transaction);

  template <class T>
  void emit(Account& account, std::string_view type, const T& object,
            std::string_view previous = {}) {
    emit_json(account, type, to_json(object, {}, context()), previous);
  }
  void emit_json(Account& account, std::string_view type, std::string object,
                 std::string_view previous);
  std::shared_ptr<Account> share(const Account& account) const;
  Callback webhook(Account& account, Event& event);
  std::string make_id(std::string_view prefix) {
    return std::string(prefix) + world_.random_text(24);
  }

  World& world_;
  std::vector<std::shared_ptr<Account>> accounts_;
  std::unordered_map<std::string, Account*> by_key_;
  std::unordered_map<std::string_view, Session*> sessions_;  // of all accounts; views into them
  std::string refund_mode_ = "succeeded";                    // of accounts to come
  base::Duration refund_delay_{};
  // The API request being handled, for the events it causes.
  std::string request_id_;
  std::string idempotency_key_;
};

}  // namespace sandbox::stripe
