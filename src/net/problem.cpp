#include "net/problem.h"

#include "base/json.h"
#include "net/text.h"

namespace net {
namespace {

struct Phrase {
  int status;
  std::string_view text;
};

// RFC 9110, section 15, and RFC 6585.
constexpr Phrase kPhrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (out.back() != '{') out += ',';
  base::json::append_string(out, name);
  out += ':';
  base::json::append_string(out, value);
}

std::string code_from_phrase(std::string_view phrase) {
  std::string code;
  for (const char c : phrase) code += c == ' ' ? '_' : to_lower(c);
  return code;
}

}  // namespace

std::string_view reason_phrase(int status) {
  for (const auto& phrase : kPhrases) {
    if (phrase.status == status) return phrase.text;
  }
  return "Unknown";
}

Response problem_response(const Problem& problem) {
  std::string body = R"({"type":"about:blank")";
  append_member(body, "title", problem.title);
  body += ",\"status\":" + std::to_string(problem.status);
  append_member(body, "code", problem.code);
  append_member(body, "detail", problem.detail);
  if (!problem.fields.empty()) {
    body += ",\"errors\":[";
    for (const auto& field : problem.fields) {
      if (body.back() != '[') body += ',';
      // Empty for the body as a whole, but never missing.
      body += "{\"field\":";
      base::json::append_string(body, field.field);
      append_member(body, "code", field.code);
      append_member(body, "detail", field.detail);
      body += '}';
    }
    body += ']';
  }
  append_member(body, "trace_id", problem.trace_id);
  body += '}';
  auto response = text_response(problem.status, "application/problem+json", std::move(body));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Response default_problem(const Request& request, int status, std::string allow) {
  Problem problem;
  problem.status = status;
  problem.title = reason_phrase(status);
  problem.code = code_from_phrase(problem.title);
  problem.trace_id = request.trace_id;
  auto response = problem_response(problem);
  if (!allow.empty()) response.headers.add("Allow", std::move(allow));
  return response;
}

}  // namespace net
