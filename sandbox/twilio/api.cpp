#include <charconv>

#include "base/encoding.h"
#include "sandbox/core/html.h"
#include "sandbox/core/json_out.h"
#include "sandbox/core/params.h"
#include "sandbox/twilio/twilio.h"

// The Messages resource. Source: twilio.com/docs/messaging/api/message-resource.
namespace sandbox::twilio {
namespace {

constexpr std::ptrdiff_t kBodyMax = 1600;  // characters
constexpr std::int64_t kPageSizeMax = 1000;

net::Response problem_response(const Problem& problem) {
  JsonOut out;
  out.object().field("code", problem.code).field("message", problem.message);
  out.field("more_info", "https://www.twilio.com/docs/errors/" + std::to_string(problem.code));
  out.field("status", problem.status).end_object();
  return json_response(out.take(), problem.status);
}

Problem unauthenticated() { return {401, 20003, "Authenticate"}; }

Problem problem_for_status(int status) {
  switch (status) {
    case 401: return unauthenticated();
    case 403: return {403, 20003, "Permission Denied"};
    case 404: return {404, 20404, "The requested resource was not found"};
    case 429: return {429, 20429, "Too Many Requests"};
    case 503: return {503, 20503, "Service Unavailable"};
    default: break;
  }
  return {status, status >= 500 ? 20500 : 20001, "The sandbox was told to answer this."};
}

std::string without_json(std::string_view segment) {
  if (segment.ends_with(".json")) segment.remove_suffix(5);
  return std::string(segment);
}

bool is_sender_name(std::string_view from) {
  bool letter = false;
  for (unsigned char c : from) {
    if (!std::isalnum(c) && c != ' ' && c != '-' && c != '&') return false;
    letter = letter || std::isalpha(c);
  }
  return letter && !from.empty() && from.size() <= 11;
}

bool is_short_code(std::string_view from) {
  return from.size() >= 3 && from.size() <= 6 &&
         std::all_of(from.begin(), from.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

struct Twilio::Order {
  std::optional<std::string> to, from, service, body, callback;
};

void Twilio::route(net::Router& router, net::Method method, std::string path, std::string_view name,
                   Handler handler) {
  Operation operation;
  operation.provider = "twilio";
  operation.name = name;
  operation.handle = [this, handler](const net::Request& request) {
    Account* account = nullptr;
    const std::string sid = without_json(request.path_params[0]);
    auto refused = authenticate(request, sid, account);
    return account ? (this->*handler)(request, *account) : refused;
  };
  operation.refuse = [](int status) { return problem_response(problem_for_status(status)); };
  add_route(router, world_, method, "/2010-04-01/Accounts/" + std::move(path),
            std::move(operation));
}

void Twilio::add_routes(net::Router& router) {
  using net::Method;
  route(router, Method::post, "{sid}/Messages.json", "messages.create", &Twilio::create);
  route(router, Method::get, "{sid}/Messages.json", "messages.list", &Twilio::list);
  route(router, Method::get, "{sid}/Messages/{message}", "messages.fetch", &Twilio::fetch);
  route(router, Method::post, "{sid}/Messages/{message}", "messages.update", &Twilio::change);
  route(router, Method::delete_, "{sid}/Messages/{message}", "messages.delete", &Twilio::remove);
  route(router, Method::get, "{sid}", "account.fetch", &Twilio::fetch_account);
  price_route(router);
}

// Source: twilio.com/docs/messaging/api/pricing. The account's price holds everywhere.
void Twilio::price_route(net::Router& router) {
  Operation operation;
  operation.provider = "twilio";
  operation.name = "prices.fetch";
  operation.handle = [this](const net::Request& request) {
    Account* account = nullptr;
    auto refused = authenticate(request, "", account);
    return account ? price_list(request, *account) : refused;
  };
  operation.refuse = [](int status) { return problem_response(problem_for_status(status)); };
  add_route(router, world_, net::Method::get, "/v1/Messaging/Countries/{country}",
            std::move(operation));
}

net::Response Twilio::price_list(const net::Request& request, const Account& account) {
  const std::string& country = request.path_params[0];
  if (country.size() != 2) return problem_response(problem_for_status(404));
  const std::string price = price_text(account.price_micros);
  JsonOut out;
  out.object().field("country", country).field("iso_country", country);
  out.array("outbound_sms_prices").object().field("carrier", "Every carrier");
  out.field("mcc", "001").field("mnc", "01").array("prices");
  for (const char* kind : {"mobile", "local"}) {
    out.object().field("number_type", kind).field("base_price", price);
    out.field("current_price", price).end_object();
  }
  out.end_array().end_object().end_array();
  out.array("inbound_sms_prices").end_array().field("price_unit", account.price_unit);
  out.field("url", "https://pricing.twilio.com/v1/Messaging/Countries/" + country).end_object();
  return json_response(out.take());
}

net::Response Twilio::authenticate(const net::Request& request, std::string_view path_sid,
                                   Account*& account) {
  const auto refused = problem_response(unauthenticated());
  const auto header = request.headers.get("Authorization");
  if (!header.starts_with("Basic ")) return refused;
  const auto decoded = base::from_base64(header.substr(6));
  const auto colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) return refused;
  const auto user = decoded->substr(0, colon);
  const auto password = decoded->substr(colon + 1);
  // Pricing has no account in its path: who signs in is meant.
  const std::string sid(path_sid.empty() ? std::string_view(user) : path_sid);
  if (!sid.starts_with("AC") || sid.size() != 34 || password.empty()) return refused;
  auto& known = this->account(sid);
  if (user.starts_with("SK")) {  // an API key and its secret
    account = &known;
    return {};
  }
  if (known.auth_token.empty()) known.auth_token = password;
  if (user != sid || known.auth_token != password) return refused;
  account = &known;
  return {};
}

std::optional<Problem> Twilio::check(const Order& order) const {
  if (!order.to || order.to->empty()) {
    return Problem{400, 21604, "A 'To' phone number is required."};
  }
  if (!order.from && !order.service) {
    return Problem{400, 21603, "A 'From' phone number is required."};
  }
  if (!order.body || order.body->empty()) {
    return Problem{400, 21602, "Message body is required."};
  }
  const auto characters = std::count_if(order.body->begin(), order.body->end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  });
  if (characters > kBodyMax) {
    return Problem{400, 21617, "The concatenated message body exceeds the 1600 character limit."};
  }
  if (!is_phone(*order.to) || *order.to == "+15005550001") {
    return Problem{400, 21211, "Invalid 'To' Phone Number: " + *order.to};
  }
  if (order.from && !is_phone(*order.from) && !is_sender_name(*order.from) &&
      !is_short_code(*order.from)) {
    return Problem{400, 21212, "Invalid 'From' Phone Number: " + *order.from};
  }
  if (order.from && *order.from == "+15005550001") {
    return Problem{400, 21212, "Invalid 'From' Phone Number: " + *order.from};
  }
  if (*order.to == "+15005550002") {
    return Problem{400, 21612, "The 'To' phone number cannot be reached from this 'From'."};
  }
  if (*order.to == "+15005550003") {
    return Problem{400, 21408, "Permission to send an SMS has not been enabled for the region."};
  }
  const auto sender = order.service.value_or(order.from.value_or(""));
  if (*order.to == "+15005550004" || opted_out(*order.to, sender)) {
    return Problem{400, 21610, "Attempt to send to unsubscribed recipient"};
  }
  if (*order.to == "+15005550009") {
    return Problem{400, 21614, "'To' number is not a valid mobile number"};
  }
  if (order.callback && !order.callback->starts_with("http://") &&
      !order.callback->starts_with("https://")) {
    return Problem{400, 21609, "The 'StatusCallback' URL is not a valid URL."};
  }
  return std::nullopt;
}

net::Response Twilio::create(const net::Request& request, Account& account) {
  auto params = Params::parse(request.body);
  if (!params) return problem_response({400, 20001, "The form cannot be read."});
  Order order;
  order.to = params->text("To");
  order.from = params->text("From");
  order.service = params->text("MessagingServiceSid");
  order.body = params->text("Body");
  order.callback = params->text("StatusCallback");
  if (const auto problem = check(order)) return problem_response(*problem);
  Message message;
  message.sid = make_sid("SM");
  message.account = &account;
  message.direction = "outbound-api";
  message.to = *order.to;
  message.service_sid = order.service.value_or("");
  message.from = order.from ? *order.from : sender_of(message.service_sid);
  message.body = *order.body;
  message.status = message.service_sid.empty() ? "queued" : "accepted";
  message.segments = segment_count(message.body);
  message.callback_url = order.callback.value_or("");
  auto& kept = add(std::move(message));
  progress(kept);
  return json_response(render(kept), 201);
}

Message* Twilio::find(const Account& account, std::string_view segment) {
  const auto it = by_sid_.find(without_json(segment));
  if (it == by_sid_.end() || it->second->account != &account || it->second->deleted) return nullptr;
  return it->second;
}

net::Response Twilio::fetch(const net::Request& request, Account& account) {
  const auto* message = find(account, request.path_params[1]);
  return message ? json_response(render(*message)) : problem_response(problem_for_status(404));
}

net::Response Twilio::change(const net::Request& request, Account& account) {
  auto* message = find(account, request.path_params[1]);
  if (!message) return problem_response(problem_for_status(404));
  auto params = Params::parse(request.body);
  if (params && params->text("Body") == "") message->body.clear();  // redaction
  return json_response(render(*message));
}

net::Response Twilio::remove(const net::Request& request, Account& account) {
  auto* message = find(account, request.path_params[1]);
  if (!message) return problem_response(problem_for_status(404));
  message->deleted = true;
  net::Response response;
  response.status = 204;
  return response;
}

net::Response Twilio::fetch_account(const net::Request&, Account& account) {
  JsonOut out;
  out.object().field("sid", account.sid).field("friendly_name", "Sandbox account");
  out.field("status", "active").field("type", "Full").null("owner_account_sid");
  out.field("uri", "/2010-04-01/Accounts/" + account.sid + ".json").end_object();
  return json_response(out.take());
}

namespace {

// "2026-11-23", optionally with a time, as the filters take it; the date alone stands for its
// start.
std::optional<base::Time> filter_time(std::string text) {
  if (text.size() == 10) text += "T00:00:00Z";
  const auto time = base::from_rfc3339(text);
  return time ? std::optional(*time) : std::nullopt;
}

struct ListFilter {
  std::optional<std::string> to, from;
  std::optional<base::Time> day, since, until;

