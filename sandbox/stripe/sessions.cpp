#include "sandbox/stripe/currency.h"
#include "sandbox/stripe/listing.h"
#include "sandbox/stripe/stripe.h"

// Checkout Sessions. Source: docs.stripe.com/api/checkout/sessions.
namespace sandbox::stripe {
namespace {

constexpr std::int64_t kLifeMinS = 30 * 60;
constexpr std::int64_t kLifeMaxS = 24 * 60 * 60;
constexpr std::size_t kItemsMax = 100;
constexpr std::size_t kReferenceMax = 200;
constexpr std::size_t kMetadataMax = 50;
constexpr std::size_t kMetadataKeyMax = 40;
constexpr std::size_t kMetadataValueMax = 500;
constexpr std::size_t kUrlMax = 5000;

// Known to Stripe and without effect on what the sandbox does.
constexpr std::string_view kAccepted[] = {"adaptive_pricing",
                                          "allow_promotion_codes",
                                          "automatic_tax",
                                          "billing_address_collection",
                                          "branding_settings",
                                          "consent_collection",
                                          "custom_fields",
                                          "custom_text",
                                          "customer_creation",
                                          "invoice_creation",
                                          "name_collection",
                                          "origin_context",
                                          "payment_method_configuration",
                                          "payment_method_options",
                                          "phone_number_collection",
                                          "redirect_on_completion",
                                          "ui_mode",
                                          "excluded_payment_method_types",
                                          "payment_method_collection",
                                          "wallet_options",
                                          "integration_identifier"};

bool is_link(std::string_view text) {
  const auto rest = text.starts_with("https://")  ? text.substr(8)
                    : text.starts_with("http://") ? text.substr(7)
                                                  : std::string_view();
  if (rest.empty() || rest[0] == '/' || text.size() > kUrlMax) return false;
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c <= ' ' || c == 127; });
}

Answer<void> check_metadata(const TextMap& metadata, const std::string& param) {
  if (metadata.size() > kMetadataMax) {
    return invalid(param, "You can have at most 50 metadata keys.");
  }
  for (const auto& [key, value] : metadata) {
    if (key.size() > kMetadataKeyMax || value.size() > kMetadataValueMax) {
      return invalid(param, "Metadata keys have at most 40 characters, values at most 500: " + key);
    }
  }
  return {};
}

Answer<std::int64_t> positive(Call& call, const std::string& name) {
  TRY(const auto value, call.integer(name));
  if (!value) return missing(name);
  if (*value < 1) return invalid(name, "This value must be greater than or equal to 1.");
  return Answer<std::int64_t>(boost::system::in_place_value, *value);
}

}  // namespace

Answer<std::string> Stripe::create_session(Call& call) {
  Session session;
  session.account = call.account;
  session.created = world_.now();
  TRY(const auto mode, call.required("mode"));
  if (mode != "payment") {
    return invalid("mode", "Invalid mode: the sandbox knows payment only, not " + mode);
  }
  TRY_STATUS(read_items(call, session));
  TRY_STATUS(read_links(call, session));
  TRY_STATUS(read_expiry(call, session));
  TRY_STATUS(read_details(call, session));
  for (auto name : kAccepted) call.params.accept(name);
  TRY_STATUS(call.no_more());

  session.id =
      std::string(call.account->livemode ? "cs_live_" : "cs_test_") + "a1" + world_.random_text(56);
  auto& kept = call.account->sessions.add(std::move(session));
  sessions_.emplace(kept.id, &kept);
  world_.at(kept.expires_at, [this, &kept] { expire(kept); });
  return to_json(kept, call.expand, context());
}

Answer<void> Stripe::read_items(Call& call, Session& session) {
  for (std::size_t i = 0; i < kItemsMax; ++i) {
    const auto item = "line_items[" + std::to_string(i) + "]";
    if (!call.params.has(item)) break;
    const auto price = item + "[price_data]";
    if (!call.params.has(price)) {
      return invalid(item + "[price]", "The sandbox keeps no prices: use price_data.");
    }
    LineItem line;
    TRY(auto currency, call.required(price + "[currency]"));
    for (char& c : currency) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!is_supported_currency(currency)) {
      return invalid(price + "[currency]", "Invalid currency: " + currency);
    }
    if (!session.currency.empty() && session.currency != currency) {
      return invalid(price + "[currency]", "All prices on a Checkout Session have one currency.");
    }
    session.currency = std::move(currency);
    TRY(line.name, call.required(price + "[product_data][name]"));
    line.description = call.params.text(price + "[product_data][description]").value_or("");
    call.params.accept(price + "[product_data]");
    call.params.accept(price + "[tax_behavior]");
    TRY(const auto unit, call.integer(price + "[unit_amount]"));
    if (!unit) return missing(price + "[unit_amount]");
    if (*unit < 0 || *unit > kAmountMax) {
      return invalid(price + "[unit_amount]", "Invalid amount: " + std::to_string(*unit),
                     *unit < 0 ? "parameter_invalid_integer" : "amount_too_large");
    }
    line.unit_amount = *unit;
    TRY(line.quantity, positive(call, item + "[quantity]"));
    if (line.quantity > 1'000'000) return invalid(item + "[quantity]", "Invalid quantity.");
    session.amount_total += line.unit_amount * line.quantity;
    line.id = make_id("li_");
    line.price_id = make_id("price_");
    line.product_id = "prod_" + world_.random_text(14);
    session.items.push_back(std::move(line));
  }
  if (session.items.empty()) return missing("line_items");
  if (session.amount_total > kAmountMax) {
    return invalid("line_items", "The total amount is too large.", "amount_too_large");
  }
  if (session.amount_total < amount_min(session.currency)) {
    return invalid("line_items", "The total amount is below the least that can be charged.",
                   "amount_too_small");
  }
  if (session.amount_total % amount_step(session.currency) != 0) {
    return invalid("line_items", "Invalid amount: " + session.currency +
                                     " amounts must be divisible by " +
                                     std::to_string(amount_step(session.currency)) + ".");
  }
  return {};
}

