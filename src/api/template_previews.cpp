#include "api/template_previews.h"

#include <algorithm>
#include <set>

#include "api/check.h"
#include "api/template_preview_views.h"
#include "base/encoding.h"
#include "domain/sms.h"
#include "domain/utf8.h"
#include "images/qr.h"
#include "templates/check.h"
#include "templates/placeholders.h"
#include "text/html.h"

namespace api {

namespace {

constexpr std::size_t kBodyMax = 512 * 1024;
constexpr std::size_t kUcs2CharsMax = 50;
// Of the link that previews and tests show: it opens no pay page.
constexpr std::string_view kSampleToken = "0000000000000000000000";
// Of the QR code in a test.
constexpr std::string_view kQrCid = "qr@test.invalid";
// Where an SMS to people must say how to stop them (CTIA's handbook, 5.1.3).
constexpr std::string_view kOptOutCountries[] = {"US", "CA"};

// As a program in dark mode shows it: its media queries hold for everybody.
std::string with_dark_scheme(const std::string& html) {
  std::string out;
  std::size_t from = 0;
  while (from < html.size()) {
    std::size_t at = html.size();
    std::size_t length = 0;
    for (const std::string_view query :
         {"(prefers-color-scheme: dark)", "(prefers-color-scheme:dark)"}) {
      const std::size_t found = html.find(query, from);
      if (found >= at) continue;
      at = found;
      length = query.size();
    }
    out.append(html, from, at - from);
    if (length > 0) out.append("(min-width:0)");
    from = at + length;
  }
  return out;
}

void add_problem(PreviewView& view, std::string field, text::Severity severity, std::string code,
                 std::string detail) {
  templates::Problem problem;
  problem.field = std::move(field);
  problem.stage = "data";
  problem.severity = severity;
  problem.code = std::move(code);
  problem.detail = std::move(detail);
  view.problems.push_back(std::move(problem));
}

void add_missing(PreviewView& view, const base::Error& error) {
  if (error.fields.empty())
    add_problem(view, "source", text::Severity::error, "render_failed", error.detail);
  for (const base::FieldError& field : error.fields)
    add_problem(view, "source", text::Severity::error, field.code,
                "{{" + field.field + "}} has no data for this client");
}

SmsView sms_view(std::string text, const templates::Content& content) {
  SmsView view;
  if (const auto size = domain::sms_size(text)) {
    view.encoding = size->encoding;
    view.units = size->units;
    view.segments = size->segments;
  }
  for (const domain::SmsChar& c : domain::ucs2_chars(text, kUcs2CharsMax)) {
    const auto at = static_cast<std::size_t>(c.byte_offset);
    Ucs2CharView one;
    one.character = text.substr(at, domain::code_point_at(text, at).next - at);
    one.position = 1 + domain::utf16_length(std::string_view(text).substr(0, at));
    if (const auto replacement = domain::gsm_replacement(c.code_point))
      one.replacement = std::string(*replacement);
    view.ucs2_characters.push_back(std::move(one));
  }
  std::string rewritten = domain::gsm_rewrite(content.source);
  if (rewritten != content.source) view.rewritten_source = std::move(rewritten);
  view.text = std::move(text);
  return view;
}

class PreviewRoutes {
 public:
  explicit PreviewRoutes(TemplatePreviewDeps deps) : d_(std::move(deps)) {}

  Awaitable<Result<net::Response>> preview(Call call) {
    CO_TRY(const auto body, read_body<PreviewBody>(call.request));
    const PreviewSubject subject = subject_of(call, body, body.channel);
    templates::Content content = content_of(body);
    CO_TRY_STATUS(check(subject, content));
    CO_TRY(auto proof, co_await templates::proof(d_.compiler, subject.purpose, content,
                                                 subject.tenant_id.text()));
    const auto parsed = messaging::parse_template(
        {content.subject, std::move(proof.sendable.html), std::move(proof.sendable.text)});
    CO_TRY(const auto scene, co_await scene_of(subject, needs_of(parsed)));
    PreviewView view;
    view.problems = std::move(proof.problems);
    // Without it the proof says what is wrong and where.
    if (parsed)
      show(view, {subject, content, *parsed, scene},
           body.color_scheme.value_or(ColorScheme::light));
    if (view.sms) {
      CO_TRY(const bool livemode, livemode_of(call.who, body.livemode));
      const std::string country = scene.context.client_country;
      CO_TRY(view.sms->cost, co_await cost_of(subject.tenant_id, livemode, country, *view.sms));
    }
    view.sendable = std::none_of(
        view.problems.begin(), view.problems.end(),
        [](const templates::Problem& p) { return p.severity == text::Severity::error; });
    co_return json_response(200, view);
  }

