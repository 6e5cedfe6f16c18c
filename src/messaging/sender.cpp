#include "messaging/sender.h"

#include "base/log.h"
#include "images/qr.h"
#include "messaging/sql.gen.h"

namespace messaging {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kInFlight = 64;
constexpr base::Duration kClaimLease = minutes(2);
// When to ask for a price that the provider did not know yet.
constexpr base::Duration kPriceWaits[] = {seconds(10), minutes(1), minutes(10),
                                          hours(1),    hours(6),   hours(24)};
constexpr std::string_view kTwilioOptedOut = "21610";

struct Due {
  Time now;
  std::int64_t room = 0;
};
BOOST_DESCRIBE_STRUCT(Due, (), (now, room))

constexpr store::Query<Due, Message> kDue{sql::due_messages};
constexpr base::Duration kParked = minutes(10);

std::optional<Time> next_price_look(std::int64_t step, Time now) {
  if (step >= static_cast<std::int64_t>(std::size(kPriceWaits))) return std::nullopt;
  return now + kPriceWaits[step];
}

bool taken(domain::MessageStatus status) {
  return status == domain::MessageStatus::sent || status == domain::MessageStatus::delivered ||
         status == domain::MessageStatus::undelivered;
}

// Nothing reached the provider: the attempt may be made again without any doubt.
bool nothing_sent(const base::Error& error) {
  return error.code == base::Code::unavailable || error.code == base::Code::rate_limited ||
         error.code == base::Code::unauthenticated;
}

// It could not even be written: nothing left this process, and nothing ever will.
bool not_a_mail(const base::Error& error) {
  return error.code == base::Code::invalid_argument || error.code == base::Code::too_large;
}

}  // namespace

struct Sender::Job {
  enum class Kind : std::uint8_t { send, settle, price } kind = Kind::send;
  Message message;
  Prepared prepared;
  std::optional<providers::SmsAccount> account;
};

void look_for_price(Message& m, std::int64_t step, Time now) {
  if (m.fee_micros) return;
  m.settle_step = step;
  m.work_at = next_price_look(step, now);
}

Status apply_snapshot(store::Tx& tx, Messages& messages, Message& m,
                      const providers::SmsSnapshot& seen) {
  if (!seen.provider_ref.empty()) m.provider_ref = seen.provider_ref;
  if (seen.segments > 0) m.segments = seen.segments;
  domain::ProviderDelivery delivery = domain::ProviderDelivery::accepted;
  if (base::enum_from_name(seen.status, delivery)) messages.move(m, domain::event_of(delivery));
  if (!seen.error_code.empty()) m.error_code = seen.error_code;
  if (m.fee_micros || !seen.price_micros) return {};
  TRY_STATUS(messages.set_fee(tx, m, *seen.price_micros, seen.price_currency));
  m.work_at.reset();
  return {};
}

Sender::Sender(base::Runtime& runtime, store::Store& store, Messages& messages, Preparer& preparer,
               providers::SmsProvider& sms, providers::MailProvider& mail)
    : runtime_(runtime),
      store_(store),
      messages_(messages),
      preparer_(preparer),
      sms_(sms),
      mail_(mail),
      loop_(runtime, {.name = "messaging.sender", .in_flight_max = kInFlight, .claim_max = 32},
            [this](std::size_t room) { return claim(room); }) {}

base::Awaitable<Result<Sender::Tasks>> Sender::claim(std::size_t room) {
  const Due due{runtime_.clock().now(), static_cast<std::int64_t>(room)};
  auto body = [this, due](store::Tx& tx) -> Result<std::vector<Job>> {
    TRY(auto rows, tx.all(kDue, due));
    std::vector<Job> jobs;
    for (Message& row : rows) {
      TRY(auto job, claim_one(tx, std::move(row)));
      if (job) jobs.push_back(std::move(*job));
    }
    return jobs;
  };
  auto jobs = co_await store_.with_transaction(body);
  // While the database is away nothing is wrong with any message.
  if (!jobs && jobs.error().code == base::Code::unavailable) co_return jobs.error();
  if (!jobs) {
    base::log::warn("messages could not be claimed together", {{"detail", jobs.error().detail}});
    CO_TRY(jobs, co_await claim_singly(due.room));
  }
  Tasks tasks;
  for (Job& job : *jobs) tasks.push_back(work(std::move(job)));
  co_return tasks;
}

