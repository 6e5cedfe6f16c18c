#include "providers/stripe/signature.h"

#include <gtest/gtest.h>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"
#include "providers/scripted_peer.h"

// Goal: only a body signed with one of our secrets, just now, is believed.
namespace providers::stripe {
namespace {

using base::Code;
using base::Secret;

constexpr std::int64_t kNow = 1'795'000'000;
const std::string kBody = "{\"id\":\"evt_1\",\n  \"object\":\"event\"}";

std::string sign(std::int64_t t, std::string_view secret = "whsec_one",
                 std::string_view body = kBody) {
  return base::to_hex(base::hmac_sha256(secret, std::to_string(t) + "." + std::string(body)));
}

base::Status verify(std::string_view header, std::string_view body = kBody,
                    std::vector<std::string> keys = {"whsec_one"}) {
  std::vector<Secret<std::string>> secrets;
  for (auto& key : keys) secrets.emplace_back(std::move(key));
  return verify_signature(body, header, secrets, base::Time{std::chrono::seconds(kNow)});
}

TEST(StripeSignature, Table) {
  const std::string t = "t=" + std::to_string(kNow);
  const std::string good = "v1=" + sign(kNow);
  const std::string wrong = "v1=" + std::string(64, 'a');
  const auto at = [](std::int64_t seconds) {
    return "t=" + std::to_string(seconds) + ",v1=" + sign(seconds);
  };
  struct {
    const char* name;
    std::string header;
    const char* reason;  // "": accepted
  } const rows[] = {
      {"plain", t + "," + good, ""},
      {"order does not matter", good + "," + t, ""},
      {"a second signature fits", t + "," + wrong + "," + good, ""},
      {"other schemes are passed over", t + ",v0=abc," + good, ""},
      {"five minutes old", at(kNow - 300), ""},
      {"five minutes ahead", at(kNow + 300), ""},
      {"older", at(kNow - 301), "stale"},
      {"further ahead", at(kNow + 301), "stale"},
      {"from 1970", at(0), "stale"},
      {"wrong", t + "," + wrong, "mismatch"},
      {"signed for another time", "t=" + std::to_string(kNow - 1) + "," + good, "mismatch"},
      {"cut", t + "," + good.substr(0, 60), "mismatch"},
      {"longer", t + "," + good + "00", "mismatch"},
      {"upper case", t + ",v1=" + std::string(64, 'A'), "mismatch"},
      {"empty value", t + ",v1=", "mismatch"},
      {"only the old scheme", t + ",v0=" + sign(kNow), "malformed"},
      {"empty", "", "missing"},
      {"no time", good, "malformed"},
      {"no signature", t, "malformed"},
      {"two times", t + ",t=1," + good, "malformed"},
      {"the same time twice", t + "," + t + "," + good, "malformed"},
      {"empty time", "t=," + good, "malformed"},
      {"negative time", "t=-1," + good, "malformed"},
      {"time with a sign", "t=+" + std::to_string(kNow) + "," + good, "malformed"},
      {"time with a space", "t= " + std::to_string(kNow) + "," + good, "malformed"},
      {"time with a fraction", t + ".0," + good, "malformed"},
      {"time in hex", "t=0x1," + good, "malformed"},
      {"huge time", "t=9999999999999," + good, "malformed"},
      {"no equals sign", t + "," + good + ",x", "malformed"},
      {"no name", t + "," + good + ",=x", "malformed"},
      {"trailing comma", t + "," + good + ",", "malformed"},
      {"only commas", ",,,", "malformed"},
      {"space before the name", t + ", " + good, "malformed"},
      {"NUL inside", t + "," + good + std::string(1, '\0'), "mismatch"},
      {"too long", t + "," + good + ",v0=" + std::string(4096, 'x'), "too_long"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto got = verify(row.header);
    if (*row.reason == 0) {
      EXPECT_TRUE(got);
    } else {
      ASSERT_FALSE(got);
      EXPECT_EQ(got.error().code, Code::unauthenticated);
      EXPECT_EQ(got.error().reason, row.reason);
    }
  }
}

TEST(StripeSignature, EveryByteOfTheBodyCounts) {
  const std::string header = "t=" + std::to_string(kNow) + ",v1=" + sign(kNow);
  ASSERT_TRUE(verify(header));
  for (std::size_t i = 0; i < kBody.size(); ++i) {
    std::string changed = kBody;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(verify(header, changed)) << i;
  }
  EXPECT_FALSE(verify(header, kBody + "\n"));
  EXPECT_FALSE(verify(header, ""));
}

TEST(StripeSignature, SeveralSecretsWhileOneIsRotated) {
  const std::string header = "t=" + std::to_string(kNow) + ",v1=" + sign(kNow, "whsec_two");
  EXPECT_TRUE(verify(header, kBody, {"whsec_one", "whsec_two"}));
  EXPECT_TRUE(verify(header, kBody, {"whsec_two", "whsec_one"}));
  EXPECT_FALSE(verify(header, kBody, {"whsec_one"}));
  EXPECT_FALSE(verify(header, kBody, {}));
}

// Made and judged by Stripe's own package.
TEST(StripeSignature, AgreesWithTheOfficialPackage) {
  const auto file = providers::testing::golden_file("signatures.json");
  ASSERT_TRUE(file) << "tests/golden/signatures.json is missing";
  const auto vectors = base::json::parse(*file);
  ASSERT_TRUE(vectors);
  const auto& rows = vectors->at("stripe").as_array();
  ASSERT_GE(rows.size(), 30u);
  for (const auto& row : rows) {
    SCOPED_TRACE(row.at("name").as_string().c_str());
    ASSERT_EQ(row.at("tolerance_s").as_int64() * 1'000'000, kSignatureTolerance.count());
    std::vector<Secret<std::string>> secrets;
    for (const auto& secret : row.at("secrets").as_array()) {
      secrets.emplace_back(std::string(secret.as_string()));
    }
    const auto got = verify_signature(std::string(row.at("body").as_string()),
                                      std::string(row.at("header").as_string()), secrets,
                                      base::Time{std::chrono::seconds(row.at("now_s").as_int64())});
    EXPECT_EQ(got.has_value(), row.at("valid").as_bool());
  }
}

TEST(StripeSignature, AnEmptySecretSignsNothing) {
  const std::string header = "t=" + std::to_string(kNow) + ",v1=" + sign(kNow, "");
  EXPECT_FALSE(verify(header, kBody, {""}));
}

}  // namespace
}  // namespace providers::stripe
