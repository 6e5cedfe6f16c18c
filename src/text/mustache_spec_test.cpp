#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "text/mustache.h"

// Goal: every rule of the Mustache specification's core (mustache/spec: interpolation, sections,
// inverted, comments, delimiters, partials), one row each, in our own words.
namespace text {
namespace {

struct Row {
  const char* name;
  const char* source;
  const char* data;
  const char* expected;
  const char* partials = "{}";
};

std::string render(std::string_view source, std::string_view data, std::string_view partials) {
  Mustache::Partials map;
  const auto given = base::json::parse(partials);
  for (const auto& [name, text] : given->as_object()) {
    map.emplace(std::string(name), std::string(text.as_string()));
  }
  const auto parsed = Mustache::parse(source, Escape::html, map);
  if (!parsed) return "parse error " + parsed.error().fields.at(0).code;
  const auto out = parsed->render(*base::json::parse(data), {.missing_is_error = false});
  return out ? *out : "render error " + out.error().reason;
}

constexpr Row kInterpolation[] = {
    {"plain text stays", "Dear all,\nno tags { here }.\n", "{}", "Dear all,\nno tags { here }.\n"},
    {"empty", "", "{}", ""},
    {"a text", "Dear {{name}}!\n", R"({"name":"Ann"})", "Dear Ann!\n"},
    {"the result is not read again", "{{a}}: {{b}}", R"({"a":"{{b}}","b":"{{a}}"})",
     "{{b}}: {{a}}"},
    {"escaped", "{{x}}", R"({"x":"<a href=\"&'\">"})", "&lt;a href=&quot;&amp;&#39;&quot;&gt;"},
    {"three braces copy", "{{{x}}}", R"({"x":"& \" < >"})", "& \" < >"},
    {"an ampersand copies", "{{&x}}", R"({"x":"& \" < >"})", "& \" < >"},
    {"an integer", "{{n}} miles", R"({"n":85})", "85 miles"},
    {"an integer, three braces", "{{{n}}} miles", R"({"n":85})", "85 miles"},
    {"an integer, ampersand", "{{&n}} miles", R"({"n":-85})", "-85 miles"},
    {"a large integer", "{{n}}", R"({"n":18446744073709551615})", "18446744073709551615"},
    {"zero", "{{n}}", R"({"n":0})", "0"},
    {"a fraction", "{{n}}", R"({"n":1.21})", "1.21"},
    {"a fraction, three braces", "{{{n}}}", R"({"n":0.5})", "0.5"},
    {"a boolean", "{{t}} {{f}}", R"({"t":true,"f":false})", "true false"},
    {"null is empty", "[{{x}}]", R"({"x":null})", "[]"},
    {"null, three braces", "[{{{x}}}]", R"({"x":null})", "[]"},
    {"null, ampersand", "[{{&x}}]", R"({"x":null})", "[]"},
    {"unknown is empty", "[{{x}}]", "{}", "[]"},
    {"unknown, three braces", "[{{{x}}}]", "{}", "[]"},
    {"unknown, ampersand", "[{{&x}}]", "{}", "[]"},
    {"a dotted name is a nested section", "{{a.b}} = {{#a}}{{b}}{{/a}}", R"({"a":{"b":"Joe"}})",
     "Joe = Joe"},
    {"dotted, three braces", "{{{a.b}}}", R"({"a":{"b":"<Joe>"}})", "<Joe>"},
    {"dotted, ampersand", "{{&a.b}}", R"({"a":{"b":"<Joe>"}})", "<Joe>"},
    {"dotted to any depth", "{{a.b.c.d.e}}", R"({"a":{"b":{"c":{"d":{"e":"deep"}}}}})", "deep"},
    {"a broken chain is empty", "[{{a.b.c}}]", R"({"a":{}})", "[]"},
    {"a chain through a text is empty", "[{{a.b}}]", R"({"a":"text"})", "[]"},
    {"a broken chain does not start again", "[{{a.b.name}}]",
     R"({"a":{"b":{}},"c":{"name":"Jim"}})", "[]"},
    {"the first part is looked for outwards", "{{#a}}{{b.c.d}}{{/a}}",
     R"({"a":{"b":{"c":{"d":"in"}}},"b":{"c":{"d":"out"}}})", "in"},
    {"the inner first part decides", "[{{#a}}{{b.c}}{{/a}}]", R"({"a":{"b":{}},"b":{"c":"out"}})",
     "[]"},
    {"a dotted name is never a flat key", "[{{a.b}}]", R"({"a.b":"flat"})", "[]"},
    {"a flat key does not hide the chain", "{{a.b}}", R"({"a.b":"flat","a":{"b":"chain"}})",
     "chain"},
    {"masked by the inner context", "{{#a}}{{x}}{{/a}}", R"({"a":{"x":1},"x":2})", "1"},
    {"a dot is the context itself", "{{.}}", "\"world\"", "world"},
    {"a dot escapes", "{{.}}", "\"<\"", "&lt;"},
    {"a dot, three braces", "{{{.}}}", "\"<\"", "<"},
    {"a dot, ampersand", "{{&.}}", "\"<\"", "<"},
    {"a dot of a number", "{{.}}", "85", "85"},
    {"white space around stays", "| {{x}} |", R"({"x":"---"})", "| --- |"},
    {"white space around, three braces", "| {{{x}}} |", R"({"x":"---"})", "| --- |"},
    {"white space around, ampersand", "| {{&x}} |", R"({"x":"---"})", "| --- |"},
    {"alone on a line it keeps the line", "  {{x}}\n", R"({"x":"---"})", "  ---\n"},
    {"alone on a line, three braces", "  {{{x}}}\n", R"({"x":"---"})", "  ---\n"},
    {"alone on a line, ampersand", "  {{&x}}\n", R"({"x":"---"})", "  ---\n"},
    {"padding", "|{{ x }}|", R"({"x":"---"})", "|---|"},
    {"padding, three braces", "|{{{ x }}}|", R"({"x":"---"})", "|---|"},
    {"padding, ampersand", "|{{& x }}|", R"({"x":"---"})", "|---|"},
    {"padding with newlines", "|{{\n x\t}}|", R"({"x":"---"})", "|---|"},
};

