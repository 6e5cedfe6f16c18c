#include "sandbox/pages/checkout.h"

#include "base/encoding.h"
#include "sandbox/core/html.h"

namespace sandbox {
namespace {

using stripe::PayOutcome;
using stripe::Session;
using stripe::SessionStatus;

struct Typed {
  std::string method = "card", email, name, card_number, card_expiry, card_cvc, iban;
  std::string error;
};

std::string digits_of(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c >= '0' && c <= '9') out += c;
  }
  return out;
}

std::string head(const Session& session) {
  std::string html = "<main><div class=\"narrow\"><p class=\"soft\">Sandbox checkout · ";
  html += session.account->livemode ? "live key, no real money" : "test mode";
  html += "</p><div class=\"card\">";
  return html;
}

constexpr std::string_view kFoot = "</div></div></main>";

std::string summary(const Session& session) {
  std::string html = "<p class=\"soft\">To pay</p><p class=\"amount\">" +
                     escape_html(show_amount(session.amount_total, session.currency)) + "</p>";
  for (const auto& item : session.items) {
    html += "<p>" + escape_html(item.name);
    if (item.quantity != 1) html += " × " + std::to_string(item.quantity);
    html += "</p>";
    if (!item.description.empty()) {
      html += "<p class=\"soft\">" + escape_html(item.description) + "</p>";
    }
  }
  return html;
}

std::string input(std::string_view label, std::string_view name, std::string_view value,
                  std::string_view extra) {
  const auto id = std::string(name);
  return "<div><label for=\"" + id + "\">" + std::string(label) + "</label><input id=\"" + id +
         "\" name=\"" + id + "\" value=\"" + escape_html(value) + "\" " + std::string(extra) +
         "></div>";
}

std::string radio(std::string_view value, std::string_view label, bool checked) {
  return "<label><input type=\"radio\" name=\"method\" value=\"" + std::string(value) + "\"" +
         (checked ? " checked" : "") + "> " + std::string(label) + "</label>";
}

std::string pay_form(const Session& session, const Typed& typed) {
  const auto& types = session.method_types;
  const bool bank = std::find(types.begin(), types.end(), "sepa_debit") != types.end();
  std::string html = "<form class=\"pay\" method=\"post\" action=\"/c/pay/" + session.id + "\">";
  html += input("Email", "email", typed.email,
                "type=\"email\" autocomplete=\"email\" maxlength=\"200\"");
  if (bank) {
    html += radio("card", "Card", typed.method != "bank_debit");
  } else {
    html += "<input type=\"hidden\" name=\"method\" value=\"card\">";
  }
  html += "<fieldset class=\"by-card\"><legend>Card</legend>";
  html += input("Card number", "card_number", typed.card_number,
                "type=\"text\" inputmode=\"numeric\" autocomplete=\"cc-number\" "
                "placeholder=\"4242 4242 4242 4242\" maxlength=\"30\"");
  html += "<div class=\"two\">";
  html += input("Expiry", "card_expiry", typed.card_expiry,
                "type=\"text\" autocomplete=\"cc-exp\" placeholder=\"12 / 34\" maxlength=\"9\"");
  html += input("CVC", "card_cvc", typed.card_cvc,
                "type=\"text\" inputmode=\"numeric\" autocomplete=\"cc-csc\" placeholder=\"123\" "
                "maxlength=\"4\"");
  html += "</div>";
  html += input("Name on card", "name", typed.name,
                "type=\"text\" autocomplete=\"cc-name\" maxlength=\"200\"");
  html += "</fieldset>";
  if (bank) {
    html += radio("bank_debit", "Bank debit (settles later)", typed.method == "bank_debit");
    html += "<fieldset class=\"bank\"><legend>Bank debit</legend>";
    html += input("IBAN", "iban", typed.iban,
                  "type=\"text\" placeholder=\"DE89 3704 0044 0532 0130 00\" maxlength=\"42\"");
    html += "</fieldset>";
  }
  html += "<button type=\"submit\" id=\"pay\">Pay " +
          escape_html(show_amount(session.amount_total, session.currency)) + "</button></form>";
  if (!session.cancel_url.empty()) {
    html += "<p><a id=\"cancel\" href=\"" + escape_html(session.cancel_url) +
            "\">Cancel and go back</a></p>";
  }
  html +=
      "<p class=\"soft\">Test cards: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined, "
      "4000 0025 0000 3155 asks for authentication.</p>";
  return html;
}