// One message that can't be claimed must not keep the others, of all tenants, from being sent: it
// waits, they go on.
base::Awaitable<Result<std::vector<Sender::Job>>> Sender::claim_singly(std::int64_t room) {
  const Due due{runtime_.clock().now(), room};
  auto list = [due](store::Tx& tx) { return tx.all(kDue, due); };
  CO_TRY(const auto rows, co_await store_.with_transaction(list));
  std::vector<Job> jobs;
  for (const Message& row : rows) {
    auto one = [this, &row, due](store::Tx& tx) -> Result<std::optional<Job>> {
      TRY(auto m, messages_.lock(tx, row.tenant_id, row.id));
      if (!m.work_at || *m.work_at > due.now) return std::optional<Job>{};
      return claim_one(tx, std::move(m));
    };
    auto job = co_await store_.with_transaction(one);
    if (job && *job) jobs.push_back(std::move(**job));
    if (job) continue;
    // What was claimed before must be sent, or its outcome would be unknown for good.
    if (job.error().code == base::Code::unavailable) break;
    base::log::error("a message could not be claimed",
                     {{"message", row.id.text()}, {"detail", job.error().detail}});
    auto park = [this, &row, due](store::Tx& tx) -> Status {
      TRY(auto m, messages_.lock(tx, row.tenant_id, row.id));
      m.work_at = due.now + kParked;
      return messages_.save(tx, m);
    };
    if (!co_await store_.with_transaction(park)) break;
  }
  co_return jobs;
}

Result<std::optional<Sender::Job>> Sender::claim_one(store::Tx& tx, Message m) {
  const Time now = runtime_.clock().now();
  std::optional<Job> job;
  if (m.status == domain::MessageStatus::queued) {
    TRY(auto prepared, preparer_.prepare(tx, m));
    if (std::holds_alternative<std::monostate>(prepared)) return job;
    job.emplace(Job{Job::Kind::send, std::move(m), std::move(prepared), std::nullopt});
    return job;
  }
  const bool was_sending = m.status == domain::MessageStatus::sending;
  if (was_sending) {
    // Its owner died or hangs: whether the provider has it, nobody here knows.
    messages_.move(m, domain::MessageEvent::ambiguous);
    m.reason = "attempt_lost";
  }
  const bool can_look = m.channel == domain::Channel::sms &&
                        (m.status == domain::MessageStatus::unknown || taken(m.status));
  if (!can_look) {
    m.work_at.reset();
    TRY_STATUS(messages_.save(tx, m));
    return job;
  }
  if (was_sending) {
    m.settle_step = 0;
    const auto wait = domain::settle_delay(0);
    m.work_at = wait ? std::optional<Time>(now + *wait) : std::nullopt;
    TRY_STATUS(messages_.save(tx, m));
    return job;
  }
  auto accounts = preparer_.hooks().find_accounts(tx, m);
  m.work_at = accounts && accounts->sms ? now + kClaimLease : now + base::Duration(hours(1));
  TRY_STATUS(messages_.save(tx, m));
  if (!accounts || !accounts->sms) return job;
  const auto kind =
      m.status == domain::MessageStatus::unknown ? Job::Kind::settle : Job::Kind::price;
  job.emplace(Job{kind, std::move(m), Prepared{}, accounts->sms});
  return job;
}

base::Awaitable<void> Sender::work(Job job) {
  switch (job.kind) {
    case Job::Kind::settle: co_await settle(std::move(job.message), *job.account); co_return;
    case Job::Kind::price: co_await fetch_price(std::move(job.message), *job.account); co_return;
    case Job::Kind::send: break;
  }
  if (auto* sms = std::get_if<PreparedSms>(&job.prepared)) {
    co_await send_sms(std::move(job.message), std::move(*sms));
  } else if (auto* mail = std::get_if<PreparedMail>(&job.prepared)) {
    co_await send_mail(std::move(job.message), std::move(*mail));
  }
}

base::Awaitable<void> Sender::send_sms(Message message, PreparedSms prepared) {
  auto answer = co_await sms_.send(std::move(prepared.account), std::move(prepared.message));
  auto change = [this, answer](store::Tx& tx, Message& m) -> Status {
    const Time now = runtime_.clock().now();
    if (answer) {
      messages_.move(m, domain::MessageEvent::accepted);
      look_for_price(m, 0, now);
      return apply_snapshot(tx, messages_, m, *answer);
    }
    const base::Error& error = answer.error();
    if (error.code == base::Code::refused || nothing_sent(error)) return refused(tx, m, error);
    messages_.move(m, domain::MessageEvent::ambiguous);
    m.reason = base::to_string(error.code);
    m.settle_step = 0;
    const auto wait = domain::settle_delay(0);
    m.work_at = wait ? std::optional<Time>(now + *wait) : std::nullopt;
    return {};
  };
  co_await record(std::move(message), std::move(change));
}

// A mail whose QR code can't be drawn still has its link.
base::Awaitable<void> Sender::add_qr_code(PreparedMail& prepared) {
  if (!prepared.qr_code) co_return;
  const std::string link = prepared.qr_code->link;
  const auto draw = [link] { return images::qr_code_png(link); };
  auto png = co_await base::run_blocking(runtime_, draw);
  if (png) {
    prepared.message.inline_images.push_back({prepared.qr_code->cid, "image/png", *std::move(png)});
  } else {
    base::log::warn("a QR code could not be drawn", {{"detail", png.error().detail}});
  }
}

