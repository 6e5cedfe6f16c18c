#include <gtest/gtest.h>

#include "base/encoding.h"
#include "providers/scripted_peer.h"
#include "providers/twilio/twilio.h"

// Goal: a text is sent with one request and never with two, and what became of it is told without
// guessing.
namespace providers::twilio {
namespace {

using base::Code;
using base::Result;
using testing::Answer;
using testing::Fault;
using testing::ScriptedPeer;
using testing::wait_for;

constexpr const char* kOrigin = "http://twilio.test";
constexpr const char* kMessages = "/2010-04-01/Accounts/AC1/Messages.json";

std::string message_json(const std::string& sid,
                         const std::string& created = "Mon, 23 Nov 2026 09:00:00 +0000") {
  return R"({"sid":")" + sid + R"(","status":"queued","to":"+491701234567","body":"Hi",
    "num_segments":"1","price":null,"price_unit":"USD","error_code":null,"date_created":")" +
         created + "\"}";
}

struct TwilioTest : ::testing::Test {
  std::unique_ptr<base::SimRuntime> runtime =
      base::sim_runtime(7, base::Time{std::chrono::seconds(1'795'000'000)});
  ScriptedPeer peer{kOrigin,
                    {kMessages, "/2010-04-01/Accounts/AC1/Messages/{sid}",
                     "/2010-04-01/Accounts/{sid}", "/v1/Messaging/Countries/{country}"}};
  std::unique_ptr<SmsProvider> twilio = sms_provider(*runtime, peer.network);
  SmsAccount account;
  SmsMessage message;

  TwilioTest() {
    account.base_url = kOrigin;
    account.pricing_url = kOrigin;
    account.account_sid = "AC1";
    account.auth_token = base::Secret<std::string>("token");
    account.from = "+15005550006";
    message.to = "+491701234567";
    message.body = "Hi & bye: 5 €";
    message.status_callback_url = "https://q.test/callbacks/twilio/status/e/at_1";
  }
  Result<SmsSnapshot> send() { return wait_for(*runtime, twilio->send(account, message)); }
  Result<SmsSnapshot> fetch() { return wait_for(*runtime, twilio->fetch(account, "SM1")); }
  Result<std::vector<SmsSnapshot>> list(std::int64_t since_s = 0) {
    const base::Time since{std::chrono::seconds(since_s)};
    return wait_for(*runtime, twilio->list(account, message.to, since));
  }
};

TEST_F(TwilioTest, SendsTheDocumentedForm) {
  peer.script = {{201, message_json("SM1")}, {201, message_json("SM2")}};
  const auto got = send();
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->provider_ref, "SM1");
  EXPECT_EQ(got->status, "queued");
  const auto& sent = peer.seen.at(0);
  EXPECT_EQ(sent.method, net::Method::post);
  EXPECT_EQ(sent.path, kMessages);
  EXPECT_EQ(sent.headers.get("Authorization"), "Basic " + base::to_base64("AC1:token"));
  EXPECT_EQ(sent.headers.get("Content-Type"), "application/x-www-form-urlencoded");
  const std::vector<std::string> from = {
      "To=+491701234567", "Body=Hi & bye: 5 €", "From=+15005550006",
      "StatusCallback=https://q.test/callbacks/twilio/status/e/at_1"};
  EXPECT_EQ(testing::form_lines(sent.body), from);

  account.messaging_service_sid = "MG1";
  message.status_callback_url.clear();
  ASSERT_TRUE(send());
  const std::vector<std::string> service = {"To=+491701234567", "Body=Hi & bye: 5 €",
                                            "MessagingServiceSid=MG1"};
  EXPECT_EQ(testing::form_lines(peer.seen.at(1).body), service);
}

TEST_F(TwilioTest, SendIsTriedOnce) {
  struct {
    const char* name;
    Answer answer;
    Code code;
    const char* reason;
  } const rows[] = {
      {"refused", {400, R"({"code":21211})"}, Code::refused, "21211"},
      {"opted out", {400, R"({"code":21610})"}, Code::refused, "21610"},
      {"bad token", {401, R"({"code":20003})"}, Code::unauthenticated, "20003"},
      {"too many", {429, R"({"code":20429})"}, Code::rate_limited, "20429"},
      {"crash", {500, ""}, Code::ambiguous, ""},
      {"gateway", {502, "<html>"}, Code::ambiguous, ""},
      {"unavailable", {503, R"({"code":20503})"}, Code::ambiguous, "20503"},
      {"never connected", {.fault = Fault::refuse}, Code::unavailable, ""},
      {"timed out", {.fault = Fault::time_out}, Code::ambiguous, ""},
      {"reply lost", {201, message_json("SM1"), {}, Fault::lose_reply}, Code::ambiguous, ""},
      {"not JSON", {201, "<xml/>"}, Code::ambiguous, "bad_answer"},
      {"no id", {201, "{}"}, Code::ambiguous, "bad_answer"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    account.connection_id.value.bytes[0] =
        static_cast<std::uint8_t>(account.connection_id.value.bytes[0] + 1);
    peer.seen.clear();
    peer.lost = 0;
    peer.script = {row.answer};
    const auto got = send();
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, row.code);
    EXPECT_EQ(got.error().reason, row.reason);
    EXPECT_EQ(peer.seen.size() + static_cast<std::size_t>(peer.lost), 1u);
  }
}

TEST_F(TwilioTest, OurOwnMistakesNeverReachTwilio) {
  const auto good = account;
  const auto good_message = message;
  const auto expect_field = [&](const char* field) {
    const auto got = send();
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::invalid_argument);
    EXPECT_EQ(got.error().fields.at(0).field, field);
    account = good;
    message = good_message;
  };
  message.to.clear();
  expect_field("to");
  message.body.clear();
  expect_field("body");
  account.from.clear();
  expect_field("from");
  account.account_sid = "../x";
  expect_field("account_sid");
  account.auth_token = base::Secret<std::string>("");
  expect_field("auth_token");
  EXPECT_EQ(wait_for(*runtime, twilio->fetch(account, "SM/1")).error().code,
            Code::invalid_argument);
  EXPECT_TRUE(peer.seen.empty());
}

TEST_F(TwilioTest, FetchIsRepeated) {
  peer.script = {{.fault = Fault::time_out}, {503, ""}, {200, message_json("SM1")}};
  ASSERT_TRUE(fetch());
  EXPECT_EQ(peer.seen.at(0).path, "/2010-04-01/Accounts/AC1/Messages/SM1.json");
  peer.script = {{500, ""}, {500, ""}, {500, ""}, {200, message_json("SM1")}};
  EXPECT_EQ(fetch().error().code, Code::unavailable);
  peer.script = {{404, R"({"code":20404})"}};
  EXPECT_EQ(fetch().error().code, Code::not_found);
  peer.script = {{200, message_json("SM2")}};
  EXPECT_EQ(fetch().error().code, Code::corrupt);
  peer.script = {{200, "nonsense"}};
  EXPECT_EQ(fetch().error().code, Code::corrupt);
}

std::string page(std::vector<std::string> messages, const std::string& next) {
  std::string items;
  for (const auto& item : messages) items += (items.empty() ? "" : ",") + item;
  return R"({"messages":[)" + items + R"(],"next_page_uri":)" +
         (next.empty() ? "null" : '"' + next + '"') + "}";
}

TEST_F(TwilioTest, ListFollowsItsPages) {
  const std::string next =
      std::string(kMessages) + "?To=%2B491701234567&PageSize=100&Page=1&PageToken=PASM2";
  peer.script = {{200, page({message_json("SM3"), message_json("SM2")}, next)},
                 {200, page({message_json("SM1")}, "")}};
  const auto got = list();
  ASSERT_TRUE(got) << got.error().detail;
  ASSERT_EQ(got->size(), 3u);
  EXPECT_EQ(got->at(2).provider_ref, "SM1");
  EXPECT_EQ(peer.seen.at(0).target, std::string(kMessages) + "?To=%2B491701234567&PageSize=100");
  EXPECT_EQ(peer.seen.at(1).target, next);
}

TEST_F(TwilioTest, ListEndsAtOlderMessages) {
  const std::string next = std::string(kMessages) + "?Page=1";
  peer.script = {
      {200, page({message_json("SM3"), message_json("SM2", "Mon, 23 Nov 2026 08:00:00 +0000"),
                  message_json("SM1", "Mon, 23 Nov 2026 07:59:59 +0000")},
                 next)}};
  const auto got = list(1'795'420'800);  // 08:00:00
  ASSERT_TRUE(got) << got.error().detail;
  ASSERT_EQ(got->size(), 2u);
  EXPECT_EQ(got->at(1).provider_ref, "SM2");
  EXPECT_EQ(peer.seen.size(), 1u);
}

TEST_F(TwilioTest, ListStaysWithinTheAccount) {
  for (const std::string next : {"http://evil.test/2010-04-01/Accounts/AC1/Messages.json?Page=1",
                                 "/2010-04-01/Accounts/AC2/Messages.json?Page=1",
                                 "/2010-04-01/Accounts/AC1/Messages.json?a b", "//evil.test/x",
                                 "@evil.test/2010-04-01/Accounts/AC1/Messages.json?Page=1"}) {
    peer.seen.clear();
    peer.script = {{200, page({message_json("SM1")}, next)}};
    const auto got = list();
    ASSERT_FALSE(got) << next;
    EXPECT_EQ(got.error().code, Code::corrupt);
    EXPECT_EQ(peer.seen.size(), 1u);
  }
  // The same host in full is fine.
  peer.script = {{200, page({message_json("SM2")}, std::string(kOrigin) + kMessages + "?Page=1")},
                 {200, page({message_json("SM1")}, "")}};
  EXPECT_EQ(list()->size(), 2u);
}

TEST_F(TwilioTest, ListIsBounded) {
  const std::string next = std::string(kMessages) + "?Page=1";
  std::vector<std::string> many(100, message_json("SM1"));
  for (int i = 0; i < 10; ++i) peer.script.push_back({200, page(many, next)});
  peer.seen.clear();
  EXPECT_EQ(list()->size(), 500u);
  EXPECT_EQ(peer.seen.size(), 5u);
  peer.script = {{200, "{}"}};
  EXPECT_EQ(list().error().code, Code::corrupt);
}

TEST_F(TwilioTest, CheckNamesTheAccount) {
  peer.script = {{200, R"({"sid":"AC1","friendly_name":"Shop","status":"active"})"}};
  EXPECT_EQ(*wait_for(*runtime, twilio->check(account)), "Shop");
  EXPECT_EQ(peer.seen.at(0).path, "/2010-04-01/Accounts/AC1.json");
  peer.script = {{200, R"({"sid":"AC1","friendly_name":"Shop","status":"suspended"})"}};
  EXPECT_EQ(wait_for(*runtime, twilio->check(account)).error().code, Code::refused);
  peer.script = {{401, R"({"code":20003})"}};
  EXPECT_EQ(wait_for(*runtime, twilio->check(account)).error().code, Code::unauthenticated);
}

TEST_F(TwilioTest, CallbacksAreReadAndVerified) {
  const std::vector<base::FormField> form = {
      {"MessageSid", "SM1"}, {"MessageStatus", "sent"}, {"AccountSid", "AC1"}};
  EXPECT_EQ(twilio->read_status(form)->status, "sent");
  EXPECT_FALSE(twilio->read_inbound(form));
  EXPECT_FALSE(twilio->verify_callback("https://q.test/", form, "x", account.auth_token));
  EXPECT_FALSE(twilio->verify_body_callback("https://q.test/", "{}", "x", account.auth_token));
}

TEST_F(TwilioTest, TellsTheDearestPriceOfACountry) {
  const auto price = [this](std::string country) {
    return wait_for(*runtime, twilio->price(account, std::move(country)));
  };
  peer.script = {{200, R"({"price_unit":"usd","outbound_sms_prices":[
      {"carrier":"A","prices":[{"number_type":"mobile","current_price":"0.0885"}]},
      {"carrier":"B","prices":[{"number_type":"mobile","current_price":"0.0905"},
                               {"number_type":"shortcode","current_price":"0.2"}]}]})"},
                 {200, R"({"price_unit":"usd","outbound_sms_prices":[]})"},
                 {200, R"({"price_unit":"usd","outbound_sms_prices":[{"prices":[
                     {"number_type":"mobile","current_price":"free"}]}]})"},
                 {404, R"({"code":20404,"message":"none"})"}};
  const auto austria = price("AT");
  ASSERT_TRUE(austria) << austria.error().detail;
  EXPECT_EQ(austria->segment_micros, 90'500);
  EXPECT_EQ(austria->currency, "USD");
  EXPECT_EQ(price("AT").error().code, Code::corrupt);
  EXPECT_EQ(price("AT").error().code, Code::corrupt);
  EXPECT_FALSE(price("ZZ"));
  EXPECT_EQ(price("../x").error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace providers::twilio
