// Goal: the main job end to end, and the ways in which the outside world may disturb it.
#include "images/qr.h"
#include "scenario/world.h"

namespace scenario {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class MainJob : public World {
 protected:
  std::size_t charges(const std::string& request_id) {
    std::size_t count = 0;
    const auto reply = get("/v1/payment-requests/" + request_id + "/timeline");
    for (const auto& entry : reply.list("data")) {
      if (entry.at("kind").as_string() == "paid") ++count;
    }
    return count;
  }
  std::int64_t mails() {
    return call(net::Method::get, kSandbox + "/control/mails").number("count");
  }
  std::int64_t texts() {
    return call(net::Method::get, kSandbox + "/control/messages").number("count");
  }
};

TEST_F(MainJob, AClientsAddressInAPaidRequestOut) {
  const auto request = new_request(new_client());
  pass(seconds(5));
  EXPECT_EQ(mails(), 1);
  EXPECT_EQ(texts(), 1);
  const auto path = link_path(request);
  EXPECT_NE(page(net::Method::get, path).body.find("42.50"), std::string::npos);
  const auto session = press_pay(path);
  ASSERT_FALSE(session.empty());
  EXPECT_EQ(status_of(request), "open");
  pay(session);
  pass(seconds(10));
  EXPECT_EQ(status_of(request), "paid");
  EXPECT_EQ(charges(request), 1u);
  EXPECT_EQ(mails(), 2) << "the receipt";
  pass(minutes(1));
  const auto dashboard = get("/v1/dashboard?days=7");
  ASSERT_EQ(dashboard.status, 200) << dashboard.body;
  std::int64_t charged = 0;
  std::int64_t sms = 0;
  for (const auto& total : dashboard.list("totals")) {
    charged += total.at("charged_micros").as_int64();
    sms += total.at("sms_fee_micros").as_int64();
  }
  EXPECT_EQ(charged, 42'500'000);
  EXPECT_LT(sms, 0) << "texting costs";
  EXPECT_NE(page(net::Method::get, path).body.find("Paid"), std::string::npos);
}

TEST_F(MainJob, TheLinkIsAQrCodeToo) {
  const auto request = new_request(new_client());
  const std::string path = link_path(request);
  const auto code = page(net::Method::get, path + "/qr.png");
  EXPECT_EQ(code.status, 200);
  EXPECT_EQ(code.headers.get("Content-Type"), "image/png");
  EXPECT_EQ(code.headers.get("Cache-Control"), "private, no-store");
  const auto expected = images::qr_code_png(kProduct + path);
  ASSERT_TRUE(expected);
  EXPECT_EQ(code.body, *expected);
  EXPECT_EQ(page(net::Method::get, "/p/none/qr.png").status, 404);
  EXPECT_EQ(get("/v1/payment-requests/" + request + "/timeline").body.find("opened"),
            std::string::npos)
      << "looking is not opening";
}

TEST_F(MainJob, MailAndPageNameTheSameDay) {
  const auto made = post("/v1/payment-requests",
                         R"({"client_id":")" + new_client() +
                             R"(","amount_minor":900,"currency":"EUR","description":"Portrait",)" +
                             R"("channels":["email"],"due_at":"2027-01-31T23:30:00Z"})");
  ASSERT_EQ(made.status, 201) << made.body;
  pass(seconds(5));
  const std::string day = "1 February 2027";  // in Berlin, where the merchant is
  EXPECT_NE(page(net::Method::get, link_path(made.text("id"))).body.find(day), std::string::npos);
  const auto mails = call(net::Method::get, kSandbox + "/control/mails").list("mails");
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_NE(mails.at(0).at("text").as_string().find(day), std::string::npos) << mails.at(0);
  EXPECT_NE(mails.at(0).at("html").as_string().find(day), std::string::npos);
}

TEST_F(MainJob, ALostCallbackIsFoundByTheScheduler) {
  control("callback-faults", R"({"provider":"stripe","event":"*","mode":"drop","count":0})");
  const auto request = new_request(new_client());
  const auto session = press_pay(link_path(request));
  pay(session);
  pass(minutes(10));
  EXPECT_EQ(status_of(request), "paid");
  EXPECT_EQ(charges(request), 1u);
}

