#include "sandbox/stripe/listing.h"
#include "sandbox/stripe/stripe.h"

// What happens to a session: paid, declined, challenged, settled later, expired.
namespace sandbox::stripe {
namespace {

struct TestCard {
  std::string_view number, brand;
  std::string_view code;     // empty: it pays
  std::string_view decline;  // decline_code
  std::string_view message;
  bool challenge = false;
};

// Source: docs.stripe.com/testing.
constexpr TestCard kCards[] = {
    {"4242424242424242", "visa", "", "", ""},
    {"4000056655665556", "visa", "", "", ""},
    {"5555555555554444", "mastercard", "", "", ""},
    {"378282246310005", "amex", "", "", ""},
    {"4000000000000002", "visa", "card_declined", "generic_decline", "Your card was declined."},
    {"4000000000009995", "visa", "card_declined", "insufficient_funds",
     "Your card has insufficient funds."},
    {"4000000000000069", "visa", "expired_card", "expired_card", "Your card has expired."},
    {"4000000000000127", "visa", "incorrect_cvc", "incorrect_cvc",
     "Your card's security code is incorrect."},
    {"4000000000000119", "visa", "processing_error", "processing_error",
     "An error occurred while processing your card. Try again in a little bit."},
    {"4000002500003155", "visa", "", "", "", true},
    {"4000002760003184", "visa", "", "", "", true},
};

TestCard find_card(std::string_view number) {
  for (const auto& card : kCards) {
    if (card.number == number) return card;
  }
  return {number, "visa", "incorrect_number", "", "Your card number is incorrect."};
}

std::string_view last4(std::string_view number) {
  return number.size() > 4 ? number.substr(number.size() - 4) : number;
}

constexpr std::chrono::hours kAvailableAfter{48};

}  // namespace

Session* Stripe::find_session(std::string_view id) const {
  const auto it = sessions_.find(id);
  return it == sessions_.end() ? nullptr : it->second;
}

Intent& Stripe::intent_of(Session& session) {
  if (session.intent) return *session.intent;
  Intent intent;
  intent.id = make_id("pi_3");
  intent.secret = intent.id + "_secret_" + world_.random_text(25);
  intent.status = "requires_payment_method";
  intent.amount = session.amount_total;
  intent.currency = session.currency;
  intent.created = world_.now();
  intent.session = &session;
  session.intent = &session.account->intents.add(std::move(intent));
  emit(*session.account, "payment_intent.created", *session.intent);
  return *session.intent;
}

Charge& Stripe::add_charge(Intent& intent, std::string status, const Payer& payer) {
  auto& session = *intent.session;
  const bool bank = intent.method == "sepa_debit";
  Charge charge;
  charge.id = make_id(bank ? "py_3" : "ch_3");
  charge.amount = intent.amount;
  charge.status = std::move(status);
  charge.method = intent.method;
  charge.brand = bank ? "" : find_card(payer.card_number).brand;
  charge.last4 = last4(bank ? payer.iban : payer.card_number);
  charge.email = payer.email;
  charge.name = payer.name;
  charge.created = world_.now();
  charge.intent = &intent;
  intent.latest_charge = &session.account->charges.add(std::move(charge));
  return *intent.latest_charge;
}

BalanceTransaction& Stripe::add_transaction(Account& account, BalanceTransaction transaction) {
  transaction.id = make_id("txn_3");
  transaction.created = world_.now();
  transaction.available_on = transaction.created + kAvailableAfter;
  return account.transactions.add(std::move(transaction));
}

void Stripe::book_charge(Charge& charge) {
  auto& account = *charge.intent->session->account;
  BalanceTransaction transaction;
  transaction.amount = charge.amount;
  transaction.fee = (charge.amount * account.fee_bp + 5'000) / 10'000 + account.fee_fixed_minor;
  transaction.currency = charge.intent->currency;
  transaction.type = charge.method == "card" ? "charge" : "payment";
  transaction.fee_text = "Stripe processing fees";
  transaction.source = charge.id;
  charge.status = "succeeded";
  charge.transaction = &add_transaction(account, std::move(transaction));
}

void Stripe::fail_charge(Charge& charge, std::string code, std::string decline,
                         std::string message) {
  auto& intent = *charge.intent;
  auto& account = *intent.session->account;
  charge.status = "failed";
  charge.failure_code = intent.error_code = std::move(code);
  charge.decline_code = intent.decline_code = std::move(decline);
  charge.failure_message = intent.error_message = std::move(message);
  intent.status = "requires_payment_method";
  emit(account, "charge.failed", charge);
  emit(account, "payment_intent.payment_failed", intent);
}

PayOutcome Stripe::pay_card(Session& session, const Payer& payer) {
  if (session.status != SessionStatus::open) return PayOutcome::not_open;
  const auto card = find_card(payer.card_number);
  auto& intent = intent_of(session);
  intent.method = "card";
  session.payer_email = payer.email;
  session.payer_name = payer.name;
  if (!card.code.empty()) {
    auto& charge = add_charge(intent, "failed", payer);
    fail_charge(charge, std::string(card.code), std::string(card.decline),
                std::string(card.message));
    return PayOutcome::declined;
  }
  if (card.challenge && intent.status != "requires_action") {
    intent.status = "requires_action";
    emit(*session.account, "payment_intent.requires_action", intent);
    return PayOutcome::challenge;
  }
  auto& charge = add_charge(intent, "succeeded", payer);
  book_charge(charge);
  intent.status = "succeeded";
  intent.error_code.clear();
  session.status = SessionStatus::complete;
  session.paid = true;
  emit(*session.account, "charge.succeeded", charge);
  emit(*session.account, "payment_intent.succeeded", intent);
  emit(*session.account, "checkout.session.completed", session);
  return PayOutcome::paid;
}

PayOutcome Stripe::finish_challenge(Session& session, bool success) {
  if (session.status != SessionStatus::open || !session.intent ||
      session.intent->status != "requires_action") {
    return PayOutcome::not_open;
  }
  auto& intent = *session.intent;
  Payer payer{session.payer_email, session.payer_name, "4000002500003155", ""};
  if (success) return pay_card(session, payer);
  intent.status = "requires_payment_method";
  intent.error_code = "payment_intent_authentication_failure";
  intent.decline_code.clear();
  intent.error_message =
      "The payment could not be authenticated. Choose another card or try again.";
  emit(*session.account, "payment_intent.payment_failed", intent);
  return PayOutcome::declined;
}

PayOutcome Stripe::pay_bank(Session& session, const Payer& payer) {
  if (session.status != SessionStatus::open) return PayOutcome::not_open;
  auto& account = *session.account;
  auto& intent = intent_of(session);
  intent.method = "sepa_debit";
  intent.error_code.clear();
  session.payer_email = payer.email;
  session.payer_name = payer.name;
  auto& charge = add_charge(intent, "pending", payer);
  intent.status = "processing";
  session.status = SessionStatus::complete;
  emit(account, "charge.pending", charge);
  emit(account, "payment_intent.processing", intent);
  emit(account, "checkout.session.completed", session);
  if (account.async_delay > base::Duration{}) {
    const bool success = !payer.iban.ends_with("0003");
    world_.at(world_.now() + account.async_delay,
              [this, &session, success] { settle(session, success); });
  }
  return PayOutcome::processing;
}

bool Stripe::settle(Session& session, bool success) {
  if (!session.intent || session.intent->status != "processing") return false;
  auto& intent = *session.intent;
  auto& charge = *intent.latest_charge;
  auto& account = *session.account;
  if (!success) {
    fail_charge(charge, "charge_exceeds_source_limit", "", "The bank refused the debit.");
    emit(account, "checkout.session.async_payment_failed", session);
    return true;
  }
  book_charge(charge);
  intent.status = "succeeded";
  session.paid = true;
  emit(account, "charge.succeeded", charge);
  emit(account, "payment_intent.succeeded", intent);
  emit(account, "checkout.session.async_payment_succeeded", session);
  return true;
}

bool Stripe::expire(Session& session) {
  if (session.status != SessionStatus::open) return false;
  session.status = SessionStatus::expired;
  if (session.intent) {
    session.intent->status = "canceled";
    emit(*session.account, "payment_intent.canceled", *session.intent);
  }
  emit(*session.account, "checkout.session.expired", session);
  return true;
}

bool Stripe::seed(const SeedSession& wanted, bool events) {
  if (find_session(wanted.session_id)) return false;
  auto& account = account_of(wanted.key);
  const auto now = wanted.completed_at.value_or(world_.now());
  Session session;
  session.id = wanted.session_id;
  session.account = &account;
  session.currency = wanted.currency;
  session.amount_total = wanted.amount_minor;
  session.client_reference_id = wanted.client_reference_id;
  session.metadata = wanted.metadata;
  session.success_url = world_.options().public_url + "/";
  session.method_types = {"card"};
  session.created = now;
  session.expires_at = now + std::chrono::hours(24);
  session.status = SessionStatus::complete;
  session.paid = wanted.paid;
  auto& kept = account.sessions.add(std::move(session));
  sessions_.emplace(kept.id, &kept);
  Intent intent;
  intent.id = wanted.payment_intent.empty() ? make_id("pi_3") : wanted.payment_intent;
  intent.secret = intent.id + "_secret_seed";
  intent.status = wanted.paid ? "succeeded" : "processing";
  intent.method = "card";
  intent.amount = kept.amount_total;
  intent.currency = kept.currency;
  intent.created = now;
  intent.session = &kept;
  kept.intent = &account.intents.add(std::move(intent));
  const Payer payer{"payer@example.com", "Seeded Payer", "4242424242424242", ""};
  auto& charge = add_charge(*kept.intent, wanted.paid ? "succeeded" : "pending", payer);
  charge.created = now;
  if (wanted.paid) book_charge(charge);
  if (events) emit(account, "checkout.session.completed", kept);
  return true;
}

Answer<std::string> Stripe::retrieve_intent(Call& call) {
  call.params.accept("client_secret");
  TRY_STATUS(call.no_more());
  const auto* intent = call.account->intents.find(call.path[0]);
  if (!intent) return no_such("payment_intent", call.path[0], "intent");
  return to_json(*intent, call.expand, context());
}

Answer<std::string> Stripe::list_intents(Call& call) {
  const auto all = [](const Intent&) { return true; };
  return list_page(call, call.account->intents, "/v1/payment_intents", "payment_intent", context(),
                   all);
}

Answer<std::string> Stripe::retrieve_charge(Call& call) {
  TRY_STATUS(call.no_more());
  const auto* charge = call.account->charges.find(call.path[0]);
  if (!charge) return no_such("charge", call.path[0], "id");
  return to_json(*charge, call.expand, context());
}

Answer<std::string> Stripe::list_charges(Call& call) {
  const auto intent = call.params.text("payment_intent");
  const auto keep = [&](const Charge& charge) { return !intent || charge.intent->id == *intent; };
  return list_page(call, call.account->charges, "/v1/charges", "charge", context(), keep);
}

Answer<std::string> Stripe::retrieve_transaction(Call& call) {
  TRY_STATUS(call.no_more());
  const auto* transaction = call.account->transactions.find(call.path[0]);
  if (!transaction) return no_such("balance transaction", call.path[0], "id");
  return to_json(*transaction, call.expand, context());
}

Answer<std::string> Stripe::list_transactions(Call& call) {
  const auto source = call.params.text("source");
  const auto type = call.params.text("type");
  const auto currency = call.params.text("currency");
  const auto keep = [&](const BalanceTransaction& transaction) {
    return (!source || transaction.source == *source) && (!type || transaction.type == *type) &&
           (!currency || transaction.currency == *currency);
  };
  return list_page(call, call.account->transactions, "/v1/balance_transactions",
                   "balance transaction", context(), keep);
}

}  // namespace sandbox::stripe
