#include "sandbox/control/control.h"
#include "sandbox/core/html.h"
#include "sandbox/core/json_out.h"

namespace sandbox {
namespace {

struct TwilioAccountBody {
  std::string account_sid, auth_token;
  std::optional<std::int64_t> price_micros, price_delay_ms, status_delay_ms;
  std::optional<std::string> price_unit;
};
BOOST_DESCRIBE_STRUCT(TwilioAccountBody, (),
                      (account_sid, auth_token, price_micros, price_delay_ms, status_delay_ms,
                       price_unit))

struct NumberBody {
  std::string phone, account_sid;
  std::optional<std::string> sms_url, messaging_service_sid;
};
BOOST_DESCRIBE_STRUCT(NumberBody, (), (phone, account_sid, sms_url, messaging_service_sid))

struct OutcomeBody {
  std::string to, status;
  std::optional<std::int64_t> error_code;
};
BOOST_DESCRIBE_STRUCT(OutcomeBody, (), (to, status, error_code))

struct InboundBody {
  std::string from, to, body;
};
BOOST_DESCRIBE_STRUCT(InboundBody, (), (from, to, body))

net::Response set_account(twilio::Twilio& twilio, const TwilioAccountBody& body) {
  if (!body.account_sid.starts_with("AC") || body.account_sid.size() != 34) {
    return control_error(400, "account_sid", "AC and 32 hexadecimal digits");
  }
  if (body.price_micros.value_or(0) < 0) return control_error(400, "price_micros", "0 or more");
  auto& account = twilio.account(body.account_sid);
  account.auth_token = body.auth_token;
  if (body.price_micros) account.price_micros = *body.price_micros;
  if (body.price_unit) account.price_unit = *body.price_unit;
  if (body.price_delay_ms) account.price_delay = std::chrono::milliseconds(*body.price_delay_ms);
  if (body.status_delay_ms) account.status_delay = std::chrono::milliseconds(*body.status_delay_ms);
  return json_response("{}");
}

net::Response set_number(twilio::Twilio& twilio, NumberBody body) {
  twilio::Number number;
  number.phone = std::move(body.phone);
  number.account = &twilio.account(body.account_sid);
  number.sms_url = body.sms_url.value_or("");
  number.service_sid = body.messaging_service_sid.value_or("");
  twilio.set_number(std::move(number));
  return json_response("{}");
}

net::Response set_outcome(twilio::Twilio& twilio, OutcomeBody body) {
  static constexpr std::string_view kStatuses[] = {"delivered", "sent", "undelivered", "failed",
                                                   "stuck"};
  if (std::find(std::begin(kStatuses), std::end(kStatuses), body.status) == std::end(kStatuses)) {
    return control_error(400, "status", "delivered, sent, undelivered, failed or stuck");
  }
  twilio.set_outcome(std::move(body.to), {std::move(body.status), body.error_code.value_or(0)});
  return json_response("{}");
}

net::Response inbound(twilio::Twilio& twilio, InboundBody body) {
  const auto sid = twilio.receive(std::move(body.from), std::move(body.to), std::move(body.body));
  if (sid.empty()) return control_error(404, "to", "nobody owns that number");
  return json_response("{\"sid\":\"" + sid + "\"}", 201);
}

net::Response list_messages(twilio::Twilio& twilio, const net::Request& request) {
  const auto query = read_query(request);
  const auto to = query.get("to"), from = query.get("from"), contains = query.get("contains");
  std::vector<const twilio::Message*> found;
  std::size_t count = 0;
  const auto& all = twilio.messages();
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    if ((!to.empty() && it->to != to) || (!from.empty() && it->from != from)) continue;
    if (it->body.find(contains) == it->body.npos) continue;
    ++count;
    if (found.size() < query.limit) found.push_back(&*it);
  }
  JsonOut out;
  out.object().field("count", count).array("messages");
  for (const auto* message : found) {
    out.object().field("sid", message->sid).field("account_sid", message->account->sid);
    out.field("direction", message->direction).field("to", message->to);
    out.field("from", message->from).field("body", message->body);
    out.field("status", message->status).field("error_code", message->error_code);
    out.field("segments", message->segments);
    out.field("created_at", base::to_rfc3339(message->created));
    out.text_or_null("callback_url", message->callback_url).end_object();
  }
  return json_response(out.end_array().end_object().take());
}

}  // namespace

void add_twilio_control(net::Router& router, Realm realm) {
  using net::Request;
  auto& world = realm.world;
  auto& twilio = realm.twilio;
  control_post<TwilioAccountBody>(
      router, world, "/control/twilio/accounts",
      [&twilio](const Request&, TwilioAccountBody body) { return set_account(twilio, body); });
  control_post<NumberBody>(
      router, world, "/control/twilio/numbers",
      [&twilio](const Request&, NumberBody body) { return set_number(twilio, std::move(body)); });
  control_post<OutcomeBody>(
      router, world, "/control/twilio/outcomes",
      [&twilio](const Request&, OutcomeBody body) { return set_outcome(twilio, std::move(body)); });
  control_post<InboundBody>(
      router, world, "/control/twilio/inbound",
      [&twilio](const Request&, InboundBody body) { return inbound(twilio, std::move(body)); });
  add_plain_route(router, world, net::Method::get, "/control/messages",
                  [&twilio](const Request& request) { return list_messages(twilio, request); });
}

}  // namespace sandbox
