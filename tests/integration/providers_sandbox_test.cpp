// Goal: the adapters work with a provider that was written by its documentation and not by ours:
// the sandbox, which shares no code with them. Everything in one process, in simulated time.
#include "providers/stripe/stripe.h"
#include "providers/twilio/twilio.h"
#include "sandbox/testing.h"

namespace {

using base::Code;
using base::Result;
using providers::CheckoutPayment;
using providers::CheckoutStatus;
using sandbox::testing::kKey;
using sandbox::testing::kSecret;

template <class T>
base::Awaitable<void> keep(base::Awaitable<T> call, std::optional<T>& out) {
  out.emplace(co_await std::move(call));
}

class Adapters : public sandbox::testing::Lab {
 protected:
  template <class T>
  T wait_for(base::Awaitable<T> call) {
    std::optional<T> out;
    runtime_->run(keep(std::move(call), out));
    return std::move(*out);
  }
  void told(const std::string& path, std::string json) {
    const auto reply = control(path, std::move(json));
    ASSERT_LT(reply.status, 300) << reply.body;
    ASSERT_GE(reply.status, 200);
  }
  void fault(std::string json) { told("faults", std::move(json)); }
  std::size_t requests(const std::string& operation) {
    return page("/control/requests?operation=" + operation).size("requests");
  }
};

class StripeAdapter : public Adapters {
 protected:
  void SetUp() override {
    register_account();
    account_.base_url = sandbox::testing::kSandboxUrl;
    account_.api_key = base::Secret<std::string>(std::string(kKey));
  }
  providers::CreateCheckout order(std::uint8_t number, std::int64_t amount_minor = 10'000) {
    providers::CreateCheckout order;
    order.id.value.bytes[15] = number;
    order.request_id.value.bytes[15] = number;
    order.amount = {amount_minor, *domain::Currency::parse("EUR")};
    order.description = "Invoice " + std::to_string(number);
    order.payer_email = "ann@example.test";
    order.locale = "de";
    order.success_url = "http://product.test/p/token?done=1";
    order.cancel_url = "http://product.test/p/token";
    order.expires_at = start() + std::chrono::hours(1);
    return order;
  }
  Result<providers::CheckoutSnapshot> create(std::uint8_t number) {
    return wait_for(stripe_->create_checkout(account_, order(number)));
  }
  providers::CheckoutSnapshot retrieve(const std::string& ref) {
    auto got = wait_for(stripe_->retrieve_checkout(account_, ref));
    EXPECT_TRUE(got) << got.error().detail;
    return got ? *got : providers::CheckoutSnapshot{};
  }
  std::string paid_session(std::uint8_t number) {
    const auto created = create(number);
    EXPECT_TRUE(created) << created.error().detail;
    told("checkout/" + created->provider_ref + "/complete", "{}");
    return created->provider_ref;
  }

