#include "base/log.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace {

class Log : public testing::Test {
 protected:
  void SetUp() override {
    base::log::set_observer([this](base::log::Level level, std::string_view line) {
      levels_.push_back(level);
      lines_.emplace_back(line);
    });
  }
  void TearDown() override {
    base::log::set_observer(nullptr);
    base::log::set_level(base::log::Level::info);
  }
  std::vector<base::log::Level> levels_;
  std::vector<std::string> lines_;
};

TEST_F(Log, writes_one_json_line_with_the_trace_first) {
  testing::internal::CaptureStderr();
  base::log::info("request created", {{"count", 5},
                                      {"big", std::uint32_t{7}},
                                      {"trace_id", "abc"},
                                      {"text", std::string("a\"b\nc")}});
  const std::string printed = testing::internal::GetCapturedStderr();
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_EQ(printed, lines_[0] + "\n");
  EXPECT_EQ(levels_[0], base::log::Level::info);
  EXPECT_EQ(lines_[0].substr(0, 7), "{\"ts\":\"");
  EXPECT_EQ(lines_[0].substr(7 + 27),
            R"(","level":"info","message":"request created","trace_id":"abc","count":5,"big":7,)"
            R"("text":"a\"b\nc"})");
}

// Goal: bytes that are not UTF-8, from whatever library, never break the line.
TEST_F(Log, stays_json_with_invalid_utf8) {
  base::log::error("odd", {{"what",
                            "a\xff\xc3"
                            "b"},
                           {"name\x80", 1}});
  const auto value = boost::json::parse(lines_.at(0));
  EXPECT_EQ(value.at("what").as_string(), "a??b");
  EXPECT_EQ(value.at("name?").as_int64(), 1);
}

TEST_F(Log, levels) {
  base::log::debug("hidden");
  EXPECT_TRUE(lines_.empty());
  EXPECT_TRUE(base::log::set_level("warn"));
  base::log::info("hidden");
  EXPECT_TRUE(lines_.empty());
  base::log::warn("seen");
  EXPECT_TRUE(base::log::set_level("debug"));
  base::log::debug("seen");
  EXPECT_EQ(lines_.size(), 2U);
  EXPECT_FALSE(base::log::set_level("loud"));
}

}  // namespace