base::Awaitable<void> Sender::send_mail(Message message, PreparedMail prepared) {
  const std::int64_t fee_micros = prepared.account.fee_micros;
  const std::string fee_currency = prepared.account.fee_currency;
  co_await add_qr_code(prepared);
  auto answer = co_await mail_.send(std::move(prepared.account), std::move(prepared.message));
  auto change = [this, answer, fee_micros, fee_currency](store::Tx& tx, Message& m) -> Status {
    m.work_at.reset();
    if (answer) {
      messages_.move(m, domain::MessageEvent::accepted);
      m.provider_ref = answer->provider_ref;
      return fee_micros > 0 ? messages_.set_fee(tx, m, fee_micros, fee_currency) : Status{};
    }
    const base::Error& error = answer.error();
    if (error.code == base::Code::refused || nothing_sent(error) || not_a_mail(error))
      return refused(tx, m, error);
    // Mail can't be listed: it stays unknown until a person decides.
    messages_.move(m, domain::MessageEvent::ambiguous);
    m.reason = base::to_string(error.code);
    return {};
  };
  co_await record(std::move(message), std::move(change));
}

Status Sender::refused(store::Tx& tx, Message& m, const base::Error& error) {
  m.error_code = error.reason.substr(0, 64);
  const bool opted_out = m.channel == domain::Channel::sms && error.reason == kTwilioOptedOut;
  if (opted_out) {
    TRY_STATUS(messages_.opt_out(tx, m.tenant_id, m.channel, m.to_address, OptOutSource::provider));
  }
  const bool again = nothing_sent(error) || error.reason == "temporary";
  const auto wait = again ? domain::retry_delay(static_cast<int>(m.attempts)) : std::nullopt;
  m.work_at.reset();
  if (wait) {
    messages_.move(m, domain::MessageEvent::refused_retryable);
    m.work_at = runtime_.clock().now() + *wait;
  } else {
    messages_.move(m, domain::MessageEvent::refused_final);
    m.reason =
        opted_out ? std::string(base::enum_name(domain::SuppressReason::opted_out)) : "refused";
  }
  return {};
}

base::Awaitable<void> Sender::settle(Message message, providers::SmsAccount account) {
  const Time since = message.attempted_at.value_or(message.created_at) - minutes(1);
  auto listed = co_await sms_.list(std::move(account), message.to_address, since);
  auto token = preparer_.token_of(message);
  const providers::SmsSnapshot* found = nullptr;
  if (listed && token) {
    for (const auto& item : *listed) {
      if (item.body.find(*token) != std::string::npos) found = &item;
    }
  }
  auto change = [this, found, &listed](store::Tx& tx, Message& m) -> Status {
    const Time now = runtime_.clock().now();
    if (found) {
      messages_.move(m, domain::MessageEvent::found);
      m.reason.clear();
      look_for_price(m, 0, now);
      return apply_snapshot(tx, messages_, m, *found);
    }
    if (!listed) {
      m.work_at = now + seconds(30);
      return {};
    }
    m.settle_step += 1;
    const auto wait = domain::settle_delay(static_cast<int>(m.settle_step));
    m.work_at = wait ? std::optional<Time>(m.attempted_at.value_or(now) + *wait) : std::nullopt;
    return {};
  };
  co_await record(std::move(message), std::move(change));
}

base::Awaitable<void> Sender::fetch_price(Message message, providers::SmsAccount account) {
  if (!message.provider_ref) co_return;
  auto answer = co_await sms_.fetch(std::move(account), *message.provider_ref);
  auto change = [this, answer](store::Tx& tx, Message& m) -> Status {
    const Time now = runtime_.clock().now();
    look_for_price(m, m.settle_step + 1, now);
    return answer ? apply_snapshot(tx, messages_, m, *answer) : Status{};
  };
  co_await record(std::move(message), std::move(change));
}

base::Awaitable<void> Sender::record(Message attempted,
                                     std::function<Status(store::Tx&, Message&)> change) {
  auto body = [this, &attempted, &change](store::Tx& tx) -> Status {
    TRY(auto row, messages_.lock(tx, attempted.tenant_id, attempted.id));
    if (row.attempt_id != attempted.attempt_id) return {};
    TRY_STATUS(change(tx, row));
    return messages_.save(tx, row);
  };
  auto recorded = co_await store_.with_transaction(body);
  if (!recorded) {
    // The lease runs out, the attempt becomes unknown and is settled by asking the provider.
    base::log::error("attempt's outcome could not be recorded",
                     {{"message", attempted.id.text()}, {"detail", recorded.error().detail}});
  }
}

}  // namespace messaging
