#include "base/result.h"

#include <cstdio>
#include <cstdlib>

#include "base/assert.h"

namespace base {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::invalid_argument: return "invalid_argument";
    case Code::unprocessable: return "unprocessable";
    case Code::unauthenticated: return "unauthenticated";
    case Code::forbidden: return "forbidden";
    case Code::not_found: return "not_found";
    case Code::conflict: return "conflict";
    case Code::precondition_failed: return "precondition_failed";
    case Code::precondition_required: return "precondition_required";
    case Code::too_large: return "too_large";
    case Code::unsupported: return "unsupported";
    case Code::rate_limited: return "rate_limited";
    case Code::unavailable: return "unavailable";
    case Code::deadline: return "deadline";
    case Code::ambiguous: return "ambiguous";
    case Code::refused: return "refused";
    case Code::corrupt: return "corrupt";
    case Code::internal: return "internal";
  }
  return "internal";
}

void throw_exception_from_error(const Error& e, const boost::source_location& where) {
  std::fprintf(stderr, "value() on an error: %s\n", e.detail.c_str());
  assert_failed("result has a value", where.file_name(), static_cast<int>(where.line()));
}

void assert_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "assertion failed: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace base
