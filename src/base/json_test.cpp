#include "base/json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"

namespace {

struct WidgetTag {
  static constexpr std::string_view kPrefix = "wd";
};
using WidgetId = base::Id<WidgetTag>;

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Part {
  std::string name;
  std::int32_t count = 0;
};
BOOST_DESCRIBE_STRUCT(Part, (), (name, count))
bool operator==(const Part& a, const Part& b) { return a.name == b.name && a.count == b.count; }

struct Widget {
  WidgetId id;
  std::string label;
  std::int64_t amount_minor = 0;
  std::uint8_t small = 0;
  bool live = false;
  Colour colour = Colour::red;
  base::Time created_at;
  std::optional<std::string> note;
  std::vector<Part> parts;
  std::map<std::string, std::int64_t> counts;
};
BOOST_DESCRIBE_STRUCT(Widget, (),
                      (id, label, amount_minor, small, live, colour, created_at, note, parts,
                       counts))

struct Empty {};
BOOST_DESCRIBE_STRUCT(Empty, (), ())

struct Free {
  boost::json::value any;
  base::json::Raw raw;
};
BOOST_DESCRIBE_STRUCT(Free, (), (any, raw))

struct Channels {
  std::vector<Colour> channels;
  std::optional<Part> part;
};
BOOST_DESCRIBE_STRUCT(Channels, (), (channels, part))

constexpr std::string_view kIdText = "wd_00000000000000000000000000";

std::string widget_text(std::string_view changed_name = {}, std::string_view changed = {}) {
  const std::pair<std::string_view, std::string_view> members[] = {
      {"id", R"("wd_00000000000000000000000000")"},
      {"label", R"("a")"},
      {"amount_minor", "5"},
      {"small", "7"},
      {"live", "true"},
      {"colour", R"("green")"},
      {"created_at", R"("2026-11-23T09:00:00Z")"},
      {"parts", "[]"},
      {"counts", "{}"}};
  std::string out = "{";
  for (const auto& [name, text] : members) {
    const std::string_view used = name == changed_name ? changed : text;
    if (used.empty()) continue;
    if (out.size() > 1) out += ',';
    out += '"' + std::string(name) + "\":" + std::string(used);
  }
  return out + '}';
}

// Goal: the written form is exactly the one that the API's contract describes.
TEST(Json, writes_every_kind_of_member) {
  Widget w;
  w.label = "a\"b";
  w.amount_minor = std::numeric_limits<std::int64_t>::min();
  w.small = 255;
  w.live = true;
  w.colour = Colour::green;
  w.created_at = base::from_micros(1'000'001);
  w.parts = {{"p", 1}, {"q", -2}};
  w.counts = {{"x", 1}, {"y", 2}};
  EXPECT_EQ(base::json::write(w),
            R"({"id":"wd_00000000000000000000000000","label":"a\"b",)"
            R"("amount_minor":-9223372036854775808,"small":255,"live":true,"colour":"green",)"
            R"("created_at":"1970-01-01T00:00:01.000001Z","note":null,)"
            R"("parts":[{"name":"p","count":1},{"name":"q","count":-2}],"counts":{"x":1,"y":2}})");
  EXPECT_EQ(base::json::write(Empty{}), "{}");
  EXPECT_EQ(base::json::write(std::vector<bool>{true, false}), "[true,false]");
  EXPECT_EQ(base::json::write(std::map<std::string, bool>{}), "{}");
  const Free free{boost::json::parse(R"({"a":[1,null,"x\n",{}],"b":{}})"), {"[1, 2]"}};
  EXPECT_EQ(base::json::write(free), R"({"any":{"a":[1,null,"x\n",{}],"b":{}},"raw":[1, 2]})");
}

// Goal: every byte that JSON forbids in a string is escaped, wherever it stands in an eight-byte
// word.
TEST(Json, escapes_at_every_position) {
  for (int c = 0; c < 128; ++c) {
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, 'x');
      text[at] = static_cast<char>(c);
      std::string out;
      base::json::append_string(out, text);
      const bool escaped = c < 0x20 || c == '"' || c == '\\';
      EXPECT_EQ(out.size() > text.size() + 2, escaped) << c << " at " << at;
      EXPECT_EQ(boost::json::parse(out).as_string(), text) << c << " at " << at;
    }
  }
}

