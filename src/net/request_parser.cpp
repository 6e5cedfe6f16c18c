#include "net/request_parser.h"

#include <boost/beast/http/basic_parser.hpp>

#include "net/text.h"

namespace net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr std::size_t kHeadersMax = 100;

bool is_token_char(char c) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         others.find(c) != others.npos;
}

// Origin form, or absolute form with its scheme and authority cut off (RFC 9112, section 3.2).
bool split_target(std::string_view target, Request& request) {
  for (const char c : target) {
    if (c <= 0x20 || c >= 0x7f || c == '#') return false;
  }
  request.target = target;
  if (!target.starts_with('/')) {
    if (target == "*") return request.method == Method::options;
    const auto scheme = target.starts_with("http://") ? 7 : target.starts_with("https://") ? 8 : 0;
    if (scheme == 0) return false;
    const auto slash = target.find_first_of("/?", static_cast<std::size_t>(scheme));
    target = slash == target.npos ? std::string_view("/") : target.substr(slash);
  }
  const auto mark = target.find('?');
  request.path = target.substr(0, mark);
  if (request.path.empty()) request.path = "/";
  if (mark != target.npos) request.query = target.substr(mark + 1);
  return true;
}

// Beast checks the grammar of the head; everything that is kept goes straight into our Request. It
// never sees the body: its chunk parser asserts on some splits, and our limits differ by route.
class Parser final : public http::basic_parser<true> {
 public:
  explicit Parser(Request& request) : request_(request) {}
  int host_count = 0;
  int version = 11;
  bool too_many = false;
  bool bad_coding = false;
  bool chunked_coding = false;

 private:
  void on_request_impl(http::verb, boost::beast::string_view method,
                       boost::beast::string_view target, int v, error_code& ec) override {
    version = v;
    request_.method = method_from(method);
    if (!split_target(target, request_)) ec = http::error::bad_target;
  }
  void on_field_impl(http::field name, boost::beast::string_view name_text,
                     boost::beast::string_view value, error_code& ec) override {
    if (request_.headers.all().size() == kHeadersMax) {
      too_many = true;
      ec = http::error::header_limit;
      return;
    }
    if (name == http::field::host) ++host_count;
    if (name == http::field::transfer_encoding) {
      bad_coding = chunked_coding || !equal_ignoring_case(trim(value), "chunked");
      chunked_coding = true;
      if (bad_coding) ec = http::error::bad_transfer_encoding;
    }
    request_.headers.add(name_text, std::string(value));
  }
  void on_response_impl(int, boost::beast::string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(boost::beast::string_view text, error_code&) override {
    return text.size();
  }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view text,
                                 error_code&) override {
    return text.size();
  }
  void on_finish_impl(error_code&) override {}

  Request& request_;
};

}  // namespace

HeadScan scan_head(std::string_view bytes, std::size_t scanned) {
  HeadScan scan;
  if (!bytes.empty() && !is_token_char(bytes[0])) {
    scan.state = HeadScan::State::malformed;
    return scan;
  }
  // Three bytes back, for an empty line that was split between two reads.
  const std::size_t from = scanned < 3 ? 0 : scanned - 3;
  const auto end = bytes.find("\r\n\r\n", from);
  if (end != bytes.npos) {
    scan.state = HeadScan::State::complete;
    scan.size = end + 4;
    return scan;
  }
  for (auto lf = bytes.find('\n', from); lf != bytes.npos; lf = bytes.find('\n', lf + 1)) {
    if (lf > 0 && bytes[lf - 1] == '\r') continue;
    scan.state = HeadScan::State::malformed;
    return scan;
  }
  return scan;
}

ParsedHead parse_head(std::string_view bytes, Request& request) {
  ParsedHead out;
  Parser parser(request);
  // The caller has bounded the head; these limits only must not be in the way.
  parser.header_limit(static_cast<std::uint32_t>(bytes.size()) + 1);
  parser.body_limit(boost::none);
  error_code ec;
  const auto used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  if (ec || used != bytes.size() || !parser.is_header_done()) {
    out.status = parser.too_many ? 431 : 400;
    return out;
  }
  out.head.http_1_1 = parser.version >= 11;
  const bool host_fine = parser.host_count == 1 || (!out.head.http_1_1 && parser.host_count == 0);
  if (!host_fine || (parser.chunked_coding && !out.head.http_1_1)) {
    out.status = 400;
    return out;
  }
  out.head.chunked = parser.chunked_coding;
  out.head.content_length = parser.content_length().value_or(0);
  out.head.keep_alive = parser.keep_alive();
  if (const auto expect = request.headers.get("Expect"); !expect.empty()) {
    if (!equal_ignoring_case(expect, "100-continue")) out.status = 417;
    out.head.expects_continue = out.head.http_1_1;
  }
  return out;
}

}  // namespace net
