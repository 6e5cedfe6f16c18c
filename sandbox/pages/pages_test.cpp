// Goal: people see mails and reports, whatever is in them.
#include "sandbox/testing.h"

namespace sandbox::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PagesTest : public Lab {};

TEST_F(PagesTest, TheInboxShowsAMailApart) {
  mail::Envelope envelope;
  envelope.from = "shop@x.test";
  envelope.to = {"payer@x.test"};
  const auto n = box_.accept_mail(
      envelope,
      "From: Shop <shop@x.test>\r\nTo: payer@x.test\r\nSubject: <b>Pay & go\r\n"
      "Content-Type: text/html\r\n\r\n<script>alert(1)</script><a href=\"http://x.test\">");
  const auto path = "/inbox/" + std::to_string(n);
  EXPECT_THAT(page("/inbox").body, HasSubstr("&lt;b&gt;Pay &amp; go"));
  const auto shown = page(path);
  EXPECT_THAT(shown.body, HasSubstr("src=\"" + path + "/html\""));
  EXPECT_THAT(shown.body, Not(HasSubstr("<script>")));
  const auto html = page(path + "/html");
  EXPECT_THAT(html.body, HasSubstr("<script>alert(1)</script>"));
  const std::string policy(html.headers.get("Content-Security-Policy"));
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("script-src")));
  EXPECT_THAT(policy, HasSubstr("sandbox allow-popups"));
  EXPECT_THAT(page(path + "/raw").body, HasSubstr("Content-Type: text/html"));
  EXPECT_THAT(std::string(page(path + "/raw").headers.get("Content-Type")),
              HasSubstr("text/plain"));
  const auto mails = page("/control/mails?to=payer@x.test");
  EXPECT_EQ(mails.number("count"), 1);
  EXPECT_EQ(page("/control/mails?to=other@x.test").number("count"), 0);
  for (auto bad : {"/inbox/0", "/inbox/2", "/inbox/x", "/inbox/1/nothing"}) {
    EXPECT_EQ(page(bad).status, 404) << bad;
  }
}

TEST_F(PagesTest, TheInboxShowsPicturesOfAMail) {
  mail::Envelope envelope;
  envelope.to = {"payer@x.test"};
  const auto n = box_.accept_mail(
      envelope,
      "Content-Type: multipart/related; boundary=\"i\"\r\n\r\n--i\r\nContent-Type: "
      "text/html\r\n\r\n"
      "<img src=\"cid:a@x.test\"><img src='cid:none@x.test'><img src=\"cid:a@x.test.longer\">"
      "<img src=\"cid:s@x.test\">\r\n--i\r\n"
      "Content-Type: image/png\r\nContent-ID: <a@x.test>\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\nUE5H\r\n--i\r\n"
      "Content-Type: image/svg+xml\r\nContent-ID: <s@x.test>\r\n\r\n<svg/>\r\n--i--\r\n");
  const auto path = "/inbox/" + std::to_string(n);
  const auto html = page(path + "/html").body;
  EXPECT_THAT(html, HasSubstr("<img src=\"" + path + "/picture-0\">"));
  EXPECT_THAT(html, HasSubstr("cid:none@x.test"));
  EXPECT_THAT(html, HasSubstr("cid:a@x.test.longer"));
  const auto picture = page(path + "/picture-0");
  EXPECT_EQ(picture.body, "PNG");
  EXPECT_EQ(picture.headers.get("Content-Type"), "image/png");
  for (auto bad : {"/picture-1", "/picture-2", "/picture--1", "/picture-", "/picture-x"}) {
    EXPECT_EQ(page(path + bad).status, 404) << bad;
  }
}

TEST_F(PagesTest, RollbarTakesItems) {
  const std::string item = R"({"data":{"environment":"test","level":"error",)"
                           R"("body":{"message":{"body":"it broke <here>"}}}})";
  const auto post = [&](std::string body, bool token) {
    Ask ask{net::Method::post, "/api/1/item/", std::move(body), ""};
    if (token) ask.headers.push_back({"X-Rollbar-Access-Token", "t"});
    return call(std::move(ask));
  };
  EXPECT_EQ(post(item, true).status, 200);
  EXPECT_EQ(post(item, false).status, 401);
  EXPECT_EQ(post("{}", true).status, 422);
  EXPECT_EQ(post("nonsense", true).status, 422);
  EXPECT_EQ(page("/control/rollbar").number("count"), 1);
  EXPECT_THAT(page("/rollbar").body, HasSubstr("it broke &lt;here&gt;"));
  EXPECT_EQ(page("/rollbar/1").status, 200);
  EXPECT_EQ(page("/rollbar/2").status, 404);
}

TEST_F(PagesTest, EveryPageAnswers) {
  for (auto path : {"/", "/phone", "/phone/%2B491511234567", "/inbox", "/rollbar", "/healthz"}) {
    EXPECT_EQ(page(path).status, 200) << path;
  }
  EXPECT_EQ(page("/nowhere").status, 404);
  EXPECT_EQ(submit("/phone/%2B491511234567", "to=%2B1&body=x").status, 422);
}

}  // namespace
}  // namespace sandbox::testing
