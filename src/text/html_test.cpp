#include "text/html.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "text/html_reader.h"

// Goal: escaped text is inert in HTML, and a reader of the plain text gets everything that the HTML
// mail says, with its links.
namespace text {
namespace {

TEST(Html, Escape) {
  EXPECT_EQ(escape_html(""), "");
  EXPECT_EQ(escape_html("plain"), "plain");
  EXPECT_EQ(escape_html("<a b=\"c\">&'"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
  EXPECT_EQ(escape_html("é<"), "é&lt;");
  std::string out = "x";
  append_escaped(out, "<>");
  EXPECT_EQ(out, "x&lt;&gt;");
}

TEST(Html, EscapedTextComesBack) {
  rc::check([](const std::string& raw) {
    const std::string escaped = escape_html(raw);
    RC_ASSERT(escaped.find_first_of("<>\"'") == std::string::npos);
    std::string visible = raw;
    std::erase_if(visible, [](char c) {
      return (c >= 0 && c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f;
    });
    RC_ASSERT(decode_entities(escaped) == visible);
  });
}

TEST(HtmlToText, Table) {
  struct {
    const char* name;
    const char* html;
    const char* text;
  } const rows[] = {
      {"empty", "", ""},
      {"plain", "Hello", "Hello"},
      {"white space runs", "  a \n\t b  ", "a b"},
      {"paragraphs", "<p>One</p><p>Two</p>", "One\n\nTwo"},
      {"paragraph and text", "a<p>b</p>c", "a\n\nb\n\nc"},
      {"divisions", "<div>One</div><div>Two</div>", "One\nTwo"},
      {"nested divisions", "<div><div><div>One</div></div></div><div>Two</div>", "One\nTwo"},
      {"line break", "a<br>b<br/>c", "a\nb\nc"},
      {"many breaks", "a<br><br><br><br>b", "a\n\nb"},
      {"heading", "<h1>Hi</h1>there", "Hi\n\nthere"},
      {"rule", "a<hr>b", "a\n---\nb"},
      {"inline", "a<b>b</b><i> c</i>", "ab c"},
      {"list", "<ul><li>One</li><li>Two</li></ul>x", "- One\n- Two\nx"},
      {"numbered", "<ol><li>One<li>Two</ol>", "1. One\n2. Two"},
      {"table", "<table><tr><td>Sum</td><td>5 €</td></tr><tr><td>b</td></tr></table>",
       "Sum 5 €\nb"},
      {"link", "<a href=\"https://x.test/p\">Pay now</a>.", "Pay now (https://x.test/p)."},
      {"link that shows itself", "<a href='https://x.test/p'>https://x.test/p</a>",
       "https://x.test/p"},
      {"link without its scheme", "<a href=https://x.test/p>x.test/p</a>", "x.test/p"},
      {"link with a picture", "<a href=\"https://x.test\"><img src=1 alt=\"Logo\"></a>",
       "Logo (https://x.test)"},
      {"link without words", "<a href=\"https://x.test\"></a>", "https://x.test"},
      {"link with a reference", "<a href=\"https://x.test/?a=1&amp;b=2\">x</a>",
       "x (https://x.test/?a=1&b=2)"},
      {"mail link", "<a href=\"mailto:a@b.test?subject=x\">Write</a>", "Write (a@b.test)"},
      {"anchor", "<a name=x>Top</a> <a href=\"#x\">Up</a>", "Top Up"},
      {"script link", "<a href=\"javascript:alert(1)\">x</a>", "x"},
      {"link with a placeholder", "<a href=\"{{link.url}}\">Pay</a>", "Pay ({{link.url}})"},
      {"link not closed", "<a href=\"https://x.test\">x", "x (https://x.test)"},
      {"link in link", "<a href=\"https://x.test\">x<a href=\"https://y.test\">y</a>",
       "x (https://x.test)y (https://y.test)"},
      {"picture", "<img alt=\"QR &amp; code\">", "QR & code"},
      {"picture without words", "a<img src=x>b", "ab"},
      {"style and script", "<style>p{}</style>a<script>if (a</b>)</script>b<SCRIPT>x</Script >c",
       "abc"},
      {"head", "<html><head><title>t</title><meta charset=x></head><body>b</body></html>", "b"},
      {"head not closed", "<head><meta><body>b", "b"},
      {"comment", "a<!-- <p>x</p> -->b", "ab"},
      {"conditional", "a<!--[if mso]><table><![endif]-->b<![if !mso]>c", "abc"},
      {"declaration", "<!doctype html><?xml version=1?>x", "x"},
      {"hidden preview", "<div style=\"display : none;max-height:0\">pre<div>x</div></div>shown",
       "shown"},
      {"hidden, then shown", "<span style='DISPLAY:NONE'>a</span>b", "b"},
      {"entities", "&lt;&amp;&gt; &quot;&apos; &euro; &uuml;&#252;&#xFC; &hellip;",
       "<&> \"' € üüü …"},
      {"unknown entities", "&foo; & &; &#; &#x; a&b", "&foo; & &; &#; &#x; a&b"},
      {"bad code points", "&#0;&#xD800;&#1114112;&#99999999999;",
       "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd&#99999999999;"},
      {"invisible", "a&shy;b&zwnj;c&#8203;d&#xFEFF;e&#1;f\x01g", "abcdefg"},
      {"no-break space", "a&nbsp;&nbsp;b", "a b"},
      {"bare bracket", "1 < 2 and <3 >", "1 < 2 and <3 >"},
      {"cut tag", "a<b", "a"},
      {"cut attribute", "a<b c=\"d", "a"},
      {"cut comment", "a<!-- b", "a"},
      {"odd attributes", "<p =x / y='1'z>a</p>", "a"},
      {"preformatted", "<pre>a\n  b</pre>c", "a\n  b\nc"},
      {"stray closings", "</p></ul></a></pre>a", "a"},
  };
  for (const auto& row : rows) EXPECT_EQ(html_to_text(row.html), row.text) << row.name;
}

TEST(HtmlToText, AnyInputIsSafeAndBounded) {
  static const std::vector<std::string> kPieces = {
      "<p>",  "</p>",  "<br>",    "<hr>",     "<li>", "<ol>",  "</ol>", "<a href=https://x>",
      "</a>", "<pre>", "\n",      " ",        "x",    "&amp;", "&#65;", "<img alt=y>",
      "<!--", "-->",   "<style>", "</style>", "<td>", "<"};
  rc::check([] {
    const auto picks = *rc::gen::container<std::vector<int>>(
        rc::gen::inRange(0, static_cast<int>(kPieces.size())));
    std::string html;
    for (const int i : picks) html += kPieces[static_cast<std::size_t>(i)];
    RC_ASSERT(html_to_text(html).size() <= 2 * html.size());
  });
  rc::check(
      [](const std::string& bytes) { RC_ASSERT(html_to_text(bytes).size() <= 2 * bytes.size()); });
}

TEST(Html, Preheader) {
  EXPECT_EQ(preheader_of("<body><div style='display:none'> Soon &amp; safe </div><p>Hello</p>"),
            "Soon & safe");
  EXPECT_EQ(preheader_of("<head><title>T</title></head><body><p>Hello</p><p>you</p>"),
            "Hello  you");
  EXPECT_EQ(preheader_of("<style>p{}</style><body><div style=\"display: none\">A</div>b"), "A");
  EXPECT_EQ(preheader_of("<body><p>Hello</p><div style='display:none'>late</div>"), "Hello");
  EXPECT_EQ(preheader_of("<body><p>äöüß</p>", 2), "äö");
  EXPECT_EQ(preheader_of(""), "");
}

}  // namespace
}  // namespace text
