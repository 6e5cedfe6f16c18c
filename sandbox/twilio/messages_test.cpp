// Goal: messages live as at Twilio: accepted or refused, delivered, priced, listed, answered.
#include "sandbox/testing.h"
#include "sandbox/twilio/twilio.h"

namespace sandbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kSid = "AC00000000000000000000000000000001";
const std::string kBase = "/2010-04-01/Accounts/" + kSid;

class MessagesTest : public Lab {
 protected:
  static std::string basic(const std::string& token = "token") {
    return "Basic " + base::to_base64(kSid + ":" + token);
  }
  Reply send(std::string form) {
    return call({net::Method::post, kBase + "/Messages.json", std::move(form), basic()});
  }
  Reply send_to(std::string to, std::string extra = "") {
    return send("To=%2B" + to + "&From=%2B15005550006&Body=Pay+http://x.test/p/1" + extra);
  }
  Reply get(std::string path) {
    return call({net::Method::get, kBase + std::move(path), "", basic()});
  }
  std::vector<std::string> statuses() const {
    std::vector<std::string> out;
    for (const auto& hook : hooks_) {
      auto params = Params::parse(hook.body);
      out.push_back(params->text("MessageStatus").value_or("inbound"));
    }
    return out;
  }
};

TEST_F(MessagesTest, AMessageIsDeliveredAndPriced) {
  const auto made =
      send_to("491511234567", "&StatusCallback=http://product.test/hook/sms?attempt=7");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("status"), "queued");
  EXPECT_EQ(made.text("num_segments"), "1");
  EXPECT_TRUE(made.json.at("price").is_null());
  EXPECT_EQ(made.text("date_created"), "Mon, 23 Nov 2026 09:00:00 +0000");
  const auto sid = made.text("sid");
  EXPECT_EQ(sid.size(), 34u);
  settle(std::chrono::seconds(1));
  auto now = get("/Messages/" + sid + ".json");
  EXPECT_EQ(now.text("status"), "delivered");
  EXPECT_TRUE(now.json.at("price").is_null()) << "prices come later";
  settle(std::chrono::seconds(2));
  now = get("/Messages/" + sid + ".json");
  EXPECT_EQ(now.text("price"), "-0.00790");
  EXPECT_EQ(now.text("price_unit"), "USD");
  EXPECT_THAT(statuses(), ElementsAre("sent", "delivered"));
  for (const auto& hook : hooks_) {
    auto params = Params::parse(hook.body);
    std::map<std::string, std::string> fields;
    for (auto name : {"AccountSid", "ApiVersion", "From", "MessageSid", "MessageStatus", "SmsSid",
                      "SmsStatus", "To"}) {
      fields[name] = params->text(name).value_or("");
    }
    EXPECT_FALSE(params->unknown());
    std::string text = "http://product.test/hook/sms?attempt=7";
    for (const auto& [name, value] : fields) text += name + value;
    EXPECT_EQ(hook.headers.get("X-Twilio-Signature"),
              base::to_base64(base::as_chars(base::hmac_sha1("token", text))));
  }
}

struct Refused {
  std::string name, form;
  std::int64_t code;
};

TEST_F(MessagesTest, RefusesWithTwiliosCodes) {
  const std::string from = "&From=%2B15005550006&Body=x";
  const Refused rows[] = {
      {"no recipient", "From=%2B15005550006&Body=x", 21604},
      {"no sender", "To=%2B491511234567&Body=x", 21603},
      {"no text", "To=%2B491511234567&From=%2B15005550006", 21602},
      {"long text", "To=%2B491511234567&From=%2B15005550006&Body=" + std::string(1601, 'x'), 21617},
      {"local number", "To=01511234567" + from, 21211},
      {"plus lost", "To=+491511234567" + from, 21211},
      {"bad sender", "To=%2B491511234567&From=!&Body=x", 21212},
      {"magic invalid", "To=%2B15005550001" + from, 21211},
      {"magic unreachable", "To=%2B15005550002" + from, 21612},
      {"magic region", "To=%2B15005550003" + from, 21408},
      {"magic opted out", "To=%2B15005550004" + from, 21610},
      {"magic landline", "To=%2B15005550009" + from, 21614},
      {"bad callback", "To=%2B491511234567" + from + "&StatusCallback=nowhere", 21609},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto reply = send(row.form);
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.number("code"), row.code) << reply.body;
    EXPECT_EQ(reply.number("status"), 400);
  }
  EXPECT_EQ(get("/Messages.json").size("messages"), 0u);
  std::string wide;
  for (int i = 0; i < 1600; ++i) wide += "%C3%BC";
  EXPECT_EQ(send("To=%2B491511234567&From=%2B15005550006&Body=" + wide).text("num_segments"), "11");
}

TEST_F(MessagesTest, CredentialsAreChecked) {
  EXPECT_EQ(send_to("491511234567").status, 201);  // the first token seen counts
  const auto path = kBase + "/Messages.json";
  for (const auto& header :
       {std::string(), basic("wrong"), std::string("Bearer x"), std::string("Basic %%%")}) {
    const auto reply = call({net::Method::get, path, "", header});
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.number("code"), 20003);
  }
}

