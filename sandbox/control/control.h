#pragma once
#include <functional>
#include <map>
#include <string>

#include "net/http.h"
#include "sandbox/core/world.h"
#include "sandbox/mail/certificate.h"
#include "sandbox/mail/mail_store.h"
#include "sandbox/pages/pages.h"
#include "sandbox/stripe/stripe.h"
#include "sandbox/twilio/twilio.h"

namespace sandbox {

// References to everything that control can see and change.
struct Realm {
  World& world;
  stripe::Stripe& stripe;
  twilio::Twilio& twilio;
  mail::MailStore& mails;
  Rollbar& rollbar;
  std::map<std::string, std::string>& smtp_users;  // user -> password; empty: anybody
  mail::Certificate& certificate;
};

// The control API, a file per subject. Handlers run under the world's lock.
void add_world_control(net::Router& router, Realm realm);   // clock, faults, logs, reset
void add_stripe_control(net::Router& router, Realm realm);  // accounts, checkout, seed, disputes …
void add_twilio_control(net::Router& router, Realm realm);  // accounts, numbers, outcomes, inbound
void add_mail_control(net::Router& router, Realm realm);    // mails, users, certificate, rollbar

// --- for those files ---

net::Response control_error(int status, std::string_view field, std::string_view message);
net::Response control_error(const base::Error& error);

// A route whose body is JSON described by T; a wrong body is answered with 400 and the field.
template <class T>
void control_post(net::Router& router, World& world, std::string path,
                  std::function<net::Response(const net::Request&, T)> handler,
                  std::size_t body_bytes_max = 64 * 1024) {
  const auto plain = [handler](const net::Request& request) {
    auto body = base::json::read<T>(request.body.empty() ? "{}" : std::string_view(request.body));
    return body ? handler(request, std::move(*body)) : control_error(body.error());
  };
  add_plain_route(router, world, net::Method::post, std::move(path), plain, body_bytes_max);
}

// The query of a list: limit (newest first, at most 1000 unless said) and texts.
struct ListQuery {
  std::map<std::string, std::string> texts;
  std::size_t limit = 100;
  std::string get(const std::string& name) const {
    const auto it = texts.find(name);
    return it == texts.end() ? std::string() : it->second;
  }
};
ListQuery read_query(const net::Request& request);

}  // namespace sandbox
