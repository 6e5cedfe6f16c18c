#include "sandbox/control/control.h"
#include "sandbox/core/html.h"
#include "sandbox/core/json_out.h"

namespace sandbox {
namespace {

struct SmtpUserBody {
  std::string user, password;
};
BOOST_DESCRIBE_STRUCT(SmtpUserBody, (), (user, password))

bool is_for(const mail::Mail& mail, const std::string& to) {
  if (to.empty()) return true;
  const auto& all = mail.envelope.to;
  return std::find(all.begin(), all.end(), to) != all.end();
}

void show_mail(JsonOut& out, const mail::Mail& mail) {
  out.object().field("n", mail.n).field("envelope_from", mail.envelope.from);
  out.array("envelope_to");
  for (const auto& to : mail.envelope.to) out.value(to);
  out.end_array().field("from", mail.from).field("to", mail.to);
  out.field("subject", mail.subject).field("message_id", mail.message_id);
  out.field("text", mail.text).field("html", mail.html);
  out.array("pictures");
  for (const auto& picture : mail.pictures) {
    out.object().field("content_id", picture.content_id);
    out.field("media_type", picture.media_type);
    out.field("size_bytes", static_cast<std::int64_t>(picture.bytes.size())).end_object();
  }
  out.end_array();
  out.array("headers");
  for (const auto& [name, value] : mail.headers) {
    out.object().field("name", name).field("value", value).end_object();
  }
  out.end_array().field("tls", mail.envelope.tls).text_or_null("user", mail.envelope.user);
  out.field("received_at", base::to_rfc3339(mail.received)).end_object();
}

net::Response list_mails(const mail::MailStore& mails, const net::Request& request) {
  const auto query = read_query(request);
  const auto to = query.get("to"), contains = query.get("contains");
  std::vector<const mail::Mail*> found;
  std::size_t count = 0;
  for (auto it = mails.all().rbegin(); it != mails.all().rend(); ++it) {
    if (!is_for(*it, to)) continue;
    if (it->text.find(contains) == it->text.npos && it->html.find(contains) == it->html.npos &&
        it->subject.find(contains) == it->subject.npos) {
      continue;
    }
    ++count;
    if (found.size() < query.limit) found.push_back(&*it);
  }
  JsonOut out;
  out.object().field("count", count).array("mails");
  for (const auto* mail : found) show_mail(out, *mail);
  return json_response(out.end_array().end_object().take());
}

net::Response list_rollbar(const Rollbar& rollbar) {
  JsonOut out;
  out.object().field("count", rollbar.items().size()).array("items");
  for (auto it = rollbar.items().rbegin(); it != rollbar.items().rend(); ++it) out.raw(it->json);
  return json_response(out.end_array().end_object().take());
}

}  // namespace

void add_mail_control(net::Router& router, Realm realm) {
  using net::Method;
  using net::Request;
  auto& world = realm.world;
  add_plain_route(router, world, Method::get, "/control/mails",
                  [realm](const Request& request) { return list_mails(realm.mails, request); });
  add_plain_route(router, world, Method::get, "/control/rollbar",
                  [realm](const Request&) { return list_rollbar(realm.rollbar); });
  add_plain_route(router, world, Method::get, "/control/smtp/certificate", [realm](const Request&) {
    return net::text_response(200, "application/x-pem-file", realm.certificate.certificate_pem);
  });
  control_post<SmtpUserBody>(router, world, "/control/smtp/users",
                             [realm](const Request&, SmtpUserBody body) {
                               realm.smtp_users[body.user] = body.password;
                               return json_response("{}");
                             });
}

}  // namespace sandbox
