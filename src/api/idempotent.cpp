#include "api/idempotent.h"

#include <charconv>

#include "base/crypto.h"
#include "base/encoding.h"
#include "store/idempotency.h"

namespace api {

namespace {

constexpr std::string_view kMark = "{payment-link:";

Result<std::optional<std::string>> key_of(const net::Request& request) {
  if (!request.headers.has("Idempotency-Key")) return std::optional<std::string>{};
  const std::string_view key = request.headers.get("Idempotency-Key");
  const bool visible =
      std::all_of(key.begin(), key.end(), [](char c) { return c >= '!' && c <= '~'; });
  if (key.empty() || key.size() > 255 || !visible) {
    return Params::bad_param("Idempotency-Key", "malformed", "1 to 255 visible ASCII characters");
  }
  return std::optional<std::string>(key);
}

net::Response respond(int status, std::string body, bool replayed) {
  net::Response out = net::text_response(status, "application/json", std::move(body));
  out.headers.set("Cache-Control", "no-store");
  if (replayed) out.headers.set("Idempotency-Replayed", "true");
  return out;
}

// What makes a request equal to another: its body, and its query where a creation takes one.
base::Digest content_of(const net::Request& request) {
  const base::Digest body = base::sha256(request.body);
  if (request.query.empty()) return body;
  return base::sha256(std::string(base::as_chars(body)) + request.query);
}

struct Outcome {
  Answer answer;
  bool replayed = false;
};

Result<Outcome> run_once(store::Tx& tx, const store::IdempotencyKey& key, base::Time now,
                         const Effect& effect) {
  TRY(auto begun, store::begin_idempotent(tx, key, now));
  switch (begun.state) {
    case store::IdempotencyState::replay:
      return Outcome{{begun.answer.status, std::move(begun.answer.body)}, true};
    case store::IdempotencyState::mismatch:
      return base::error(base::Code::unprocessable, "idempotency_mismatch",
                         "this Idempotency-Key was used with another body");
    case store::IdempotencyState::running:
      return base::error(base::Code::conflict, "idempotency_running",
                         "an equal request is still running");
    case store::IdempotencyState::fresh: break;
  }
  TRY(auto answer, effect(tx));
  TRY_STATUS(
      store::finish_idempotent(tx, key, {answer.status, base::json::Raw{"{}"}, answer.body}));
  return Outcome{std::move(answer), false};
}

}  // namespace

Creator::Creator(store::Store& store, const base::Clock& clock, const domain::LinkKeys& links,
                 std::string public_url)
    : store_(store), clock_(clock), links_(links), public_url_(std::move(public_url)) {}

Awaitable<Result<net::Response>> Creator::run(const Call& call, Effect effect) const {
  CO_TRY(const auto key_text, key_of(call.request));
  if (!key_text) {
    CO_TRY(auto answer, co_await store_.with_transaction(std::move(effect)));
    co_return respond(answer.status, expand(std::move(answer.body)), false);
  }
  const store::IdempotencyKey key{
      call.who.tenant_id, *key_text,
      std::string(net::to_string(call.request.method)) + " " + call.request.path,
      content_of(call.request)};
  const base::Time now = clock_.now();
  auto body = [&key, now, &effect](store::Tx& tx) { return run_once(tx, key, now, effect); };
  CO_TRY(auto outcome, co_await store_.with_transaction(body));
  co_return respond(outcome.answer.status, expand(std::move(outcome.answer.body)),
                    outcome.replayed);
}

std::string Creator::link_placeholder(std::int64_t key_version, domain::RequestId id) {
  return std::string(kMark) + std::to_string(key_version) + ":" + id.text() + "}";
}

std::string Creator::link_of(std::int64_t key_version, domain::RequestId id) const {
  std::string out;
  append_link(out, key_version, id);
  return out;
}

void Creator::append_link(std::string& out, std::int64_t key_version, domain::RequestId id) const {
  out += public_url_;
  out += "/p/";
  if (!links_.append_token(out, key_version, id.value)) out += "unavailable";
}

std::string Creator::expand(std::string body) const {
  for (std::size_t at = body.find(kMark); at != std::string::npos; at = body.find(kMark, at + 1)) {
    const std::size_t end = body.find('}', at);
    const std::size_t colon = body.find(':', at + kMark.size());
    if (end == std::string::npos || colon == std::string::npos || colon > end) return body;
    std::int64_t version = 0;
    std::from_chars(body.data() + at + kMark.size(), body.data() + colon, version);
    const auto id =
        domain::RequestId::parse(std::string_view(body).substr(colon + 1, end - colon - 1));
    if (!id) continue;
    body.replace(at, end - at + 1, link_of(version, *id));
  }
  return body;
}

}  // namespace api
