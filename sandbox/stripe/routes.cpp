#include "base/crypto.h"
#include "base/encoding.h"
#include "sandbox/core/html.h"
#include "sandbox/stripe/stripe.h"

// Authentication, idempotency and the table of routes.
namespace sandbox::stripe {
namespace {

constexpr std::chrono::hours kRememberedFor{24};
constexpr std::size_t kIdempotencyKeyMax = 255;

bool is_secret_key(std::string_view key) {
  for (std::string_view prefix : {"sk_test_", "rk_test_", "sk_live_", "rk_live_"}) {
    if (key.starts_with(prefix) && key.size() > prefix.size()) return true;
  }
  return false;
}

std::string presented_key(const net::Request& request) {
  const auto header = request.headers.get("Authorization");
  if (header.starts_with("Bearer ")) return std::string(header.substr(7));
  if (header.starts_with("Basic ")) {
    const auto decoded = base::from_base64(header.substr(6));
    if (decoded) return decoded->substr(0, decoded->find(':'));
  }
  return {};
}

Refusal unauthenticated(std::string message) {
  Refusal refusal;
  refusal.status = 401;
  refusal.message = std::move(message);
  return refusal;
}

std::string masked(std::string_view key) {
  return std::string(key.substr(0, 8)) + "****" +
         std::string(key.size() > 12 ? key.substr(key.size() - 4) : std::string_view());
}

std::string fingerprint(const net::Request& request) {
  auto params = Params::parse(request.body);
  auto text = request.path + "\n" + (params ? params->canonical() : request.body);
  const auto digest = base::sha256(text);
  return std::string(base::as_chars(digest));
}

Refusal idempotency_refusal(int status, std::string message, std::string code) {
  Refusal refusal;
  refusal.status = status;
  refusal.type = "idempotency_error";
  refusal.code = std::move(code);
  refusal.message = std::move(message);
  return refusal;
}

}  // namespace

Answer<void> Call::no_more() const {
  if (auto name = params.unknown()) return unknown_parameter(*name);
  return {};
}

Answer<std::optional<std::int64_t>> Call::integer(std::string_view name) {
  const auto text = params.text(name);
  if (!text) return std::optional<std::int64_t>();
  const auto value = parse_integer(*text);
  if (!value) {
    return invalid(std::string(name), "Invalid integer: " + *text, "parameter_invalid_integer");
  }
  return value;
}

Answer<std::string> Call::required(std::string_view name) {
  auto text = params.text(name);
  if (!text) return missing(std::string(name));
  if (text->empty()) {
    return invalid(std::string(name), "You passed an empty string for '" + std::string(name) + "'.",
                   "parameter_invalid_empty");
  }
  return *text;
}

void Stripe::route(net::Router& router, net::Method method, std::string path, std::string_view name,
                   Method member) {
  Operation operation;
  operation.provider = "stripe";
  operation.name = name;
  operation.handle = [this, member](const net::Request& request) {
    return handle(request, member);
  };
  operation.refuse = [this](int status) {
    auto response = error_response(refusal_for_status(status));
    return dress(std::move(response), net::Request{});
  };
  if (method == net::Method::post) {
    operation.begin = [this](const net::Request& request) { return begin(request); };
  }
  add_route(router, world_, method, std::move(path), std::move(operation));
}

void Stripe::add_routes(net::Router& router) {
  using net::Method;
  const auto add = [&](net::Method method, std::string path, std::string_view name, auto member) {
    route(router, method, "/v1/" + std::move(path), name, member);
  };
  add(Method::post, "checkout/sessions", "sessions.create", &Stripe::create_session);
  add(Method::get, "checkout/sessions", "sessions.list", &Stripe::list_sessions);
  add(Method::get, "checkout/sessions/{id}", "sessions.retrieve", &Stripe::retrieve_session);
  add(Method::post, "checkout/sessions/{id}/expire", "sessions.expire", &Stripe::expire_session);
  add(Method::get, "checkout/sessions/{id}/line_items", "sessions.line_items",
      &Stripe::list_line_items);
  add(Method::get, "payment_intents", "payment_intents.list", &Stripe::list_intents);
  add(Method::get, "payment_intents/{id}", "payment_intents.retrieve", &Stripe::retrieve_intent);
  add(Method::get, "charges", "charges.list", &Stripe::list_charges);
  add(Method::get, "charges/{id}", "charges.retrieve", &Stripe::retrieve_charge);
  add(Method::get, "balance_transactions", "balance_transactions.list", &Stripe::list_transactions);
  add(Method::get, "balance_transactions/{id}", "balance_transactions.retrieve",
      &Stripe::retrieve_transaction);
  add(Method::post, "refunds", "refunds.create", &Stripe::create_refund);
  add(Method::get, "refunds", "refunds.list", &Stripe::list_refunds);
  add(Method::get, "refunds/{id}", "refunds.retrieve", &Stripe::retrieve_refund);
  add(Method::post, "refunds/{id}/cancel", "refunds.cancel", &Stripe::cancel_refund);
  add(Method::get, "disputes", "disputes.list", &Stripe::list_disputes);
  add(Method::get, "disputes/{id}", "disputes.retrieve", &Stripe::retrieve_dispute);
  add(Method::post, "disputes/{id}/close", "disputes.close", &Stripe::close_dispute);
  add(Method::get, "events", "events.list", &Stripe::list_events);
  add(Method::get, "events/{id}", "events.retrieve", &Stripe::retrieve_event);
  add(Method::get, "account", "account.retrieve", &Stripe::retrieve_account);
}

Answer<Account*> Stripe::authenticate(const net::Request& request) {
  const auto key = presented_key(request);
  if (key.empty()) {
    return unauthenticated("You did not provide an API key: use Bearer or Basic authentication.");
  }
  const auto known = by_key_.find(key);
  if (known != by_key_.end()) return known->second;
  if (!is_secret_key(key)) return unauthenticated("Invalid API Key provided: " + masked(key));
  return &account_of(key);
}

std::optional<net::Response> Stripe::begin(const net::Request& request) {
  const auto key = request.headers.get("Idempotency-Key");
  if (key.empty()) return std::nullopt;
  const auto account = authenticate(request);
  if (!account) return std::nullopt;  // handle() answers 401
  if (key.size() > kIdempotencyKeyMax) {
    return dress(error_response(invalid("", "Idempotency keys have at most 255 characters.")),
                 request);
  }
  auto& remembered = (*account)->remembered;
  const auto now = world_.now();
  auto it = remembered.find(std::string(key));
  if (it != remembered.end() && now - it->second.at >= kRememberedFor) {
    remembered.erase(it);
    it = remembered.end();
  }
  if (it == remembered.end()) {
    remembered[std::string(key)] = {fingerprint(request), now};
    return std::nullopt;
  }
  const auto& before = it->second;
  if (before.fingerprint != fingerprint(request)) {
    const auto message =
        "Keys for idempotent requests can only be used with the parameters they "
        "were first used with; this key was used with others: " +
        it->first;
    return dress(error_response(idempotency_refusal(400, message, "")), request);
  }
  if (before.running) {
    const auto message = "Another request with this idempotency key is still in progress: ";
    return dress(
        error_response(idempotency_refusal(409, message + it->first, "idempotency_key_in_use")),
        request);
  }
  auto replay = json_response(before.body, before.status);
  replay.headers.set("Idempotent-Replayed", "true");
  return dress(std::move(replay), request);
}

// Only what began to execute is kept; a refused parameter may be corrected under the same key.
void Stripe::remember(const net::Request& request, Account& account,
                      const net::Response& response) {
  const auto key = request.headers.get("Idempotency-Key");
  if (key.empty() || request.method != net::Method::post) return;
  const auto it = account.remembered.find(std::string(key));
  if (it == account.remembered.end()) return;
  if (response.status >= 400 && response.status != 402) {
    account.remembered.erase(it);
    return;
  }
  it->second.running = false;
  it->second.status = response.status;
  it->second.body = response.body;
}

net::Response Stripe::handle(const net::Request& request, Method member) {
  const auto account = authenticate(request);
  if (!account) return dress(error_response(account.error()), request);
  request_id_ = "req_" + world_.random_text(14);
  idempotency_key_ = std::string(request.headers.get("Idempotency-Key"));
  auto answer = run(request, **account, member);
  auto response =
      answer ? json_response(std::move(*answer)) : error_response(std::move(answer).error());
  remember(request, **account, response);
  response = dress(std::move(response), request);
  request_id_.clear();
  idempotency_key_.clear();
  return response;
}

Answer<std::string> Stripe::run(const net::Request& request, Account& account, Method member) {
  auto params = Params::parse(request.method == net::Method::post ? request.body : request.query);
  if (!params) return invalid("", "Invalid request: the parameters are not a readable form.");
  Call call;
  call.account = &account;
  call.params = std::move(*params);
  call.path = request.path_params;
  TRY(call.expand, Expand::from(call.params));
  return (this->*member)(call);
}

net::Response Stripe::dress(net::Response response, const net::Request& request) const {
  const auto version = request.headers.get("Stripe-Version");
  response.headers.set("Request-Id", request_id_.empty() ? "req_sandbox" : request_id_);
  response.headers.set("Stripe-Version", std::string(version.empty() ? kApiVersion : version));
  if (const auto key = request.headers.get("Idempotency-Key"); !key.empty()) {
    response.headers.set("Idempotency-Key", std::string(key));
  }
  const int status = response.status;
  if (status == 409 || status == 429 || status >= 500) {
    response.headers.set("Stripe-Should-Retry", "true");
  }
  return response;
}

Answer<std::string> Stripe::retrieve_account(Call& call) {
  TRY_STATUS(call.no_more());
  JsonOut out;
  out.object().field("id", call.account->id).field("object", "account");
  out.field("charges_enabled", true).field("country", "DE").field("default_currency", "eur");
  out.field("details_submitted", true).field("email", "merchant@example.com");
  out.field("payouts_enabled", true).field("type", "standard").end_object();
  return out.take();
}

}  // namespace sandbox::stripe