constexpr Row kSections[] = {
    {"true shows", "{{#b}}shown{{/b}}", R"({"b":true})", "shown"},
    {"false hides", "[{{#b}}hidden{{/b}}]", R"({"b":false})", "[]"},
    {"null hides", "[{{#b}}hidden{{/b}}]", R"({"b":null})", "[]"},
    {"unknown hides", "[{{#b}}hidden{{/b}}]", "{}", "[]"},
    {"an empty list hides", "[{{#b}}hidden{{/b}}]", R"({"b":[]})", "[]"},
    {"an empty text hides", "[{{#b}}hidden{{/b}}]", R"({"b":""})", "[]"},
    {"zero is a value", "{{#b}}{{.}}{{/b}}", R"({"b":0})", "0"},
    {"an object becomes the context", "{{#c}}Hi {{name}}{{/c}}", R"({"c":{"name":"Joe"}})",
     "Hi Joe"},
    {"an empty object shows", "{{#c}}shown{{/c}}", R"({"c":{}})", "shown"},
    {"outer names stay reachable", "{{#s}}{{a}},{{b}},{{c.d}}{{/s}}",
     R"({"a":"foo","b":"wrong","s":{"b":"bar"},"c":{"d":"baz"}})", "foo,bar,baz"},
    {"a text becomes the context", "{{#s}}<{{.}}>{{/s}}", R"({"s":"x"})", "<x>"},
    {"a variable test", "{{#foo}}{{.}} is {{foo}}{{/foo}}", R"({"foo":"bar"})", "bar is bar"},
    {"lists", "{{#l}}{{n}};{{/l}}", R"({"l":[{"n":1},{"n":2},{"n":3}]})", "1;2;3;"},
    {"an item hides the outer name", "{{#l}}{{x}}{{/l}}", R"({"x":0,"l":[{"x":1},{"x":2}]})", "12"},
    {"lists in lists", "{{#t}}{{n}}({{#m}}{{n}},{{/m}}){{/t}}",
     R"({"t":[{"n":1,"m":[{"n":"a"},{"n":"b"}]},{"n":2,"m":[]}]})", "1(a,b,)2()"},
    {"deeply nested contexts",
     "{{#a}}{{one}}{{#b}}{{one}}{{two}}{{#c}}{{one}}{{two}}{{three}}{{/c}}{{/b}}{{/a}}",
     R"({"a":{"one":1},"b":{"two":2},"c":{"three":3}})", "112123"},
    {"the same section twice", "{{#b}}1{{/b}}-{{#b}}2{{/b}}", R"({"b":true})", "1-2"},
    {"nested, both true", "A{{#b}}B{{#b}}C{{/b}}D{{/b}}E", R"({"b":true})", "ABCDE"},
    {"nested, false", "A{{#b}}B{{#b}}C{{/b}}D{{/b}}E", R"({"b":false})", "AE"},
    {"dots over texts", "{{#l}}({{.}}){{/l}}", R"({"l":["a","b","c"]})", "(a)(b)(c)"},
    {"dots over integers", "{{#l}}({{.}}){{/l}}", R"({"l":[1,2]})", "(1)(2)"},
    {"dots over fractions", "{{#l}}({{.}}){{/l}}", R"({"l":[1.1,2.2]})", "(1.1)(2.2)"},
    {"dots over booleans", "{{#l}}({{.}}){{/l}}", R"({"l":[true,false]})", "(true)(false)"},
    {"dots over lists", "{{#l}}({{#.}}{{.}}{{/.}}){{/l}}", R"({"l":[[1,2],["a"]]})", "(12)(a)"},
    {"dots escape", "{{#l}}{{.}}{{/l}}", R"({"l":["&","<"]})", "&amp;&lt;"},
    {"dots, three braces", "{{#l}}{{{.}}}{{/l}}", R"({"l":["&","<"]})", "&<"},
    {"dots, ampersand", "{{#l}}{{&.}}{{/l}}", R"({"l":["&","<"]})", "&<"},
    {"a list as the whole data", "{{#.}}({{v}}){{/.}}", R"([{"v":"a"},{"v":"b"}])", "(a)(b)"},
    {"null items are items", "{{#l}}x{{/l}}", R"({"l":[null,false]})", "xx"},
    {"dotted, true", "{{#a.b.c}}Here{{/a.b.c}}", R"({"a":{"b":{"c":true}}})", "Here"},
    {"dotted, false", "[{{#a.b.c}}Here{{/a.b.c}}]", R"({"a":{"b":{"c":false}}})", "[]"},
    {"dotted, broken", "[{{#a.b.c}}Here{{/a.b.c}}]", R"({"a":{}})", "[]"},
    {"blanks around stay", " | {{#b}}\t|\t{{/b}} | \n", R"({"b":true})", " | \t|\t | \n"},
    {"blanks inside stay", " | {{#b}} {{! c }}\n {{/b}} | \n", R"({"b":true})", " |  \n  | \n"},
    {"one line, indented", " {{#b}}YES{{/b}}\n {{#b}}GOOD{{/b}}\n", R"({"b":true})",
     " YES\n GOOD\n"},
    {"lines of tags vanish", "| This\n{{#b}}\n|\n{{/b}}\n| Line\n", R"({"b":true})",
     "| This\n|\n| Line\n"},
    {"indented lines of tags vanish", "| This\n  {{#b}}\n|\n  {{/b}}\n| Line\n", R"({"b":true})",
     "| This\n|\n| Line\n"},
    {"with carriage returns", "|\r\n{{#b}}\r\n{{/b}}\r\n|", R"({"b":true})", "|\r\n|"},
    {"on the first line", "  {{#b}}\n#{{/b}}\n/", R"({"b":true})", "#\n/"},
    {"on the last line", "#{{#b}}\n/\n  {{/b}}", R"({"b":true})", "#\n/\n"},
    {"padding", "|{{# b }}={{/ b }}|", R"({"b":true})", "|=|"},
    {"two tags on a line keep it", "{{#b}} {{/b}}\nx", R"({"b":true})", " \nx"},
};

