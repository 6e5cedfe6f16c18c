// Goal: replies are read the same however they are cut, and nothing from a server grows without
// limit.
#include "net/smtp_reply.h"

#include <gtest/gtest.h>

namespace net {
namespace {

using State = SmtpReplyParser::State;

TEST(SmtpReply, ReadsTheTable) {
  struct Case {
    std::string bytes;
    State state;
    int code;
    std::string text;
    std::size_t rest;
  };
  const Case cases[] = {
      {"250 ok\r\n", State::done, 250, "ok", 0},
      {"250\r\n", State::done, 250, "", 0},
      {"250 ok\n", State::done, 250, "ok", 0},
      {"250-a\r\n250-b\r\n250 c\r\n", State::done, 250, "a b c", 0},
      {"250 ok\r\n354 go\r\n", State::done, 250, "ok", 8},
      {"250 t\x01\xc3\xa4\r\n", State::done, 250, "t???", 0},
      {"250-a\r\n", State::more, 0, "", 0},
      {"25", State::more, 0, "", 0},
      {"250-a\r\n251 b\r\n", State::malformed, 0, "", 0},
      {"150 x\r\n", State::malformed, 0, "", 0},
      {"650 x\r\n", State::malformed, 0, "", 0},
      {"2a0 x\r\n", State::malformed, 0, "", 0},
      {"250x\r\n", State::malformed, 0, "", 0},
      {"\r\n", State::malformed, 0, "", 0},
      {"HTTP/1.1 400 Bad\r\n", State::malformed, 0, "", 0},
      {std::string(4097, '2'), State::malformed, 0, "", 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.bytes.substr(0, 40));
    for (std::size_t cut = 1; cut <= std::min<std::size_t>(c.bytes.size(), 20); ++cut) {
      SmtpReplyParser parser;
      std::size_t used = 0;
      while (used < c.bytes.size() && parser.state() == State::more) {
        used += parser.feed(std::string_view(c.bytes).substr(used, cut));
      }
      ASSERT_EQ(parser.state(), c.state);
      if (c.state != State::done) continue;
      EXPECT_EQ(c.bytes.size() - used, c.rest);
      const auto reply = parser.take();
      EXPECT_EQ(reply.code, c.code);
      EXPECT_EQ(reply.text(), c.text);
      EXPECT_EQ(parser.state(), State::more);
    }
  }
  SmtpReplyParser endless;
  std::string lines;
  for (int i = 0; i < 101; ++i) lines += "250-x\r\n";
  endless.feed(lines);
  EXPECT_EQ(endless.state(), State::malformed);
}

TEST(SmtpReply, ReadsExtensions) {
  SmtpReply ehlo;
  ehlo.code = 250;
  ehlo.lines = {"STARTTLS host", "starttls", "AUTH=LOGIN", "SIZE 100", "8BITMIME", "SMTPUTF8x"};
  auto found = extensions_from(ehlo);
  EXPECT_TRUE(found.starttls);
  EXPECT_TRUE(found.auth_login);
  EXPECT_FALSE(found.auth_plain);
  EXPECT_TRUE(found.size);
  EXPECT_TRUE(found.eight_bit);
  EXPECT_FALSE(found.utf8);
  ehlo.lines = {"STARTTLS"};
  EXPECT_FALSE(extensions_from(ehlo).starttls);  // the server's name, not an extension
}

TEST(SmtpReply, StuffsDots) {
  EXPECT_EQ(dot_stuffed(""), "\r\n");
  EXPECT_EQ(dot_stuffed("a"), "a\r\n");
  EXPECT_EQ(dot_stuffed(".\r\n"), "..\r\n");
  EXPECT_EQ(dot_stuffed("a\n.\nb\r.\rc"), "a\r\n..\r\nb\r\n..\r\nc\r\n");
  EXPECT_EQ(dot_stuffed("\r\n.\r\n"), "\r\n..\r\n");
}

}  // namespace
}  // namespace net
