// The server's whole reading side: head, target, route, query and both kinds of body, in any
// pieces.
#include "base/assert.h"
#include "net/http.h"
#include "net/request_parser.h"
#include "net/trace.h"

namespace {

constexpr std::size_t kBodyMax = 4096;

base::Awaitable<net::Response> nothing(net::Request) { co_return net::Response(); }

const net::Router& router() {
  static const net::Router routes = [] {
    net::Router out;
    out.add(net::Method::get, "/", nothing);
    out.add(net::Method::get, "/v1/clients/{id}", nothing);
    out.add(net::Method::post, "/v1/clients", nothing, kBodyMax);
    out.add(net::Method::get, "/v1/{kind}/{id}/lines", nothing);
    return out;
  }();
  return routes;
}

// The same bytes in one piece and one by one must give the same body.
void check_chunks(std::string_view bytes) {
  net::ChunkedDecoder whole;
  std::string body;
  const auto used = whole.feed(bytes, body, kBodyMax);
  QT_ASSERT(used <= bytes.size() && body.size() <= kBodyMax);
  net::ChunkedDecoder slow;
  std::string other;
  std::size_t at = 0;
  while (at < bytes.size() && slow.state() == net::ChunkedDecoder::State::more) {
    at += slow.feed(bytes.substr(at, 1), other, kBodyMax);
  }
  QT_ASSERT(slow.state() == whole.state() && other == body && at == used);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto scan = net::scan_head(bytes, 0);
  if (scan.state != net::HeadScan::State::complete) {
    check_chunks(bytes);
    return 0;
  }
  QT_ASSERT(scan.size <= size);
  net::Request request;
  const auto parsed = net::parse_head(bytes.substr(0, scan.size), request);
  QT_ASSERT(parsed.status == 0 || (parsed.status >= 400 && parsed.status < 500));
  if (parsed.status != 0) return 0;
  QT_ASSERT(request.path.starts_with('/') || request.target == "*");
  const auto match = router().match(request.method, request.path);
  QT_ASSERT((match.handler != nullptr) == (match.status == 0));
  if (!match.handler) router().fallback(request, match.status, match.allow);
  if (const auto query = net::Query::parse(request.query)) query->get("limit");
  net::trace_id_from(request.headers.get("traceparent"));
  if (parsed.head.chunked) check_chunks(bytes.substr(scan.size));
  return 0;
}