TEST_F(MessagesTest, OutcomesDecideHowItEnds) {
  const std::pair<std::string, std::int64_t> rows[] = {
      {"undelivered", 30003}, {"failed", 30008}, {"sent", -1}, {"stuck", -1}};
  for (const auto& [status, code] : rows) {
    SCOPED_TRACE(status);
    control("twilio/outcomes", R"({"to":"+491511234567","status":")" + status + "\"}");
    const auto sid = send_to("491511234567").text("sid");
    settle(std::chrono::seconds(5));
    const auto now = get("/Messages/" + sid + ".json");
    EXPECT_EQ(now.text("status"), status == "stuck" ? "queued" : status);
    EXPECT_EQ(now.number("error_code"), code);
  }
}

TEST_F(MessagesTest, ListsByNumberInPages) {
  for (int i = 0; i < 5; ++i) send_to("491511234567");
  send_to("491519999999");
  settle(std::chrono::seconds(1));
  EXPECT_EQ(get("/Messages.json").size("messages"), 6u);
  auto page = get("/Messages.json?To=%2B491511234567&PageSize=2");
  std::size_t seen = page.size("messages");
  while (!page.text("next_page_uri").empty()) {
    page = call({net::Method::get, page.text("next_page_uri"), "", basic()});
    seen += page.size("messages");
  }
  EXPECT_EQ(seen, 5u);
  EXPECT_EQ(get("/Messages.json?DateSent=2026-11-23").size("messages"), 6u);
  EXPECT_EQ(get("/Messages.json?DateSent=2026-11-22").size("messages"), 0u);
  EXPECT_EQ(get("/Messages.json?DateSent%3E=2026-11-23").size("messages"), 6u);
  EXPECT_EQ(get("/Messages.json?DateSent%3C=2026-11-22").size("messages"), 0u);
}

TEST_F(MessagesTest, StopAndStartRule) {
  control("twilio/numbers", R"({"phone":"+15005550006","account_sid":")" + kSid +
                                R"(","sms_url":"http://product.test/hook/inbound"})");
  send_to("491511234567");
  EXPECT_EQ(submit("/phone/%2B491511234567", "to=%2B15005550006&body=Stop").status, 303);
  settle(std::chrono::seconds(1));
  ASSERT_EQ(hooks_.size(), 1u);
  auto params = Params::parse(hooks_[0].body);
  EXPECT_EQ(params->text("Body"), "Stop");
  EXPECT_EQ(params->text("From"), "+491511234567");
  EXPECT_FALSE(hooks_[0].headers.get("X-Twilio-Signature").empty());
  EXPECT_EQ(send_to("491511234567").number("code"), 21610);
  EXPECT_EQ(send_to("491519999999").status, 201) << "others still get theirs";
  control("twilio/inbound", R"({"from":"+491511234567","to":"+15005550006","body":"START"})");
  EXPECT_EQ(send_to("491511234567").status, 201);
}

TEST_F(MessagesTest, AServiceHasItsSenderAndItsOptOut) {
  const std::string service = "MG00000000000000000000000000000001";
  control("twilio/numbers", R"({"phone":"+15550001111","account_sid":")" + kSid +
                                R"(","messaging_service_sid":")" + service + "\"}");
  const auto form = "To=%2B491511234567&Body=x&MessagingServiceSid=" + service;
  const auto made = send(form);
  EXPECT_EQ(made.text("status"), "accepted");
  EXPECT_TRUE(made.json.at("from").is_null());
  settle(std::chrono::seconds(1));
  EXPECT_EQ(get("/Messages/" + made.text("sid") + ".json").text("from"), "+15550001111");
  control("twilio/inbound", R"({"from":"+491511234567","to":"+15550001111","body":"stop"})");
  EXPECT_EQ(send(form).number("code"), 21610);
}

TEST_F(MessagesTest, FaultsAnswerInTwiliosShape) {
  control("faults",
          R"({"provider":"twilio","operation":"messages.*","mode":"status","status":429})");
  const auto limited = send_to("491511234567");
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.number("code"), 20429);
  control("faults", R"({"provider":"twilio","operation":"messages.create",)"
                    R"("mode":"lose_reply_but_done","match":"491511234567"})");
  EXPECT_EQ(send_to("491519999999").status, 201);
  const auto lost = send_to("491511234567");
  EXPECT_EQ(lost.status, 0);
  EXPECT_EQ(lost.error, base::Code::ambiguous);
  EXPECT_EQ(get("/Messages.json?To=%2B491511234567").size("messages"), 1u) << "it was sent";
}

TEST_F(MessagesTest, ThePhoneShowsBubblesWithLinks) {
  send_to("491511234567");
  settle(std::chrono::seconds(1));
  const auto shown = page("/phone/%2B491511234567");
  EXPECT_THAT(shown.body, HasSubstr("<a href=\"http://x.test/p/1\""));
  EXPECT_THAT(page("/phone").body, HasSubstr("+491511234567"));
  EXPECT_EQ(page("/control/messages?to=%2B491511234567").number("count"), 1);
}

}  // namespace
}  // namespace sandbox::testing