  Awaitable<Result<net::Response>> test(Call call) {
    CO_TRY(const auto body, read_body<ShownBody>(call.request));
    if (!call.who.user_id)
      co_return base::error(base::Code::forbidden, "no_person",
                            "a test goes to the person who asks for it, and this is an API key");
    CO_TRY(const bool livemode, livemode_of(call.who, body.livemode));
    const PreviewSubject subject = subject_of(call, body, domain::Channel::email);
    templates::Content content = content_of(body);
    CO_TRY_STATUS(check(subject, content));
    CO_TRY(auto proof, co_await templates::proof(d_.compiler, subject.purpose, content,
                                                 subject.tenant_id.text()));
    CO_TRY_STATUS(templates::refuse_errors(proof));
    CO_TRY(auto mail, co_await mail_of(subject, content, std::move(proof.sendable)));
    TestMail order{subject.tenant_id, *call.who.user_id, livemode, std::move(mail)};
    CO_TRY(auto address, co_await d_.send_test(std::move(order)));
    co_return json_response(200, TestView{std::move(address)});
  }

  Awaitable<Result<net::Response>> placeholders(Call call) {
    CO_TRY(const auto params, Params::read(call.request, {"channel", "kind"}));
    templates::Purpose purpose;
    CO_TRY(const auto channel, params.choice<domain::Channel>("channel"));
    CO_TRY(const auto kind, params.choice<domain::MessageKind>("kind"));
    purpose.channel = channel.value_or(purpose.channel);
    purpose.kind = kind.value_or(purpose.kind);
    PlaceholdersView view;
    for (const templates::PlaceholderInfo& info : templates::placeholders()) {
      if (!templates::is_available(info, purpose)) continue;
      view.data.push_back({std::string(info.name), std::string(info.description),
                           std::string(info.example), info.may_be_empty, info.is_url});
    }
    co_return json_response(200, view);
  }

 private:
  static PreviewSubject subject_of(const Call& call, const ShownBody& body,
                                   domain::Channel channel) {
    return {call.who.tenant_id,
            {channel, body.kind},
            body.locale,
            body.client_id,
            body.payment_request_id};
  }
  static templates::Content content_of(ShownBody body) {
    return {body.source_kind, std::move(body.subject), std::move(body.source),
            std::move(body.body_text), body.image_mode.value_or(domain::ImageMode::linked)};
  }

  static Status check(const PreviewSubject& subject, templates::Content& content) {
    std::string name = "preview";
    std::string locale = subject.locale;
    return templates::check_all({&name, &locale, subject.purpose.channel, &content});
  }

  // Whose message it is, and its pictures. The link of a preview opens nothing, so that its code
  // can't be fetched either: it is drawn here.
  struct Scene {
    messaging::SendContext context;
    std::vector<messaging::ImageAddress> images;
    std::string qr_code;  // PNG; empty when it is not shown
  };
  struct Needs {
    std::vector<std::string> images;
    bool qr_code = false;
  };
  struct Shown {
    const PreviewSubject& subject;
    const templates::Content& content;
    const messaging::ParsedTemplate& parsed;
    const Scene& scene;
  };

  static Needs needs_of(const Result<messaging::ParsedTemplate>& parsed) {
    return parsed ? Needs{parsed->image_names, parsed->shows_qr_code} : Needs{};
  }
  messaging::MessageUrls sample_urls() const {
    const std::string token(kSampleToken);
    return {d_.public_url + "/p/" + token, d_.public_url + "/u/" + token};
  }

  Awaitable<Result<Scene>> scene_of(PreviewSubject subject, Needs needs) {
    auto body = [this, &subject, &needs](store::Tx& tx) -> Result<Scene> {
      Scene scene;
      TRY(scene.context, d_.context(tx, subject));
      if (!needs.images.empty()) {
        TRY(scene.images, d_.images(tx, subject.tenant_id, needs.images));
      }
      return scene;
    };
    CO_TRY(auto scene, co_await d_.store.with_snapshot(body));
    if (needs.qr_code) {
      const auto draw = [link = sample_urls().pay] { return images::qr_code_png(link); };
      CO_TRY(scene.qr_code, co_await base::run_blocking(d_.runtime, draw));
    }
    co_return scene;
  }

  Awaitable<Result<std::optional<CostView>>> cost_of(domain::TenantId tenant, bool livemode,
                                                     std::string country, const SmsView& sms) {
    if (country.empty()) co_return std::optional<CostView>{};
    CO_TRY(const auto price, co_await d_.sms_price(tenant, livemode, country));
    if (!price) co_return std::optional<CostView>{};
    co_return CostView{country, price->segment_micros, price->segment_micros * sms.segments,
                       price->currency};
  }

