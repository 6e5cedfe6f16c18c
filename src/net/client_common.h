#pragma once
#include <string_view>

#include "net/http.h"

// Internal to net: what the socket client and the memory client do alike.
namespace net {

// The request's headers with Authorization, User-Agent and Accept filled in where they are absent.
Headers outgoing_headers(const ClientRequest& request, std::string_view user_agent);

// Methods that promise to change nothing, so that repeating them is harmless (RFC 9110, 9.2.1).
constexpr bool is_safe(Method method) {
  return method == Method::get || method == Method::head || method == Method::options;
}

inline base::Error too_large_answer() {
  return base::error(base::Code::ambiguous, "response_too_large",
                     "the answer is over response_bytes_max");
}

}  // namespace net