  std::unique_ptr<providers::PaymentProvider> stripe_ =
      providers::stripe::payment_provider(*runtime_, network_);
  providers::PaymentAccount account_;
};

TEST_F(StripeAdapter, CreatesPaysAndTellsTheFee) {
  const auto created = create(1);
  ASSERT_TRUE(created) << created.error().detail;
  EXPECT_EQ(created->status, CheckoutStatus::open);
  EXPECT_EQ(created->payment, CheckoutPayment::unpaid);
  EXPECT_FALSE(created->url.empty());
  EXPECT_EQ(created->client_reference_id, order(1).id.text());
  EXPECT_EQ(created->session_id, order(1).id.text());
  EXPECT_EQ(created->request_id, order(1).request_id.text());
  EXPECT_EQ(created->tenant_id, account_.tenant_id.text());
  EXPECT_EQ(created->amount_minor, 10'000);
  EXPECT_EQ(created->currency, "EUR");
  EXPECT_FALSE(created->livemode);

  const auto again = create(1);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(again->provider_ref, created->provider_ref);

  told("checkout/" + created->provider_ref + "/complete", "{}");
  const auto paid = retrieve(created->provider_ref);
  EXPECT_EQ(paid.status, CheckoutStatus::complete);
  EXPECT_EQ(paid.payment, CheckoutPayment::paid);
  EXPECT_EQ(paid.payment_intent_status, "succeeded");
  EXPECT_EQ(paid.amount_received_minor, 10'000);
  ASSERT_TRUE(paid.paid_at);
  ASSERT_TRUE(paid.fee);
  EXPECT_EQ(paid.fee->currency, "EUR");
  EXPECT_EQ(paid.fee->amount_minor, 175);  // 1.5 % and 25 cents
  EXPECT_EQ(paid.fee->amount_micros, 1'750'000);
}

TEST_F(StripeAdapter, RefundsAndDisputesAreRead) {
  const auto ref = paid_session(1);
  providers::CreateRefund refund;
  refund.id.value.bytes[15] = 9;
  refund.payment_intent = retrieve(ref).payment_intent;
  refund.amount = {2'500, *domain::Currency::parse("EUR")};
  refund.reason = "requested_by_customer";
  const auto made = wait_for(stripe_->create_refund(account_, refund));
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->own_id, refund.id.text());
  const auto again = wait_for(stripe_->create_refund(account_, refund));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->provider_ref, made->provider_ref);

  const auto refunded = retrieve(ref);
  EXPECT_EQ(refunded.refunded_minor, 2'500);
  ASSERT_EQ(refunded.refunds.size(), 1u);
  EXPECT_EQ(refunded.refunds[0].own_id, refund.id.text());
  EXPECT_EQ(refunded.refunds[0].amount_minor, 2'500);
  EXPECT_TRUE(refunded.disputes.empty());

  refund.id.value.bytes[15] = 10;
  refund.amount.amount_minor = 7'501;
  const auto too_much = wait_for(stripe_->create_refund(account_, refund));
  ASSERT_FALSE(too_much);
  EXPECT_EQ(too_much.error().code, Code::refused);

  const auto disputed = paid_session(2);
  told("disputes", R"({"session":")" + disputed + "\"}");
  const auto contested = retrieve(disputed);
  ASSERT_EQ(contested.disputes.size(), 1u);
  EXPECT_EQ(contested.disputes[0].amount_minor, 10'000);
  EXPECT_EQ(contested.disputes[0].status, "needs_response");
}

TEST_F(StripeAdapter, ManyRefundsAreAllRead) {
  const auto ref = paid_session(1);
  providers::CreateRefund refund;
  refund.payment_intent = retrieve(ref).payment_intent;
  refund.amount = {100, *domain::Currency::parse("EUR")};
  for (std::uint8_t i = 1; i <= 13; ++i) {
    refund.id.value.bytes[15] = i;
    ASSERT_TRUE(wait_for(stripe_->create_refund(account_, refund)));
  }
  const auto got = retrieve(ref);
  EXPECT_EQ(got.refunded_minor, 1'300);
  EXPECT_EQ(got.refunds.size(), 13u);
}

TEST_F(StripeAdapter, ExpiresOnlyWhatIsOpen) {
  const auto open = create(1);
  ASSERT_TRUE(open);
  const auto expired = wait_for(stripe_->expire_checkout(account_, open->provider_ref));
  ASSERT_TRUE(expired) << expired.error().detail;
  EXPECT_EQ(expired->status, CheckoutStatus::expired);
  const auto paid = paid_session(2);
  const auto refused = wait_for(stripe_->expire_checkout(account_, paid));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::refused);
}

TEST_F(StripeAdapter, ListsEventsAndVerifiesCallbacks) {
  const auto ref = paid_session(1);
  settle(std::chrono::seconds(2));
  const auto page = wait_for(stripe_->list_events(account_, start(), ""));
  ASSERT_TRUE(page) << page.error().detail;
  EXPECT_FALSE(page->has_more);
  const auto completed =
      std::find_if(page->events.begin(), page->events.end(),
                   [](const auto& event) { return event.type == "checkout.session.completed"; });
  ASSERT_NE(completed, page->events.end());
  EXPECT_EQ(completed->session_ref, ref);
  EXPECT_EQ(completed->session_id, order(1).id.text());
  const auto later = wait_for(stripe_->list_events(account_, start() + std::chrono::hours(1), ""));
  ASSERT_TRUE(later);
  EXPECT_TRUE(later->events.empty());

  ASSERT_FALSE(hooks_.empty());
  const std::vector<base::Secret<std::string>> secrets = {
      base::Secret<std::string>(std::string(kSecret))};
  const base::Time now = start() + std::chrono::seconds(2);
  for (const auto& hook : hooks_) {
    const auto header = hook.headers.get("Stripe-Signature");
    const auto event = stripe_->read_callback(hook.body, header, secrets, now);
    EXPECT_TRUE(event) << event.error().reason;
    EXPECT_FALSE(stripe_->read_callback(hook.body + " ", header, secrets, now));
  }
}

TEST_F(StripeAdapter, FaultsEndInOneSessionOrAnHonestError) {
  fault(R"({"provider":"stripe","operation":"sessions.create","mode":"lose_reply_but_done"})");
  const auto lost = create(1);
  ASSERT_TRUE(lost) << lost.error().detail;
  EXPECT_EQ(requests("sessions.create"), 2u);
  const auto all = stripe_get("checkout/sessions");
  EXPECT_EQ(all.size("data"), 1u);

  fault(R"({"provider":"stripe","operation":"sessions.create","mode":"status","status":500,
            "count":3})");
  const auto failed = create(2);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::ambiguous);

  fault(R"({"provider":"stripe","operation":"sessions.create","mode":"status","status":429})");
  EXPECT_TRUE(create(3));

  fault(R"({"provider":"stripe","operation":"sessions.retrieve","mode":"close_mid_reply"})");
  EXPECT_EQ(retrieve(lost->provider_ref).provider_ref, lost->provider_ref);
}

TEST_F(StripeAdapter, ChecksTheAccount) {
  const auto name = wait_for(stripe_->check(account_));
  ASSERT_TRUE(name) << name.error().detail;
  EXPECT_FALSE(name->empty());
  const auto unknown = wait_for(stripe_->retrieve_checkout(account_, "cs_test_unknown"));
  EXPECT_EQ(unknown.error().code, Code::not_found);
}

class TwilioAdapter : public Adapters {
 protected:
  void SetUp() override {
    account_.base_url = sandbox::testing::kSandboxUrl;
    account_.account_sid = "AC" + std::string(32, '1');
    account_.auth_token = base::Secret<std::string>("0123456789abcdef0123456789abcdef");
    account_.from = "+15005550006";
    told("twilio/accounts", R"({"account_sid":")" + account_.account_sid + R"(","auth_token":")" +
                                account_.auth_token.reveal() + "\"}");
  }
  providers::SmsMessage text(std::string to, std::string body) {
    providers::SmsMessage message;
    message.to = std::move(to);
    message.body = std::move(body);
    message.status_callback_url = "http://product.test/hook/twilio";
    return message;
  }
  Result<providers::SmsSnapshot> send(std::string to, std::string body) {
    return wait_for(twilio_->send(account_, text(std::move(to), std::move(body))));
  }

  std::unique_ptr<providers::SmsProvider> twilio_ =
      providers::twilio::sms_provider(*runtime_, network_);
  providers::SmsAccount account_;
};

TEST_F(TwilioAdapter, SendsListsAndLearnsThePrice) {
  const auto sent = send("+491701234567", "Pay here: https://q.test/p/abc €");
  ASSERT_TRUE(sent) << sent.error().detail;
  EXPECT_FALSE(sent->price_micros);
  EXPECT_GE(sent->segments, 1);
  ASSERT_TRUE(send("+491709999999", "other"));

  settle(std::chrono::seconds(10));
  const auto now = wait_for(twilio_->fetch(account_, sent->provider_ref));
  ASSERT_TRUE(now) << now.error().detail;
  EXPECT_EQ(now->status, "delivered");
  EXPECT_EQ(now->price_micros, 7'900);
  EXPECT_EQ(now->price_currency, "USD");

  const auto listed = wait_for(twilio_->list(account_, "+491701234567", start()));
  ASSERT_TRUE(listed) << listed.error().detail;
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->at(0).provider_ref, sent->provider_ref);
  EXPECT_EQ(listed->at(0).body, "Pay here: https://q.test/p/abc €");
  const auto later =
      wait_for(twilio_->list(account_, "+491701234567", start() + std::chrono::minutes(1)));
  EXPECT_TRUE(later->empty());
}

TEST_F(TwilioAdapter, CallbacksVerifyAndRead) {
  const auto sent = send("+491701234567", "Hi");
  ASSERT_TRUE(sent);
  settle(std::chrono::seconds(10));
  ASSERT_FALSE(hooks_.empty());
  std::vector<std::string> states;
  for (const auto& hook : hooks_) {
    const auto form = base::form_decode(hook.body, 100);
    ASSERT_TRUE(form);
    const auto signature = hook.headers.get("X-Twilio-Signature");
    EXPECT_TRUE(twilio_->verify_callback("http://product.test/hook/twilio", *form, signature,
                                         account_.auth_token));
    EXPECT_FALSE(twilio_->verify_callback("http://product.test/hook/other", *form, signature,
                                          account_.auth_token));
    const auto status = twilio_->read_status(*form);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->provider_ref, sent->provider_ref);
    EXPECT_EQ(status->account_sid, account_.account_sid);
    states.push_back(status->status);
  }
  EXPECT_EQ(states.back(), "delivered");
}

