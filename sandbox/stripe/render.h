#pragma once
#include <string>

#include "sandbox/core/json_out.h"
#include "sandbox/stripe/model.h"
#include "sandbox/stripe/reply.h"

// Stripe's objects as JSON. Field names and shapes: docs.stripe.com/api (API version of
// kApiVersion).
namespace sandbox::stripe {

inline constexpr std::string_view kApiVersion = "2026-08-26.dahlia";

struct RenderContext {
  std::string_view public_url;
  base::Time now;
};

void render(JsonOut& out, const Session& session, const Expand& expand,
            const RenderContext& context);
void render(JsonOut& out, const Intent& intent, const Expand& expand, const RenderContext& context);
void render(JsonOut& out, const Charge& charge, const Expand& expand, const RenderContext& context);
void render(JsonOut& out, const Refund& refund, const Expand& expand, const RenderContext& context);
void render(JsonOut& out, const Dispute& dispute, const Expand& expand,
            const RenderContext& context);
void render(JsonOut& out, const BalanceTransaction& transaction, const Expand& expand,
            const RenderContext& context);
void render(JsonOut& out, const Event& event, const Expand& expand, const RenderContext& context);
void render_line_items(JsonOut& out, const Session& session, bool livemode);
void render_metadata(JsonOut& out, const TextMap& metadata);

template <class T>
std::string to_json(const T& object, const Expand& expand, const RenderContext& context) {
  JsonOut out;
  render(out, object, expand, context);
  return out.take();
}

std::string_view status_name(SessionStatus status);

}  // namespace sandbox::stripe
