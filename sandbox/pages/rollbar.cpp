#include "sandbox/core/html.h"
#include "sandbox/core/json_out.h"
#include "sandbox/pages/pages.h"

namespace sandbox {
namespace {

net::Response answer(int status, std::string_view message, std::string_view uuid) {
  JsonOut out;
  out.object().field("err", status == 200 ? 0 : 1);
  if (status == 200) {
    out.object("result").null("id").field("uuid", uuid).end_object();
  } else {
    out.field("message", message);
  }
  return json_response(out.end_object().take(), status);
}

std::string text_at(const boost::json::value& root, std::initializer_list<std::string_view> paths) {
  for (auto path : paths) {
    if (const auto text = base::json::find_string(root, path)) return std::string(*text);
  }
  return {};
}

}  // namespace

void Rollbar::add_routes(net::Router& router) {
  for (std::string path : {"/api/1/item/", "/api/1/item"}) {
    Operation operation;
    operation.provider = "rollbar";
    operation.name = "items.create";
    operation.handle = [this](const net::Request& request) { return create(request); };
    operation.refuse = [](int status) { return answer(status, "told to refuse", ""); };
    add_route(router, world_, net::Method::post, path, std::move(operation), 1024 * 1024);
  }
}

net::Response Rollbar::create(const net::Request& request) {
  const auto body = base::json::parse(request.body, 32);
  if (!body || !body->is_object()) return answer(422, "the body is not a JSON object", "");
  const bool token = request.headers.has("X-Rollbar-Access-Token") ||
                     !text_at(*body, {"access_token", "data.access_token"}).empty();
  if (!token) return answer(401, "access token required", "");
  if (!base::json::find(*body, "data.body")) return answer(422, "data.body is required", "");
  if (!base::json::find(*body, "data.environment")) {
    return answer(422, "data.environment is required", "");
  }
  RollbarItem item;
  item.n = ++last_n_;
  item.at = world_.now();
  item.level = text_at(*body, {"data.level"});
  if (item.level.empty()) item.level = "error";
  item.title =
      text_at(*body, {"data.title", "data.body.message.body", "data.body.trace.exception.message",
                      "data.body.trace.exception.class"});
  item.json = request.body;
  items_.push_back(std::move(item));
  if (items_.size() > kItemsMax) items_.pop_front();
  const auto uuid = text_at(*body, {"data.uuid"});
  return answer(200, "", uuid.empty() ? world_.random_text(32) : uuid);
}

}  // namespace sandbox
