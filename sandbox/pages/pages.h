#pragma once
#include <cstdint>
#include <deque>
#include <string>

#include "net/http.h"
#include "sandbox/core/gate.h"
#include "sandbox/mail/mail_store.h"
#include "sandbox/twilio/twilio.h"

namespace sandbox {

struct RollbarItem {
  std::int64_t n = 0;
  base::Time at;
  std::string level, title, json;
};

// Rollbar's item API (docs.rollbar.com, "Create item"). Guarded by the world's lock.
class Rollbar {
 public:
  explicit Rollbar(World& world) : world_(world) {}
  void add_routes(net::Router& router);
  const std::deque<RollbarItem>& items() const { return items_; }
  void clear() { items_.clear(); }

  static constexpr std::size_t kItemsMax = 5'000;

 private:
  net::Response create(const net::Request& request);

  World& world_;
  std::deque<RollbarItem> items_;
  std::int64_t last_n_ = 0;
};

// What a person sees: index, phone, inbox, Rollbar. All text is from outside and escaped.
class Pages {
 public:
  Pages(World& world, twilio::Twilio& twilio, mail::MailStore& mails, Rollbar& rollbar)
      : world_(world), twilio_(twilio), mails_(mails), rollbar_(rollbar) {}
  void add_routes(net::Router& router);

 private:
  net::Response index(const net::Request& request);
  net::Response phones(const net::Request& request);
  net::Response phone(const net::Request& request);
  net::Response reply(const net::Request& request);
  net::Response inbox(const net::Request& request);
  net::Response mail(const net::Request& request);
  net::Response mail_part(const net::Request& request);
  net::Response rollbar(const net::Request& request);
  net::Response rollbar_item(const net::Request& request);

  World& world_;
  twilio::Twilio& twilio_;
  mail::MailStore& mails_;
  Rollbar& rollbar_;
};

// The bar on top of every page of ours.
std::string nav(base::Time now);
// "2026-11-23 09:00:00 UTC".
std::string show_time(base::Time time);

}  // namespace sandbox
