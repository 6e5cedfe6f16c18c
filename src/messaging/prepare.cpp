#include "messaging/prepare.h"

#include "base/log.h"
#include "domain/sms.h"

namespace messaging {

namespace {

// Longer than any send may take: then the attempt's owner is taken for dead and the outcome for
// unknown.
constexpr base::Duration kAttemptLease = std::chrono::minutes(2);
constexpr std::int64_t kSmsSegmentsMax = 10;
constexpr std::string_view kTokenPlaceholder = "{link-token}";

bool is_about_content(const base::Error& error) {
  return error.code == base::Code::invalid_argument || error.code == base::Code::too_large ||
         error.code == base::Code::corrupt;
}

// The stored copy of what was sent must not open the pay page.
std::string without_token(const std::string& text, const std::string& token) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = text.find(token); at != std::string::npos; at = text.find(token, from)) {
    out.append(text, from, at - from).append(kTokenPlaceholder);
    from = at + token.size();
  }
  return out.append(text, from);
}

}  // namespace

Preparer::Preparer(base::Ids& ids, const base::Clock& clock, Messages& messages,
                   const domain::LinkKeys& links, Urls urls, Hooks hooks)
    : ids_(ids),
      clock_(clock),
      messages_(messages),
      links_(links),
      urls_(std::move(urls)),
      hooks_(std::move(hooks)) {}

Result<Prepared> Preparer::prepare(store::Tx& tx, Message& m) {
  auto context = hooks_.load_context(tx, m);
  if (!context) {
    if (context.error().code != base::Code::not_found) return context.error();
    TRY_STATUS(
        fail(tx, m, context.error().reason.empty() ? "no_template" : context.error().reason));
    return Prepared{};
  }
  TRY(const auto refusal, guard(tx, m, *context));
  if (refusal) {
    TRY_STATUS(suppress(tx, m, *refusal));
    return Prepared{};
  }
  auto accounts = hooks_.find_accounts(tx, m);
  if (!accounts) {
    if (accounts.error().code != base::Code::not_found) return accounts.error();
    TRY_STATUS(fail(tx, m, "no_connection"));
    return Prepared{};
  }
  auto written = m.channel == domain::Channel::sms ? write_sms(tx, m, *context, *accounts)
                                                   : write_mail(tx, m, *context, *accounts);
  // A content that can't be made fails this message, not the batch.
  if (!written && is_about_content(written.error())) {
    base::log::warn("message could not be rendered",
                    {{"message", m.id.text()}, {"detail", written.error().detail}});
    TRY_STATUS(fail(tx, m, "render_failed"));
    return Prepared{};
  }
  return written;
}

Result<std::string> Preparer::token_of(const Message& m) const {
  return links_.token(m.link_key_version, m.id.value);
}

Result<std::optional<domain::SuppressReason>> Preparer::guard(store::Tx& tx, const Message& m,
                                                              const SendContext& c) {
  using Reason = std::optional<domain::SuppressReason>;
  if (c.client_archived) return Reason(domain::SuppressReason::client_archived);
  if (domain::asks_for_payment(m.kind) && !domain::takes_payments(c.request_status))
    return Reason(domain::SuppressReason::request_closed);
  TRY(const bool opted_out, messages_.is_opted_out(tx, m.tenant_id, m.channel, m.to_address));
  const auto contact = domain::suppress_reason({m.channel, m.kind, c.consent, opted_out});
  if (contact) return contact;
  const Time now = clock_.now();
  TRY(const auto to_address, messages_.count_to_address(tx, m, now - domain::kAddressWindow));
  TRY(const auto today, messages_.count_today(tx, m, now));
  return domain::spend_guard(c.policy, {m.channel, m.country, to_address, today});
}

Status Preparer::suppress(store::Tx& tx, Message& m, domain::SuppressReason reason) {
  messages_.move(m, domain::MessageEvent::suppress);
  m.reason = base::enum_name(reason);
  m.work_at.reset();
  base::log::info("message suppressed", {{"message", m.id.text()}, {"reason", m.reason}});
  return messages_.save(tx, m);
}

Status Preparer::fail(store::Tx& tx, Message& m, std::string reason) {
  m.status = domain::MessageStatus::failed;
  m.reason = std::move(reason);
  m.work_at.reset();
  base::log::warn("message failed", {{"message", m.id.text()}, {"reason", m.reason}});
  return messages_.save(tx, m);
}

