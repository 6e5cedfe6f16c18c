#include "base/log.h"
#include "net/client_common.h"
#include "net/response_head.h"
#include "net/trace.h"
#include "net/url.h"

namespace net {
namespace {

using base::Code;
using base::error;

// The request as the server would have parsed it from the wire.
Request as_received(ClientRequest& request, const UrlParts& url) {
  Request out;
  out.method = request.method;
  out.target = url.target;
  const auto mark = out.target.find('?');
  out.path = out.target.substr(0, mark);
  if (mark != out.target.npos) out.query = out.target.substr(mark + 1);
  out.headers = outgoing_headers(request, ClientOptions().user_agent);
  out.headers.add("Host", url.authority);
  if (!request.body.empty()) {
    out.headers.add("Content-Length", std::to_string(request.body.size()));
  }
  out.body = std::move(request.body);
  out.peer = "127.0.0.1";
  out.trace_id = trace_id_from(out.headers.get("traceparent"));
  if (out.trace_id.empty()) out.trace_id = make_trace_id(0, std::hash<std::string>{}(out.target));
  return out;
}

Awaitable<Response> answer(std::shared_ptr<const Router> router, Request request) {
  auto match = router->match(request.method, request.path);
  if (!match.handler) co_return router->fallback(request, match.status, std::move(match.allow));
  if (request.body.size() > match.body_bytes_max) co_return router->fallback(request, 413, {});
  request.path_params = std::move(match.params);
  Request summary;
  summary.trace_id = request.trace_id;
  std::string failure;
  try {
    co_return co_await (*match.handler)(std::move(request));
  } catch (const std::exception& e) {
    failure = e.what();
  } catch (...) {
    failure = "not a std::exception";
  }
  base::log::error("handler threw", {{"route", match.pattern}, {"what", failure}});
  co_return router->fallback(summary, 500, {});
}

Result<ClientResponse> as_answered(Response response, Method method, std::size_t bytes_max) {
  if (response.cut != Response::Cut::none) {
    return error(Code::ambiguous, "the connection was lost before the full answer");
  }
  ClientResponse out;
  out.status = response.status;
  out.headers = std::move(response.headers);
  std::string body = response.shared_body ? *response.shared_body : std::move(response.body);
  if (!has_no_body(out.status)) out.headers.set("Content-Length", std::to_string(body.size()));
  if (method != Method::head && !has_no_body(out.status)) out.body = std::move(body);
  if (out.body.size() > bytes_max) return too_large_answer();
  return out;
}

}  // namespace

void MemoryNetwork::attach(std::string origin, std::shared_ptr<const Router> router) {
  for (auto& [known, old] : origins_) {
    if (known != origin) continue;
    old = std::move(router);
    return;
  }
  origins_.emplace_back(std::move(origin), std::move(router));
}

Awaitable<Result<ClientResponse>> MemoryNetwork::send(ClientRequest request) {
  CO_TRY(const UrlParts url, split_url(request.url));
  const auto known = std::find_if(origins_.begin(), origins_.end(),
                                  [&](const auto& item) { return item.first == url.origin; });
  if (known == origins_.end()) {
    co_return error(Code::unavailable, "nothing listens at " + url.origin);
  }
  const std::shared_ptr<const Router> router = known->second;
  const Fault fault = fault_ ? fault_(request) : Fault::none;
  if (fault == Fault::refuse) co_return error(Code::unavailable, "connection refused (fault)");
  if (fault == Fault::time_out) co_return error(Code::deadline, "timed out (fault)");
  const Method method = request.method;
  const std::size_t bytes_max = request.response_bytes_max;
  Request received = as_received(request, url);
  Response response = co_await answer(router, std::move(received));
  if (fault == Fault::lose_reply) co_return error(Code::ambiguous, "reply lost (fault)");
  if (fault == Fault::time_out_after) co_return error(Code::deadline, "reply timed out (fault)");
  co_return as_answered(std::move(response), method, bytes_max);
}

}  // namespace net
