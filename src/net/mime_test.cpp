// Goal: what was put in comes out of any mail reader, and nothing from outside can add a header or
// a part.
#include "net/mime.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/encoding.h"
#include "net/mime_encode.h"

namespace net {
namespace {

MimeMessage sample() {
  MimeMessage m;
  m.from.name = "Bäckerei Müller";
  m.from.address = "shop@example.com";
  m.to.name = "Ann \"A\" Payer";
  m.to.address = "ann@example.org";
  m.reply_to = "office@example.com";
  m.subject = "Invoice 42";
  m.text = "Hello Ann,\nplease pay 10 €.\n";
  m.html = "<p>Hello Ann</p>\r\n";
  m.message_id = "msg_01@example.com";
  m.date = base::Time{std::chrono::microseconds{1795424400000000}};
  m.list_unsubscribe_url = "https://pay.example.com/u/abc";
  m.extra_headers = {{"X-Request", "pr_1"}};
  return m;
}

// --- a small reader, written from the RFCs and not from the builder ---

std::string unfolded(std::string_view head) {
  std::string out;
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head.substr(i, 2) == "\r\n" && i + 2 < head.size() &&
        (head[i + 2] == ' ' || head[i + 2] == '\t')) {
      ++i;
      continue;
    }
    out += head[i];
  }
  return out;
}

std::string header_of(std::string_view message, const std::string& name) {
  const auto head = "\r\n" + unfolded(message.substr(0, message.find("\r\n\r\n") + 2));
  const auto at = head.find("\r\n" + name + ": ");
  if (at == head.npos) return "(absent)";
  const auto start = at + name.size() + 4;
  return head.substr(start, head.find("\r\n", start) - start);
}

// RFC 2047: blanks between two encoded words do not count.
std::string decode_words(std::string_view text) {
  std::string out;
  bool after_word = false;
  while (!text.empty()) {
    const auto start = text.find("=?UTF-8?B?");
    const auto between = text.substr(0, start);
    if (!(after_word && between.find_first_not_of(' ') == between.npos)) out += between;
    if (start == text.npos) break;
    const auto end = text.find("?=", start + 10);
    const auto word = base::from_base64(text.substr(start + 10, end - start - 10));
    EXPECT_TRUE(word && base::is_valid_utf8(*word)) << "a word splits a character";
    EXPECT_LE(end + 2 - start, 75U) << "an encoded word is too long";
    out += *word;
    text.remove_prefix(end + 2);
    after_word = true;
  }
  return out;
}

std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
    } else if (text.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else {
      out += base::from_hex(text.substr(i + 1, 2)).value();
      i += 2;
    }
  }
  return out;
}

struct Parts {
  std::string text;
  std::string html;
};

Parts parts_of(const std::string& message) {
  const auto type = header_of(message, "Content-Type");
  const auto body = message.substr(message.find("\r\n\r\n") + 4);
  const auto mark = type.find("boundary=\"");
  if (mark == type.npos) {
    // The message's own last line end does not count either.
    return {decode_quoted_printable(body.substr(0, body.size() - 2)), ""};
  }
  const auto boundary = "--" + type.substr(mark + 10, type.size() - mark - 11);
  std::vector<std::string> parts;
  std::size_t at = body.find(boundary + "\r\n");
  for (;;) {
    at += boundary.size() + 2;
    const auto next = body.find("\r\n" + boundary, at);
    const auto part = body.substr(at, next - at);
    parts.push_back(decode_quoted_printable(part.substr(part.find("\r\n\r\n") + 4)));
    at = next + 2;
    if (body.substr(at + boundary.size(), 2) == "--") break;
  }
  EXPECT_EQ(parts.size(), 2U);
  return {parts.at(0), parts.at(1)};
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    if (text[i] == '\r' || text[i] == '\n') {
      out += "\r\n";
    } else {
      out += text[i];
    }
  }
  return out;
}

