// Goal: nested forms are read exactly, and what nobody read is known.
#include "sandbox/core/params.h"

#include "sandbox/core/html.h"
#include "sandbox/testing.h"

namespace sandbox {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(ParamsTest, ReadsNestedForms) {
  auto params = Params::parse("a=1&m[x]=2&m[y]=3&l[]=4&l[]=5&n[0]=6&n[1][b]=7&a=8");
  ASSERT_TRUE(params);
  EXPECT_EQ(params->text("a"), "8");
  EXPECT_EQ(params->text("b"), std::nullopt);
  EXPECT_THAT(params->map("m"), ElementsAre(Pair("x", "2"), Pair("y", "3")));
  EXPECT_THAT(params->list("l"), ElementsAre("4", "5"));
  EXPECT_THAT(params->list("n"), ElementsAre("6"));
  EXPECT_TRUE(params->has("n[1]"));
  EXPECT_FALSE(params->has("n[2]"));
  EXPECT_EQ(params->unknown(), "n[1][b]");
  params->accept("n[1]");
  EXPECT_EQ(params->unknown(), std::nullopt);
}

TEST(ParamsTest, RefusesWhatIsNotText) {
  EXPECT_FALSE(Params::parse("a=%ff"));
  std::string many;
  for (std::size_t i = 0; i <= Params::kFieldsMax; ++i) many += "a=1&";
  EXPECT_FALSE(Params::parse(many));
}

TEST(ParamsTest, TheOrderOfFieldsDoesNotMatter) {
  EXPECT_EQ(Params::parse("b=2&a=1")->canonical(), Params::parse("a=1&b=2")->canonical());
  EXPECT_NE(Params::parse("a=1&b=2")->canonical(), Params::parse("a=1&b=3")->canonical());
}

TEST(GlobTest, Matches) {
  for (auto [pattern, text] : {std::pair{"*", "x"},
                               {"a.*", "a.b"},
                               {"*b", "ab"},
                               {"a*c", "abbc"},
                               {"a", "a"},
                               {"**", ""}}) {
    EXPECT_TRUE(glob_match(pattern, text)) << pattern << " " << text;
  }
  for (auto [pattern, text] : {std::pair{"a", "b"}, {"a.*", "ab"}, {"", "a"}, {"a*c", "abb"}}) {
    EXPECT_FALSE(glob_match(pattern, text)) << pattern << " " << text;
  }
}

TEST(HtmlTest, EscapesAndLinks) {
  EXPECT_EQ(escape_html("<a href=\"'&"), "&lt;a href=&quot;&#39;&amp;");
  EXPECT_EQ(
      linkify("see https://x.test/p/1. <b>"),
      "see <a href=\"https://x.test/p/1\" rel=\"noreferrer\">https://x.test/p/1</a>. &lt;b&gt;");
  EXPECT_EQ(linkify("javascript:alert(1)"), "javascript:alert(1)");
}

TEST(HtmlTest, ShowsAmounts) {
  EXPECT_EQ(show_amount(1250, "eur"), "12.50 EUR");
  EXPECT_EQ(show_amount(5, "eur"), "0.05 EUR");
  EXPECT_EQ(show_amount(1250, "jpy"), "1250 JPY");
  EXPECT_EQ(show_amount(1250, "kwd"), "1.250 KWD");
  EXPECT_EQ(show_amount(-1, "usd"), "-0.01 USD");
}

}  // namespace
}  // namespace sandbox
