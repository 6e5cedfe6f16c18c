#include "base/encoding.h"
#include "sandbox/control/control.h"
#include "sandbox/core/html.h"
#include "sandbox/core/json_out.h"
#include "sandbox/core/params.h"

namespace sandbox {
namespace {

constexpr std::size_t kLimitMax = 10'000;

struct FaultBody {
  std::string provider;
  FaultMode mode = FaultMode::refuse;
  std::optional<std::int64_t> status, delay_ms, count, skip;
  std::optional<std::string> operation, match;
};
BOOST_DESCRIBE_STRUCT(FaultBody, (),
                      (provider, operation, mode, status, delay_ms, count, skip, match))

struct CallbackFaultBody {
  std::string provider;
  std::string event;
  std::string mode;
  std::optional<std::int64_t> delay_ms, count;
};
BOOST_DESCRIBE_STRUCT(CallbackFaultBody, (), (provider, event, mode, delay_ms, count))

struct ClockBody {
  std::optional<std::int64_t> advance_ms, offset_ms;
};
BOOST_DESCRIBE_STRUCT(ClockBody, (), (advance_ms, offset_ms))

struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

constexpr std::int64_t kDayMs = 24LL * 60 * 60 * 1000;
constexpr std::int64_t kOffsetMsMax = 3650 * kDayMs;

std::optional<CallbackMode> callback_mode(std::string_view name) {
  if (name == "drop") return CallbackMode::drop;
  if (name == "delay") return CallbackMode::delay;
  if (name == "double") return CallbackMode::double_;
  if (name == "reorder") return CallbackMode::reorder;
  return std::nullopt;
}

std::string_view name_of(CallbackMode mode) {
  switch (mode) {
    case CallbackMode::drop: return "drop";
    case CallbackMode::delay: return "delay";
    case CallbackMode::double_: return "double";
    case CallbackMode::reorder: return "reorder";
  }
  return "";
}

net::Response id_response(std::int64_t id) {
  return json_response("{\"id\":" + std::to_string(id) + "}", 201);
}

net::Response add_fault(World& world, const FaultBody& body) {
  static constexpr std::string_view kProviders[] = {"stripe", "twilio", "smtp", "rollbar",
                                                    "checkout"};
  if (std::find(std::begin(kProviders), std::end(kProviders), body.provider) ==
      std::end(kProviders)) {
    return control_error(400, "provider", "stripe, twilio, smtp, rollbar or checkout");
  }
  const auto status = body.status.value_or(500);
  const bool smtp = body.provider == "smtp";
  if (status < (smtp ? 400 : 300) || status > 599)
    return control_error(400, "status", "out of range");
  if (body.count.value_or(1) < 0) return control_error(400, "count", "0 or more");
  if (body.delay_ms.value_or(0) < 0) return control_error(400, "delay_ms", "0 or more");
  Fault fault;
  fault.provider = body.provider;
  fault.operation = body.operation.value_or("*");
  fault.mode = body.mode;
  fault.status = status;
  fault.delay_ms = body.delay_ms.value_or(0);
  fault.count = body.count.value_or(1);
  fault.skip = body.skip.value_or(0);
  fault.match = body.match.value_or("");
  return id_response(world.faults().add(std::move(fault)));
}

net::Response list_faults(World& world) {
  JsonOut out;
  out.object().array("faults");
  for (const auto& fault : world.faults().all()) {
    out.object().field("id", fault.id).field("provider", fault.provider);
    out.field("operation", fault.operation).field("mode", base::enum_name(fault.mode));
    out.field("status", fault.status).field("delay_ms", fault.delay_ms).field("left", fault.count);
    out.field("skip", fault.skip)
        .field("match", fault.match)
        .field("hits", fault.hits)
        .end_object();
  }
  return json_response(out.end_array().end_object().take());
}

net::Response add_callback_fault(World& world, const CallbackFaultBody& body) {
  if (body.provider != "stripe" && body.provider != "twilio") {
    return control_error(400, "provider", "stripe or twilio");
  }
  const auto mode = callback_mode(body.mode);
  if (!mode) return control_error(400, "mode", "drop, delay, double or reorder");
  CallbackFault fault;
  fault.provider = body.provider;
  fault.event = body.event;
  fault.mode = *mode;
  fault.delay_ms = std::max<std::int64_t>(body.delay_ms.value_or(0), 0);
  fault.count = std::max<std::int64_t>(body.count.value_or(1), 0);
  return id_response(world.faults().add(std::move(fault)));
}

net::Response list_callback_faults(World& world) {
  JsonOut out;
  out.object().array("faults");
  for (const auto& fault : world.faults().callbacks()) {
    out.object().field("id", fault.id).field("provider", fault.provider);
    out.field("event", fault.event).field("mode", name_of(fault.mode));
    out.field("delay_ms", fault.delay_ms).field("left", fault.count);
    out.field("hits", fault.hits).end_object();
  }
  return json_response(out.end_array().end_object().take());
}

net::Response show_clock(World& world) {
  JsonOut out;
  const auto offset = std::chrono::duration_cast<std::chrono::milliseconds>(world.offset());
  out.object().field("offset_ms", offset.count()).field("now", base::to_rfc3339(world.now()));
  return json_response(out.end_object().take());
}

net::Response move_clock(World& world, const ClockBody& body) {
  if (body.advance_ms.has_value() == body.offset_ms.has_value()) {
    return control_error(400, "advance_ms", "either advance_ms or offset_ms");
  }
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(world.offset()).count();
  if (std::abs(body.advance_ms.value_or(0)) > kOffsetMsMax ||
      std::abs(body.offset_ms.value_or(0)) > kOffsetMsMax) {
    return control_error(400, "advance_ms", "at most ten years");
  }
  const auto wanted = body.offset_ms ? *body.offset_ms : now + *body.advance_ms;
  world.set_offset(std::chrono::milliseconds(wanted));
  world.timeline().run_due(world.now());
  world.wake();
  return show_clock(world);
}

net::Response list_requests(World& world, const net::Request& request) {
  const auto query = read_query(request);
  const auto since = parse_integer(query.get("since")).value_or(0);
  std::vector<const LoggedRequest*> found;
  const auto& all = world.requests().all();
  for (auto it = all.rbegin(); it != all.rend() && found.size() < query.limit; ++it) {
    const auto keeps = [&](const std::string& name, std::string_view value) {
      const auto wanted = query.get(name);
      return wanted.empty() || glob_match(wanted, value);
    };
    const auto text = query.get("contains");
    if (it->seq <= since) break;
    if (!keeps("provider", it->provider) || !keeps("operation", it->operation) ||
        !keeps("method", net::to_string(it->method)) ||
        (it->body.find(text) == it->body.npos && it->target.find(text) == it->target.npos)) {
      continue;
    }
    found.push_back(&*it);
  }
  JsonOut out;
  out.object().field("count", found.size()).array("requests");
  for (auto it = found.rbegin(); it != found.rend(); ++it) {  // oldest first
    const auto& entry = **it;
    out.object().field("seq", entry.seq).field("at", base::to_rfc3339(entry.at));
    out.field("provider", entry.provider).field("operation", entry.operation);
    out.field("method", net::to_string(entry.method)).field("path", entry.target);
    out.object("headers");
    for (const auto& header : entry.headers.all()) out.field(header.name, header.value);
    out.end_object();
    out.field("body", entry.body);
    out.field("status", entry.status).end_object();
  }
  return json_response(out.end_array().end_object().take());
}

net::Response list_callbacks(World& world, const net::Request& request) {
  const auto query = read_query(request);
  JsonOut out;
  out.object().array("callbacks");
  std::size_t shown = 0;
  const auto& all = world.callbacks().log();
  for (auto it = all.rbegin(); it != all.rend() && shown < query.limit; ++it) {
    const auto provider = query.get("provider");
    const auto event = query.get("event");
    if (!provider.empty() && provider != it->provider) continue;
    if (!event.empty() && !glob_match(event, it->event)) continue;
    ++shown;
    out.object().field("provider", it->provider).field("event", it->event).field("id", it->id);
    out.field("url", it->url).field("attempt", it->attempt).field("status", it->status);
    out.text_or_null("error", it->error).field("at", base::to_rfc3339(it->at));
    out.text_or_null("mode", it->mode).end_object();
  }
  return json_response(out.end_array().end_object().take());
}

net::Response reset(const Realm& realm) {
  realm.world.clear();
  realm.stripe.clear();
  realm.twilio.clear();
  realm.mails.clear();
  realm.rollbar.clear();
  realm.smtp_users.clear();
  realm.world.wake();
  return json_response("{}");
}

void add_fault_routes(net::Router& router, World& world) {
  using net::Method;
  using net::Request;
  const auto plain = [&](Method method, std::string path, PlainHandler handler) {
    add_plain_route(router, world, method, std::move(path), std::move(handler));
  };
  control_post<FaultBody>(
      router, world, "/control/faults",
      [&world](const Request&, FaultBody body) { return add_fault(world, body); });
  plain(Method::get, "/control/faults", [&world](const Request&) { return list_faults(world); });
  plain(Method::delete_, "/control/faults", [&world](const Request&) {
    world.faults().clear();
    return json_response("{}");
  });
  plain(Method::delete_, "/control/faults/{id}", [&world](const Request& request) {
    const auto id = parse_integer(request.path_params[0]);
    const bool gone = id && world.faults().remove(*id);
    return gone ? json_response("{}") : control_error(404, "id", "no such fault");
  });
  control_post<CallbackFaultBody>(
      router, world, "/control/callback-faults",
      [&world](const Request&, CallbackFaultBody body) { return add_callback_fault(world, body); });
  plain(Method::get, "/control/callback-faults",
        [&world](const Request&) { return list_callback_faults(world); });
  plain(Method::delete_, "/control/callback-faults", [&world](const Request&) {
    world.faults().clear_callbacks();
    return json_response("{}");
  });
}

}  // namespace

net::Response control_error(int status, std::string_view field, std::string_view message) {
  JsonOut out;
  out.object().object("error").field("field", field).field("message", message);
  return json_response(out.end_object().end_object().take(), status);
}

net::Response control_error(const base::Error& error) {
  const auto field = error.fields.empty() ? std::string() : error.fields[0].field;
  const auto detail = error.fields.empty() ? error.detail : error.fields[0].detail;
  return control_error(400, field, detail);
}

ListQuery read_query(const net::Request& request) {
  ListQuery query;
  const auto fields = base::form_decode(request.query, 20);
  if (!fields) return query;
  for (const auto& field : *fields) query.texts[field.name] = field.value;
  if (const auto limit = parse_integer(query.get("limit")); limit && *limit > 0) {
    query.limit = std::min(static_cast<std::size_t>(*limit), kLimitMax);
  }
  return query;
}

void add_world_control(net::Router& router, Realm realm) {
  using net::Method;
  using net::Request;
  auto& world = realm.world;
  add_fault_routes(router, world);
  const auto plain = [&](Method method, std::string path, PlainHandler handler) {
    add_plain_route(router, world, method, std::move(path), std::move(handler));
  };
  plain(Method::get, "/healthz",
        [](const Request&) { return net::text_response(200, "text/plain", "ok"); });
  plain(Method::get, "/control/clock", [&world](const Request&) { return show_clock(world); });
  control_post<ClockBody>(
      router, world, "/control/clock",
      [&world](const Request&, ClockBody body) { return move_clock(world, body); });
  plain(Method::get, "/control/requests",
        [&world](const Request& request) { return list_requests(world, request); });
  plain(Method::delete_, "/control/requests", [&world](const Request&) {
    world.requests().clear();
    return json_response("{}");
  });
  plain(Method::get, "/control/callbacks",
        [&world](const Request& request) { return list_callbacks(world, request); });
  control_post<Nothing>(router, world, "/control/reset",
                        [realm](const Request&, Nothing) { return reset(realm); });
}

}  // namespace sandbox