void check_shape(const std::string& message) {
  std::size_t at = 0;
  while (at < message.size()) {
    const auto end = message.find("\r\n", at);
    ASSERT_NE(end, message.npos) << "the last line does not end";
    const auto line = message.substr(at, end - at);
    EXPECT_LE(line.size(), 78U) << line;
    for (const char c : line) {
      EXPECT_TRUE((c >= 0x20 && c < 0x7f) || c == '\t') << line;
    }
    at = end + 2;
  }
}

TEST(Mime, BuildsTheGoldenMessage) {
  const std::string expected =
      "From: =?UTF-8?B?QsOkY2tlcmVpIE3DvGxsZXI=?= <shop@example.com>\r\n"
      "To: \"Ann \\\"A\\\" Payer\" <ann@example.org>\r\n"
      "Reply-To: <office@example.com>\r\n"
      "Subject: Invoice 42\r\n"
      "Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n"
      "Message-ID: <msg_01@example.com>\r\n"
      "List-Unsubscribe: <https://pay.example.com/u/abc>\r\n"
      "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
      "X-Request: pr_1\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: multipart/alternative; boundary=\"BOUNDARY\"\r\n"
      "\r\n"
      "--BOUNDARY\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n"
      "\r\n"
      "Hello Ann,\r\n"
      "please pay 10 =E2=82=AC.\r\n"
      "--BOUNDARY\r\n"
      "Content-Type: text/html; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n"
      "\r\n"
      "<p>Hello Ann</p>\r\n"
      "--BOUNDARY--\r\n";
  auto built = build_mime(sample()).value();
  const auto mark = built.find("boundary=\"") + 10;
  const auto boundary = built.substr(mark, built.find('"', mark) - mark);
  for (auto at = built.find(boundary); at != built.npos; at = built.find(boundary, at)) {
    built.replace(at, boundary.size(), "BOUNDARY");
  }
  EXPECT_EQ(built, expected);
  EXPECT_LE(boundary.size(), 70U);
}

TEST(Mime, RefusesWhatCouldBreakOut) {
  struct Case {
    const char* field;
    std::function<void(MimeMessage&, std::string)> put;
  };
  const Case cases[] = {
      {"from.name", [](auto& m, auto v) { m.from.name += v; }},
      {"from.address", [](auto& m, auto v) { m.from.address += v; }},
      {"to.name", [](auto& m, auto v) { m.to.name += v; }},
      {"to.address", [](auto& m, auto v) { m.to.address += v; }},
      {"reply_to", [](auto& m, auto v) { m.reply_to += v; }},
      {"subject", [](auto& m, auto v) { m.subject += v; }},
      {"message_id", [](auto& m, auto v) { m.message_id += v; }},
      {"list_unsubscribe_url", [](auto& m, auto v) { m.list_unsubscribe_url += v; }},
      {"extra_headers.X-Request", [](auto& m, auto v) { m.extra_headers[0].second += v; }},
  };
  const std::string bad[] = {
      "\r\nBcc: x@y", "\n", "\r", std::string(1, '\0'), "\x7f", "\xff", std::string(3000, 'x')};
  for (const auto& c : cases) {
    for (const auto& value : bad) {
      auto message = sample();
      c.put(message, value);
      const auto built = build_mime(message);
      ASSERT_FALSE(built) << c.field;
      EXPECT_EQ(built.error().code, base::Code::invalid_argument);
      ASSERT_EQ(built.error().fields.size(), 1U);
      EXPECT_EQ(built.error().fields[0].field, c.field);
    }
  }
}

MimeMessage with_images() {
  auto m = sample();
  m.html = "<img src=\"cid:logo@x.test\"><img src=\"cid:qr@x.test\">";
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  m.inline_images = {{"logo@x.test", "image/png", all}, {"qr@x.test", "image/gif", "--=_x\r\n."}};
  return m;
}

