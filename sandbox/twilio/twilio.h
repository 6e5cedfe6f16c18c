#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/http.h"
#include "sandbox/core/gate.h"
#include "sandbox/core/world.h"

namespace sandbox::twilio {

struct Account {
  std::string sid;
  std::string auth_token;
  std::int64_t price_micros = 7'900;  // a segment, in micros of the unit
  std::string price_unit = "USD";
  base::Duration price_delay = std::chrono::seconds(2);
  base::Duration status_delay = std::chrono::milliseconds(150);
};

struct Message {
  std::string sid;
  std::size_t index = 0;
  Account* account = nullptr;
  std::string direction;  // outbound-api, outbound-reply, inbound
  std::string to, from, service_sid, body;
  std::string status;
  std::int64_t error_code = 0;
  std::int64_t segments = 1;
  base::Time created, updated;
  std::optional<base::Time> sent;
  std::string callback_url;
  bool deleted = false;
};

// One of the product's senders.
struct Number {
  std::string phone;
  Account* account = nullptr;
  std::string sms_url;      // where inbound messages go; empty: nowhere
  std::string service_sid;  // the messaging service it belongs to
};

struct Outcome {
  std::string status;  // delivered, sent, undelivered, failed, stuck
  std::int64_t error_code = 0;
};

// "0.00790": Twilio's five digits, six when they are needed.
std::string price_text(std::int64_t micros);

// Source: twilio.com/docs/api/errors.
struct Problem {
  int status = 400;
  std::int64_t code = 0;
  std::string message;
};

// Twilio's Messages API, its callbacks and the handsets at the other end. Owned by Sandbox. Called
// under the world's lock.
class Twilio {
 public:
  explicit Twilio(World& world) : world_(world) {}
  void add_routes(net::Router& router);

  Account& account(std::string_view sid);
  void set_number(Number number);
  void set_outcome(std::string to, Outcome outcome) {
    outcomes_[std::move(to)] = std::move(outcome);
  }
  // A person answered on a handset. Returns the message's sid.
  std::string receive(std::string from, std::string to, std::string body);
  const std::deque<Message>& messages() const { return messages_; }
  // In order of time, both directions.
  std::vector<const Message*> conversation(std::string_view phone) const;
  const std::map<std::string, std::vector<Message*>, std::less<>>& handsets() const {
    return by_phone_;
  }
  bool opted_out(const std::string& phone, const std::string& sender) const {
    return opted_out_.contains(phone + "|" + sender);
  }
  void clear();

 private:
  struct Order;
  using Handler = net::Response (Twilio::*)(const net::Request&, Account&);
  void route(net::Router& router, net::Method method, std::string path, std::string_view name,
             Handler handler);
  void price_route(net::Router& router);
  net::Response authenticate(const net::Request& request, std::string_view sid, Account*& account);
  static net::Response price_list(const net::Request& request, const Account& account);
  net::Response create(const net::Request& request, Account& account);
  net::Response fetch(const net::Request& request, Account& account);
  net::Response list(const net::Request& request, Account& account);
  net::Response change(const net::Request& request, Account& account);
  net::Response remove(const net::Request& request, Account& account);
  net::Response fetch_account(const net::Request& request, Account& account);

  std::optional<Problem> check(const Order& order) const;
  std::string sender_of(const std::string& service_sid) const;
  Message* find(const Account& account, std::string_view sid);
  Message& add(Message message);
  void progress(Message& message);
  void set_status(Message& message, std::string status);
  void post_status(const Message& message);
  void post_inbound(const Message& message, const Number& number, std::string_view keyword);
  void answer_keyword(const Message& message, std::string_view keyword);
  std::string render(const Message& message) const;
  std::string make_sid(std::string_view prefix);

  World& world_;
  std::map<std::string, std::shared_ptr<Account>, std::less<>> accounts_;
  std::deque<Message> messages_;  // oldest first
  std::unordered_map<std::string_view, Message*> by_sid_;
  std::map<std::string, std::vector<Message*>, std::less<>> by_phone_;  // the handset's number
  std::map<std::string, Number, std::less<>> numbers_;
  std::map<std::string, Outcome, std::less<>> outcomes_;
  std::set<std::string> opted_out_;  // phone|sender or phone|service
};

// 1 for up to 160 GSM-7 or 70 UCS-2 units, else parts of 153 or 67. Source: GSM 03.38, 3GPP 23.040.
std::int64_t segment_count(std::string_view utf8);
// X-Twilio-Signature: base64 of HMAC-SHA1 over the URL and the sorted parameters, joined without
// separators.
std::string sign(std::string_view auth_token, std::string_view url,
                 const std::map<std::string, std::string>& params);
bool is_phone(std::string_view text);

}  // namespace sandbox::twilio