Status Preparer::start_attempt(store::Tx& tx, Message& m, const SendContext& c) {
  const Time now = clock_.now();
  messages_.move(m, domain::MessageEvent::claim);
  m.attempt_id = ids_.make<domain::AttemptId>();
  m.attempts += 1;
  m.attempted_at = now;
  m.settle_step = 0;
  m.work_at = now + kAttemptLease;
  m.template_id = c.template_ref.id;
  m.template_version = c.template_ref.number;
  TRY_STATUS(messages_.save(tx, m));
  return messages_.add_to_today(tx, m, now);
}

Result<std::shared_ptr<const ParsedTemplate>> Preparer::template_of(store::Tx& tx, const Message& m,
                                                                    const SendContext& c) {
  const auto load = [&] { return hooks_.load_template(tx, m.tenant_id, c.template_ref); };
  return cache_.get(c.template_ref, load);
}

boost::json::value Preparer::data_of(const SendContext& c, const std::string& token) const {
  const MessageUrls urls{urls_.public_url + "/p/" + token, urls_.public_url + "/u/" + token};
  return template_data(c, urls, clock_.now());
}

Result<Prepared> Preparer::write_sms(store::Tx& tx, Message& m, const SendContext& c,
                                     const Accounts& accounts) {
  TRY(const std::string token, token_of(m));
  TRY(const auto parsed, template_of(tx, m, c));
  TRY(std::string body, render_sms(*parsed, data_of(c, token)));
  TRY(const auto size, domain::sms_size(body));
  if (size.segments > kSmsSegmentsMax)
    return base::error(base::Code::invalid_argument, "the text is too long to send");
  m.segments = size.segments;
  m.encoding = base::enum_name(size.encoding);
  m.connection_id = accounts.sms->connection_id;
  TRY_STATUS(start_attempt(tx, m, c));
  TRY_STATUS(messages_.save_content(tx, m, "", without_token(body, token)));
  PreparedSms out{*accounts.sms, {m.to_address, std::move(body), ""}};
  out.message.status_callback_url = urls_.callback_url + "/callbacks/twilio/status/" +
                                    m.connection_id->text() + "/" + m.attempt_id->text();
  return Prepared(std::move(out));
}

Status Preparer::add_images(store::Tx& tx, const Message& m, const ParsedTemplate& parsed,
                            boost::json::value& data, PreparedMail& mail) {
  const bool embedded = parsed.image_mode == domain::ImageMode::embedded;
  const std::string& from = mail.account.envelope_from;
  const std::string cid_tail = "." + m.id.text() + "@" + from.substr(from.find('@') + 1);
  std::vector<ImageAddress> addresses;
  if (!parsed.image_names.empty()) {
    TRY(auto images, hooks_.load_images(tx, m.tenant_id, parsed.image_names, parsed.image_mode));
    for (MessageImage& image : images) {
      const std::string cid = "i" + std::to_string(addresses.size() + 1) + cid_tail;
      addresses.push_back({image.name, embedded ? "cid:" + cid : image.url});
      if (embedded)
        mail.message.inline_images.push_back(
            {cid, std::move(image.media_type), std::move(image.bytes)});
    }
  }
  set_images(data, addresses);
  if (embedded && parsed.shows_qr_code) {
    boost::json::object& link = data.as_object()["link"].as_object();
    mail.qr_code = QrCodePart{"q" + cid_tail, std::string(link["url"].as_string())};
    link["qr_code"] = "cid:" + mail.qr_code->cid;
  }
  return {};
}

Result<Prepared> Preparer::write_mail(store::Tx& tx, Message& m, const SendContext& c,
                                      const Accounts& accounts) {
  TRY(const std::string token, token_of(m));
  TRY(const auto parsed, template_of(tx, m, c));
  PreparedMail out;
  out.account = *accounts.mail;
  auto data = data_of(c, token);
  TRY_STATUS(add_images(tx, m, *parsed, data, out));
  TRY(RenderedMail rendered, render_mail(*parsed, data));
  net::MimeMessage& mail = out.message;
  mail.subject = std::move(rendered.subject);
  mail.html = std::move(rendered.html);
  mail.text = std::move(rendered.text);
  m.connection_id = accounts.mail->connection_id;
  TRY_STATUS(start_attempt(tx, m, c));
  const std::string& from = accounts.mail->envelope_from;
  mail.from = {c.sender_name, from};
  mail.to = {c.client_name, m.to_address};
  mail.reply_to = c.reply_to;
  mail.message_id = m.attempt_id->text() + "@" + from.substr(from.find('@') + 1);
  mail.date = clock_.now();
  mail.list_unsubscribe_url = urls_.public_url + "/u/" + token;
  const std::string& stored = mail.html.empty() ? mail.text : mail.html;
  TRY_STATUS(messages_.save_content(tx, m, without_token(mail.subject, token),
                                    without_token(stored, token)));
  return Prepared(std::move(out));
}

}  // namespace messaging