constexpr Row kInverted[] = {
    {"false shows", "{{^b}}shown{{/b}}", R"({"b":false})", "shown"},
    {"true hides", "[{{^b}}hidden{{/b}}]", R"({"b":true})", "[]"},
    {"null shows", "{{^b}}shown{{/b}}", R"({"b":null})", "shown"},
    {"an object hides", "[{{^c}}Hi {{name}}{{/c}}]", R"({"c":{"name":"Joe"}})", "[]"},
    {"a list hides", "[{{^l}}{{n}}{{/l}}]", R"({"l":[{"n":1}]})", "[]"},
    {"an empty list shows", "{{^l}}none{{/l}}", R"({"l":[]})", "none"},
    {"unknown shows", "{{^x}}none{{/x}}", "{}", "none"},
    {"doubled", "{{^b}}1{{/b}}-{{^b}}2{{/b}}", R"({"b":false})", "1-2"},
    {"nested, false", "A{{^b}}B{{^b}}C{{/b}}D{{/b}}E", R"({"b":false})", "ABCDE"},
    {"nested, true", "A{{^b}}B{{^b}}C{{/b}}D{{/b}}E", R"({"b":true})", "AE"},
    {"else", "{{#b}}yes{{/b}}{{^b}}no{{/b}}", R"({"b":false})", "no"},
    {"dotted, true", "[{{^a.b.c}}Not{{/a.b.c}}]", R"({"a":{"b":{"c":true}}})", "[]"},
    {"dotted, false", "{{^a.b.c}}Not{{/a.b.c}}", R"({"a":{"b":{"c":false}}})", "Not"},
    {"dotted, broken", "{{^a.b.c}}Not{{/a.b.c}}", R"({"a":{}})", "Not"},
    {"blanks around stay", " | {{^b}}\t|\t{{/b}} | \n", R"({"b":false})", " | \t|\t | \n"},
    {"blanks inside stay", " | {{^b}} {{! c }}\n {{/b}} | \n", R"({"b":false})", " |  \n  | \n"},
    {"one line, indented", " {{^b}}NO{{/b}}\n {{^b}}WAY{{/b}}\n", R"({"b":false})", " NO\n WAY\n"},
    {"lines of tags vanish", "| This\n{{^b}}\n|\n{{/b}}\n| Line\n", R"({"b":false})",
     "| This\n|\n| Line\n"},
    {"indented lines vanish", "|\n  {{^b}}\n|\n  {{/b}}\n|\n", R"({"b":false})", "|\n|\n|\n"},
    {"with carriage returns", "|\r\n{{^b}}\r\n{{/b}}\r\n|", R"({"b":false})", "|\r\n|"},
    {"on the first line", "  {{^b}}\n^{{/b}}\n/", R"({"b":false})", "^\n/"},
    {"on the last line", "^{{^b}}\n/\n  {{/b}}", R"({"b":false})", "^\n/\n"},
    {"padding", "|{{^ b }}={{/ b }}|", R"({"b":false})", "|=|"},
};

