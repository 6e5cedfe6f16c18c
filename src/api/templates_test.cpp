// Goal: a template lives from draft to published version and back, previews say what sending would
// do, and a test reaches nobody but the person who asked.
#include <gtest/gtest.h>

#include "api/slices_world.h"

namespace api::slices {
namespace {

class TemplateRoutesTest : public SlicesTest {
 protected:
  struct Made {
    std::string path;
    std::string etag;
  };
  Made make(const std::string& key, const std::string& body) {
    const auto made = w().post(key, "/v1/templates", body);
    EXPECT_EQ(made.status, 201) << made.text;
    return {"/v1/templates/" + made.at("id"), "\"1\""};
  }
  World::Reply act(Method method, const std::string& key, const std::string& path,
                   const std::string& etag, const std::string& body = "") {
    return w().call({method, path, key, body, {{"If-Match", etag}}});
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, TemplateRoutesTest,
                         ::testing::ValuesIn(store::testing::all_kinds()),
                         [](const auto& info) { return store::testing::to_string(info.param); });

const std::string kSms =
    R"({"name":"S","channel":"sms","kind":"request","locale":"de","source_kind":"text",
        "source":"{{merchant.name}}: {{request.amount_sms}} {{link.url}}"})";

TEST_P(TemplateRoutesTest, StartersAreThere) {
  const auto m = w().merchant("M");
  const auto all = w().get(m.key, "/v1/templates?limit=100");
  EXPECT_EQ(all.json.at("data").as_array().size(), 32u);
  const auto german = w().get(m.key, "/v1/templates?channel=email&locale=de&kind=receipt");
  ASSERT_EQ(german.json.at("data").as_array().size(), 1u) << german.text;
  const auto& row = german.json.at("data").as_array()[0].as_object();
  EXPECT_EQ(row.at("is_default"), true);
  EXPECT_EQ(row.at("published_number"), 1);
  EXPECT_FALSE(row.contains("source")) << "lists stay small";
}

TEST_P(TemplateRoutesTest, FromDraftToPublishedAndBack) {
  const auto m = w().merchant("M");
  const auto t = make(m.key, kSms);
  auto now = w().get(m.key, t.path);
  EXPECT_TRUE(now.json.at("published_number").is_null());
  EXPECT_EQ(now.json.at("draft_number"), 1);
  EXPECT_EQ(w().patch(m.key, t.path, "\"1\"", R"({"is_default":true})").at("code"),
            "not_published");
  EXPECT_EQ(act(Method::post, m.key, t.path + "/publish", "\"9\"", "{}").status, 412);
  EXPECT_EQ(w().post(m.key, t.path + "/publish", "{}").status, 428);
  now = act(Method::post, m.key, t.path + "/publish", "\"1\"", R"({"is_default":true})");
  ASSERT_EQ(now.status, 200) << now.text;
  EXPECT_EQ(now.json.at("published_number"), 1);
  EXPECT_TRUE(now.json.at("draft_number").is_null());
  EXPECT_EQ(now.json.at("is_default"), true);
  EXPECT_EQ(act(Method::post, m.key, t.path + "/publish", now.etag, "{}").at("code"), "no_draft");
  EXPECT_EQ(act(Method::delete_, m.key, t.path + "/draft", now.etag).at("code"), "no_draft");
  EXPECT_EQ(w().call({Method::delete_, t.path, m.key, "", {}}).at("code"), "template_is_default");

  // An edit makes a second version, which is not sent yet.
  now = w().patch(m.key, t.path, now.etag, R"({"source":"{{nope}}"})");
  ASSERT_EQ(now.status, 200) << "drafts may be unfinished: " << now.text;
  EXPECT_EQ(now.json.at("draft_number"), 2);
  EXPECT_EQ(now.json.at("published_number"), 1);
  const auto refused = act(Method::post, m.key, t.path + "/publish", now.etag, "{}");
  EXPECT_EQ(refused.status, 422);
  EXPECT_NE(refused.text.find("unknown_placeholder"), std::string::npos) << refused.text;
  EXPECT_NE(refused.text.find("line 1, column 1"), std::string::npos) << refused.text;
  now = w().patch(m.key, t.path, now.etag,
                  R"({"source":"Pay {{request.amount_sms}}:\n{{link.url}}"})");
  now = act(Method::post, m.key, t.path + "/publish", now.etag, "{}");
  EXPECT_EQ(now.json.at("published_number"), 2);

  const auto diff = w().get(m.key, t.path + "/diff?from=1&to=2");
  ASSERT_EQ(diff.json.at("source").as_array().size(), 3u) << diff.text;
  EXPECT_EQ(diff.json.at("source").as_array()[0].at("op"), "removed");
  EXPECT_EQ(w().get(m.key, t.path + "/diff?from=1").status, 400);
  EXPECT_EQ(w().get(m.key, t.path + "/diff?from=1&to=3").status, 404);

  now = act(Method::post, m.key, t.path + "/publish", now.etag, R"({"number":1})");
  ASSERT_EQ(now.status, 200) << now.text;
  EXPECT_EQ(now.json.at("published_number"), 1);
  EXPECT_EQ(now.at("source"), "{{merchant.name}}: {{request.amount_sms}} {{link.url}}");

  now = w().patch(m.key, t.path, now.etag, R"({"source":"{{link.url}} {{request.amount}}"})");
  EXPECT_EQ(now.json.at("draft_number"), 3);
  EXPECT_EQ(act(Method::post, m.key, t.path + "/publish", now.etag, R"({"number":3})").at("code"),
            "not_published");
  now = act(Method::delete_, m.key, t.path + "/draft", now.etag);
  EXPECT_TRUE(now.json.at("draft_number").is_null());
  const auto page = w().get(m.key, t.path + "/versions?limit=1");
  EXPECT_EQ(page.json.at("data").as_array()[0].at("number"), 2);
  EXPECT_EQ(page.at("next_cursor"), "2");
  const auto rest = w().get(m.key, t.path + "/versions?cursor=2");
  EXPECT_EQ(rest.json.at("data").as_array().size(), 1u);
  EXPECT_TRUE(rest.json.at("next_cursor").is_null());
  const auto first = w().get(m.key, t.path + "/versions/1");
  EXPECT_EQ(first.at("text"), "{{merchant.name}}: {{request.amount_sms}} {{link.url}}");
  for (const char* bad : {"0", "7", "x", "1x", "-1", "99999999999999999999"})
    EXPECT_EQ(w().get(m.key, t.path + "/versions/" + bad).status, 404) << bad;
}

TEST_P(TemplateRoutesTest, BelongToTheirTenant) {
  const auto m = w().merchant("M");
  const auto other = w().merchant("N");
  const auto t = make(m.key, kSms);
  for (const char* path : {"", "/versions", "/versions/1", "/diff?from=1&to=1"})
    EXPECT_EQ(w().get(other.key, t.path + path).status, 404) << path;
  EXPECT_EQ(w().patch(other.key, t.path, "*", R"({"name":"x"})").status, 404);
  EXPECT_EQ(act(Method::post, other.key, t.path + "/publish", "*", "{}").status, 404);
  EXPECT_EQ(act(Method::post, other.key, t.path + "/publish", "*", R"({"number":1})").status, 404);
  EXPECT_EQ(act(Method::delete_, other.key, t.path + "/draft", "*").status, 404);
  EXPECT_EQ(w().call({Method::delete_, t.path, other.key, "", {}}).status, 404);
  EXPECT_EQ(w().get(m.key, t.path).json.at("version"), 1);
}

const std::string kMail =
    R"("kind":"request","locale":"en","source_kind":"pug","subject":"{{request.amount}}",
       "source":"mjml\n  mj-head\n    mj-preview Soon\n  mj-body\n    mj-section\n)"
    R"(      mj-column\n        mj-image(src='{{link.qr_code}}' alt='Code')\n)"
    R"(        mj-button(href='{{link.url}}'))"
    R"( Pay {{request.amount}}, {{client.name}}\n")";

