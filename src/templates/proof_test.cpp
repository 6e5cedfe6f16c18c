// Goal: whatever would harm a reader or leave a client without the link is found before it is sent,
// and told where it is.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "base/json.h"
#include "templates/content.h"
#include "templates/diff.h"
#include "templates/placeholders.h"
#include "templates/starters.h"
#include "text/compiler/inline_for_tests.h"

namespace templates {
namespace {

using domain::Channel;
using domain::MessageKind;

constexpr Purpose kMail{Channel::email, MessageKind::request};
constexpr Purpose kSms{Channel::sms, MessageKind::request};
const std::string kLink = "<a href=\"{{link.url}}\">{{request.amount}}</a>\n";

Proof html_proof(const std::string& html) {
  return proof_of(kMail, {SourceKind::html, "Hello", kLink + html, {}}, {});
}

std::string codes(const Proof& proof) {
  std::string out;
  for (const Problem& p : proof.problems) {
    if (!out.empty()) out += ' ';
    out += p.code + "@" + std::to_string(p.line) + ":" + std::to_string(p.column) + "+" +
           std::to_string(p.length);
  }
  return out;
}

TEST(Proof, HtmlTable) {
  struct Row {
    const char* html;
    const char* codes;
  };
  const Row rows[] = {
      {"<p>{{client.name}}</p>", ""},
      {"<p>{{client.nmae}}</p>", "unknown_placeholder@2:4+15"},
      {"<p>é😀 {{ client.nmae }}</p>", "unknown_placeholder@2:8+17"},
      {"{{#clent.name}}x{{/clent.name}}", "unknown_placeholder@2:1+15"},
      {"{{refund.amount}}", "not_available@2:1+17"},
      {"{{> footer}}", "partial_refused@2:1+12"},
      {"{{custom.city}} {{image.header}}", ""},
      {"{{custom.Bad}}", "unknown_placeholder@2:1+14"},
      {"{{request.reference}}", "may_be_empty@2:1+21"},
      {"{{#request.reference}}{{request.reference}}{{/request.reference}}", ""},
      {"<p>{{client.name</p>", "unclosed_tag@2:4+13"},
      {"{{#client.name}}x", "unclosed_section@2:1+16"},
      {"{{/client.name}}x", "unexpected_close@2:1+16"},
      {"{{{client.name}}}", "unescaped@2:1+16"},
      {"{{&client.name}}", "unescaped@2:1+16"},
      {"{{=<% %>=}}<%client.name%>", "delimiters_refused@2:1+11"},
      {"<a href=\"http://x.test/a\">x</a>", "link_not_https@2:10+15"},
      {"<a href=\"javascript:alert(1)\">x</a>", "link_refused@2:10+19"},
      {"<a href=\" JaVaScRiPt:alert(1)\">x</a>", "link_refused@2:11+19"},
      {"<a href=\"java&#10;script:alert(1)\">x</a>", "link_refused@0:0+0"},
      {"<a href=\"data:text/html,x\">x</a>", "link_refused@2:10+16"},
      {"<a href=\"{{custom.url}}\">x</a>", "link_refused@2:10+14"},
      {"<a href=\"https://x.test/?c={{custom.code}}\">x</a>", ""},
      {"<a href=\"mailto:a@b.test\">x</a><a href=\"tel:+43\">y</a><a href=\"#top\">z</a>", ""},
      {"<a href=\"//x.test\">x</a>", "link_refused@2:10+8"},
      {"<a href=\"\">x</a>", "empty_link@1:4+4"},
      {"<a href={{link.url}}>x</a>", "unquoted@1:10+12"},
      {"<img src=\"https://x.test/a.png\" alt=\"A door\">", ""},
      {"<img src=\"https://x.test/a.png\">", "no_alt@2:11+20"},
      {"<img src=\"http://x.test/a.png\" alt=\"x\">", "link_not_https@2:11+19"},
      {"<img src=\"data:image/png;base64,AA\" alt=\"x\">", "data_image@2:11+24"},
      {"<img src=\"{{link.qr_code}}\" alt=\"x\">", ""},
      {"<img src=\"{{image.door}}\" alt=\"x\">", ""},
      {"<img src=\"{{client.name}}\" alt=\"x\">", "link_refused@2:11+15"},
      {"<p onclick=\"x()\">x</p>", "script_refused@2:4+7"},
      {"<script>{{client.name}}</script>", "element_refused@2:1+7"},
      // What browsers take for markup although it looks like none, and the other way round.
      {"<!--><script>x</script>-->", "element_refused@2:6+7"},
      {"<!-- --!><script>x</script> -->", "element_refused@2:10+7"},
      {"{{! <a title=\" }}<script>x</script>{{! \"> }}",
       "comment_refused@2:1+17 section_across@2:1+4"},
      {"<b title=\"{{^client.name}}\">{{/client.name}}<i title=\">\">", "section_across@2:11+16"},
      {"<a href=\"{{merchant.logo_url}}javascript:x\">x</a>",
       "link_refused@2:10+33 may_be_empty@2:10+21"},
      {"<a href=\"{{link.url}}{{custom.u}}\">x</a>", "link_refused@2:10+24"},
      {"<a href=\"https://{{custom.host}}/x\">x</a>", "link_refused@2:10+25"},
      {"<title><a href=\"#</title><iframe>\"></a>", "element_refused@2:26+7"},
      {"<style></stylex a=\"></style><iframe>\">", "element_refused@2:29+7"},
      {"</1 <a href=\"#>  <iframe> <b title=\"\">", "element_refused@2:18+7"},
      {"<!--[if mso]><a href=\"http://x.test\">x</a><![endif]-->", "link_not_https@2:23+13"},
      {"<!--[if mso]><v:rect href=\"{{link.url}}\"></v:rect><![endif]-->", ""},
      {"<img src=\"https://x.test/a\" alt=\"x\" srcset=\"http://x.test\">",
       "attribute_refused@2:37+6"},
      {"<link rel=\"stylesheet\" href=\"http://x.test/{{client.name}}\">",
       "link_not_https@2:30+29"},
      {"<style>@import url(http://x.test);</style>", "style_refused@2:20+7"},
      {"<math><a xlink:href=\"javascript:x\">x</a></math>",
       "element_refused@2:1+5 link_refused@2:22+12"},
      {"<{{custom.tag}} onerror=x>", "placeholder_in_markup@2:1+3"},
      {"<textarea>x</textarea>", "element_refused@2:1+9"},
      {"<svg onload=\"x\"></svg>", "element_refused@2:1+4 script_refused@2:6+6"},
      {"<iframe src=\"https://x.test\"></iframe>", "element_refused@2:1+7"},
      {"<meta http-equiv=\"refresh\" content=\"0;url=https://x.test\">", "element_refused@2:19+7"},
      {"<p style=\"color:{{merchant.color}}\">x</p>", ""},
      {"<p style=\"color:{{custom.color}}\">x</p>", "placeholder_in_style@2:17+16"},
      {"<style>p { color: {{client.name}} }</style>", "placeholder_in_style@2:19+17"},
      {"<p {{client.name}}=\"x\">x</p>", "placeholder_in_markup@2:4+15"},
  };
  for (const Row& row : rows) EXPECT_EQ(codes(html_proof(row.html)), row.codes) << row.html;
}

// Pug can put together what its source does not show; text can be made of what HTML hides.
TEST(Proof, LooksAtWhatIsSent) {
  text::Compiled compiled;
  compiled.html = kLink + "{{=<% %>=}} <%& custom.u %>";
  EXPECT_EQ(codes(proof_of(kMail, {SourceKind::pug, "s", "p x", {}}, compiled)),
            "delimiters_refused@0:0+0");
  EXPECT_EQ(codes(html_proof("x &#123;&#123;foo&#125;&#125;")), "text_unreadable@0:0+0");
  EXPECT_EQ(codes(html_proof("<div style=\"display:none\">{{#request.reference}}</div>x"
                             "{{/request.reference}}")),
            "text_unreadable@0:0+0");
  std::string names;
  for (int i = 0; i < 14'000; ++i) names += "{{a" + std::to_string(i) + "}}";
  EXPECT_EQ(html_proof(names).problems.size(), 200u);
}

TEST(Proof, ALongMailIsClippedByGmail) {
  EXPECT_EQ(codes(html_proof("<p>" + std::string(103 * 1024, 'x') + "</p>")), "clipped@0:0+0");
}

TEST(Proof, WhatEachPurposeNeeds) {
  struct Row {
    Purpose purpose;
    Content content;
    const char* codes;
  };
  const Purpose receipt{Channel::sms, MessageKind::receipt};
  const Purpose welcome{Channel::sms, MessageKind::welcome};
  const Row rows[] = {
      {kSms, {SourceKind::text, {}, "{{request.amount_sms}} {{link.url}}", {}}, ""},
      {kSms, {SourceKind::text, {}, "{{request.amount}}", {}}, "no_link@0:0+0"},
      {kSms, {SourceKind::text, {}, "{{link.url}}", {}}, "no_amount@0:0+0"},
      {kSms,
       {SourceKind::text, {}, "{{request.amount}} {{link.qr_code}} {{link.url}}", {}},
       "not_available@1:20+16"},
      {receipt, {SourceKind::text, {}, "Thank you", {}}, ""},
      {welcome, {SourceKind::text, {}, "{{link.url}}", {}}, "not_available@1:1+12"},
      {kMail, {SourceKind::text, "s", "{{request.amount}} {{link.url}}", {}}, ""},
      {kMail, {SourceKind::html, "s", "{{request.amount}}", {}}, "no_link@0:0+0"},
      {kMail, {SourceKind::html, "s", "{{request.amount}} {{link.url}}", {}}, "no_link@0:0+0"},
      {kMail, {SourceKind::html, "{{x}}", kLink, {}}, "unknown_placeholder@1:1+5"},
      {kMail, {SourceKind::html, "s", kLink, "no link"}, "no_link@0:0+0"},
      {kMail, {SourceKind::html, "s", kLink, "{{link.url}}"}, ""},
  };
  for (const Row& row : rows)
    EXPECT_EQ(codes(proof_of(row.purpose, row.content, {})), row.codes) << row.content.source;
}

TEST(Proof, TellsTheNearestName) {
  const Proof proof = html_proof("{{client.nmae}}");
  ASSERT_EQ(proof.problems.size(), 1u);
  EXPECT_EQ(proof.problems[0].suggestion, "client.name");
  EXPECT_EQ(nearest_placeholder("amount", kMail), "request.amount");
  EXPECT_EQ(nearest_placeholder("link", kSms), "link.url");
  const Status refused = refuse_errors(proof);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields[0].field, "source");
  EXPECT_NE(refused.error().fields[0].detail.find("line 2, column 1"), std::string::npos);
}

// Problems of compiled HTML are told of the Pug source.
TEST(Proof, PlacesOfAPugSource) {
  const std::string source =
      "mjml\n  mj-body\n    mj-section\n      mj-column\n"
      "        mj-text Hello {{client.nmae}}\n"
      "        mj-button(href=\"http://x.test\") Pay\n";
  text::compiler::Engine engine({256 << 20, 2 << 20});
  const auto compiled =
      base::json::read<text::Compiled>(engine.compile(text::SourceKind::pug, source));
  ASSERT_TRUE(compiled);
  EXPECT_EQ(codes(proof_of(kMail, {SourceKind::pug, "s", source, {}}, *compiled)),
            "no_link@0:0+0 unknown_placeholder@5:23+15 link_not_https@6:25+13 no_amount@0:0+0");
}

TEST(Starters, AreSoundInEveryKindAndLanguage) {
  ASSERT_EQ(starters().size(), 32u);
  std::set<std::string> slots;
  for (const Starter& one : starters()) {
    slots.insert(std::string(base::enum_name(one.channel)) +
                 std::string(base::enum_name(one.kind)) + one.locale);
    text::Compiled compiled;
    compiled.html = one.html.value_or("");
    const Proof proof =
        proof_of({one.channel, one.kind}, {one.source_kind, one.subject, one.source, {}}, compiled);
    EXPECT_EQ(codes(proof), "") << one.name;
    for (const char* mark : {"@", "?"})
      EXPECT_EQ(one.source.find(std::string("\n") + mark), std::string::npos) << one.name;
    EXPECT_LT(compiled.html.size(), 30u * 1024) << one.name;
  }
  EXPECT_EQ(slots.size(), 32u) << "two of one slot";
}

// Goal: what people read about placeholders is what the program knows.
TEST(Placeholders, AreDocumented) {
  std::ifstream file(QT_SOURCE_DIR "/docs/templates.md");
  std::ostringstream text;
  text << file.rdbuf();
  for (const PlaceholderInfo& info : placeholders()) {
    std::string notes;
    const auto note = [&notes](bool holds, const char* word) {
      if (holds) notes += (notes.empty() ? "" : ", ") + std::string(word);
    };
    note(info.may_be_empty, "may be empty");
    note(info.is_url, "link");
    note(info.of_email, "email");
    note(info.of_refund, "refund");
    note(info.of_request && !info.of_refund, "request");
    const std::string row = "| `" + std::string(info.name) + "` | " +
                            std::string(info.description) + " | " + std::string(info.example) +
                            " | " + notes + " |\n";
    EXPECT_NE(text.str().find(row), std::string::npos) << row;
  }
}

TEST(Diff, KeepsWhatIsTheSame) {
  const auto shown = [](const char* from, const char* to) {
    std::string out;
    for (const DiffLine& line : diff_lines(from, to))
      out += (line.op == DiffOp::same ? "=" : line.op == DiffOp::added ? "+" : "-") + line.text;
    return out;
  };
  EXPECT_EQ(shown("", ""), "");
  EXPECT_EQ(shown("a\nb\nc", "a\nb\nc"), "=a=b=c");
  EXPECT_EQ(shown("a\nb\nc", "a\nx\nc"), "=a-b+x=c");
  EXPECT_EQ(shown("a\nb\nc\nd", "b\nd\ne"), "-a=b-c=d+e");
  EXPECT_EQ(shown("", "a\n\nb"), "+a++b");
  std::string many;
  for (std::size_t i = 0; i <= kDiffLinesMax; ++i) many += std::to_string(i) + "\n";
  EXPECT_EQ(diff_lines(many, "x").size(), kDiffLinesMax + 2);
}

}  // namespace
}  // namespace templates