// Goal: each bad member is named with its path and a stable code; a good text has no error.
TEST(Json, read_names_the_field) {
  struct Row {
    const char* name;
    std::string text;
    const char* field;
    const char* code;
  };
  const Row rows[] = {
      {"good", widget_text(), "", ""},
      {"absent", widget_text("label", ""), "label", "required"},
      {"null is absent", widget_text("label", "null"), "label", "type"},
      {"string for int", widget_text("amount_minor", "\"5\""), "amount_minor", "type"},
      {"float", widget_text("amount_minor", "1.5"), "amount_minor", "type"},
      {"whole float", widget_text("amount_minor", "1.0"), "amount_minor", "type"},
      {"exponent", widget_text("amount_minor", "1e3"), "amount_minor", "type"},
      {"over int64", widget_text("amount_minor", "9223372036854775808"), "amount_minor",
       "out_of_range"},
      {"largest int64", widget_text("amount_minor", "9223372036854775807"), "", ""},
      {"over uint64", widget_text("amount_minor", "99999999999999999999"), "amount_minor", "type"},
      {"over uint8", widget_text("small", "256"), "small", "out_of_range"},
      {"negative unsigned", widget_text("small", "-1"), "small", "out_of_range"},
      {"bool", widget_text("live", "1"), "live", "type"},
      {"enum", widget_text("colour", "\"blue\""), "colour", "invalid"},
      {"enum type", widget_text("colour", "1"), "colour", "type"},
      {"id", widget_text("id", "\"xx_00000000000000000000000000\""), "id", "invalid"},
      {"time", widget_text("created_at", "\"yesterday\""), "created_at", "invalid"},
      {"element", widget_text("parts", R"([{"name":"p","count":1},{"name":2,"count":1}])"),
       "parts[1].name", "type"},
      {"element unknown", widget_text("parts", R"([{"name":"p","count":1,"z":1}])"), "parts[0].z",
       "unknown"},
      {"map value", widget_text("counts", R"({"k":"v"})"), "counts.k", "type"},
      {"duplicate", widget_text("label", R"("a","label":"a")"), "label", "duplicate"},
      {"nested duplicate", widget_text("counts", R"({"k":1,"k":2})"), "k", "duplicate"},
      {"unknown", widget_text("label", R"("a","extra":1)"), "extra", "unknown"},
      {"escaped key", widget_text("label", R"("a","l\u0061bel":"b")"), "label", "duplicate"},
  };
  for (const auto& row : rows) {
    const auto got = base::json::read<Widget>(row.text);
    if (*row.field == '\0') {
      EXPECT_TRUE(got) << row.name << ": " << (got ? "" : got.error().detail);
      continue;
    }
    ASSERT_FALSE(got) << row.name;
    EXPECT_EQ(got.error().code, base::Code::invalid_argument) << row.name;
    ASSERT_EQ(got.error().fields.size(), 1U) << row.name;
    EXPECT_EQ(got.error().fields[0].field, row.field) << row.name;
    EXPECT_EQ(got.error().fields[0].code, row.code) << row.name;
  }
}

TEST(Json, read_collects_every_error) {
  const auto got =
      base::json::read<Channels>(R"({"channels":["red","x",3],"part":{"count":true},"other":1})");
  ASSERT_FALSE(got);
  std::string all;
  for (const auto& f : got.error().fields) all += f.field + ' ' + f.code + '\n';
  EXPECT_EQ(all,
            "channels[1] invalid\nchannels[2] type\npart.name required\npart.count type\n"
            "other unknown\n");
  const auto top = base::json::read<Channels>("[]");
  ASSERT_FALSE(top);
  EXPECT_EQ(top.error().detail, "the value must be an object");
}

TEST(Json, unknown_fields_can_be_allowed) {
  const base::json::ReadOptions lax{.unknown_fields_are_errors = false};
  EXPECT_TRUE(base::json::read<Channels>(R"({"channels":[],"other":1})", lax));
  EXPECT_TRUE(base::json::read<Channels>(R"({"channels":[],"part":null})"));
}

// Goal: a member that keeps a whole tree owns it; the tree that was parsed ends with read().
TEST(Json, free_members_outlive_the_parsed_tree) {
  const auto got =
      base::json::read<Free>(R"({"any":{"list":["a long enough text",{"b":[1]}]},"raw":{"c":[]}})");
  ASSERT_TRUE(got);
  EXPECT_EQ(base::json::write(got->any), R"({"list":["a long enough text",{"b":[1]}]})");
  EXPECT_EQ(got->raw.text, R"({"c":[]})");
}

