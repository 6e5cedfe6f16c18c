#include "net/problem.h"
#include "api/routes.h"
#include "base/log.h"

namespace api {

namespace {

struct Mapped {
  int status;
  const char* code;
};

Mapped map_code(const base::Error& error) {
  using base::Code;
  switch (error.code) {
    case Code::invalid_argument:
      return error.fields.empty() || error.reason == "bad_request" ? Mapped{400, "bad_request"}
                                                                   : Mapped{422, "invalid_fields"};
    case Code::unprocessable: return {422, "unprocessable"};
    case Code::unauthenticated: return {401, "unauthenticated"};
    case Code::forbidden: return {403, "forbidden"};
    case Code::not_found: return {404, "not_found"};
    case Code::conflict: return {409, "conflict"};
    case Code::precondition_failed: return {412, "precondition_failed"};
    case Code::precondition_required: return {428, "precondition_required"};
    case Code::too_large: return {413, "too_large"};
    case Code::unsupported: return {415, "unsupported_media_type"};
    case Code::rate_limited: return {429, "rate_limited"};
    case Code::unavailable:
    case Code::deadline:
    case Code::ambiguous: return {503, "unavailable"};
    case Code::refused: return {409, "refused"};
    case Code::corrupt:
    case Code::internal: return {500, "internal_error"};
  }
  return {500, "internal_error"};
}

// A refinement is told where it says more than the status does.
bool is_public_reason(const std::string& reason) {
  if (reason.empty() || reason == "bad_request") return false;
  return reason.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

}  // namespace

net::Response problem(const base::Error& error, const net::Request& request) {
  const Mapped mapped = map_code(error);
  net::Problem out;
  out.status = mapped.status;
  out.code = is_public_reason(error.reason) ? error.reason : mapped.code;
  out.title = net::reason_phrase(mapped.status);
  out.fields = error.fields;
  out.trace_id = request.trace_id;
  if (mapped.status >= 500) {
    base::log::error("request failed", {{"trace_id", request.trace_id},
                                        {"code", base::to_string(error.code)},
                                        {"detail", error.detail}});
    out.detail = mapped.status == 503 ? "A dependency is not available; nothing was changed." : "";
  } else {
    out.detail = error.detail;
  }
  net::Response response = net::problem_response(out);
  if (mapped.status == 401) response.headers.set("WWW-Authenticate", "Bearer");
  if (mapped.status == 429 || mapped.status == 503) {
    response.headers.set("Retry-After",
                         std::to_string(std::max<std::uint32_t>(error.retry_after_s, 1)));
  }
  return response;
}

}  // namespace api