constexpr Row kComments[] = {
    {"inline", "12345{{! a comment }}67890", "{}", "1234567890"},
    {"several lines", "12345{{!\n a\n comment\n}}67890\n", "{}", "1234567890\n"},
    {"alone on a line", "Begin.\n{{! c }}\nEnd.\n", "{}", "Begin.\nEnd.\n"},
    {"alone, indented", "Begin.\n  {{! c }}\nEnd.\n", "{}", "Begin.\nEnd.\n"},
    {"with carriage returns", "|\r\n{{! c }}\r\n|", "{}", "|\r\n|"},
    {"on the first line", "  {{! c }}\n!", "{}", "!"},
    {"on the last line", "!\n  {{! c }}", "{}", "!\n"},
    {"alone over several lines", "Begin.\n{{!\nsome\n}}\nEnd.\n", "{}", "Begin.\nEnd.\n"},
    {"alone over several lines, indented", "Begin.\n  {{!\n  some\n  }}\nEnd.\n", "{}",
     "Begin.\nEnd.\n"},
    {"not alone", "  12 {{! 34 }}\n", "{}", "  12 \n"},
    {"blanks around stay", "12345 {{! c }} 67890", "{}", "12345  67890"},
    {"any characters", "a{{! #/^&{>=} }}b", "{}", "ab"},
    {"names in it are no tags", "[{{! name }}{{name}}]", R"({"name":"x","! name":"y"})", "[x]"},
    {"blanks before its line's end", "a\n{{! c }} \t\nb", "{}", "a\nb"},
};