TEST_F(TwilioAdapter, ListFollowsThePages) {
  for (int i = 0; i < 230; ++i) ASSERT_TRUE(send("+491701234567", "n " + std::to_string(i)));
  const auto listed = wait_for(twilio_->list(account_, "+491701234567", start()));
  ASSERT_TRUE(listed) << listed.error().detail;
  EXPECT_EQ(listed->size(), 230u);
}

TEST_F(TwilioAdapter, LostRepliesAreAmbiguousAndFoundByListing) {
  fault(R"({"provider":"twilio","operation":"messages.create","mode":"lose_reply_but_done"})");
  const auto lost = send("+491701234567", "https://q.test/p/lost");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::ambiguous);
  EXPECT_EQ(requests("messages.create"), 1u);
  const auto listed = wait_for(twilio_->list(account_, "+491701234567", start()));
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->at(0).body, "https://q.test/p/lost");

  fault(R"({"provider":"twilio","operation":"messages.create","mode":"status","status":503})");
  EXPECT_EQ(send("+491701234568", "x").error().code, Code::ambiguous);
  fault(R"({"provider":"twilio","operation":"messages.create","mode":"status","status":429})");
  EXPECT_EQ(send("+491701234568", "x").error().code, Code::rate_limited);
}

TEST_F(TwilioAdapter, RefusalsCarryTheirCode) {
  struct {
    const char* to;
    const char* code;
  } const rows[] = {
      {"+15005550001", "21211"}, {"+15005550003", "21408"}, {"+15005550004", "21610"}};
  for (const auto& row : rows) {
    const auto refused = send(row.to, "x");
    ASSERT_FALSE(refused) << row.to;
    EXPECT_EQ(refused.error().code, Code::refused);
    EXPECT_EQ(refused.error().reason, row.code);
  }
  account_.auth_token = base::Secret<std::string>("wrong");
  EXPECT_EQ(send("+491701234567", "x").error().code, Code::unauthenticated);
}

TEST_F(TwilioAdapter, StopArrivesSigned) {
  told("twilio/numbers", R"({"phone":"+15005550006","account_sid":")" + account_.account_sid +
                             R"(","sms_url":"http://product.test/hook/sms"})");
  ASSERT_TRUE(send("+491701234567", "Hi"));
  settle(std::chrono::seconds(10));
  hooks_.clear();
  const auto typed =
      control("twilio/inbound", R"({"from":"+491701234567","to":"+15005550006","body":"STOP"})");
  settle(std::chrono::seconds(2));
  ASSERT_FALSE(hooks_.empty());
  const auto form = base::form_decode(hooks_[0].body, 100);
  EXPECT_TRUE(twilio_->verify_callback("http://product.test/hook/sms", *form,
                                       hooks_[0].headers.get("X-Twilio-Signature"),
                                       account_.auth_token));
  const auto inbound = twilio_->read_inbound(*form);
  ASSERT_TRUE(inbound) << inbound.error().detail;
  EXPECT_EQ(inbound->from, "+491701234567");
  EXPECT_EQ(inbound->body, "STOP");
  EXPECT_EQ(send("+491701234567", "again").error().reason, "21610");
}

}  // namespace
