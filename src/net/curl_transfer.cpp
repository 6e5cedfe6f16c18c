#include <arpa/inet.h>

#include "net/address.h"
#include "net/client_common.h"
#include "net/curl_engine.h"
#include "net/text.h"

namespace net {
namespace {

using base::Code;
using base::error;

constexpr long kKeepIdleSeconds = 60;

Transfer& transfer_of(void* user) { return *static_cast<Transfer*>(user); }

bool count(Transfer& transfer, std::size_t size) {
  transfer.received_bytes += size;
  if (transfer.received_bytes <= transfer.request.response_bytes_max) return true;
  transfer.too_large = true;
  return false;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  Transfer& transfer = transfer_of(user);
  if (!count(transfer, size)) return 0;
  transfer.response.body.append(data, size);
  return size;
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  Transfer& transfer = transfer_of(user);
  if (!count(transfer, size)) return 0;
  std::string_view line(data, size);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    // A new status line: what came before it was an interim answer (1xx).
    transfer.response.headers = Headers();
    transfer.head_complete = false;
    return size;
  }
  if (line.empty()) transfer.head_complete = true;
  const auto colon = line.find(':');
  if (colon == line.npos || colon == 0) return size;
  std::string value(trim(line.substr(colon + 1)));
  std::erase_if(value, [](char c) { return c == '\0' || c == '\r' || c == '\n'; });
  const auto name = line.substr(0, colon);
  if (contains_control(name)) return size;
  transfer.response.headers.add(name, std::move(value));
  return size;
}

// Called on every connection just before the request is written. Curl repeats any request by itself
// when a kept connection dies without a byte of answer (Curl_retry_request in its lib/transfer.c),
// also a POST that was written in full. That would send a payment or a text twice, so the second
// attempt is stopped here once anything was sent.
int before_request(void* user, char* ip, char*, int, int) {
  Transfer& transfer = transfer_of(user);
  // A kept connection may have been opened by a request that did not ask for this.
  if (transfer.request.refuse_private_addresses && !is_public_address(ip)) {
    transfer.private_refused = true;
    return CURL_PREREQFUNC_ABORT;
  }
  if (++transfer.attempts == 1 || is_safe(transfer.request.method)) return CURL_PREREQFUNC_OK;
  long sent = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_REQUEST_SIZE, &sent);
  if (sent == 0) return CURL_PREREQFUNC_OK;
  transfer.repeat_refused = true;
  return CURL_PREREQFUNC_ABORT;
}

curl_socket_t open_public_socket(void* user, curlsocktype, curl_sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes =
      address->family == AF_INET
          ? static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(&address->addr)->sin_addr)
          : static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(&address->addr)->sin6_addr);
  const bool known = address->family == AF_INET || address->family == AF_INET6;
  if (!known || !inet_ntop(address->family, bytes, text, sizeof text) || !is_public_address(text)) {
    transfer_of(user).private_refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void set_method(Transfer& transfer) {
  CURL* easy = transfer.easy;
  const Method method = transfer.request.method;
  const std::string& body = transfer.request.body;
  const bool may_have_body =
      method == Method::post || method == Method::put || method == Method::patch || !body.empty();
  if (may_have_body) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
  } else if (method == Method::head) {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  }
  const std::string name(to_string(method));
  if (method != Method::head) curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, name.c_str());
}

void set_headers(Transfer& transfer, const ClientOptions& options) {
  const auto add = [&](const std::string& line) {
    transfer.headers = curl_slist_append(transfer.headers, line.c_str());
  };
  const Headers headers = outgoing_headers(transfer.request, options.user_agent);
  for (const auto& header : headers.all()) {
    add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  // Curl would add these by itself.
  add("Expect:");
  if (!headers.has("Content-Type")) add("Content-Type:");
  curl_easy_setopt(transfer.easy, CURLOPT_HTTPHEADER, transfer.headers);
}

long milliseconds(Duration d) {
  return static_cast<long>(
      std::max<std::int64_t>(1, std::chrono::duration_cast<std::chrono::milliseconds>(d).count()));
}

}  // namespace

void prepare_transfer(Transfer& transfer, const ClientOptions& options, Duration time_limit) {
  CURL* easy = transfer.easy;
  const ClientRequest& request = transfer.request;
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, kKeepIdleSeconds);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(std::min(request.timeout, time_limit)));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connect_timeout));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error_text);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &before_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, &transfer);
  if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  if (request.refuse_private_addresses) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_public_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
  }
  set_method(transfer);
  set_headers(transfer, options);
}

Result<ClientResponse> outcome_of(Transfer& transfer, CURLcode code) {
  long sent = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_REQUEST_SIZE, &sent);
  const bool reached = sent > 0 || transfer.received_bytes > 0;
  // Curl calls it a success when the peer closes in the middle of the head.
  if (code == CURLE_OK && !transfer.head_complete) code = CURLE_GOT_NOTHING;
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    transfer.response.status = static_cast<int>(status);
    return std::move(transfer.response);
  }
  const char* text =
      transfer.error_text[0] != '\0' ? transfer.error_text : curl_easy_strerror(code);
  if (transfer.too_large) return too_large_answer();
  if (transfer.private_refused && !reached) {
    return error(Code::refused, "private_address", "the address is not a public one");
  }
  if (transfer.repeat_refused) {
    return error(Code::ambiguous, "a kept connection was lost after the request was sent");
  }
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
    if (!reached) return base::field_error("url", "malformed", text);
  }
  if (!reached) return error(Code::unavailable, text);
  return error(code == CURLE_OPERATION_TIMEDOUT ? Code::deadline : Code::ambiguous, text);
}

}  // namespace net
