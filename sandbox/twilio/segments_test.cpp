// Goal: segments are counted as operators bill them.
#include "sandbox/testing.h"
#include "sandbox/twilio/twilio.h"

namespace sandbox::twilio {
namespace {

std::string times(std::size_t n, std::string_view text) {
  std::string out;
  while (n-- > 0) out += text;
  return out;
}

struct Row {
  std::string name, text;
  std::int64_t segments;
};

TEST(SegmentsTest, CountsParts) {
  const Row rows[] = {
      {"empty", "", 1},
      {"one full", times(160, "a"), 1},
      {"one more", times(161, "a"), 2},
      {"two full", times(306, "a"), 2},
      {"three", times(307, "a"), 3},
      {"umlauts are GSM-7", times(160, "ä"), 1},
      {"euro takes two", times(80, "€"), 1},
      {"euro over", times(80, "€") + "a", 2},
      {"UCS-2 full", times(70, "ж"), 1},
      {"UCS-2 over", times(71, "ж"), 2},
      {"UCS-2 two full", times(134, "ж"), 2},
      {"one emoji makes all UCS-2", times(69, "a") + "😀", 2},
      {"emoji is never split", times(33, "😀") + "a" + times(33, "😀"), 2},
      {"an escape is never split", times(152, "a") + "€" + times(152, "a"), 3},
  };
  for (const auto& row : rows) EXPECT_EQ(segment_count(row.text), row.segments) << row.name;
}

TEST(SegmentsTest, KnowsNumbers) {
  EXPECT_TRUE(is_phone("+491511234567"));
  for (auto bad :
       {"", "+", "491511234567", "+0491511234567", "+49151123456789012", "+49 151", "+1a"}) {
    EXPECT_FALSE(is_phone(bad)) << bad;
  }
}

}  // namespace
}  // namespace sandbox::twilio
