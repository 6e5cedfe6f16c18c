#include "sandbox/sandbox.h"

#include "base/crypto.h"
#include "sandbox/control/control.h"
#include "sandbox/core/html.h"
#include "sandbox/mail/smtp_server.h"
#include "sandbox/pages/checkout.h"

namespace sandbox {

struct Sandbox::Parts : std::enable_shared_from_this<Sandbox::Parts> {
  Parts(base::Runtime& runtime, net::HttpClient& client, Options options)
      : world(std::make_shared<World>(runtime, client, std::move(options))),
        stripe(*world),
        twilio(*world),
        rollbar(*world),
        checkout(*world, stripe),
        pages(*world, twilio, mails, rollbar) {}

  std::shared_ptr<World> world;
  stripe::Stripe stripe;
  twilio::Twilio twilio;
  mail::MailStore mails;
  Rollbar rollbar;
  Checkout checkout;
  Pages pages;
  std::map<std::string, std::string> smtp_users;
  mail::Certificate certificate;
  std::shared_ptr<net::Router> router = std::make_shared<net::Router>();
  std::unique_ptr<mail::SmtpServer> smtp;

  std::int64_t accept(const mail::Envelope& envelope, std::string data) {
    auto mail = mail::parse_mail(std::move(data));
    mail.envelope = envelope;
    const std::lock_guard lock(world->mutex());
    mail.received = world->now();
    return mails.add(std::move(mail));
  }
  bool sign_in(const std::string& user, const std::string& password) {
    const std::lock_guard lock(world->mutex());
    const auto it = smtp_users.find(user);
    return smtp_users.empty() ||
           (it != smtp_users.end() && base::equal_constant_time(it->second, password));
  }
};

namespace {

net::Response no_route(const net::Request& request, int status, const std::string& allow) {
  net::Response response;
  if (request.path.starts_with("/v1/")) {
    auto refusal = stripe::invalid("", "Unrecognized request URL (" +
                                           std::string(net::to_string(request.method)) + ": " +
                                           request.path + ").");
    refusal.status = status == 405 ? 404 : status;  // Stripe tells a wrong method like this, too
    return stripe::error_response(refusal);
  }
  if (request.path.starts_with("/2010-04-01/")) {
    response =
        json_response(R"({"code":20404,"message":"The requested resource was not found",)"
                      R"("more_info":"https://www.twilio.com/docs/errors/20404","status":404})",
                      404);
  } else if (request.path.starts_with("/control/") || request.path.starts_with("/api/")) {
    response = control_error(status, "path", "no such resource or method");
  } else {
    response = html_page("Not here", "<main><h1>Not here</h1></main>", status);
  }
  if (!allow.empty()) response.headers.set("Allow", allow);
  return response;
}

}  // namespace

Sandbox::Sandbox(base::Runtime& runtime, net::HttpClient& client, Options options)
    : parts_(std::make_shared<Parts>(runtime, client, std::move(options))) {
  auto& parts = *parts_;
  parts.stripe.add_routes(*parts.router);
  parts.twilio.add_routes(*parts.router);
  parts.rollbar.add_routes(*parts.router);
  parts.checkout.add_routes(*parts.router);
  parts.pages.add_routes(*parts.router);
  const Realm realm{*parts.world,  parts.stripe,     parts.twilio,     parts.mails,
                    parts.rollbar, parts.smtp_users, parts.certificate};
  add_world_control(*parts.router, realm);
  add_stripe_control(*parts.router, realm);
  add_twilio_control(*parts.router, realm);
  add_mail_control(*parts.router, realm);
  parts.router->set_fallback(no_route);
  parts.world->start(parts_);
}

Sandbox::~Sandbox() {
  parts_->world->stop();
  parts_->smtp.reset();
}

std::shared_ptr<const net::Router> Sandbox::router() const { return parts_->router; }

std::int64_t Sandbox::accept_mail(const mail::Envelope& envelope, std::string data) {
  return parts_->accept(envelope, std::move(data));
}

base::Result<std::uint16_t> Sandbox::start_smtp(const std::string& address, std::uint16_t port) {
  TRY(parts_->certificate, mail::make_certificate());
  mail::SmtpOptions options;
  options.address = address;
  options.port = port;
  // Connections may outlive the sandbox by a moment.
  const std::weak_ptr<Parts> weak = parts_;
  mail::DialogueServices services;
  services.take_fault = [weak](std::string_view phase,
                               std::string_view text) -> std::optional<Fault> {
    const auto parts = weak.lock();
    if (!parts) return std::nullopt;
    const std::lock_guard lock(parts->world->mutex());
    return parts->world->faults().take("smtp", phase, {text});
  };
  services.sign_in = [weak](const std::string& user, const std::string& password) {
    const auto parts = weak.lock();
    return parts && parts->sign_in(user, password);
  };
  services.accept = [weak](const mail::Envelope& envelope, std::string data) -> std::int64_t {
    const auto parts = weak.lock();
    return parts ? parts->accept(envelope, std::move(data)) : 0;
  };
  TRY(parts_->smtp, mail::serve_smtp(parts_->world->runtime(), options, parts_->certificate,
                                     std::move(services)));
  return parts_->smtp->port();
}

base::Time Sandbox::now() const { return parts_->world->now(); }

}  // namespace sandbox
