#include "domain/locale.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/ids.h"

#include <set>

namespace domain {
namespace {

TEST(Locale, FromTag) {
  EXPECT_EQ(locale_from_tag("de"), Locale::de);
  EXPECT_EQ(locale_from_tag("de-AT"), Locale::de);
  EXPECT_EQ(locale_from_tag("DE_de"), Locale::de);
  EXPECT_EQ(locale_from_tag("en-GB"), Locale::en);
  for (const auto* tag : {"", "fr", "deu", "-de", "*"}) EXPECT_FALSE(locale_from_tag(tag)) << tag;
}

TEST(Locale, FromAcceptLanguage) {
  struct Row {
    const char* header;
    Locale expected;  // the fallback is en
  };
  const Row rows[] = {
      {"", Locale::en},
      {"de", Locale::de},
      {"de-AT,de;q=0.9,en;q=0.8", Locale::de},
      {"fr, de;q=0.5", Locale::de},
      {"en;q=0.4 , de;q=0.5", Locale::de},
      {"en, de", Locale::en},
      {"de;q=0", Locale::en},
      {"de;q=0.000, en;q=0.001", Locale::en},
      {"de;q=2", Locale::en},
      {"de;q=abc", Locale::en},
      {"de;q=0.1234", Locale::en},
      {",,,de;", Locale::de},
      {"*", Locale::en},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(locale_from_accept_language(row.header, Locale::en), row.expected) << row.header;
  }
}

RC_GTEST_PROP(LocaleLaw, AnyHeaderIsSafe, (const std::string& header)) {
  locale_from_accept_language(header, Locale::en);
  locale_from_accept_language("de;q=" + header, Locale::en);
}

// Goal: the prefix names the kind, so no two kinds share one.
TEST(Ids, PrefixesAreUnique) {
  std::set<std::string_view> prefixes;
  std::size_t kinds = 0;
  boost::mp11::mp_for_each<
      boost::mp11::mp_list<TenantTag, UserTag, ApiKeyTag, ClientTag, TemplateTag, RequestTag,
                           SessionTag, CheckoutSessionTag, TransactionTag, MessageTag, AttemptTag,
                           RefundTag, DisputeTag, ConnectionTag, EventTag, LedgerEntryTag, AssetTag,
                           LinkTag, DeadLetterTag, ProviderEventTag, ImportTag>>([&](auto tag) {
    prefixes.insert(decltype(tag)::kPrefix);
    ++kinds;
  });
  EXPECT_EQ(prefixes.size(), kinds);
  EXPECT_FALSE(RequestId::parse(ClientId{}.text()));
  EXPECT_EQ(RequestId::parse(RequestId{}.text()).value(), RequestId{});
}

}  // namespace
}  // namespace domain
