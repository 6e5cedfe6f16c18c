#include "sandbox/stripe/render.h"

#include "sandbox/core/world.h"

namespace sandbox::stripe {
namespace {

template <class T>
void reference(JsonOut& out, std::string_view key, const T* object, const Expand& expand,
               const RenderContext& context) {
  if (!object) {
    out.null(key);
  } else if (expand.has(key)) {
    out.name(key);
    render(out, *object, expand.under(key), context);
  } else {
    out.field(key, object->id);
  }
}

void render_address(JsonOut& out) {
  out.object("address");
  out.nulls({"city", "country", "line1", "line2", "postal_code", "state"});
  out.end_object();
}

void render_customer_details(JsonOut& out, const Session& session) {
  const auto& email = session.payer_email.empty() ? session.customer_email : session.payer_email;
  if (email.empty() && session.payer_name.empty()) {
    out.null("customer_details");
    return;
  }
  out.object("customer_details");
  render_address(out);
  out.nulls({"business_name"}).text_or_null("email", email).null("individual_name");
  out.text_or_null("name", session.payer_name).null("phone").field("tax_exempt", "none");
  out.array("tax_ids").end_array();
  out.end_object();
}

std::string checkout_url(const Session& session, const RenderContext& context) {
  if (session.status != SessionStatus::open) return {};
  return std::string(context.public_url) + "/c/pay/" + session.id;
}

}  // namespace

std::string_view status_name(SessionStatus status) {
  switch (status) {
    case SessionStatus::open: return "open";
    case SessionStatus::complete: return "complete";
    case SessionStatus::expired: return "expired";
  }
  return "";
}

void render_metadata(JsonOut& out, const TextMap& metadata) {
  out.object("metadata");
  for (const auto& [key, value] : metadata) out.field(key, value);
  out.end_object();
}

void render_line_items(JsonOut& out, const Session& session, bool livemode) {
  out.object().field("object", "list").array("data");
  for (const auto& item : session.items) {
    const auto total = item.unit_amount * item.quantity;
    out.object().field("id", item.id).field("object", "item");
    out.field("amount_discount", 0).field("amount_subtotal", total);
    out.field("amount_tax", 0).field("amount_total", total).field("currency", session.currency);
    out.field("description", item.name);
    out.object("price").field("id", item.price_id).field("object", "price").field("active", false);
    out.field("billing_scheme", "per_unit").field("created", unix_seconds(session.created));
    out.field("currency", session.currency).null("custom_unit_amount").field("livemode", livemode);
    out.null("lookup_key").object("metadata").end_object().null("nickname");
    out.field("product", item.product_id).null("recurring").field("tax_behavior", "unspecified");
    out.nulls({"tiers_mode", "transform_quantity"}).field("type", "one_time");
    out.field("unit_amount", item.unit_amount);
    out.field("unit_amount_decimal", std::to_string(item.unit_amount)).end_object();
    out.field("quantity", item.quantity).end_object();
  }
  out.end_array().field("has_more", false);
  out.field("url", "/v1/checkout/sessions/" + session.id + "/line_items").end_object();
}

void render(JsonOut& out, const Session& session, const Expand& expand,
            const RenderContext& context) {
  const bool livemode = session.account->livemode;
  out.object().field("id", session.id).field("object", "checkout.session");
  out.object("adaptive_pricing").field("enabled", false).end_object();
  out.nulls({"after_expiration", "allow_promotion_codes"});
  out.field("amount_subtotal", session.amount_total).field("amount_total", session.amount_total);
  out.object("automatic_tax").field("enabled", false).nulls({"liability", "provider", "status"});
  out.end_object().null("billing_address_collection");
  out.text_or_null("cancel_url", session.cancel_url);
  out.text_or_null("client_reference_id", session.client_reference_id);
  out.nulls({"client_secret", "collected_information", "consent", "consent_collection"});
  out.field("created", unix_seconds(session.created)).field("currency", session.currency);
  out.null("currency_conversion").array("custom_fields").end_array();
  out.object("custom_text");
  out.nulls({"after_submit", "shipping_address", "submit", "terms_of_service_acceptance"});
  out.end_object().null("customer").field("customer_creation", "if_required");
  render_customer_details(out, session);
  out.text_or_null("customer_email", session.customer_email).array("discounts").end_array();
  out.field("expires_at", unix_seconds(session.expires_at)).nulls({"invoice", "invoice_creation"});
  if (expand.has("line_items")) {
    out.name("line_items");
    render_line_items(out, session, livemode);
  }
  out.field("livemode", livemode).text_or_null("locale", session.locale);
  render_metadata(out, session.metadata);
  out.field("mode", "payment").null("origin_context");
  reference(out, "payment_intent", session.intent, expand, context);
  out.null("payment_link").field("payment_method_collection", "if_required");
  out.null("payment_method_configuration_details").object("payment_method_options").end_object();
  out.array("payment_method_types");
  for (const auto& type : session.method_types) out.value(type);
  out.end_array().field("payment_status", session.paid ? "paid" : "unpaid");
  out.null("permissions").object("phone_number_collection").field("enabled", false).end_object();
  out.nulls({"recovered_from", "saved_payment_method_options", "setup_intent"});
  out.nulls({"shipping_address_collection", "shipping_cost"}).array("shipping_options").end_array();
  out.field("status", status_name(session.status));
  out.text_or_null("submit_type", session.submit_type).null("subscription");
  out.text_or_null("success_url", session.success_url);
  out.object("total_details").field("amount_discount", 0).field("amount_shipping", 0);
  out.field("amount_tax", 0).end_object().field("ui_mode", "hosted_page");
  out.text_or_null("url", checkout_url(session, context)).null("wallet_options").end_object();
}

void render(JsonOut& out, const Intent& intent, const Expand& expand,
            const RenderContext& context) {
  const auto& session = *intent.session;
  out.object().field("id", intent.id).field("object", "payment_intent");
  out.field("amount", intent.amount).field("amount_capturable", 0);
  out.object("amount_details").object("tip").end_object().end_object();
  out.field("amount_received", intent.status == "succeeded" ? intent.amount : 0);
  out.nulls({"application", "application_fee_amount", "automatic_payment_methods", "canceled_at"});
  out.null("cancellation_reason").field("capture_method", "automatic_async");
  out.field("client_secret", intent.secret).field("confirmation_method", "automatic");
  out.field("created", unix_seconds(intent.created)).field("currency", intent.currency);
  out.null("customer").text_or_null("description", session.intent_description);
  if (intent.error_code.empty()) {
    out.null("last_payment_error");
  } else {
    out.object("last_payment_error").field("code", intent.error_code);
    out.text_or_null("decline_code", intent.decline_code).field("message", intent.error_message);
    out.field("type", "card_error").end_object();
  }
  reference(out, "latest_charge", intent.latest_charge, expand, context);
  out.field("livemode", session.account->livemode);
  render_metadata(out, session.intent_metadata);
  if (intent.status == "requires_action") {
    out.object("next_action").field("type", "use_stripe_sdk").end_object();
  } else {
    out.null("next_action");
  }
  out.null("on_behalf_of");
  const bool has_method = !intent.method.empty() && intent.status != "requires_payment_method";
  out.text_or_null("payment_method", has_method ? "pm_" + intent.id.substr(3) : "");
  out.null("payment_method_configuration_details").object("payment_method_options").end_object();
  out.array("payment_method_types");
  for (const auto& type : session.method_types) out.value(type);
  out.end_array().null("processing").text_or_null("receipt_email", session.receipt_email);
  out.nulls({"review", "setup_future_usage", "shipping", "source"});
  out.text_or_null("statement_descriptor", session.statement_descriptor);
  out.null("statement_descriptor_suffix").field("status", intent.status);
  out.nulls({"transfer_data", "transfer_group"}).end_object();
}

void render(JsonOut& out, const Event& event, const Expand&, const RenderContext&) {
  out.raw(*event.payload);
}

}  // namespace sandbox::stripe