  bool keeps(const Message& message) const {
    if (to && message.to != *to) return false;
    if (from && message.from != *from) return false;
    const auto at = message.sent.value_or(message.created);
    if (day &&
        std::chrono::floor<std::chrono::days>(at) != std::chrono::floor<std::chrono::days>(*day)) {
      return false;
    }
    return (!since || at >= *since) && (!until || at <= *until);
  }
};

ListFilter read_filter(const Params& given) {
  auto params = given;
  ListFilter filter;
  filter.to = params.text("To");
  filter.from = params.text("From");
  const auto time = [&](std::string_view name) {
    const auto text = params.text(name);
    return text ? filter_time(*text) : std::nullopt;
  };
  filter.day = time("DateSent");
  filter.since = time("DateSent>");
  filter.until = time("DateSent<");
  if (filter.until && params.text("DateSent<")->size() == 10) {
    *filter.until += std::chrono::days(1);  // the whole day
  }
  return filter;
}

std::int64_t number_or(Params& params, std::string_view name, std::int64_t fallback) {
  const auto text = params.text(name);
  return text ? parse_integer(*text).value_or(fallback) : fallback;
}

}  // namespace

net::Response Twilio::list(const net::Request& request, Account& account) {
  auto params = Params::parse(request.query);
  if (!params) return problem_response({400, 20001, "The query cannot be read."});
  const auto filter = read_filter(*params);
  const auto size = std::clamp<std::int64_t>(number_or(*params, "PageSize", 50), 1, kPageSizeMax);
  const auto page = std::max<std::int64_t>(number_or(*params, "Page", 0), 0);
  const auto token = params->text("PageToken").value_or("");
  const auto* after = token.size() > 2 ? find(account, token.substr(2)) : nullptr;
  auto skip = after ? 0 : page * size;
  std::vector<const Message*> found;
  bool more = false;
  for (auto i = after ? after->index : messages_.size(); i > 0 && !more; --i) {
    const auto& message = messages_[i - 1];
    if (message.account != &account || message.deleted || !filter.keeps(message)) continue;
    if (skip-- > 0) continue;
    more = std::ssize(found) == size;
    if (!more) found.push_back(&message);
  }
  const auto base_uri = "/2010-04-01/Accounts/" + account.sid + "/Messages.json";
  std::string filters;
  for (auto name : {"To", "From", "DateSent", "DateSent>", "DateSent<"}) {
    if (const auto value = params->text(name)) {
      filters += base::percent_encode(name) + "=" + base::percent_encode(*value) + "&";
    }
  }
  const auto uri = [&](std::int64_t n) {
    return base_uri + "?" + filters + "PageSize=" + std::to_string(size) +
           "&Page=" + std::to_string(n);
  };
  JsonOut out;
  out.object().field("end", page * size + std::max<std::int64_t>(std::ssize(found) - 1, 0));
  out.field("first_page_uri", uri(0)).array("messages");
  for (const auto* message : found) out.raw(render(*message));
  out.end_array();
  out.text_or_null("next_page_uri",
                   more ? uri(page + 1) + "&PageToken=PA" + found.back()->sid : "");
  out.field("page", page).field("page_size", size);
  out.text_or_null("previous_page_uri", page > 0 ? uri(page - 1) : "");
  out.field("start", page * size).field("uri", uri(page)).end_object();
  return json_response(out.take());
}

}  // namespace sandbox::twilio
