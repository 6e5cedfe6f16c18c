#include "providers/stripe/errors.h"

#include <charconv>

#include "base/json.h"

namespace providers::stripe {

using base::Code;
using base::Error;

namespace {

constexpr std::size_t kCodeBytesMax = 100;

struct Problem {
  std::string type;
  std::string code;
  std::string param;
};

// A word of Stripe's as we may log and keep it; anything else becomes empty.
std::string word(const boost::json::value& body, std::string_view path) {
  const auto text = base::json::find_string(body, path);
  if (!text || text->size() > kCodeBytesMax) return {};
  for (const char c : *text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || c == '.' || c == '[' || c == ']';
    if (!plain) return {};
  }
  return std::string(*text);
}

Problem read_problem(const std::string& body) {
  const auto parsed = base::json::parse(body, 32);
  if (!parsed) return {};
  Problem problem{.type = word(*parsed, "error.type"),
                  .code = word(*parsed, "error.code"),
                  .param = word(*parsed, "error.param")};
  // A declined card's own reason says more than "card_declined".
  if (auto decline = word(*parsed, "error.decline_code"); !decline.empty()) {
    problem.code = std::move(decline);
  }
  return problem;
}

std::string describe(int status, const Problem& problem, std::string_view request_id) {
  std::string text = "stripe answered " + std::to_string(status);
  if (!problem.type.empty()) text += " " + problem.type;
  if (!problem.code.empty()) text += " code " + problem.code;
  if (!problem.param.empty()) text += " parameter " + problem.param;
  if (request_id.starts_with("req_") && request_id.size() < 64) {
    text += " request " + std::string(request_id);
  }
  return text;
}

std::optional<base::Duration> read_retry_after(const net::Headers& headers) {
  const auto text = headers.get("Retry-After");
  std::int64_t seconds = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (seconds < 0 || seconds > 86'400) return std::nullopt;
  return std::chrono::seconds(seconds);
}

Outcome unanswered(bool writes, const Error& error) {
  Outcome outcome{.error = error, .repeat = true};
  if (error.code == Code::unavailable) return outcome;  // nothing was sent
  // Every other failure came after the request may have reached the peer.
  outcome.may_have_happened = writes;
  outcome.error->code = writes ? Code::ambiguous : Code::deadline;
  return outcome;
}

Code code_of(bool writes, int status, const Problem& problem) {
  if (status == 401 || status == 403) return Code::unauthenticated;
  if (status == 404) return Code::not_found;
  if (status == 409) return Code::unavailable;  // the same key is being handled right now
  if (status == 429) return Code::rate_limited;
  // The key was used with other parameters: that earlier order may have been carried out.
  if (status == 400 && problem.type == "idempotency_error") return Code::ambiguous;
  if (status >= 400 && status < 500) return Code::refused;
  return writes ? Code::ambiguous : Code::unavailable;
}

}  // namespace

Outcome classify(bool writes, const base::Result<net::ClientResponse>& answer) {
  if (!answer) return unanswered(writes, answer.error());
  const int status = answer->status;
  if (status >= 200 && status < 300) return {};

  const Problem problem = read_problem(answer->body);
  const Code code = code_of(writes, status, problem);
  Outcome outcome;
  outcome.retry_after = read_retry_after(answer->headers);
  outcome.may_have_happened = code == Code::ambiguous;
  outcome.error = base::error(code, problem.code.empty() ? problem.type : problem.code,
                              describe(status, problem, answer->headers.get("Request-Id")));
  if (code == Code::rate_limited || code == Code::unavailable) {
    const auto wait = outcome.retry_after.value_or(std::chrono::seconds(1));
    outcome.error->retry_after_s = static_cast<std::uint32_t>(wait.count() / 1'000'000);
  }
  outcome.repeat = status == 409 || status == 429 || status >= 500;
  // Stripe knows better than the status: a stored 500 comes back on every repetition.
  const auto advice = answer->headers.get("Stripe-Should-Retry");
  if (advice == "true") outcome.repeat = true;
  if (advice == "false") outcome.repeat = false;
  return outcome;
}

Error final_error(Error last, bool may_have_happened) {
  const bool tells_nothing = last.code == Code::unavailable || last.code == Code::rate_limited ||
                             last.code == Code::unauthenticated;
  if (may_have_happened && tells_nothing) {
    last.code = Code::ambiguous;
    last.detail = "an earlier try may have been carried out; then: " + last.detail;
  }
  return last;
}

}  // namespace providers::stripe
