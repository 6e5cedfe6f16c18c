#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"

namespace net {

// RFC 9457. `code` is stable and machine-readable; `fields` name the inputs at fault.
struct Problem {
  int status = 500;
  std::string code;
  std::string title;
  std::string detail;
  std::vector<base::FieldError> fields;
  std::string trace_id;
};

// application/problem+json:
// {"type":"about:blank","title","status","code","detail","errors":[{"field","code",
// "detail"}],"trace_id"}; empty members are left out. Never cached.
Response problem_response(const Problem& problem);

// "Not Found"; "Unknown" for a status without a standard phrase.
std::string_view reason_phrase(int status);

// What the server and a router without its own fallback answer: the status's phrase as title and,
// in snake_case, as code.
Response default_problem(const Request& request, int status, std::string allow);

}  // namespace net
