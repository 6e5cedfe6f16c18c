#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "app/people.h"
#include "app/web.h"
#include "base/encoding.h"
#include "net/smtp.h"
#include "providers/smtp/smtp.h"
#include "providers/stripe/stripe.h"
#include "providers/twilio/twilio.h"
#include "sandbox/sandbox.h"
#include "store/testing.h"
#include "text/compiler/inline_for_tests.h"

// The stage of a scenario: product and sandbox wired together without sockets or threads.
namespace scenario {

inline const std::string kProduct = "http://product.test";
inline const std::string kSandbox = "http://sandbox.test";

// Hands mails to the sandbox's inbox as its socket would.
class InboxMail : public net::SmtpClient {
 public:
  explicit InboxMail(sandbox::Sandbox& box) : box_(box) {}
  base::Awaitable<base::Result<net::SmtpAccepted>> send(net::SmtpServer, net::Mail mail) override {
    if (fault) co_return *fault;
    sandbox::mail::Envelope envelope;
    envelope.from = mail.envelope_from;
    envelope.to.push_back(mail.envelope_to);
    box_.accept_mail(envelope, std::move(mail.data));
    co_return net::SmtpAccepted{"2.0.0 Ok"};
  }
  base::Awaitable<base::Status> check(net::SmtpServer) override { co_return base::Status{}; }
  std::optional<base::Error> fault;

 private:
  sandbox::Sandbox& box_;
};

struct Reply {
  int status = 0;  // 0: no answer came
  net::Headers headers;
  std::string body;
  boost::json::value json;
  std::string text(std::string_view path) const {
    const auto found = base::json::find_string(json, path);
    return found ? std::string(*found) : "";
  }
  std::int64_t number(std::string_view path) const {
    return base::json::find_int(json, path).value_or(-1);
  }
  bool truth(std::string_view path) const {
    return base::json::find_bool(json, path).value_or(false);
  }
  // Empty when there is no such array: the expectation then fails by its size.
  boost::json::array list(std::string_view path) const {
    const auto* found = base::json::find(json, path);
    return found && found->is_array() ? found->as_array() : boost::json::array{};
  }
};

class World : public ::testing::Test {
 protected:
  World();
  ~World() override;

  // One call to the product (path) or, with an absolute URL, to the sandbox. The body is JSON or a
  // PNG; edits are made whatever the version.
  Reply call(net::Method method, const std::string& target, const std::string& body = "",
             const std::string& key = "");
  Reply get(const std::string& path) { return call(net::Method::get, path); }
  Reply post(const std::string& path, const std::string& body) {
    return call(net::Method::post, path, body);
  }
  Reply control(const std::string& path, const std::string& body) {
    return call(net::Method::post, kSandbox + "/control/" + path, body);
  }
  Reply page(net::Method method, const std::string& path);

  // Lets everything that is due happen, and `by` pass.
  void pass(base::Duration by) { sim().advance(by); }
  base::SimRuntime& sim() { return db_.sim(); }

  std::string new_client(const std::string& email = "anna@example.com",
                         const std::string& phone = "+4915112345678");
  // A request by both channels; its id.
  std::string new_request(const std::string& client_id, std::int64_t amount_minor = 4250);
  std::string link_path(const std::string& request_id);  // "/p/…"
  // Presses Pay; the provider's session id of the checkout that it leads to, empty when it leads
  // back.
  std::string press_pay(const std::string& path);
  void pay(const std::string& session) {
    ASSERT_EQ(control("checkout/" + session + "/complete", "{}").status, 200);
  }
  std::string status_of(const std::string& request_id) {
    return get("/v1/payment-requests/" + request_id).text("status");
  }

  net::MemoryNetwork network_;
  store::testing::TestStore db_;
  std::unique_ptr<sandbox::Sandbox> box_;
  std::unique_ptr<InboxMail> inbox_;
  std::unique_ptr<providers::PaymentProvider> payment_;
  std::unique_ptr<providers::SmsProvider> sms_;
  std::unique_ptr<providers::MailProvider> mail_;
  text::compiler::InlineCompiler compiler_;
  std::unique_ptr<app::Core> core_;
  std::unique_ptr<app::People> people_;
  std::unique_ptr<api::Metrics> metrics_;
  app::Web web_;
  app::DemoAccounts demo_;
};

}  // namespace scenario
