#include "text/mustache.h"

#include <gtest/gtest.h>

#include "base/json.h"

// Goal: a template that cannot be right is refused with its place, data that is missing is named
// instead of left out, and no template or data runs away.
namespace text {
namespace {

using base::Code;

boost::json::value json(std::string_view text) { return *base::json::parse(text, 32); }

Mustache parsed(std::string_view source, Escape escape = Escape::html,
                const Mustache::Partials& partials = {}) {
  auto out = Mustache::parse(source, escape, partials);
  EXPECT_TRUE(out) << source;
  return std::move(*out);
}

TEST(Mustache, ErrorsSayWhere) {
  struct {
    const char* source;
    const char* where;
    const char* code;
  } const rows[] = {
      {"{{name", "1:1", "unclosed_tag"},
      {"a\n  {{name", "2:3", "unclosed_tag"},
      {"{{name}", "1:1", "unclosed_tag"},
      {"{{{name}}", "1:1", "unclosed_tag"},
      {"{{{name}} }", "1:1", "unclosed_tag"},
      {"ü{{", "1:3", "unclosed_tag"},
      {"{{! never ends", "1:1", "unclosed_tag"},
      {"{{#a}}x", "1:1", "unclosed_section"},
      {"{{#a}}\n{{#b}}{{/b}}", "1:1", "unclosed_section"},
      {"{{#a}}\n {{#b}}", "2:2", "unclosed_section"},
      {"{{^a}}x", "1:1", "unclosed_section"},
      {"x{{/a}}", "1:2", "unexpected_close"},
      {"{{#a}}{{#b}}{{/a}}{{/b}}", "1:13", "unexpected_close"},
      {"{{#a}}{{/b}}", "1:7", "unexpected_close"},
      {"{{#a}}{{/}}", "1:7", "unexpected_close"},
      {"{{}}", "1:1", "bad_name"},
      {"{{ }}", "1:1", "bad_name"},
      {"{{{}}}", "1:1", "bad_name"},
      {"{{#}}{{/}}", "1:1", "bad_name"},
      {"{{>}}", "1:1", "bad_name"},
      {"{{a b}}", "1:1", "bad_name"},
      {"{{a.}}", "1:1", "bad_name"},
      {"{{.a}}", "1:1", "bad_name"},
      {"{{a..b}}", "1:1", "bad_name"},
      {"{{..}}", "1:1", "bad_name"},
      {"{{=}}", "1:1", "unclosed_tag"},
      {"{{==}}", "1:1", "bad_delimiters"},
      {"{{=<%=}}", "1:1", "bad_delimiters"},
      {"{{=<% %> x=}}", "1:1", "bad_delimiters"},
      {"{{== ==}}", "1:1", "bad_delimiters"},
      {"{{<parent}}{{/parent}}", "1:1", "unsupported_tag"},
      {"{{$block}}{{/block}}", "1:1", "unsupported_tag"},
      {"{{>*name}}", "1:1", "unsupported_tag"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.source);
    const auto got = Mustache::parse(row.source, Escape::html);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::invalid_argument);
    ASSERT_EQ(got.error().fields.size(), 1u);
    EXPECT_EQ(got.error().fields[0].field, row.where);
    EXPECT_EQ(got.error().fields[0].code, row.code);
  }
}

TEST(Mustache, ErrorsInPartialsNameThem) {
  const auto got = Mustache::parse("{{>p}}", Escape::html, {{"p", "x\n{{#a}}"}});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().fields[0].field, "2:1");
  EXPECT_NE(got.error().fields[0].detail.find("partial \"p\""), std::string::npos);
}

TEST(Mustache, ParseLimits) {
  const auto code = [](const std::string& source) {
    const auto got = Mustache::parse(source, Escape::html);
    return got ? std::string("ok") : got.error().fields.at(0).code;
  };
  std::string nested;
  for (int i = 0; i < 32; ++i) nested = "{{#a}}" + nested + "{{/a}}";
  EXPECT_EQ(code(nested), "ok");
  EXPECT_EQ(code("{{#a}}" + nested + "{{/a}}"), "too_deep");
  EXPECT_EQ(code("{{" + std::string(200, 'n') + "}}"), "ok");
  EXPECT_EQ(code("{{" + std::string(201, 'n') + "}}"), "bad_name");
  EXPECT_EQ(code(std::string(512 * 1024, 'x')), "ok");
  EXPECT_EQ(code(std::string(512 * 1024 + 1, 'x')), "too_large");
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "{{a}}";
  EXPECT_EQ(code(many), "ok");
  EXPECT_EQ(code(many + "{{a}}"), "too_many_tags");
}

