#include "base/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace {

TEST(Settings, integers_and_flags) {
  base::Settings s;
  s.set("port", "8080");
  s.set("bad", "80x");
  s.set("empty", "");
  s.set("huge", "99999999999999999999");
  EXPECT_EQ(s.integer("port", 1, 1, 65535).value(), 8080);
  EXPECT_EQ(s.integer("absent", 7, 1, 65535).value(), 7);
  EXPECT_EQ(s.integer("port", 1, 1, 100).error().fields.at(0).code, "out_of_range");
  EXPECT_EQ(s.integer("huge", 1, 1, 100).error().fields.at(0).code, "out_of_range");
  EXPECT_EQ(s.integer("bad", 1, 1, 100).error().fields.at(0).code, "type");
  EXPECT_EQ(s.integer("empty", 1, 1, 100).error().fields.at(0).field, "empty");
  for (const char* yes : {"true", "1", "yes", "on"}) {
    s.set("flag", yes);
    EXPECT_TRUE(s.flag("flag", false).value());
  }
  for (const char* no : {"false", "0", "no", "off"}) {
    s.set("flag", no);
    EXPECT_FALSE(s.flag("flag", true).value());
  }
  s.set("flag", "maybe");
  EXPECT_FALSE(s.flag("flag", true).has_value());
  EXPECT_TRUE(s.flag("absent", true).value());
  EXPECT_EQ(s.text("absent", "x"), "x");
  EXPECT_EQ(s.get("absent"), std::nullopt);
}

TEST(Settings, environment) {
  setenv("QTTEST_DATABASE_URL", "sqlite:a=b", 1);
  setenv("QTTEST_", "ignored", 1);
  base::Settings s;
  s.set("database_url", "weaker");
  s.merge_environment("QTTEST_");
  EXPECT_EQ(s.get("database_url"), "sqlite:a=b");
  EXPECT_EQ(s.get(""), std::nullopt);
  unsetenv("QTTEST_DATABASE_URL");
  unsetenv("QTTEST_");
}

class SettingsFile : public testing::Test {
 protected:
  std::string write(const std::string& content) {
    std::ofstream(path_) << content;
    return path_;
  }
  void TearDown() override { std::remove(path_.c_str()); }
  std::string path_ = testing::TempDir() + "settings_test." + std::to_string(getpid());
};

TEST_F(SettingsFile, reads_names_and_values) {
  base::Settings s;
  ASSERT_TRUE(s.merge_file(write("# a comment\n\n  port = 80 \r\nurl=a=b # kept\nempty =\n")));
  EXPECT_EQ(s.get("port"), "80");
  EXPECT_EQ(s.get("url"), "a=b # kept");
  EXPECT_EQ(s.get("empty"), "");
}

TEST_F(SettingsFile, names_the_bad_line) {
  base::Settings s;
  const auto got = s.merge_file(write("a = 1\nnonsense\n"));
  ASSERT_FALSE(got);
  EXPECT_NE(got.error().detail.find("line 2"), std::string::npos);
  EXPECT_FALSE(s.merge_file(write(" = 1\n")));
  EXPECT_EQ(s.merge_file("/nonexistent/file").error().code, base::Code::not_found);
}

}  // namespace