net::Response pay_page(const Session& session, const Typed& typed, int status) {
  auto html = head(session) + summary(session);
  if (!typed.error.empty()) {
    html += "<p class=\"bad\" role=\"alert\" id=\"error\">" + escape_html(typed.error) + "</p>";
  }
  html += pay_form(session, typed);
  return html_page("Checkout", html + std::string(kFoot), status);
}

net::Response state_page(const Session& session) {
  auto html = head(session);
  std::string title;
  if (session.status == SessionStatus::expired) {
    title = "This checkout has expired";
    html += "<h1>" + title + "</h1><p>Nothing was charged. Ask for a new link.</p>";
  } else if (session.paid) {
    title = "Paid";
    html += "<h1>" + title + "</h1>" + summary(session) +
            "<p class=\"good\">The payment succeeded.</p>";
  } else if (session.intent && session.intent->status == "processing") {
    title = "The bank is working on it";
    html += "<h1>" + title + "</h1>" + summary(session);
    html += "<p>In the sandbox you decide how it ends:</p><form method=\"post\" action=\"/c/pay/" +
            session.id +
            "/settle\"><button name=\"outcome\" value=\"succeed\">The debit succeeds"
            "</button><button class=\"plain\" name=\"outcome\" value=\"fail\">The bank refuses"
            "</button></form>";
  } else {
    title = "The bank refused";
    html += "<h1>" + title + "</h1><p>The payment did not happen.</p>";
  }
  return html_page(title, html + std::string(kFoot));
}

net::Response unknown_page() {
  return html_page("Unknown checkout",
                   "<main><div class=\"narrow card\"><h1>Unknown checkout</h1><p>There is no such "
                   "checkout, or the sandbox was started anew.</p></div></main>",
                   404);
}

std::string return_url(const Session& session) {
  static constexpr std::string_view kPlaceholder = "{CHECKOUT_SESSION_ID}";
  auto url = session.success_url;
  for (auto at = url.find(kPlaceholder); at != url.npos; at = url.find(kPlaceholder, at)) {
    url.replace(at, kPlaceholder.size(), session.id);
    at += session.id.size();
  }
  return url;
}

Typed read_form(const net::Request& request) {
  Typed typed;
  auto params = Params::parse(request.body);
  if (!params) {
    typed.error = "The form could not be read.";
    return typed;
  }
  const auto text = [&](std::string_view name) { return params->text(name).value_or(""); };
  typed.method = text("method") == "bank_debit" ? "bank_debit" : "card";
  typed.email = text("email");
  typed.name = text("name");
  typed.card_number = text("card_number");
  typed.card_expiry = text("card_expiry");
  typed.card_cvc = text("card_cvc");
  typed.iban = text("iban");
  return typed;
}

std::string problem_of(const Typed& typed) {
  if (!typed.error.empty()) return typed.error;
  if (typed.method == "bank_debit") {
    return typed.iban.size() < 15 ? "Enter an IBAN." : "";
  }
  const auto digits = digits_of(typed.card_number);
  if (digits.size() < 12 || digits.size() > 19) return "Your card number is incomplete.";
  return "";
}

}  // namespace