TEST(Mustache, MissingDataIsNamed) {
  struct {
    const char* source;
    const char* data;
    std::vector<const char*> missing;
  } const rows[] = {
      {"{{a}}", R"({"a":""})", {}},
      {"{{a}}", R"({"a":0})", {}},
      {"{{a}}", R"({"a":false})", {}},
      {"{{a}}", "{}", {"a"}},
      {"{{{a}}}{{&a}}", "{}", {"a"}},
      {"{{a}}", R"({"a":null})", {"a"}},
      {"{{a}}", R"({"a":[]})", {"a"}},
      {"{{a}}", R"({"a":{}})", {"a"}},
      {"{{a.b}} {{c}}", R"({"a":{}})", {"a.b", "c"}},
      {"{{a.b}}", R"({"a":"x"})", {"a.b"}},
      {"{{#a}}x{{/a}}", "{}", {"a"}},
      {"{{^a}}x{{/a}}", "{}", {"a"}},
      {"{{#a}}x{{/a}}", R"({"a":null})", {}},
      {"{{^a}}x{{/a}}", R"({"a":[]})", {}},
      {"{{#a}}{{b}}{{/a}}", R"({"a":false})", {}},
      {"{{#a}}{{b}}{{/a}}", R"({"a":[{"b":1},{},{}]})", {"b"}},
      {"{{>p}}", "{}", {"> p"}},
      {"{{.}}", "\"x\"", {}},
      {"{{.}}", "{}", {"."}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.source) + " with " + row.data);
    const auto got = parsed(row.source).render(json(row.data));
    ASSERT_EQ(got.has_value(), row.missing.empty());
    if (got) continue;
    EXPECT_EQ(got.error().code, Code::invalid_argument);
    ASSERT_EQ(got.error().fields.size(), row.missing.size());
    for (std::size_t i = 0; i < row.missing.size(); ++i) {
      EXPECT_EQ(got.error().fields[i].field, row.missing[i]);
      EXPECT_EQ(got.error().fields[i].code, "missing");
    }
  }
}

TEST(Mustache, EscapesByContext) {
  const auto data = json(R"({"x":"<b> & \"'"})");
  EXPECT_EQ(*parsed("{{x}}").render(data), "&lt;b&gt; &amp; &quot;&#39;");
  EXPECT_EQ(*parsed("{{x}}", Escape::none).render(data), "<b> & \"'");
  EXPECT_EQ(*parsed("{{{x}}}", Escape::html).render(data), "<b> & \"'");
}

TEST(Mustache, PlaceholdersHavePlaces) {
  const auto got = parsed(
      "Hi {{client.name}},\n"
      "{{! c }}{{#request}}  {{{amount}}}{{/request}}\n"
      "{{=<% %>=}}<%^ due %>x<%/due%><%>footer%><%>none%>",
      Escape::html,
      {{"footer", "{{merchant.name}} {{>inner}} {{merchant.name}}"},
       {"inner", "{{#tel}}{{.}}{{/tel}}{{>footer}}"}});
  struct {
    const char* name;
    std::uint32_t line, column, length;
    bool section;
  } const expected[] = {
      {"client.name", 1, 4, 15, false},
      {"request", 2, 9, 12, true},
      {"amount", 2, 23, 12, false},
      {"due", 3, 12, 10, true},
      {"merchant.name", 3, 31, 11, false},
      {"tel", 3, 31, 11, true},
      {".", 3, 31, 11, false},
      {"> none", 3, 42, 9, false},
  };
  const auto& places = got.placeholders();
  ASSERT_EQ(places.size(), std::size(expected));
  for (std::size_t i = 0; i < places.size(); ++i) {
    SCOPED_TRACE(expected[i].name);
    EXPECT_EQ(places[i].name, expected[i].name);
    EXPECT_EQ(places[i].line, expected[i].line);
    EXPECT_EQ(places[i].column, expected[i].column);
    EXPECT_EQ(places[i].length, expected[i].length);
    EXPECT_EQ(places[i].section, expected[i].section);
  }
}

TEST(Mustache, RenderLimits) {
  const auto reason = [](const Mustache& m, const boost::json::value& data,
                         RenderOptions options = {}) {
    const auto got = m.render(data, options);
    if (got) return std::string("ok");
    EXPECT_EQ(got.error().code, Code::too_large);
    return got.error().reason;
  };
  const auto text = json(R"({"a":"0123456789"})");
  EXPECT_EQ(reason(parsed("{{a}}"), text, {.output_bytes_max = 10}), "ok");
  EXPECT_EQ(reason(parsed("{{a}}x"), text, {.output_bytes_max = 10}), "output_too_large");
  // A partial that calls itself without end.
  EXPECT_EQ(reason(parsed("{{>p}}", Escape::html, {{"p", "{{>p}}"}}), text), "too_deep");
  EXPECT_EQ(reason(parsed("{{>p}}", Escape::html, {{"p", "{{>p}}{{>p}}"}}), text), "too_deep");
  // Lists within lists, writing nothing: 300 to the power of 5.
  boost::json::array list;
  for (int i = 0; i < 300; ++i) list.emplace_back(i);
  boost::json::object data;
  data["l"] = list;
  std::string nested;
  for (int i = 0; i < 5; ++i) nested = "{{#l}}" + nested + "{{/l}}";
  EXPECT_EQ(reason(parsed(nested), data), "too_many_steps");
}

TEST(Mustache, IndentationOfRecursionIsBounded) {
  const auto m = parsed("  {{>p}}\n", Escape::html, {{"p", "x\n   {{>p}}\n"}});
  const auto got = m.render(json("{}"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().reason, "too_deep");
}

TEST(Mustache, OneTemplateManyRenders) {
  Mustache m = parsed("{{#l}}{{.}},{{/l}}");
  const Mustache moved = std::move(m);
  EXPECT_EQ(*moved.render(json(R"({"l":[1,2]})")), "1,2,");
  EXPECT_EQ(*moved.render(json(R"({"l":["a"]})")), "a,");
}

}  // namespace
}  // namespace text
