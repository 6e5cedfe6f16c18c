#include "providers/twilio/signature.h"

#include <gtest/gtest.h>

#include "base/crypto.h"
#include "base/json.h"
#include "providers/scripted_peer.h"

// Goal: only forms that Twilio signed for exactly this URL and token are believed.
namespace providers::twilio {
namespace {

using base::Code;
using base::FormField;
using base::Secret;

const Secret<std::string> kToken("12345");

std::string sign(const std::string& text, std::string_view token = "12345") {
  return base::to_base64(base::as_chars(base::hmac_sha1(token, text)));
}

TEST(TwilioSignature, PortVariants) {
  const std::vector<FormField> form = {{"b", "2"}, {"a", "1"}};
  struct {
    const char* received;
    std::vector<const char*> accepted;
    const char* refused;
  } const rows[] = {
      {"https://h.test/x?q=1",
       {"https://h.test/x?q=1", "https://h.test:443/x?q=1"},
       "https://h.test:80/x?q=1"},
      {"http://h.test/x", {"http://h.test/x", "http://h.test:80/x"}, "http://h.test:443/x"},
      {"https://h.test:8443/x",
       {"https://h.test:8443/x", "https://h.test/x"},
       "https://h.test:443/x"},
      {"https://h.test", {"https://h.test", "https://h.test:443"}, "https://h.test/"},
      {"https://u:p@h.test/x",
       {"https://u:p@h.test/x", "https://u:p@h.test:443/x"},
       "https://u@h.test/x"},
      {"http://[::1]:8080/x", {"http://[::1]:8080/x", "http://[::1]/x"}, "http://[:/x"},
      {"http://[::1]/x:y@z", {"http://[::1]/x:y@z", "http://[::1]:80/x:y@z"}, "http://[::1]/x"},
      {"https://h.test?x=a:b@c/d",
       {"https://h.test?x=a:b@c/d", "https://h.test:443?x=a:b@c/d"},
       "https://h.test?x=a"},
      {"no url", {"no url"}, "no"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.received);
    for (const char* url : row.accepted) {
      EXPECT_TRUE(verify_form(row.received, form, sign(std::string(url) + "a1b2"), kToken)) << url;
    }
    const auto bad =
        verify_form(row.received, form, sign(std::string(row.refused) + "a1b2"), kToken);
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, Code::unauthenticated);
    EXPECT_EQ(bad.error().reason, "mismatch");
  }
}

TEST(TwilioSignature, NothingIsNoSignature) {
  EXPECT_EQ(verify_form("https://h.test/", {}, "", kToken).error().reason, "missing");
  const Secret<std::string> none("");
  EXPECT_FALSE(verify_form("https://h.test/", {}, sign("https://h.test/", ""), none));
  EXPECT_FALSE(verify_form("https://h.test/", {}, "AAAA", kToken));
}

// Made and judged by Twilio's own package.
TEST(TwilioSignature, AgreesWithTheOfficialPackage) {
  const auto file = providers::testing::golden_file("signatures.json");
  ASSERT_TRUE(file) << "tests/golden/signatures.json is missing";
  const auto vectors = base::json::parse(*file);
  ASSERT_TRUE(vectors);
  const auto text = [](const boost::json::value& row, const char* name) {
    return std::string(row.at(name).as_string());
  };
  const auto& forms = vectors->at("twilio").as_array();
  ASSERT_GE(forms.size(), 20u);
  for (const auto& row : forms) {
    SCOPED_TRACE(text(row, "name"));
    const auto form = base::form_decode(text(row, "form"), 100);
    ASSERT_TRUE(form);
    const Secret<std::string> token(text(row, "auth_token"));
    const auto got = verify_form(text(row, "url"), *form, text(row, "signature"), token);
    EXPECT_EQ(got.has_value(), row.at("valid").as_bool());
  }
  const auto& bodies = vectors->at("twilio_body").as_array();
  ASSERT_GE(bodies.size(), 4u);
  for (const auto& row : bodies) {
    SCOPED_TRACE(text(row, "name"));
    const Secret<std::string> token(text(row, "auth_token"));
    const auto got =
        verify_body(text(row, "url"), text(row, "body"), text(row, "signature"), token);
    EXPECT_EQ(got.has_value(), row.at("valid").as_bool());
  }
}

}  // namespace
}  // namespace providers::twilio
