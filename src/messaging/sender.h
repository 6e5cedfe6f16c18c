#pragma once
#include <string>
#include <vector>

#include "base/work_loop.h"
#include "messaging/prepare.h"

namespace messaging {

// The worker over messages that are due: sends what is queued, turns attempts whose owner died into
// `unknown`, settles unknown texts by listing, fetches prices. A batch is claimed in one
// transaction; then each message goes on alone. Owned by app, lives as long as the runtime.
class Sender {
 public:
  Sender(base::Runtime& runtime, store::Store& store, Messages& messages, Preparer& preparer,
         providers::SmsProvider& sms, providers::MailProvider& mail);
  void start() { loop_.start(); }
  void wake() { loop_.wake(); }  // any thread

 private:
  using Tasks = std::vector<base::Awaitable<void>>;
  // One claimed message and what to do with it.
  struct Job;
  base::Awaitable<Result<Tasks>> claim(std::size_t room);
  Result<std::optional<Job>> claim_one(store::Tx& tx, Message message);
  base::Awaitable<void> work(Job job);
  base::Awaitable<void> send_sms(Message message, PreparedSms prepared);
  base::Awaitable<void> send_mail(Message message, PreparedMail prepared);
  base::Awaitable<Result<std::vector<Job>>> claim_singly(std::int64_t room);
  base::Awaitable<void> add_qr_code(PreparedMail& prepared);
  base::Awaitable<void> settle(Message message, providers::SmsAccount account);
  base::Awaitable<void> fetch_price(Message message, providers::SmsAccount account);
  // Records what one attempt came to; ignored when the message has moved on to another attempt.
  base::Awaitable<void> record(Message attempted,
                               std::function<Status(store::Tx&, Message&)> change);
  Status refused(store::Tx& tx, Message& message, const base::Error& error);

  base::Runtime& runtime_;
  store::Store& store_;
  Messages& messages_;
  Preparer& preparer_;
  providers::SmsProvider& sms_;
  providers::MailProvider& mail_;
  base::WorkLoop loop_;
};

// Applies a provider's view of a text to the row: status, reference, segments, error and price. The
// caller saves.
Status apply_snapshot(store::Tx& tx, Messages& messages, Message& message,
                      const providers::SmsSnapshot& seen);
// When to ask for a price that is not known yet; nothing when it is.
void look_for_price(Message& message, std::int64_t step, Time now);

}  // namespace messaging
