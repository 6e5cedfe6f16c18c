#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace net {

// How the body of a request ends (RFC 9112, section 6).
struct RequestHead {
  bool http_1_1 = true;
  bool keep_alive = true;
  bool chunked = false;
  bool expects_continue = false;
  std::uint64_t content_length = 0;
};

// Where the head of a request ends in the received bytes.
struct HeadScan {
  enum class State : std::uint8_t { incomplete, complete, malformed };
  State state = State::incomplete;
  std::size_t size = 0;  // of the head with its empty line, when complete
};

// Looks at bytes [0, n) of which the first `scanned` were already seen. Cheap: finds the empty
// line, and tells early that the bytes cannot be HTTP (a bare line feed, a control byte at the
// start), so that garbage need not time out.
HeadScan scan_head(std::string_view bytes, std::size_t scanned);

// Parses one complete head and fills method, target, path, query and headers. Strict where requests
// could be smuggled: one Host, no Content-Length beside Transfer-Encoding, "chunked" as the only
// coding, only visible ASCII in the target. Errors: the status to answer (400, 417 or 431).
struct ParsedHead {
  int status = 0;  // 0: fine
  RequestHead head;
};
ParsedHead parse_head(std::string_view bytes, Request& request);

// Decodes a chunked body step by step (RFC 9112, section 7.1). Extensions and trailers are read
// past, within limits.
class ChunkedDecoder {
 public:
  enum class State : std::uint8_t { more, done, malformed, too_large };
  // Appends the data found to `body` until it would exceed `body_bytes_max`. Returns the number of
  // bytes consumed; less than all of them only when done or failed.
  std::size_t feed(std::string_view bytes, std::string& body, std::size_t body_bytes_max);
  State state() const { return state_; }

 private:
  enum class Step : std::uint8_t { size, extension, size_lf, data, data_cr, data_lf, trailer };
  void take(char c, std::size_t room);
  void take_size(char c);
  void end_size_line(std::size_t room);
  void take_trailer(char c);

  State state_ = State::more;
  Step step_ = Step::size;
  std::uint64_t left_ = 0;      // of the current chunk
  std::uint32_t digits_ = 0;    // of the current size
  std::uint32_t overhead_ = 0;  // bytes of extensions and trailers so far
  std::uint32_t line_length_ = 0;
  bool cr_ = false;
};

}  // namespace net
