#include "messaging/callbacks.h"

#include <array>

namespace messaging {

namespace {

constexpr std::size_t kFormFieldsMax = 200;
constexpr std::array kStopWords = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END",
                                   "QUIT", "REVOKE",  "OPTOUT",      "STOPP",  "ENDE"};
constexpr std::array kStartWords = {"START", "YES", "UNSTOP"};

template <class Words>
bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

Keyword keyword_of(std::string_view body, std::string_view opt_out_type) {
  if (opt_out_type == "STOP") return Keyword::stop;
  if (opt_out_type == "START") return Keyword::start;
  std::string word;
  for (char c : body) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter) word += static_cast<char>(c & ~0x20);
    if (!letter && c != ' ' && c != '\r' && c != '\n' && c != '.' && c != '!') return Keyword::none;
    if (word.size() > 16) return Keyword::none;
  }
  if (contains(kStopWords, word)) return Keyword::stop;
  if (contains(kStartWords, word)) return Keyword::start;
  return Keyword::none;
}

Callbacks::Callbacks(base::Runtime& runtime, store::Store& store,
                     const providers::SmsProvider& provider, Messages& messages,
                     FindEndpoint find_endpoint)
    : runtime_(runtime),
      store_(store),
      provider_(provider),
      messages_(messages),
      find_endpoint_(std::move(find_endpoint)) {}

base::Awaitable<Result<Callbacks::Endpoint>> Callbacks::verified(
    const Post& post, const std::vector<base::FormField>& form) {
  CO_TRY(auto endpoint, co_await find_endpoint_(post.endpoint));
  CO_TRY_STATUS(provider_.verify_callback(post.url, form, post.signature, endpoint.auth_token));
  co_return endpoint;
}

base::Awaitable<Status> Callbacks::status(Post post) {
  CO_TRY(const auto form, base::form_decode(post.body, kFormFieldsMax));
  CO_TRY(const auto endpoint, co_await verified(post, form));
  CO_TRY(const auto seen, provider_.read_status(form));
  CO_TRY(const auto attempt_id, domain::AttemptId::parse(post.attempt));
  auto apply = [this, &endpoint, &seen, attempt_id](store::Tx& tx) -> Status {
    TRY(auto row, messages_.lock_by_attempt(tx, endpoint.tenant_id, attempt_id));
    // An older attempt, or another tenant's: a correctly signed report changes nothing that is not
    // its own.
    if (!row || (row->provider_ref && *row->provider_ref != seen.provider_ref)) return {};
    if (row->connection_id != endpoint.connection_id) return {};
    const bool unsettled = row->status == domain::MessageStatus::unknown ||
                           row->status == domain::MessageStatus::sending;
    if (unsettled) {
      messages_.move(*row, row->status == domain::MessageStatus::unknown
                               ? domain::MessageEvent::found
                               : domain::MessageEvent::accepted);
      row->reason.clear();
    }
    const providers::SmsSnapshot snapshot{
        .provider_ref = seen.provider_ref, .status = seen.status, .error_code = seen.error_code};
    if (unsettled) look_for_price(*row, 0, runtime_.clock().now());
    TRY_STATUS(apply_snapshot(tx, messages_, *row, snapshot));
    return messages_.save(tx, *row);
  };
  co_return co_await store_.with_transaction(apply);
}

base::Awaitable<Status> Callbacks::inbound(Post post) {
  CO_TRY(const auto form, base::form_decode(post.body, kFormFieldsMax));
  CO_TRY(const auto endpoint, co_await verified(post, form));
  CO_TRY(const auto text, provider_.read_inbound(form));
  const Keyword keyword = keyword_of(text.body, text.opt_out_type);
  if (keyword == Keyword::none) co_return Status{};
  auto apply = [this, &endpoint, &text, keyword](store::Tx& tx) -> Status {
    if (keyword == Keyword::start)
      return messages_.opt_in(tx, endpoint.tenant_id, domain::Channel::sms, text.from);
    return messages_.opt_out(tx, endpoint.tenant_id, domain::Channel::sms, text.from,
                             OptOutSource::inbound);
  };
  co_return co_await store_.with_transaction(apply);
}

}  // namespace messaging
