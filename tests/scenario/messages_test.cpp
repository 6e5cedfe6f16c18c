// Goal: a message says what its template said when it was published, and no message keeps another
// from being sent.
#include "images/qr.h"
#include "scenario/world.h"

namespace scenario {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Messages : public World {
 protected:
  // What no call can bring about.
  void run_sql(const std::string& sql) {
    const auto run = [&sql](store::Connection& connection) -> base::Status {
      TRY_STATUS(connection.raw(sql));
      return {};
    };
    const auto done = db_.store().administer(run);
    ASSERT_TRUE(done) << done.error().detail;
  }
  std::int64_t mails() {
    return call(net::Method::get, kSandbox + "/control/mails").number("count");
  }
  std::int64_t texts() {
    return call(net::Method::get, kSandbox + "/control/messages").number("count");
  }
};

// A template of the merchant's own, from its draft to a mail that holds its pictures; a later edit
// is not sent before it is published, and a receipt goes out by the starter template.
TEST_F(Messages, OwnTemplatesAreSentAsPublished) {
  const auto picture = images::qr_code_png("a picture").value();
  ASSERT_EQ(post("/v1/images?name=door&alt=A%20door", picture).status, 201);
  const auto made = post("/v1/templates",
                         R"({"name":"Own","channel":"email","kind":"request","locale":"en",
      "source_kind":"pug","subject":"Own: {{request.amount}}","image_mode":"embedded",
      "source":"mjml\n  mj-body\n    mj-section\n      mj-column\n)"
                         R"(        mj-image(src='{{image.door}}' alt='Door')\n)"
                         R"(        mj-image(src='{{link.qr_code}}' alt='Code')\n)"
                         R"(        mj-button(href='{{link.url}}') Pay {{client.name}} )"
                         R"({{request.amount}}\n"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string path = "/v1/templates/" + made.text("id");
  const auto published = post(path + "/publish", R"({"is_default":true})");
  ASSERT_EQ(published.status, 200) << published.body;
  ASSERT_EQ(call(net::Method::patch, path, R"({"subject":"Not yet"})").status, 200);
  const auto request = new_request(new_client());
  pass(seconds(5));
  const auto mails = [this] {
    return call(net::Method::get, kSandbox + "/control/mails").list("mails");
  };
  ASSERT_EQ(mails().size(), 1u);
  const auto mail = mails().at(0);
  EXPECT_EQ(mail.at("subject").as_string(), "Own: €42.50");
  const auto& parts = mail.at("pictures").as_array();
  ASSERT_EQ(parts.size(), 2u) << mail;
  const std::string html(mail.at("html").as_string());
  for (const auto& part : parts)
    EXPECT_NE(html.find("cid:" + std::string(part.at("content_id").as_string())),
              std::string::npos);
  EXPECT_NE(mail.at("text").as_string().find("Anna Beispiel"), std::string::npos);
  const auto message = get("/v1/messages?limit=10").list("data");
  bool recorded = false;
  for (const auto& row : message) {
    if (row.at("channel").as_string() != "email") continue;
    recorded = row.at("template_id").as_string() == made.text("id");
  }
  EXPECT_TRUE(recorded);

  const auto preview = post("/v1/template-previews",
                            R"({"channel":"email","kind":"request","locale":"en",
      "source_kind":"text","subject":"{{client.name}}","payment_request_id":")" +
                                request + R"(","source":"{{request.amount}} {{link.url}}"})");
  EXPECT_EQ(preview.text("email.subject"), "Anna Beispiel") << preview.body;
  EXPECT_NE(preview.text("email.text").find("€42.50"), std::string::npos);

  const auto text = post("/v1/template-previews",
                         R"({"channel":"sms","kind":"request","locale":"en","source_kind":"text",
      "payment_request_id":")" +
                             request + R"(","source":"{{request.amount_sms}} {{link.url}}"})");
  EXPECT_EQ(text.number("sms.cost.segment_micros"), 7'900) << text.body;
  EXPECT_EQ(text.text("sms.cost.country"), "DE");

  pay(press_pay(link_path(request)));
  pass(seconds(10));
  ASSERT_EQ(mails().size(), 2u);
  std::string subjects;
  for (const auto& one : mails()) subjects += std::string(one.at("subject").as_string()) + "|";
  EXPECT_NE(subjects.find("Receipt: €42.50 paid to"), std::string::npos) << subjects;
}

TEST_F(Messages, WhatAMessageSaidIsForgottenInTime) {
  new_request(new_client());
  pass(seconds(5));
  const auto all = get("/v1/messages?limit=10").list("data");
  ASSERT_EQ(all.size(), 2u);
  const auto body_of = [this](const boost::json::value& row) {
    return get("/v1/messages/" + std::string(row.at("id").as_string())).text("body");
  };
  for (const auto& row : all) EXPECT_FALSE(body_of(row).empty());
  run_sql("UPDATE message SET content_until = content_until - 86400000000 WHERE channel = 'email'");
  pass(minutes(11));
  for (const auto& row : all) {
    const bool gone = row.at("channel").as_string() == "email";
    EXPECT_EQ(body_of(row).empty(), gone) << "its time is over when it is a day older";
  }
  EXPECT_EQ(get("/v1/messages?limit=10").list("data").size(), 2u) << "that it was sent stays";
}

TEST_F(Messages, ADeletedTemplateLeavesTheDefault) {
  const auto made = post("/v1/templates",
                         R"({"name":"Own","channel":"email","kind":"request","locale":"en",
      "source_kind":"text","subject":"Own","source":"{{request.amount}} {{link.url}}"})");
  const std::string path = "/v1/templates/" + made.text("id");
  ASSERT_EQ(post(path + "/publish", "{}").status, 200);
  inbox_->fault = base::error(base::Code::unavailable, "the relay rests");
  const auto request =
      post("/v1/payment-requests",
           R"({"client_id":")" + new_client() +
               R"(","amount_minor":900,"currency":"EUR","description":"Portrait",)" +
               R"("channels":["email"],"template_ids":{"email":")" + made.text("id") + R"("}})");
  ASSERT_EQ(request.status, 201) << request.body;
  pass(seconds(1));
  ASSERT_EQ(call(net::Method::delete_, path).status, 204);
  inbox_->fault.reset();
  pass(minutes(5));
  const auto sent = call(net::Method::get, kSandbox + "/control/mails").list("mails");
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(std::string(sent.at(0).at("subject").as_string()).find("Payment request from"), 0u);
}

// A message that can't even be claimed waits; those that were due with it are sent.
TEST_F(Messages, OneMessageKeepsNoOtherWaiting) {
  const auto set_key = [this](const std::string& version) {
    run_sql("UPDATE message SET link_key_version = " + version +
            " WHERE channel = 'email' AND status = 'queued'");
  };
  inbox_->fault = base::error(base::Code::unavailable, "the relay rests");
  new_request(new_client());
  pass(seconds(1));
  set_key("9");  // no such key here: its link can't be made
  inbox_->fault.reset();
  pass(minutes(5));
  EXPECT_EQ(mails(), 0);
  new_request(new_client("berta@example.com", "+4915112345679"));
  pass(minutes(1));
  EXPECT_EQ(mails(), 1) << "Berta's";
  EXPECT_EQ(texts(), 2);
  set_key("1");
  pass(minutes(15));
  EXPECT_EQ(mails(), 2);
  EXPECT_EQ(texts(), 2);
}

}  // namespace
}  // namespace scenario
