#pragma once
#include <string>
#include <string_view>

#include "base/time.h"
#include "net/http.h"

namespace net {

// "Date: Mon, 23 Nov 2026 09:00:00 GMT\r\n", made once per second. One per loop.
class DateLine {
 public:
  std::string_view at(base::Time now);

 private:
  std::chrono::sys_seconds second_{};
  std::string line_;
};

struct HeadOptions {
  std::string_view date_line;
  std::size_t body_size = 0;
  bool http_1_1 = true;
  bool keep_alive = true;
};

// Appends the status line and the headers with their empty line. Framing headers (Content-Length,
// Connection, Transfer-Encoding, Date) are ours alone: a handler's are left out.
void append_head(std::string& out, const Response& response, const HeadOptions& options);

// A response to these never has a body (RFC 9112, section 6.3).
constexpr bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace net