  // `qr_address`: where the picture of the link is.
  boost::json::value data_of(const Scene& scene, const std::string& qr_address) const {
    auto data = messaging::template_data(scene.context, sample_urls(), d_.runtime.clock().now());
    messaging::set_images(data, scene.images);
    if (!scene.qr_code.empty()) data.as_object()["link"].as_object()["qr_code"] = qr_address;
    return data;
  }

  void show(PreviewView& view, const Shown& shown, ColorScheme scheme) const {
    list_unused(view, shown.subject, shown.parsed);
    const auto data =
        data_of(shown.scene, "data:image/png;base64," + base::to_base64(shown.scene.qr_code));
    if (shown.subject.purpose.channel == domain::Channel::sms) {
      auto text = messaging::render_sms(shown.parsed, data);
      if (!text) return add_missing(view, text.error());
      view.sms = sms_view(*std::move(text), shown.content);
      return warn_of_opt_out(view, shown.scene.context);
    }
    auto mail = messaging::render_mail(shown.parsed, data);
    if (!mail) return add_missing(view, mail.error());
    MailView out;
    out.subject = std::move(mail->subject);
    out.size_bytes = std::ssize(mail->html.empty() ? mail->text : mail->html);
    out.preheader = text::preheader_of(mail->html.empty() ? mail->text : mail->html);
    if (!mail->html.empty()) {
      out.html = scheme == ColorScheme::dark ? with_dark_scheme(mail->html) : std::move(mail->html);
    }
    out.text = std::move(mail->text);
    view.email = std::move(out);
  }

  static void list_unused(PreviewView& view, const PreviewSubject& subject,
                          const messaging::ParsedTemplate& parsed) {
    std::set<std::string_view> used;
    for (const auto* part : {&parsed.subject, &parsed.html, &parsed.text}) {
      if (!*part) continue;
      for (const text::Placeholder& p : (*part)->placeholders()) used.insert(p.name);
    }
    for (const templates::PlaceholderInfo& info : templates::placeholders()) {
      if (templates::is_available(info, subject.purpose) && !used.contains(info.name))
        view.unused_placeholders.emplace_back(info.name);
    }
  }

  static void warn_of_opt_out(PreviewView& view, const messaging::SendContext& context) {
    if (view.sms->text.find("STOP") != std::string::npos) return;
    for (const std::string_view country : kOptOutCountries) {
      const auto& allowed = context.policy.allowed_countries;
      if (std::find(allowed.begin(), allowed.end(), country) == allowed.end()) continue;
      return add_problem(view, "source", text::Severity::warning, "opt_out_wording",
                         "in the United States and Canada an SMS says how to stop them, for "
                         "example: Reply STOP to opt out");
    }
  }

  Awaitable<Result<net::MimeMessage>> mail_of(PreviewSubject subject, templates::Content content,
                                              templates::Sendable sendable) {
    const auto parsed = messaging::parse_template(
        {content.subject, std::move(sendable.html), std::move(sendable.text)});
    if (!parsed) co_return parsed.error();
    CO_TRY(const auto scene, co_await scene_of(std::move(subject), needs_of(parsed)));
    const auto data = data_of(scene, "cid:" + std::string(kQrCid));
    CO_TRY(auto rendered, messaging::render_mail(*parsed, data));
    net::MimeMessage mail;
    if (!scene.qr_code.empty() && !rendered.html.empty())
      mail.inline_images.push_back({std::string(kQrCid), "image/png", scene.qr_code});
    mail.subject = "[Test] " + rendered.subject;
    mail.html = std::move(rendered.html);
    mail.text = std::move(rendered.text);
    mail.from.name = scene.context.sender_name;
    mail.reply_to = scene.context.reply_to;
    mail.date = d_.runtime.clock().now();
    co_return mail;
  }

  TemplatePreviewDeps d_;
};

}  // namespace

void add_template_preview_routes(Routes& routes, TemplatePreviewDeps deps) {
  auto self = std::make_shared<PreviewRoutes>(std::move(deps));
  routes.add(
      Method::post, "/v1/template-previews", Need::tenant_viewer,
      [self](Call call) { return self->preview(std::move(call)); }, kBodyMax);
  routes.add(
      Method::post, "/v1/template-tests", Need::tenant_member,
      [self](Call call) { return self->test(std::move(call)); }, kBodyMax);
  routes.add(Method::get, "/v1/template-placeholders", Need::tenant_viewer,
             [self](Call call) { return self->placeholders(std::move(call)); });
}

}  // namespace api
