// Goal: the routes of keys, tenants and connections keep their contract, and no answer
// holds a secret that was given before.
#include <gtest/gtest.h>

#include "api/slices_world.h"

namespace api::slices {
namespace {

class SettingsRoutes : public SlicesTest {};
INSTANTIATE_TEST_SUITE_P(Stores, SettingsRoutes, ::testing::ValuesIn(store::testing::all_kinds()),
                         [](const auto& info) { return store::testing::to_string(info.param); });

TEST_P(SettingsRoutes, ApiKeysShowTheirSecretOnce) {
  const auto m = w().merchant("M");
  const std::string body = R"({"name":"till","livemode":false,"role":"viewer"})";
  const auto made = w().post(m.key, "/v1/api-keys", body, "k");
  ASSERT_EQ(made.status, 201) << made.text;
  const auto again = w().post(m.key, "/v1/api-keys", body, "k");
  EXPECT_EQ(again.at("id"), made.at("id"));
  EXPECT_TRUE(again.json.at("secret").is_null());
  const std::string secret = made.at("secret");
  EXPECT_EQ(w().get(m.key, "/v1/api-keys").text.find(secret), std::string::npos);
  EXPECT_EQ(w().get(secret, "/v1/clients").status, 200);
  EXPECT_EQ(w().post(secret, "/v1/clients", R"({"name":"A"})").status, 403) << "a viewer";
  EXPECT_EQ(w().post(m.key, "/v1/api-keys", R"({"name":"l","livemode":true})").status, 403)
      << "a test key makes no live key";
  const std::string path = "/v1/api-keys/" + made.at("id");
  EXPECT_EQ(w().call({Method::delete_, path, w().merchant("N").key, "", {}}).status, 404);
  EXPECT_EQ(w().call({Method::delete_, path, m.key, "", {}}).status, 204);
  EXPECT_EQ(w().get(secret, "/v1/clients").status, 401);
}

TEST_P(SettingsRoutes, TenantsAndLogo) {
  using namespace std::string_literals;
  const auto m = w().merchant("M");
  const auto tenant = w().get(m.key, "/v1/tenant");
  EXPECT_EQ(tenant.etag, "\"1\"");
  EXPECT_TRUE(tenant.json.at("logo").is_null());
  EXPECT_EQ(w().get(m.key, "/v1/tenants").status, 403);
  EXPECT_EQ(w().get(w().root(), "/v1/tenants/" + m.id).at("id"), m.id);
  const auto changed = w().patch(m.key, "/v1/tenant", "\"1\"",
                                 R"({"sender_name":"Studio","allowed_countries":["DE"]})");
  ASSERT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(w().patch(m.key, "/v1/tenant", "\"2\"", R"({"time_zone":"Mars/Base"})").status, 422);
  const std::string png =
      "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x20\0\0\0\x20\x08\x06\0\0\0\0\0\0\0"s;
  const auto put = [&](const std::string& bytes, const std::string& type) {
    return w().call({Method::put, "/v1/tenant/logo", m.key, bytes, {}, type});
  };
  EXPECT_EQ(w().get(m.key, "/v1/tenant/logo").status, 404);
  EXPECT_EQ(put("<svg/>", "image/svg+xml").status, 415);
  EXPECT_EQ(put("<svg/>", "image/png").status, 422);
  const auto logo = put(png, "image/png");
  ASSERT_EQ(logo.status, 200) << logo.text;
  EXPECT_EQ(logo.json.at("width"), 32);
  const auto image = w().get(m.key, "/v1/tenant/logo");
  EXPECT_EQ(image.text, png);
  EXPECT_EQ(image.response.headers.get("Content-Type"), "image/png");
  EXPECT_EQ(image.etag.size(), 66u);
  EXPECT_EQ(w().get(m.key, "/v1/tenant").json.at("logo").at("id"), logo.json.at("id"));
  EXPECT_EQ(w().call({Method::delete_, "/v1/tenant/logo", m.key, "", {}}).status, 204);
  EXPECT_TRUE(w().get(m.key, "/v1/tenant").json.at("logo").is_null());
}

TEST_P(SettingsRoutes, ConnectionsKeepTheirSecrets) {
  const auto m = w().merchant("M");
  const auto put = [&](const std::string& path, const std::string& body) {
    return w().call({Method::put, "/v1/connections/" + path, m.key, body, {}});
  };
  const std::string stripe =
      R"({"secret_key":"sk_test_abcdefgh12345678","webhook_secret":"whsec_abcdefgh9876",
          "base_url":null})";
  const auto made = put("stripe", stripe);
  ASSERT_EQ(made.status, 200) << made.text;
  EXPECT_EQ(made.json.at("settings").at("secret_key"), "…5678");
  EXPECT_EQ(made.at("status"), "unchecked");
  EXPECT_EQ(boost::json::serialize(made.json.at("callback_urls")),
            R"([{"purpose":"events","url":"https://pay.example.com/callbacks/stripe/)" +
                made.at("id") + "\"}]");
  EXPECT_EQ(put("stripe", stripe).at("id"), made.at("id"));
  EXPECT_EQ(put("stripe", R"({"secret_key":"sk_live_abcdefgh12345678"})").status, 422);
  EXPECT_EQ(put("stripe?livemode=true", stripe).status, 403) << "a test key";
  EXPECT_EQ(put("paypal", stripe).status, 404);
  EXPECT_EQ(put("twilio", stripe).status, 422) << "the body must be of the kind in the path";
  EXPECT_EQ(
      put("twilio",
          R"({"account_sid":"AC0123456789abcdef0123456789abcdef","auth_token":"0123456789abcdef"})")
          .status,
      422);
  for (const char* url :
       {"http://127.0.0.1:80900", "http://127.0.0.1:8090@evil.example",
        "http://127.0.0.1:8090/../x", "http://169.254.169.254", "https://api.stripe.com"}) {
    EXPECT_EQ(put("stripe", R"({"secret_key":"sk_test_abcdefgh12345678","base_url":")" +
                                std::string(url) + "\"}")
                  .status,
              422)
        << url;
  }
  EXPECT_EQ(put("stripe",
                R"({"secret_key":"sk_test_abcdefgh12345678","base_url":"http://127.0.0.1:8090"})")
                .status,
            200);
  const std::string smtp =
      R"({"host":"relay.example.com","port":25,"security":"none","from_address":"a@example.com"})";
  EXPECT_EQ(put("smtp", smtp).status, 422) << "no plain mail";
  w().check_says = base::error(base::Code::refused, "key revoked");
  const auto check = w().post(m.key, "/v1/connections/stripe/check", "");
  EXPECT_EQ(check.status, 200);
  EXPECT_EQ(check.json.at("ok"), false);
  const auto seen = w().get(m.key, "/v1/connections/stripe");
  EXPECT_EQ(seen.at("status"), "failing");
  EXPECT_EQ(seen.at("problem"), "key revoked");
  const auto list = w().get(m.key, "/v1/connections");
  EXPECT_EQ(list.json.at("data").as_array().size(), 1u);
  for (const auto& text : {made.text, seen.text, list.text}) {
    EXPECT_EQ(text.find("abcdefgh"), std::string::npos);
  }
  EXPECT_EQ(w().get(w().merchant("N").key, "/v1/connections/stripe").status, 404);
  EXPECT_EQ(w().post(w().root(), "/v1/connections/rotate-keys", "").json.at("unchanged"), 1);
  w().in_use = true;
  EXPECT_EQ(w().call({Method::delete_, "/v1/connections/stripe", m.key, "", {}}).at("code"),
            "in_use");
  w().in_use = false;
  EXPECT_EQ(w().call({Method::delete_, "/v1/connections/stripe", m.key, "", {}}).status, 204);
  EXPECT_EQ(w().get(m.key, "/v1/connections/stripe").status, 404);
}

TEST_P(SettingsRoutes, DeadLettersAreForAdministrators) {
  EXPECT_EQ(w().get(w().root(), "/v1/dead-letters").text, R"({"data":[],"next_cursor":null})");
  EXPECT_EQ(w().get(w().merchant("M").key, "/v1/dead-letters").status, 403);
  EXPECT_EQ(
      w().post(w().root(), "/v1/dead-letters/dl_00000000000000000000000000/replay", "").status,
      404);
  EXPECT_EQ(
      w().post(w().root(), "/v1/dead-letters/dl_7zzzzzzzzzzzzzzzzzzzzzzzzz/replay", "").status,
      404);
}

}  // namespace
}  // namespace api::slices
