#include "net/client_common.h"

#include "base/encoding.h"

namespace net {

Headers outgoing_headers(const ClientRequest& request, std::string_view user_agent) {
  Headers headers = request.headers;
  if (request.basic_auth) {
    headers.set("Authorization", "Basic " + base::to_base64(request.basic_auth->reveal()));
  } else if (request.bearer) {
    headers.set("Authorization", "Bearer " + request.bearer->reveal());
  }
  if (!headers.has("User-Agent")) headers.add("User-Agent", std::string(user_agent));
  if (!headers.has("Accept")) headers.add("Accept", "*/*");
  return headers;
}

}  // namespace net