constexpr Row kDelimiters[] = {
    {"a pair", "{{=<% %>=}}(<%text%>)", R"({"text":"Hey!"})", "(Hey!)"},
    {"special characters", "({{=[ ]=}}[text])", R"({"text":"It worked!"})", "(It worked!)"},
    {"one character", "{{=| |=}}|text|", R"({"text":"x"})", "x"},
    {"in sections", "[\n{{#s}}\n{{d}}\n|d|\n{{/s}}\n\n{{= | | =}}\n|#s|\n{{d}}\n|d|\n|/s|\n]\n",
     R"({"s":true,"d":"got"})", "[\ngot\n|d|\n\n{{d}}\ngot\n]\n"},
    {"in inverted sections", "{{^s}}{{d}}|d|{{/s}}{{= | | =}}|^s|{{d}}|d||/s|",
     R"({"s":false,"d":"got"})", "got|d|{{d}}got"},
    {"not inherited by partials", "[ {{>p}} ]\n{{= | | =}}\n[ |>p| ]\n", R"({"v":"yes"})",
     "[ .yes. ]\n[ .yes. ]\n", R"({"p":".{{v}}."})"},
    {"not leaking from partials", "[ {{>p}} ]\n[ .{{v}}.  .|v|. ]\n", R"({"v":"yes"})",
     "[ .yes.  .yes. ]\n[ .yes.  .|v|. ]\n", R"({"p":".{{v}}. {{= | | =}} .|v|."})"},
    {"blanks around stay", "| {{=@ @=}} |", "{}", "|  |"},
    {"blanks before stay on the line", " | {{=@ @=}}\n", "{}", " | \n"},
    {"alone on a line", "Begin.\n{{=@ @=}}\nEnd.\n", "{}", "Begin.\nEnd.\n"},
    {"alone, indented", "Begin.\n  {{=@ @=}}\nEnd.\n", "{}", "Begin.\nEnd.\n"},
    {"with carriage returns", "|\r\n{{= @ @ =}}\r\n|", "{}", "|\r\n|"},
    {"on the first line", "  {{=@ @=}}\n=", "{}", "="},
    {"on the last line", "=\n  {{=@ @=}}", "{}", "=\n"},
    {"padding", "|{{= @   @ =}}|", "{}", "||"},
    {"and back", "{{=<% %>=}}<%a%><%={{ }}=%>{{a}}", R"({"a":1})", "11"},
    {"verbatim by braces", "{{=<% %>=}}<%{a}%><%&a%>", R"({"a":"<"})", "<<"},
};