void Checkout::route(net::Router& router, net::Method method, std::string path,
                     std::string_view name, Handler handler) {
  Operation operation;
  operation.provider = "checkout";
  operation.name = name;
  operation.handle = [this, handler](const net::Request& request) {
    auto* session = stripe_.find_session(request.path_params[0]);
    return session ? (this->*handler)(request, *session) : unknown_page();
  };
  operation.refuse = [](int status) {
    return html_page("Not now", "<main><div class=\"narrow card\"><h1>Not now</h1></div></main>",
                     status);
  };
  add_route(router, world_, method, "/c/pay/{session}" + std::move(path), std::move(operation));
}

void Checkout::add_routes(net::Router& router) {
  using net::Method;
  route(router, Method::get, "", "page.view", &Checkout::view);
  route(router, Method::post, "", "page.pay", &Checkout::pay);
  route(router, Method::get, "/challenge", "page.challenge", &Checkout::view_challenge);
  route(router, Method::post, "/challenge", "page.challenge", &Checkout::finish_challenge);
  route(router, Method::post, "/settle", "page.settle", &Checkout::settle);
}

net::Response Checkout::view(const net::Request&, Session& session) {
  if (session.status != SessionStatus::open) return state_page(session);
  Typed typed;
  typed.email = session.customer_email;
  return pay_page(session, typed, 200);
}

net::Response Checkout::pay(const net::Request& request, Session& session) {
  if (session.status != SessionStatus::open) return finish(session, PayOutcome::not_open);
  auto typed = read_form(request);
  typed.error = problem_of(typed);
  if (!typed.error.empty()) return pay_page(session, typed, 422);
  const stripe::Payer payer{typed.email, typed.name, digits_of(typed.card_number), typed.iban};
  const auto outcome = typed.method == "bank_debit" ? stripe_.pay_bank(session, payer)
                                                    : stripe_.pay_card(session, payer);
  if (outcome != PayOutcome::declined) return finish(session, outcome);
  typed.error = session.intent->error_message;
  typed.card_cvc.clear();
  return pay_page(session, typed, 402);
}

net::Response Checkout::finish(const Session& session, PayOutcome outcome) {
  switch (outcome) {
    case PayOutcome::challenge: return see_other("/c/pay/" + session.id + "/challenge");
    case PayOutcome::paid:
    case PayOutcome::processing: return see_other(return_url(session));
    case PayOutcome::declined:
    case PayOutcome::not_open: break;
  }
  // A second submit of a finished session goes where the first went.
  if (session.status == SessionStatus::complete) return see_other(return_url(session));
  return see_other("/c/pay/" + session.id);
}

net::Response Checkout::view_challenge(const net::Request&, Session& session) {
  if (session.status != SessionStatus::open) return state_page(session);
  if (!session.intent || session.intent->status != "requires_action") {
    return see_other("/c/pay/" + session.id);
  }
  const auto html = head(session) + "<h1>Your bank asks: is it you?</h1>" + summary(session) +
                    "<form method=\"post\" action=\"/c/pay/" + session.id +
                    "/challenge\"><button id=\"complete\" name=\"outcome\" value=\"complete\">"
                    "Complete authentication</button><button id=\"fail\" class=\"plain\" "
                    "name=\"outcome\" value=\"fail\">Fail authentication</button></form>";
  return html_page("Authentication", html + std::string(kFoot));
}

net::Response Checkout::finish_challenge(const net::Request& request, Session& session) {
  if (session.status != SessionStatus::open) return finish(session, PayOutcome::not_open);
  auto params = Params::parse(request.body);
  const bool success = params && params->text("outcome") == "complete";
  const auto outcome = stripe_.finish_challenge(session, success);
  if (outcome != PayOutcome::declined) return finish(session, outcome);
  Typed typed;
  typed.email = session.payer_email;
  typed.error = session.intent->error_message;
  return pay_page(session, typed, 402);
}

net::Response Checkout::settle(const net::Request& request, Session& session) {
  auto params = Params::parse(request.body);
  stripe_.settle(session, params && params->text("outcome") == "succeed");
  return see_other("/c/pay/" + session.id);
}

}  // namespace sandbox
