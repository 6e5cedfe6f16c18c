#include "providers/stripe/api.h"

#include "base/assert.h"
#include "base/json.h"
#include "base/log.h"
#include "providers/stripe/errors.h"

namespace providers::stripe {

using base::Code;
using base::Duration;

namespace {

constexpr std::size_t kAnswerDepthMax = 48;

// Sending a test payment to a live account, or the reverse, must be impossible.
Status check_key(const PaymentAccount& account) {
  const std::string& key = account.api_key.reveal();
  if (key.empty()) return base::field_error("api_key", "required", "the connection has no key");
  for (const char c : key) {
    if (c <= ' ' || c > '~') return base::field_error("api_key", "malformed", "not a Stripe key");
  }
  const bool live = key.starts_with("sk_live_") || key.starts_with("rk_live_");
  const bool test = key.starts_with("sk_test_") || key.starts_with("rk_test_");
  if (live != account.livemode && (live || test)) {
    return base::field_error(
        "api_key", "wrong_mode",
        live ? "a live key on a test connection" : "a test key on a live connection");
  }
  return {};
}

Result<boost::json::value> read_answer(bool writes, const std::string& body) {
  auto parsed = base::json::parse(body, kAnswerDepthMax);
  if (parsed) return parsed;
  // The call was carried out, but we cannot read what came of it.
  return base::error(writes ? Code::ambiguous : Code::corrupt, "bad_answer",
                     "stripe's answer is not JSON");
}

}  // namespace

bool is_ref(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
    if (!plain) return false;
  }
  return true;
}

Awaitable<Result<boost::json::value>> Api::send(PaymentAccount account, Call call) {
  const bool writes = call.method == net::Method::post;
  QT_ASSERT(writes == !call.idempotency_key.empty());
  CO_TRY_STATUS(check_key(account));

  const Duration started = runtime_.clock().steady();
  bool may_have_happened = false;
  for (int tries = 1;; ++tries) {
    const base::Status slot = co_await limiter_.acquire(account.connection_id, account.livemode);
    if (!slot) co_return final_error(slot.error(), may_have_happened);

    net::ClientRequest request = request_of(account, call);
    const Result<net::ClientResponse> answer = co_await http_.send(std::move(request));
    const Outcome outcome = classify(writes, answer);
    if (!outcome.error) co_return read_answer(writes, answer->body);

    may_have_happened = may_have_happened || outcome.may_have_happened;
    if (outcome.error->code == Code::rate_limited) {
      const Duration quiet = outcome.retry_after.value_or(options_.backoff);
      limiter_.pause(account.connection_id, account.livemode, quiet);
    }
    const Duration wait = backoff(tries, outcome.retry_after);
    const Duration spent = runtime_.clock().steady() - started;
    const bool give_up = !outcome.repeat || tries > options_.retries_max ||
                         wait > options_.backoff_max || spent + wait > options_.retry_window;
    if (give_up) co_return final_error(*outcome.error, may_have_happened);

    base::log::info("stripe call repeated", {{"path", call.path},
                                             {"code", base::to_string(outcome.error->code)},
                                             {"reason", outcome.error->reason},
                                             {"tries", tries}});
    const bool still_running = co_await runtime_.sleep(wait);
    if (!still_running) co_return final_error(*outcome.error, may_have_happened);
  }
}

net::ClientRequest Api::request_of(const PaymentAccount& account, const Call& call) const {
  net::ClientRequest request;
  request.method = call.method;
  request.url = account.base_url + call.path;
  request.timeout = options_.timeout;
  request.bearer = account.api_key;
  request.headers.set("Stripe-Version", std::string(kApiVersion));
  if (call.method == net::Method::post) {
    request.headers.set("Idempotency-Key", call.idempotency_key);
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.body = call.form.encoded();
  } else if (!call.form.empty()) {
    request.url += "?" + call.form.encoded();
  }
  return request;
}

Duration Api::backoff(int tries, std::optional<Duration> retry_after) {
  const Duration full =
      std::min(options_.backoff * (std::int64_t{1} << (tries - 1)), options_.backoff_max);
  // Between half and all of it, so that callers that failed together do not come back together.
  const auto half = static_cast<std::uint64_t>(full.count() / 2);
  const Duration jittered{static_cast<std::int64_t>(half + runtime_.random().below(half + 1))};
  return std::max(jittered, retry_after.value_or(Duration{0}));
}

std::string Api::one_time_key(std::string prefix) {
  std::array<std::uint8_t, 16> bytes{};
  runtime_.random().fill(bytes);
  return prefix + "_" + base::to_hex(bytes);
}

}  // namespace providers::stripe