constexpr Row kPartials[] = {
    {"a partial", "\"{{>p}}\"", "{}", "\"from partial\"", R"({"p":"from partial"})"},
    {"unknown is empty", "\"{{>p}}\"", "{}", "\"\""},
    {"it sees the context", "\"{{>p}}\"", R"({"x":"content"})", "\"*content*\"",
     R"({"p":"*{{x}}*"})"},
    {"it calls itself", "{{>node}}", R"({"c":"X","n":[{"c":"Y","n":[{"c":"Z","n":[]}]}]})",
     "X<Y<Z<>>>", R"({"node":"{{c}}<{{#n}}{{>node}}{{/n}}>"})"},
    {"partials in partials", "{{>outer}}", R"({"a":"hello","b":"world"})", "*hello world!*",
     R"({"outer":"*{{a}} {{>inner}}*","inner":"{{b}}!"})"},
    {"blanks around stay", "| {{>p}} |", "{}", "| \t|\t |", R"({"p":"\t|\t"})"},
    {"no indentation within a line", "  {{x}}  {{> p}}\n", R"({"x":"|"})", "  |  >\n>\n",
     R"({"p":">\n>"})"},
    {"alone on a line", "|\n{{>p}}\n|", "{}", "|\n>|", R"({"p":">"})"},
    {"with carriage returns", "|\r\n{{>p}}\r\n|", "{}", "|\r\n>|", R"({"p":">"})"},
    {"on the first line", "  {{>p}}\n>", "{}", "  >\n  >>", R"({"p":">\n>"})"},
    {"on the last line", ">\n  {{>p}}", "{}", ">\n  >\n  >", R"({"p":">\n>"})"},
    {"each of its lines is indented", "\\\n {{>p}}\n/\n", R"({"x":"<\n->"})",
     "\\\n |\n <\n->\n |\n/\n", R"({"p":"|\n{{{x}}}\n|\n"})"},
    {"indentations add up", "{{>a}}\n", "{}", "1\n  2\n  3\n",
     R"({"a":"1\n  {{>b}}\n","b":"2\n3\n"})"},
    {"twice", "  {{>a}}\n", "{}", "  1\n    2\n    3\n", R"({"a":"1\n  {{>b}}\n","b":"2\n3\n"})"},
    {"its lines of tags vanish", " {{>p}}\nx", R"({"b":true})", " 1\n 2\nx",
     R"({"p":"1\n{{#b}}\n2\n{{/b}}\n"})"},
    {"tags begin its lines", " {{>p}}\n", R"({"a":"A","b":true})", " A\n yes\n c\n",
     R"({"p":"{{a}}\n{{#b}}yes{{/b}}\n{{!x}}c\n"})"},
    {"padding", "|{{> p }}|", "{}", "|[]|", R"({"p":"[]"})"},
    {"in a section", "{{#l}}{{>p}}{{/l}}", R"({"l":[1,2]})", "<1><2>", R"({"p":"<{{.}}>"})"},
};

template <std::size_t N>
void check(const Row (&rows)[N]) {
  for (const auto& row : rows) {
    EXPECT_EQ(render(row.source, row.data, row.partials), row.expected) << row.name;
  }
}

TEST(MustacheSpec, Interpolation) { check(kInterpolation); }
TEST(MustacheSpec, Sections) { check(kSections); }
TEST(MustacheSpec, Inverted) { check(kInverted); }
TEST(MustacheSpec, Comments) { check(kComments); }
TEST(MustacheSpec, Delimiters) { check(kDelimiters); }
TEST(MustacheSpec, Partials) { check(kPartials); }

// The specification's own cases, where a folder .cache/mustache-spec holds its JSON files.
TEST(MustacheSpec, OfficialCases) {
  std::filesystem::path folder;
  for (auto at = std::filesystem::current_path(); at.has_relative_path(); at = at.parent_path()) {
    if (std::filesystem::exists(at / ".cache/mustache-spec")) folder = at / ".cache/mustache-spec";
  }
  if (folder.empty()) GTEST_SKIP() << "no .cache/mustache-spec: make setup fetches it";
  int count = 0;
  for (const char* name :
       {"interpolation", "sections", "inverted", "comments", "delimiters", "partials"}) {
    std::ifstream file(folder / (std::string(name) + ".json"), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    const auto suite = base::json::parse(text.str(), 32);
    ASSERT_TRUE(suite) << name;
    for (const auto& test : suite->at("tests").as_array()) {
      const auto& object = test.as_object();
      const auto* partials = object.if_contains("partials");
      const std::string got = render(std::string(test.at("template").as_string()),
                                     boost::json::serialize(test.at("data")),
                                     partials ? boost::json::serialize(*partials) : "{}");
      EXPECT_EQ(got, std::string(test.at("expected").as_string()))
          << name << ": " << test.at("name").as_string();
      ++count;
    }
  }
  EXPECT_GT(count, 100);
}

}  // namespace
}  // namespace text