// Goal: text that is not JSON is refused as a whole, never crashes and never names a field.
TEST(Json, refuses_what_is_not_json) {
  const std::string deep(17, '[');
  const std::string rows[] = {"",
                              " ",
                              "{",
                              "{}{}",
                              "{\"a\":1,}",
                              "nul",
                              "\"\xff\"",
                              "\"\xed\xa0\x80\"",
                              "[1] x",
                              "{'a':1}",
                              "// c\n1",
                              "\"a\nb\"",
                              deep + std::string(17, ']'),
                              std::string(100'000, '['),
                              "01",
                              "+1",
                              "NaN",
                              "1e400",
                              "[-922337203685e775807]",
                              "\"\\ud800\""};
  for (const auto& text : rows) {
    const auto got = base::json::parse(text);
    ASSERT_FALSE(got) << text.substr(0, 40);
    EXPECT_EQ(got.error().reason, "malformed_json");
    EXPECT_TRUE(got.error().fields.empty());
  }
  EXPECT_TRUE(base::json::parse(std::string(16, '[') + std::string(16, ']')));
  EXPECT_TRUE(base::json::parse(" {\"a\" : [1, 2] } \n"));
}

TEST(Json, finds_by_dotted_path) {
  const auto root = boost::json::parse(
      R"({"data":{"object":{"id":"cs_1","amount":5,"live":false,"items":[{"id":"i"}]}}})");
  EXPECT_EQ(base::json::find_string(root, "data.object.id"), "cs_1");
  EXPECT_EQ(base::json::find_string(root, "data.object.items.0.id"), "i");
  EXPECT_EQ(base::json::find_int(root, "data.object.amount"), 5);
  EXPECT_EQ(base::json::find_bool(root, "data.object.live"), false);
  EXPECT_EQ(base::json::find_string(root, "data.object.amount"), std::nullopt);
  EXPECT_EQ(base::json::find(root, "data.object.items.1.id"), nullptr);
  EXPECT_EQ(base::json::find(root, "data..id"), nullptr);
  EXPECT_EQ(base::json::find(root, "data.object.id.x"), nullptr);
}

rc::Gen<std::string> utf8_text() {
  const auto piece = rc::gen::element<std::string>("a", "\"", "\\", "\n", std::string(1, '\0'), "ü",
                                                   "€", "😀", "plain text", "\x7f", "/");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string out;
                        for (const auto& p : pieces) out += p;
                        return out;
                      });
}

// Goal: what is written reads back as the same value, and Boost's own parser agrees that it is
// JSON.
RC_GTEST_PROP(JsonProperty, round_trip, ()) {
  Widget w;
  w.id = *WidgetId::parse(kIdText);
  for (auto& b : w.id.value.bytes) b = *rc::gen::arbitrary<std::uint8_t>();
  w.label = *utf8_text();
  w.amount_minor = *rc::gen::arbitrary<std::int64_t>();
  w.small = *rc::gen::arbitrary<std::uint8_t>();
  w.live = *rc::gen::arbitrary<bool>();
  w.colour = *rc::gen::element(Colour::red, Colour::green);
  w.created_at = base::from_micros(
      *rc::gen::inRange<std::int64_t>(-2'000'000'000'000'000, 253'402'300'799'999'999));
  if (*rc::gen::arbitrary<bool>()) w.note = *utf8_text();
  const auto part =
      rc::gen::build<Part>(rc::gen::set(&Part::name, utf8_text()), rc::gen::set(&Part::count));
  w.parts = *rc::gen::container<std::vector<Part>>(part);
  w.counts = *rc::gen::container<std::map<std::string, std::int64_t>>(
      utf8_text(), rc::gen::arbitrary<std::int64_t>());
  const std::string text = base::json::write(w);
  const auto back = base::json::read<Widget>(text);
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->id == w.id);
  RC_ASSERT(back->label == w.label);
  RC_ASSERT(back->amount_minor == w.amount_minor);
  RC_ASSERT(back->small == w.small);
  RC_ASSERT(back->live == w.live);
  RC_ASSERT(back->colour == w.colour);
  RC_ASSERT(back->created_at == w.created_at);
  RC_ASSERT(back->note == w.note);
  RC_ASSERT(back->parts == w.parts);
  RC_ASSERT(back->counts == w.counts);
  RC_ASSERT(base::json::write(boost::json::value(boost::json::parse(text))) == text);
}

}  // namespace