// Verified together they are written together; each counts once, and the dashboard, which keeps its
// answers, shows every change at once.
TEST_F(MainJob, ManyPaymentsAtOnceAreEachBookedOnce) {
  const auto charged = [this] {
    std::int64_t sum = 0;
    for (const auto& total : get("/v1/dashboard?days=7").list("totals"))
      sum += total.at("charged_micros").as_int64();
    return sum;
  };
  control("callback-faults", R"({"provider":"stripe","event":"*","mode":"drop","count":0})");
  std::vector<std::string> requests;
  std::vector<std::string> sessions;
  for (int i = 0; i < 20; ++i) {
    const std::string n = std::to_string(10 + i);
    const auto client = new_client("payer" + n + "@example.com", "+49151123456" + n);
    requests.push_back(new_request(client, 1000 + i));
    sessions.push_back(press_pay(link_path(requests.back())));
  }
  EXPECT_EQ(charged(), 0);
  EXPECT_EQ(charged(), 0);
  for (const std::string& session : sessions) pay(session);
  pass(minutes(10));
  std::int64_t expected = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(status_of(requests[i]), "paid") << i;
    EXPECT_EQ(charges(requests[i]), 1u) << i;
    expected += (1000 + static_cast<std::int64_t>(i)) * 10'000;
  }
  EXPECT_EQ(charged(), expected);
  EXPECT_EQ(charged(), expected);
  const auto last = new_request(new_client());
  pay(press_pay(link_path(last)));
  pass(minutes(10));
  EXPECT_EQ(status_of(last), "paid");
  EXPECT_EQ(charged(), expected + 42'500'000);
}

TEST_F(MainJob, DoubledAndReorderedCallbacksAreHarmless) {
  control("callback-faults", R"({"provider":"stripe","event":"*","mode":"double","count":0})");
  const auto request = new_request(new_client());
  pay(press_pay(link_path(request)));
  pass(minutes(5));
  control("events/flush", R"({"all":true})");
  pass(minutes(5));
  EXPECT_EQ(status_of(request), "paid");
  EXPECT_EQ(charges(request), 1u);
}

TEST_F(MainJob, TwoTabsShareOneSession) {
  const auto path = link_path(new_request(new_client()));
  const auto first = press_pay(path);
  EXPECT_EQ(press_pay(path), first);
}

TEST_F(MainJob, AGetNeverChangesTheRequest) {
  const auto request = new_request(new_client());
  const auto path = link_path(request);
  const auto before = get("/v1/payment-requests/" + request).body;
  for (int i = 0; i < 5; ++i) page(net::Method::get, path);
  page(net::Method::get, path + "?from=checkout");
  EXPECT_EQ(get("/v1/payment-requests/" + request).body, before);
}

TEST_F(MainJob, CancellingWaitsForTheProvider) {
  const auto request = new_request(new_client());
  const auto path = link_path(request);
  press_pay(path);
  EXPECT_EQ(post("/v1/payment-requests/" + request + "/cancel", "").text("status"), "cancelling");
  pass(seconds(30));
  EXPECT_EQ(status_of(request), "cancelled");
  EXPECT_EQ(press_pay(path), "") << "leads back to the page";
}

TEST_F(MainJob, AVerifiedPaymentWinsOverACancel) {
  control("faults", R"({"provider":"stripe","operation":"sessions.expire","mode":"status",)"
                    R"("status":500,"count":0})");
  const auto request = new_request(new_client());
  const auto session = press_pay(link_path(request));
  EXPECT_EQ(post("/v1/payment-requests/" + request + "/cancel", "").text("status"), "cancelling");
  pay(session);
  pass(minutes(10));
  const auto reply = get("/v1/payment-requests/" + request);
  EXPECT_EQ(reply.text("status"), "paid");
  EXPECT_TRUE(reply.truth("flags.paid_after_close"));
}

TEST_F(MainJob, RequestsExpireAndSessionsEnd) {
  const auto at = base::to_rfc3339(sim().clock().now() + minutes(10));
  const auto made = post("/v1/payment-requests",
                         R"({"client_id":")" + new_client() +
                             R"(","amount_minor":900,"currency":"EUR","description":"Soon over",)" +
                             R"("channels":["email"],"expires_at":")" + at + R"("})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto request = made.text("id");
  press_pay(link_path(request));
  pass(minutes(15));
  EXPECT_EQ(status_of(request), "expired");
  const auto sessions = get("/v1/transactions?request_id=" + request);
  for (const auto& row : sessions.list("data")) EXPECT_EQ(row.at("status").as_string(), "expired");
}

TEST_F(MainJob, ADelayedMethodIsProcessingUntilItSettles) {
  const auto request = new_request(new_client());
  const auto session = press_pay(link_path(request));
  ASSERT_EQ(control("checkout/" + session + "/bank_debit", "{}").status, 200);
  pass(minutes(1));
  EXPECT_EQ(status_of(request), "processing");
  control("checkout/" + session + "/async_succeed", "{}");
  pass(hours(2));
  EXPECT_EQ(status_of(request), "paid");
}

TEST_F(MainJob, RefundsGoOutOnceAndAreBooked) {
  const auto request = new_request(new_client());
  pay(press_pay(link_path(request)));
  pass(minutes(1));
  const auto row = get("/v1/transactions?request_id=" + request).list("data").at(0).as_object();
  const std::string id(row.at("id").as_string());
  const auto asked = post("/v1/transactions/" + id + "/refunds", R"({"amount_minor":1000})");
  EXPECT_EQ(asked.status, 201) << asked.body;
  EXPECT_EQ(post("/v1/transactions/" + id + "/refunds", R"({"amount_minor":4000})").status, 422)
      << "more than is left";
  pass(minutes(2));
  EXPECT_EQ(get("/v1/transactions/" + id).number("refunded_minor"), 1000);
  EXPECT_EQ(get("/v1/transactions/" + id + "/refunds").list("data").size(), 1u);
}