TEST(Mime, PutsPicturesBesideTheHtmlThatShowsThem) {
  const auto message = with_images();
  const auto built = build_mime(message).value();
  check_shape(built);
  const auto between = [&](std::string_view from, std::string_view to, std::size_t at) {
    const auto start = built.find(from, at) + from.size();
    return built.substr(start, built.find(to, start) - start);
  };
  const auto outer = between("boundary=\"", "\"", 0);
  const auto related = built.find("Content-Type: multipart/related; type=\"text/html\";");
  ASSERT_NE(related, built.npos);
  EXPECT_LT(built.find("Content-Type: text/plain"), related);
  const auto inner = between("boundary=\"", "\"", related);
  EXPECT_FALSE(inner.starts_with(outer) || outer.starts_with(inner));
  const auto html = built.find("--" + inner + "\r\nContent-Type: text/html");
  ASSERT_NE(html, built.npos);
  std::size_t at = html;
  for (const auto& image : message.inline_images) {
    at = built.find("--" + inner + "\r\nContent-Type: " + image.media_type + "\r\nContent-ID: <" +
                        image.cid + ">\r\nContent-Disposition: inline\r\n",
                    at + 1);
    ASSERT_NE(at, built.npos) << image.cid;
    auto encoded = between("base64\r\n\r\n", "--" + inner, at);
    std::erase_if(encoded, [](char c) { return c == '\r' || c == '\n'; });
    EXPECT_EQ(base::from_base64(encoded).value(), image.bytes);
  }
  EXPECT_TRUE(built.ends_with("--" + inner + "--\r\n--" + outer + "--\r\n"));
  auto plain = message;
  plain.inline_images.clear();
  EXPECT_EQ(build_mime(plain)->find("related"), std::string::npos);
}

TEST(Mime, RefusesPicturesThatCouldBreakOut) {
  const std::pair<const char*, std::function<void(MimeMessage&)>> cases[] = {
      {"no HTML", [](auto& m) { m.html.clear(); }},
      {"line end in a cid", [](auto& m) { m.inline_images[0].cid = "a@b\r\nBcc: x@y"; }},
      {"bracket in a cid", [](auto& m) { m.inline_images[0].cid = "a>b@c.test"; }},
      {"no cid", [](auto& m) { m.inline_images[0].cid.clear(); }},
      {"one cid twice", [](auto& m) { m.inline_images[1].cid = m.inline_images[0].cid; }},
      {"svg", [](auto& m) { m.inline_images[0].media_type = "image/svg+xml"; }},
      {"header in the type", [](auto& m) { m.inline_images[0].media_type = "image/png\r\nA: b"; }},
      {"too many", [](auto& m) { m.inline_images.resize(kInlineImagesMax + 1); }},
  };
  for (const auto& [name, spoil] : cases) {
    auto message = with_images();
    spoil(message);
    const auto built = build_mime(message);
    ASSERT_FALSE(built) << name;
    EXPECT_EQ(built.error().fields.at(0).field, "inline_images") << name;
  }
  auto heavy = with_images();
  heavy.inline_images[0].bytes.resize(kInlineBytesMax);
  EXPECT_EQ(build_mime(heavy).error().code, base::Code::too_large);
}

TEST(Mime, RefusesForeignHeadersAndBadIds) {
  for (const auto* name : {"Subject", "to", "CONTENT-TYPE", "", "A B", "A:B", "A\r\nB"}) {
    auto message = sample();
    message.extra_headers = {{name, "x"}};
    EXPECT_FALSE(build_mime(message)) << name;
  }
  for (const auto* id : {"", "noat", "a>b@c", "a b@c"}) {
    auto message = sample();
    message.message_id = id;
    EXPECT_FALSE(build_mime(message)) << id;
  }
  auto message = sample();
  message.text = std::string("a\0b", 3);
  EXPECT_FALSE(build_mime(message));
  message.text = "\xc3";
  EXPECT_FALSE(build_mime(message));
}

