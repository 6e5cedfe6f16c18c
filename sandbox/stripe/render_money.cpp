#include "sandbox/core/world.h"
#include "sandbox/stripe/render.h"

namespace sandbox::stripe {
namespace {

void render_method(JsonOut& out, const Charge& charge) {
  out.object("payment_method_details");
  if (charge.method == "sepa_debit") {
    out.object("sepa_debit").nulls({"bank_code", "branch_code"}).field("country", "DE");
    out.field("fingerprint", "fp" + charge.id.substr(3, 14)).field("last4", charge.last4);
    out.null("mandate").end_object();
  } else {
    out.object("card").field("brand", charge.brand);
    out.object("checks").nulls({"address_line1_check", "address_postal_code_check"});
    out.field("cvc_check", "pass").end_object();
    out.field("country", "US").field("exp_month", 12).field("exp_year", 2034);
    out.field("fingerprint", "fp" + charge.last4).field("funding", "credit");
    out.null("installments").field("last4", charge.last4).null("mandate");
    out.field("network", charge.brand).nulls({"three_d_secure", "wallet"}).end_object();
  }
  out.field("type", charge.method).end_object();
}

void render_outcome(JsonOut& out, const Charge& charge) {
  const bool failed = charge.status == "failed";
  out.object("outcome").null("advice_code").null("network_advice_code");
  out.text_or_null("network_decline_code", failed ? charge.decline_code : "");
  out.field("network_status", failed ? "declined_by_network" : "approved_by_network");
  out.text_or_null("reason", failed ? charge.failure_code : "");
  out.field("risk_level", "normal")
      .field("seller_message", failed ? charge.failure_message : "Payment complete.");
  out.field("type", failed ? "issuer_declined" : "authorized").end_object();
}

template <class T>
void linked(JsonOut& out, std::string_view key, const T* object, const Expand& expand,
            const RenderContext& context) {
  if (object && expand.has(key)) {
    out.name(key);
    render(out, *object, expand.under(key), context);
  } else {
    out.text_or_null(key, object ? std::string_view(object->id) : std::string_view());
  }
}

}  // namespace

void render(JsonOut& out, const Charge& charge, const Expand& expand,
            const RenderContext& context) {
  const auto& session = *charge.intent->session;
  const bool paid = charge.status != "failed";
  out.object().field("id", charge.id).field("object", "charge").field("amount", charge.amount);
  out.field("amount_captured", charge.status == "succeeded" ? charge.amount : 0);
  out.field("amount_refunded", charge.amount_refunded);
  out.nulls({"application", "application_fee", "application_fee_amount"});
  linked(out, "balance_transaction", charge.transaction, expand, context);
  out.object("billing_details").object("address");
  out.nulls({"city", "country", "line1", "line2", "postal_code", "state"}).end_object();
  out.text_or_null("email", charge.email).text_or_null("name", charge.name);
  out.nulls({"phone", "tax_id"}).end_object().field("calculated_statement_descriptor", "SANDBOX");
  out.field("captured", charge.status == "succeeded");
  out.field("created", unix_seconds(charge.created)).field("currency", charge.intent->currency);
  out.null("customer").text_or_null("description", session.intent_description);
  out.field("disputed", charge.disputed).null("failure_balance_transaction");
  out.text_or_null("failure_code", charge.failure_code);
  out.text_or_null("failure_message", charge.failure_message).object("fraud_details").end_object();
  out.field("livemode", session.account->livemode);
  render_metadata(out, session.intent_metadata);
  out.null("on_behalf_of");
  render_outcome(out, charge);
  out.field("paid", paid && charge.status == "succeeded");
  linked(out, "payment_intent", charge.intent, expand, context);
  out.field("payment_method", "pm_" + charge.intent->id.substr(3));
  render_method(out, charge);
  out.text_or_null("receipt_email", session.receipt_email).nulls({"receipt_number", "receipt_url"});
  out.field("refunded", charge.amount_refunded == charge.amount && charge.amount > 0);
  if (expand.has("refunds")) {
    out.object("refunds").field("object", "list").array("data");
    for (auto it = charge.refunds.rbegin(); it != charge.refunds.rend(); ++it) {
      render(out, **it, expand.under("refunds").under("data"), context);
    }
    out.end_array().field("has_more", false);
    out.field("url", "/v1/charges/" + charge.id + "/refunds").end_object();
  }
  out.nulls({"review", "shipping", "source", "source_transfer"});
  out.text_or_null("statement_descriptor", session.statement_descriptor);
  out.null("statement_descriptor_suffix").field("status", charge.status);
  out.nulls({"transfer_data", "transfer_group"}).end_object();
}

void render(JsonOut& out, const Refund& refund, const Expand& expand,
            const RenderContext& context) {
  const auto& charge = *refund.charge;
  out.object().field("id", refund.id).field("object", "refund").field("amount", refund.amount);
  linked(out, "balance_transaction", refund.transaction, expand, context);
  linked(out, "charge", refund.charge, expand, context);
  out.field("created", unix_seconds(refund.created)).field("currency", charge.intent->currency);
  out.object("destination_details").object(charge.method);
  if (charge.method == "card") out.field("type", "refund");
  out.end_object().field("type", charge.method).end_object();
  if (refund.status == "failed") {
    linked(out, "failure_balance_transaction", refund.failure_transaction, expand, context);
    out.field("failure_reason", refund.failure_reason);
  }
  render_metadata(out, refund.metadata);
  linked(out, "payment_intent", charge.intent, expand, context);
  out.text_or_null("reason", refund.reason);
  out.nulls({"receipt_number", "source_transfer_reversal"}).field("status", refund.status);
  out.null("transfer_reversal").end_object();
}

void render(JsonOut& out, const Dispute& dispute, const Expand& expand,
            const RenderContext& context) {
  const auto& charge = *dispute.charge;
  out.object().field("id", dispute.id).field("object", "dispute").field("amount", dispute.amount);
  out.array("balance_transactions");
  for (const auto* transaction : dispute.transactions) render(out, *transaction, {}, context);
  out.end_array();
  linked(out, "charge", dispute.charge, expand, context);
  out.field("created", unix_seconds(dispute.created)).field("currency", charge.intent->currency);
  out.array("enhanced_eligibility_types").end_array().object("evidence");
  out.object("enhanced_evidence").end_object().end_object();
  out.object("evidence_details");
  out.field("due_by", unix_seconds(dispute.created + std::chrono::hours(24 * 7)));
  out.field("has_evidence", false).field("past_due", false).field("submission_count", 0);
  out.object("enhanced_eligibility").end_object().end_object();
  out.field("is_charge_refundable", dispute.status.starts_with("warning"));
  out.field("livemode", charge.intent->session->account->livemode);
  out.object("metadata").end_object();
  linked(out, "payment_intent", charge.intent, expand, context);
  out.object("payment_method_details").object("card").field("brand", charge.brand);
  out.field("case_type", dispute.inquiry ? "inquiry" : "chargeback");
  out.field("network", charge.brand)
      .field("network_reason_code", "10.4")
      .end_object()
      .field("type", "card")
      .end_object();
  out.field("reason", dispute.reason).field("status", dispute.status).end_object();
}

void render(JsonOut& out, const BalanceTransaction& transaction, const Expand&,
            const RenderContext& context) {
  out.object().field("id", transaction.id).field("object", "balance_transaction");
  out.field("amount", transaction.amount);
  out.field("available_on", unix_seconds(transaction.available_on));
  out.field("balance_type", "payments").field("created", unix_seconds(transaction.created));
  out.field("currency", transaction.currency).nulls({"description", "exchange_rate"});
  out.field("fee", transaction.fee).array("fee_details");
  if (transaction.fee != 0) {
    out.object().field("amount", transaction.fee).null("application");
    out.field("currency", transaction.currency).field("description", transaction.fee_text);
    out.field("type", "stripe_fee").end_object();
  }
  out.end_array().field("net", transaction.amount - transaction.fee);
  const bool adjustment = transaction.type == "adjustment";
  out.field("reporting_category", adjustment ? "dispute" : transaction.type);
  out.field("source", transaction.source);
  out.field("status", context.now >= transaction.available_on ? "available" : "pending");
  out.field("type", transaction.type).end_object();
}

}  // namespace sandbox::stripe
