// Goal: tokens are stable per key version and id, unguessable across keys, and recognised only in
// their exact form.
#include "domain/link_token.h"

#include <gtest/gtest.h>

namespace domain {
namespace {

base::Secret<std::string> key(char c) { return base::Secret<std::string>(std::string(32, c)); }

TEST(LinkToken, DependsOnKeyVersionAndId) {
  auto keys = LinkKeys::make({{1, key('a')}, {2, key('b')}});
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->newest(), 2);
  base::Id128 one{};
  base::Id128 two{};
  two.bytes[15] = 1;
  const auto a = *keys->token(1, one);
  EXPECT_EQ(a, *keys->token(1, one));
  EXPECT_NE(a, *keys->token(2, one));
  EXPECT_NE(a, *keys->token(1, two));
  EXPECT_TRUE(is_link_token(a));
  EXPECT_FALSE(keys->token(3, one));
}

TEST(LinkToken, RefusesWeakKeysAndForeignForms) {
  EXPECT_FALSE(LinkKeys::make({}));
  EXPECT_FALSE(LinkKeys::make({{1, base::Secret<std::string>("short")}}));
  for (const char* text : {"", "abc", "0123456789012345678901234", "012345678901234567890-",
                           "../../../../etc/passw"}) {
    EXPECT_FALSE(is_link_token(text)) << text;
  }
}

}  // namespace
}  // namespace domain
