#include "base/crypto.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"

namespace {

const std::string kKey(32, 'k');

// Known answers: FIPS 180-4 examples, RFC 4231 (HMAC-SHA-256) and RFC 2202 (HMAC-SHA-1).
TEST(Crypto, sha256_known_answers) {
  const std::pair<std::string, const char*> rows[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const auto& [text, want] : rows) EXPECT_EQ(base::to_hex(base::sha256(text)), want);
}

TEST(Crypto, hmac_known_answers) {
  struct Row {
    std::string key;
    std::string data;
    const char* sha256;
    const char* sha1;
  };
  const Row rows[] = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
       "b617318655057264e28bc0b6fb378c8ef146be00"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
       "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", ""},
      {std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First", "",
       "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
  };
  for (const auto& row : rows) {
    if (*row.sha256) {
      EXPECT_EQ(base::to_hex(base::hmac_sha256(row.key, row.data)), row.sha256);
      EXPECT_EQ(base::to_hex(base::HmacKey(row.key).hmac_sha256(row.data)), row.sha256);
    }
    if (*row.sha1) {
      EXPECT_EQ(base::to_hex(base::hmac_sha1(row.key, row.data)), row.sha1);
    }
  }
}

TEST(Crypto, equal_constant_time) {
  EXPECT_TRUE(base::equal_constant_time("", ""));
  EXPECT_TRUE(base::equal_constant_time("abc", "abc"));
  EXPECT_FALSE(base::equal_constant_time("abc", "abd"));
  EXPECT_FALSE(base::equal_constant_time("abc", "ab"));
}

TEST(Crypto, passwords) {
  const auto random = base::seeded_random(1);
  const std::string phc = base::hash_password("correct horse", *random);
  EXPECT_TRUE(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << phc;
  EXPECT_TRUE(base::verify_password("correct horse", phc));
  EXPECT_FALSE(base::verify_password("correct horsf", phc));
  EXPECT_FALSE(base::verify_password("", phc));
  EXPECT_NE(base::hash_password("correct horse", *random), phc);
  EXPECT_FALSE(base::verify_password("x", "not a hash"));
  EXPECT_FALSE(base::verify_password("x", ""));
  // Other parameters than today's: a vector of the reference implementation's test suite.
  EXPECT_TRUE(base::verify_password("password",
                                    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ"
                                    "$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"));
}

TEST(Crypto, unseal_refuses_another_place_key_or_text) {
  const auto random = base::seeded_random(1);
  const std::string sealed = base::seal("sk_live", kKey, "tenant-1/stripe", *random);
  EXPECT_EQ(sealed.size(), 24 + 7 + 16U);
  EXPECT_EQ(base::unseal(sealed, kKey, "tenant-1/stripe").value(), "sk_live");
  const auto wrong_place = base::unseal(sealed, kKey, "tenant-2/stripe");
  ASSERT_FALSE(wrong_place);
  EXPECT_EQ(wrong_place.error().code, base::Code::corrupt);
  EXPECT_FALSE(base::unseal(sealed, std::string(32, 'x'), "tenant-1/stripe"));
  EXPECT_FALSE(base::unseal("short", kKey, "tenant-1/stripe"));
  EXPECT_FALSE(base::unseal("", kKey, "tenant-1/stripe"));
  EXPECT_NE(base::seal("sk_live", kKey, "tenant-1/stripe", *random), sealed);
}

RC_GTEST_PROP(CryptoProperty, seal_round_trip_and_tampering,
              (const std::string& plain, const std::string& associated)) {
  const auto random = base::seeded_random(*rc::gen::arbitrary<std::uint64_t>());
  std::string sealed = base::seal(plain, kKey, associated, *random);
  RC_ASSERT(base::unseal(sealed, kKey, associated).value() == plain);
  RC_ASSERT(!base::unseal(sealed, kKey, associated + 'x'));
  const auto at = *rc::gen::inRange<std::size_t>(0, sealed.size());
  sealed[at] = static_cast<char>(sealed[at] ^ (1 << *rc::gen::inRange(0, 8)));
  RC_ASSERT(!base::unseal(sealed, kKey, associated));
}

}  // namespace
