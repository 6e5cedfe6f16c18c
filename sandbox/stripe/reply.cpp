#include "sandbox/stripe/reply.h"

#include <algorithm>
#include <stdexcept>

#include "sandbox/core/html.h"
#include "sandbox/core/json_out.h"

namespace sandbox::stripe {
namespace {

constexpr std::size_t kExpandDepthMax = 4;
constexpr std::string_view kExpandable =
    " data payment_intent latest_charge balance_transaction charge refunds line_items source "
    "customer"
    " payment_method refund dispute balance_transactions failure_balance_transaction invoice"
    " setup_intent subscription payment_link ";

std::string fault_message(int status) {
  if (status == 429) {
    return "Too many requests hit the API too quickly. The sandbox was told to say so.";
  }
  if (status == 401) return "Invalid API Key provided.";
  if (status == 409) return "The object was locked by another request.";
  if (status >= 500) return "The sandbox was told to fail here.";
  return "The sandbox was told to refuse this request.";
}

}  // namespace

void throw_exception_from_error(const Refusal& refusal, const boost::source_location&) {
  throw std::logic_error("value() of a refusal: " + refusal.message);
}

Refusal invalid(std::string param, std::string message, std::string code) {
  Refusal refusal;
  refusal.param = std::move(param);
  refusal.message = std::move(message);
  refusal.code = std::move(code);
  return refusal;
}

Refusal missing(std::string param) {
  auto message = "Missing required param: " + param + ".";
  return invalid(std::move(param), std::move(message), "parameter_missing");
}

Refusal unknown_parameter(std::string param) {
  auto message = "Received unknown parameter: " + param;
  return invalid(std::move(param), std::move(message), "parameter_unknown");
}

Refusal no_such(std::string_view noun, std::string_view id, std::string param) {
  auto refusal =
      invalid(std::move(param), "No such " + std::string(noun) + ": '" + std::string(id) + "'",
              "resource_missing");
  refusal.status = 404;
  return refusal;
}

std::string error_body(const Refusal& refusal) {
  JsonOut out;
  out.object().object("error");
  if (!refusal.code.empty()) {
    out.field("code", refusal.code);
    auto page = refusal.code;
    std::replace(page.begin(), page.end(), '_', '-');
    out.field("doc_url", "https://stripe.com/docs/error-codes/" + page);
  }
  if (!refusal.decline_code.empty()) out.field("decline_code", refusal.decline_code);
  out.field("message", refusal.message);
  if (!refusal.param.empty()) out.field("param", refusal.param);
  out.field("type", refusal.type);
  return out.end_object().end_object().take();
}

net::Response error_response(const Refusal& refusal) {
  auto response = json_response(error_body(refusal), refusal.status);
  if (refusal.status == 401) response.headers.set("WWW-Authenticate", "Basic realm=\"Stripe\"");
  return response;
}

Refusal refusal_for_status(int status) {
  Refusal refusal;
  refusal.status = status;
  refusal.message = fault_message(status);
  if (status == 429) refusal.code = "rate_limit";
  if (status == 409) refusal.code = "lock_timeout";
  if (status >= 500) refusal.type = "api_error";
  if (status == 402) {
    refusal.type = "card_error";
    refusal.code = "card_declined";
  }
  return refusal;
}

Answer<Expand> Expand::from(Params& params) {
  Expand expand;
  expand.paths_ = params.list("expand");
  for (const auto& path : expand.paths_) {
    std::size_t depth = 1, start = 0;
    while (start <= path.size()) {
      const auto dot = std::min(path.find('.', start), path.size());
      const auto segment = " " + path.substr(start, dot - start) + " ";
      if (kExpandable.find(segment) == kExpandable.npos) {
        return invalid("expand", "This property cannot be expanded (" + path + ").");
      }
      if (++depth > kExpandDepthMax + 2) {
        return invalid("expand", "You cannot expand more than 4 levels of a property.");
      }
      start = dot + 1;
    }
  }
  return expand;
}

bool Expand::has(std::string_view name) const {
  return std::any_of(paths_.begin(), paths_.end(), [&](std::string_view path) {
    return path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '.');
  });
}

Expand Expand::under(std::string_view name) const {
  Expand below;
  for (const auto& path : paths_) {
    if (path.size() > name.size() && path.starts_with(name) && path[name.size()] == '.') {
      below.paths_.push_back(path.substr(name.size() + 1));
    }
  }
  return below;
}

}  // namespace sandbox::stripe