TEST(Mime, DecodesBackAtTheEdges) {
  const std::string subjects[] = {
      "",
      "plain",
      "=?UTF-8?B?aGk=?=",
      " leading",
      "trailing ",
      "two  spaces",
      std::string(200, 'x'),
      "word " + std::string(100, 'y') + " word",
      "a fairly long plain subject that has to be folded somewhere because it passes the limit",
      "Zahlungsaufforderung für März: bitte überweisen Sie 1 234,56 € bis zum 31. März, danke "
      "schön",
      "\xf0\x9f\x92\xb8\xf0\x9f\x92\xb8\xf0\x9f\x92\xb8\xf0\x9f\x92\xb8\xf0\x9f\x92\xb8\xf0\x9f"
      "\x92\xb8\xf0\x9f\x92\xb8\xf0\x9f\x92\xb8\xf0\x9f\x92\xb8\xf0\x9f\x92\xb8\xf0\x9f\x92\xb8",
  };
  const std::string bodies[] = {"",
                                "no end",
                                "From here\n.dot\n..\n",
                                "blanks at the end  \t\n \n\t",
                                "=3D equals = here\n",
                                std::string(500, 'x'),
                                std::string(500, ' '),
                                std::string(75, 'a') + "\n" + std::string(76, 'b') + "=\n",
                                "\r\n\r\nlone\rfeeds\n"};
  for (const auto& subject : subjects) {
    for (const auto& body : bodies) {
      auto message = sample();
      message.subject = subject;
      message.to.name = subject;
      message.text = body;
      message.html = body;
      const auto built = build_mime(message).value();
      SCOPED_TRACE(built);
      check_shape(built);
      EXPECT_EQ(decode_words(header_of(built, "Subject")), subject);
      const auto parts = parts_of(built);
      // The line end before a boundary belongs to the boundary.
      auto expected = with_crlf(body);
      if (expected.ends_with("\r\n")) expected.resize(expected.size() - 2);
      EXPECT_EQ(parts.text, expected);
      EXPECT_EQ(parts.html, expected);
    }
  }
}

std::string utf8_from(const std::vector<std::uint32_t>& points) {
  std::string out;
  for (std::uint32_t p : points) {
    p %= 0x110000;
    if (p < 0x20 || (p >= 0xd800 && p < 0xe000) || p == 0x7f) p = 'x';
    if (p < 0x80) {
      out += static_cast<char>(p);
    } else if (p < 0x800) {
      out += static_cast<char>(0xc0 | p >> 6);
      out += static_cast<char>(0x80 | (p & 63));
    } else if (p < 0x10000) {
      out += static_cast<char>(0xe0 | p >> 12);
      out += static_cast<char>(0x80 | (p >> 6 & 63));
      out += static_cast<char>(0x80 | (p & 63));
    } else {
      out += static_cast<char>(0xf0 | p >> 18);
      out += static_cast<char>(0x80 | (p >> 12 & 63));
      out += static_cast<char>(0x80 | (p >> 6 & 63));
      out += static_cast<char>(0x80 | (p & 63));
    }
  }
  return out;
}

// Mostly the characters that matter to the encodings, some from anywhere.
rc::Gen<std::string> any_text() {
  const auto point = rc::gen::weightedOneOf<std::uint32_t>(
      {{4, rc::gen::inRange<std::uint32_t>(0x20, 0x7f)},
       {2, rc::gen::elementOf(
               std::vector<std::uint32_t>{' ', ' ', '=', '?', '.', '"', '\\', '<', 0xe4})},
       {1, rc::gen::inRange<std::uint32_t>(0x80, 0x110000)}});
  return rc::gen::map(rc::gen::container<std::vector<std::uint32_t>>(point), utf8_from);
}

TEST(Mime, EveryTextDecodesBack) {
  EXPECT_TRUE(rc::check([] {
    auto message = sample();
    message.subject = *any_text();
    message.from.name = *any_text();
    message.text = *any_text();
    message.html = *any_text();
    const auto built = build_mime(message);
    RC_ASSERT(built.has_value());
    check_shape(*built);
    RC_ASSERT(!::testing::Test::HasFailure());
    RC_ASSERT(decode_words(header_of(*built, "Subject")) == message.subject);
    const auto parts = parts_of(*built);
    RC_ASSERT(parts.text == message.text);
    if (!message.html.empty()) RC_ASSERT(parts.html == message.html);
  }));
}

}  // namespace
}  // namespace net