TEST_P(TemplateRoutesTest, PreviewsSayWhatSendingWouldDo) {
  const auto m = w().merchant("M");
  const auto good =
      w().post(m.key, "/v1/template-previews", R"({"channel":"email",)" + kMail + "}");
  ASSERT_EQ(good.status, 200) << good.text;
  EXPECT_EQ(good.json.at("sendable"), true) << good.text;
  const auto& mail = good.json.at("email").as_object();
  EXPECT_EQ(mail.at("subject"), "€1,250.00");
  EXPECT_EQ(mail.at("preheader"), "Soon");
  EXPECT_NE(mail.at("html").as_string().find("Pay €1,250.00, Anna Berg"), std::string::npos);
  EXPECT_NE(mail.at("text").as_string().find("https://pay.example.com/p/"), std::string::npos);
  EXPECT_NE(mail.at("html").as_string().find("src=\"data:image/png;base64,iVBOR"),
            std::string::npos)
      << "its link opens nothing, and its code is shown all the same";
  EXPECT_TRUE(good.json.at("sms").is_null());

  const auto broken = w().post(
      m.key, "/v1/template-previews",
      R"({"channel":"email","kind":"request","locale":"en","source_kind":"pug","subject":"x",
          "source":"mjml\n  mj-body(\n"})");
  EXPECT_EQ(broken.json.at("sendable"), false);
  EXPECT_EQ(broken.json.at("problems").as_array()[0].at("stage"), "pug") << broken.text;

  const auto sms = w().post(m.key, "/v1/template-previews",
                            R"({"channel":"sms","kind":"request","locale":"en",
      "source_kind":"text","source":"“{{client.name}}” … 😀 {{request.amount_sms}} {{link.url}}"})");
  ASSERT_EQ(sms.status, 200) << sms.text;
  const auto& text = sms.json.at("sms").as_object();
  EXPECT_EQ(text.at("encoding"), "ucs2");
  EXPECT_EQ(text.at("segments"), 2);
  const auto& chars = text.at("ucs2_characters").as_array();
  ASSERT_EQ(chars.size(), 4u);
  EXPECT_EQ(chars[0].at("character"), "“");
  EXPECT_EQ(chars[0].at("position"), 1);
  EXPECT_EQ(chars[0].at("replacement"), "\"");
  EXPECT_TRUE(chars[3].at("replacement").is_null()) << "an emoji says more than letters";
  EXPECT_EQ(text.at("rewritten_source"),
            "\"{{client.name}}\" ... 😀 {{request.amount_sms}} {{link.url}}");
  EXPECT_NE(sms.text.find("opt_out_wording"), std::string::npos);
  EXPECT_EQ(text.at("cost").at("amount_micros"), 170'000) << "two segments";
  EXPECT_EQ(text.at("cost").at("currency"), "USD");

  const auto missing = w().post(m.key, "/v1/template-previews",
                                R"({"channel":"sms","kind":"welcome","locale":"en",
      "source_kind":"text","source":"Hello {{custom.city}}. Reply STOP to opt out"})");
  EXPECT_EQ(missing.json.at("sendable"), false);
  EXPECT_NE(missing.text.find("{{custom.city}} has no data"), std::string::npos) << missing.text;
  EXPECT_EQ(
      w().post(m.key, "/v1/template-previews",
               R"({"channel":"email","client_id":"cl_00000000000000000000000000",)" + kMail + "}")
          .status,
      422);
}

