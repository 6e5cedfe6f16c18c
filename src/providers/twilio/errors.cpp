#include "providers/twilio/errors.h"

#include <charconv>

#include "base/json.h"

namespace providers::twilio {

using base::Code;
using base::Error;

namespace {

// Numbers from here on judge the message itself, whatever the HTTP status.
constexpr std::int64_t kFirstMessageCode = 21'000;

std::optional<std::int64_t> read_code(const std::string& body) {
  const auto parsed = base::json::parse(body);
  if (!parsed) return std::nullopt;
  const auto code = base::json::find_int(*parsed, "code");
  if (!code || *code <= 0 || *code > 99'999) return std::nullopt;
  return code;
}

std::optional<base::Duration> read_retry_after(const net::Headers& headers) {
  const auto text = headers.get("Retry-After");
  std::int64_t seconds = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (seconds < 0 || seconds > 86'400) return std::nullopt;
  return std::chrono::seconds(seconds);
}

Code code_of(bool writes, int status, std::optional<std::int64_t> code) {
  const bool about_message = code && *code >= kFirstMessageCode;
  if (status == 401) return Code::unauthenticated;
  if (status == 403) return about_message ? Code::refused : Code::unauthenticated;
  if (status == 404) return about_message ? Code::refused : Code::not_found;
  if (status == 429) return Code::rate_limited;  // never processed, says Twilio
  if (status >= 400 && status < 500) return Code::refused;
  return writes ? Code::ambiguous : Code::unavailable;
}

}  // namespace

Outcome classify(bool writes, const base::Result<net::ClientResponse>& answer) {
  Outcome outcome;
  if (!answer) {
    outcome.error = answer.error();
    outcome.repeat = true;
    if (outcome.error->code == Code::unavailable) return outcome;  // nothing was sent
    outcome.error->code = writes ? Code::ambiguous : Code::deadline;
    return outcome;
  }
  const int status = answer->status;
  if (status >= 200 && status < 300) return outcome;

  const auto number = read_code(answer->body);
  const auto reason = number ? std::to_string(*number) : std::string{};
  const Code code = code_of(writes, status, number);
  outcome.error = base::error(
      code, reason,
      "twilio answered " + std::to_string(status) + (number ? " code " + reason : std::string{}));
  outcome.retry_after = read_retry_after(answer->headers);
  outcome.repeat = status == 429 || status >= 500;
  if (code == Code::rate_limited || code == Code::unavailable) {
    const auto wait = outcome.retry_after.value_or(std::chrono::seconds(1));
    outcome.error->retry_after_s = static_cast<std::uint32_t>(wait.count() / 1'000'000);
  }
  return outcome;
}

}  // namespace providers::twilio