Answer<void> Stripe::read_links(Call& call, Session& session) {
  TRY(session.success_url, call.required("success_url"));
  if (!is_link(session.success_url))
    return invalid("success_url", "Not a valid URL", "url_invalid");
  session.cancel_url = call.params.text("cancel_url").value_or("");
  if (!session.cancel_url.empty() && !is_link(session.cancel_url)) {
    return invalid("cancel_url", "Not a valid URL", "url_invalid");
  }
  return {};
}

Answer<void> Stripe::read_expiry(Call& call, Session& session) {
  TRY(const auto wanted, call.integer("expires_at"));
  const auto created = unix_seconds(session.created);
  if (wanted && *wanted < created + kLifeMinS) {
    return invalid("expires_at",
                   "The `expires_at` timestamp must be at least 30 minutes from now.");
  }
  if (wanted && *wanted > created + kLifeMaxS) {
    return invalid("expires_at", "The `expires_at` timestamp must be less than 24 hours from now.");
  }
  session.expires_at = base::Time{std::chrono::seconds(wanted.value_or(created + kLifeMaxS))};
  return {};
}

Answer<void> Stripe::read_details(Call& call, Session& session) {
  auto& params = call.params;
  session.client_reference_id = params.text("client_reference_id").value_or("");
  if (session.client_reference_id.size() > kReferenceMax) {
    return invalid("client_reference_id", "Invalid string: it has more than 200 characters.");
  }
  session.customer_email = params.text("customer_email").value_or("");
  if (params.text("customer_email") && session.customer_email.find('@') == std::string::npos) {
    return invalid("customer_email", "Invalid email address: " + session.customer_email,
                   "email_invalid");
  }
  session.locale = params.text("locale").value_or("");
  session.submit_type = params.text("submit_type").value_or("");
  const auto currency = params.text("currency");
  if (currency && *currency != session.currency) {
    return invalid("currency", "The currency differs from that of the prices.");
  }
  session.metadata = params.map("metadata");
  TRY_STATUS(check_metadata(session.metadata, "metadata"));
  session.intent_metadata = params.map("payment_intent_data[metadata]");
  TRY_STATUS(check_metadata(session.intent_metadata, "payment_intent_data[metadata]"));
  session.intent_description = params.text("payment_intent_data[description]").value_or("");
  session.receipt_email = params.text("payment_intent_data[receipt_email]").value_or("");
  session.statement_descriptor =
      params.text("payment_intent_data[statement_descriptor]").value_or("");
  params.accept("payment_intent_data[statement_descriptor_suffix]");
  params.accept("payment_intent_data[capture_method]");
  params.accept("payment_intent_data[setup_future_usage]");
  params.accept("payment_intent_data[transfer_group]");
  session.method_types = params.list("payment_method_types");
  for (const auto& type : session.method_types) {
    if (type == "card" || type == "sepa_debit" || type == "link") continue;
    return invalid("payment_method_types", "The sandbox has card and sepa_debit, not " + type);
  }
  if (session.method_types.empty()) {
    session.method_types = {"card"};
    if (session.currency == "eur") session.method_types.push_back("sepa_debit");
  }
  return {};
}

Answer<std::string> Stripe::retrieve_session(Call& call) {
  TRY_STATUS(call.no_more());
  const auto* session = call.account->sessions.find(call.path[0]);
  if (!session) return no_such("checkout.session", call.path[0], "session");
  return to_json(*session, call.expand, context());
}

Answer<std::string> Stripe::list_sessions(Call& call) {
  const auto intent = call.params.text("payment_intent");
  const auto status = call.params.text("status");
  const auto email = call.params.text("customer_details[email]");
  const auto keep = [&](const Session& session) {
    if (intent && (!session.intent || session.intent->id != *intent)) return false;
    if (status && status_name(session.status) != *status) return false;
    return !email || session.payer_email == *email || session.customer_email == *email;
  };
  return list_page(call, call.account->sessions, "/v1/checkout/sessions", "checkout.session",
                   context(), keep);
}

Answer<std::string> Stripe::expire_session(Call& call) {
  TRY_STATUS(call.no_more());
  auto* session = call.account->sessions.find(call.path[0]);
  if (!session) return no_such("checkout.session", call.path[0], "session");
  if (!expire(*session)) {
    return invalid("",
                   "Only Checkout Sessions with a status in [\"open\"] can be expired. This one "
                   "has a status of " +
                       std::string(status_name(session->status)) + ".");
  }
  return to_json(*session, call.expand, context());
}

Answer<std::string> Stripe::list_line_items(Call& call) {
  for (auto name : {"limit", "starting_after", "ending_before"}) call.params.accept(name);
  TRY_STATUS(call.no_more());
  const auto* session = call.account->sessions.find(call.path[0]);
  if (!session) return no_such("checkout.session", call.path[0], "session");
  JsonOut out;
  render_line_items(out, *session, call.account->livemode);
  return out.take();
}

}  // namespace sandbox::stripe