TEST_P(TemplateRoutesTest, ImagesMustBeInTheLibrary) {
  const auto m = w().merchant("M");
  const auto body = [](const std::string& name) {
    return R"("kind":"receipt","locale":"en","source_kind":"html","subject":"s",
              "image_mode":"embedded","source":"<img src='{{image.)" +
           name + R"(}}' alt='x'>")";
  };
  const auto preview = [&](const std::string& name) {
    return w().post(m.key, "/v1/template-previews", R"({"channel":"email",)" + body(name) + "}");
  };
  EXPECT_NE(preview("door").text.find("https://pay.example.com/images/door.png"),
            std::string::npos);
  EXPECT_NE(preview("gate").text.find("{{image.gate}} has no data"), std::string::npos);
  const auto publish = [&](const std::string& name) {
    const auto t = make(m.key, R"({"name":"I","channel":"email",)" + body(name) + "}");
    return act(Method::post, m.key, t.path + "/publish", t.etag, "{}");
  };
  EXPECT_EQ(publish("door").at("image_mode"), "embedded");
  const auto refused = publish("gate");
  EXPECT_EQ(refused.status, 422);
  EXPECT_NE(refused.text.find("unknown_image"), std::string::npos) << refused.text;
}

TEST_P(TemplateRoutesTest, TestsGoToThePersonWhoAsks) {
  const auto m = w().merchant("M");
  const std::string body = "{" + kMail + "}";
  EXPECT_EQ(w().post(m.key, "/v1/template-tests", body).at("code"), "no_person");
  const auto as_root = [&](const std::string& what) {
    return w().call(
        {Method::post, "/v1/template-tests", w().root(), what, {{"Quittance-Tenant", m.id}}});
  };
  const auto sent = as_root(body);
  ASSERT_EQ(sent.status, 200) << sent.text;
  EXPECT_EQ(sent.at("sent_to"), "root@example.com");
  ASSERT_EQ(w().tests.size(), 1u);
  EXPECT_EQ(w().tests[0].mail.subject, "[Test] €1,250.00");
  EXPECT_EQ(w().tests[0].tenant_id.text(), m.id);
  EXPECT_EQ(w().tests[0].mail.inline_images.size(), 1u);
  EXPECT_EQ(as_root(R"({"kind":"request","locale":"en","source_kind":"text","subject":"x",
                        "source":"no link"})")
                .status,
            422);
}

TEST_P(TemplateRoutesTest, PlaceholdersByPurpose) {
  const auto m = w().merchant("M");
  const auto text = [&](const std::string& query) {
    return w().get(m.key, "/v1/template-placeholders" + query).text;
  };
  EXPECT_NE(text("").find("\"link.qr_code\""), std::string::npos);
  EXPECT_EQ(text("?channel=sms").find("\"link.qr_code\""), std::string::npos);
  EXPECT_EQ(text("?kind=welcome").find("\"request.amount\""), std::string::npos);
  EXPECT_EQ(text("?kind=receipt").find("\"refund.amount\""), std::string::npos);
  EXPECT_NE(text("?kind=refund").find("\"refund.amount\""), std::string::npos);
}

}  // namespace
}  // namespace api::slices