TEST_F(MainJob, AnAmbiguousTextIsSettledByAskingAndNeverSentTwice) {
  control("faults", R"({"provider":"twilio","operation":"messages.create",)"
                    R"("mode":"lose_reply_but_done","count":1})");
  control("callback-faults", R"({"provider":"twilio","event":"*","mode":"drop","count":0})");
  const auto request = new_request(new_client());
  pass(minutes(90));
  EXPECT_EQ(texts(), 1);
  const auto messages = get("/v1/messages?request_id=" + request);
  for (const auto& m : messages.list("data")) {
    if (m.at("channel").as_string() == "sms") EXPECT_NE(m.at("status").as_string(), "unknown");
  }
}

TEST_F(MainJob, AnAmbiguousMailStaysUnknown) {
  inbox_->fault = base::error(base::Code::ambiguous, "the connection broke after the final dot");
  const auto request = new_request(new_client());
  pass(minutes(90));
  inbox_->fault.reset();
  pass(minutes(90));
  EXPECT_EQ(mails(), 0) << "never sent again by itself";
  const auto messages = get("/v1/messages?request_id=" + request + "&status=unknown");
  EXPECT_EQ(messages.list("data").size(), 1u);
}

TEST_F(MainJob, StopIsObeyed) {
  const auto client = new_client();
  new_request(client);
  pass(seconds(5));
  control("twilio/inbound",
          R"({"from":"+4915112345678","to":")" + demo_.twilio_from + R"(","body":"STOP"})");
  pass(seconds(5));
  const auto request = new_request(client);
  pass(seconds(5));
  const auto suppressed = get("/v1/messages?request_id=" + request + "&status=suppressed");
  ASSERT_EQ(suppressed.list("data").size(), 1u);
  EXPECT_EQ(suppressed.list("data").at(0).at("reason").as_string(), "opted_out");
}

TEST_F(MainJob, UnsubscribingTakesAButtonAndIsObeyed) {
  const auto client = new_client();
  const auto path = "/u/" + link_path(new_request(client)).substr(3);
  pass(seconds(5));
  EXPECT_EQ(page(net::Method::get, "/u/0123456789abcdefABCDEF").status, 404);
  EXPECT_NE(page(net::Method::get, path).body.find("action=\"" + path), std::string::npos);
  new_request(client);
  pass(seconds(5));
  EXPECT_EQ(mails(), 2) << "looking at the page changes nothing";
  EXPECT_EQ(page(net::Method::post, path).status, 200);
  EXPECT_EQ(page(net::Method::post, path).status, 200) << "again";
  const auto request = new_request(client);
  pass(seconds(5));
  EXPECT_EQ(mails(), 2);
  const auto suppressed = get("/v1/messages?request_id=" + request + "&status=suppressed");
  ASSERT_EQ(suppressed.list("data").size(), 1u);
  EXPECT_EQ(suppressed.list("data").at(0).at("channel").as_string(), "email");
  EXPECT_EQ(suppressed.list("data").at(0).at("reason").as_string(), "opted_out");
}

TEST_F(MainJob, ManyTextsToOneNumberAreStopped) {
  const auto client = new_client();
  for (int i = 0; i < 4; ++i) new_request(client);
  pass(seconds(10));
  EXPECT_EQ(texts(), 3);
}

TEST_F(MainJob, AnotherTenantSeesNothing) {
  const auto request = new_request(new_client());
  const std::string foreign = "qk_test_someOtherMerchantsKeyForThisScenario01";
  auto make = [this, &foreign](store::Tx& tx) -> base::Status {
    identity::TenantChange change;
    change.name = "Other";
    change.currency = *domain::Currency::parse("EUR");
    TRY_STATUS(people_->tenants.check(change));
    TRY(const auto tenant, people_->tenants.create(tx, change));
    TRY_STATUS(
        people_->api_keys.ensure(tx, {tenant.id, "k", false, identity::Role::owner}, foreign));
    return {};
  };
  ASSERT_TRUE(db_.store().transact_blocking(make));
  for (const std::string path :
       {"/v1/payment-requests/" + request, "/v1/payment-requests/" + request + "/timeline"}) {
    EXPECT_EQ(call(net::Method::get, path, "", foreign).status, 404) << path;
  }
  EXPECT_EQ(
      call(net::Method::post, "/v1/payment-requests/" + request + "/cancel", "", foreign).status,
      404);
  EXPECT_EQ(call(net::Method::get, "/v1/payment-requests", "", foreign).list("data").size(), 0u);
  EXPECT_EQ(status_of(request), "open");
}

}  // namespace
}  // namespace scenario
