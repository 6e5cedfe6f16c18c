// Goal: what adapters send is shown as the reader would see it.
#include "sandbox/testing.h"

namespace sandbox::mail {
namespace {

TEST(MailStoreTest, ReadsMultipartAlternative) {
  const auto mail = parse_mail(
      "From: =?UTF-8?Q?M=C3=BCller_GmbH?= <a@x.test>\r\n"
      "To: b@x.test\r\nSubject: =?UTF-8?B?UmVjaG51bmcg4oKs?=\r\n =?UTF-8?Q?_12?=\r\n"
      "Message-ID: <1@x.test>\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/alternative;\r\n boundary=\"b-1\"\r\n\r\npreamble\r\n"
      "--b-1\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe, a long=\r\n line\r\n"
      "--b-1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      "PGI+aGFs\r\nbG88L2I+\r\n--b-1--\r\nepilogue\r\n");
  EXPECT_EQ(mail.from, "Müller GmbH <a@x.test>");
  EXPECT_EQ(mail.subject, "Rechnung € 12");
  EXPECT_EQ(mail.message_id, "<1@x.test>");
  EXPECT_EQ(mail.text, "Grüße, a long line");
  EXPECT_EQ(mail.html, "<b>hallo</b>");
}

TEST(MailStoreTest, ReadsPlainAndNested) {
  EXPECT_EQ(parse_mail("Subject: x\r\n\r\nhello\r\n").text, "hello\r\n");
  const auto nested = parse_mail(
      "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n"
      "Content-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\n\r\nplain\r\n--i\r\n"
      "Content-Type: text/html; charset=iso-8859-1\r\n\r\nsch\xf6n\r\n--i--\r\n--o--\r\n");
  EXPECT_EQ(nested.text, "plain");
  EXPECT_EQ(nested.html, "schön");
}

TEST(MailStoreTest, ReadsPicturesBesideTheHtml) {
  const auto mail = parse_mail(
      "Content-Type: multipart/alternative; boundary=\"o\"\r\n\r\n--o\r\n\r\nplain\r\n--o\r\n"
      "Content-Type: multipart/related; type=\"text/html\";\r\n boundary=\"i\"\r\n\r\n--i\r\n"
      "Content-Type: text/html\r\n\r\n<img src=\"cid:a@x.test\">\r\n--i\r\n"
      "Content-Type: image/PNG\r\nContent-ID: <a@x.test>\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n/wAB\r\n/g==\r\n--i--\r\n--o--\r\n");
  EXPECT_EQ(mail.text, "plain");
  EXPECT_EQ(mail.html, "<img src=\"cid:a@x.test\">");
  ASSERT_EQ(mail.pictures.size(), 1u);
  EXPECT_EQ(mail.pictures[0].content_id, "a@x.test");
  EXPECT_EQ(mail.pictures[0].media_type, "image/png");
  EXPECT_EQ(mail.pictures[0].bytes, std::string("\xff\0\x01\xfe", 4));
}

TEST(MailStoreTest, SurvivesAnything) {
  std::string deep = "\r\n\r\nend";
  for (int i = 0; i < 50; ++i) {
    deep = "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" + deep;
  }
  for (const std::string& raw :
       {std::string(), std::string("\r\n"), std::string(":"), std::string(1000, '='), deep,
        std::string("Content-Type: multipart/mixed; boundary=\r\n\r\n----\r\n"),
        std::string("Content-Type: multipart/mixed; boundary=\"\r\n\r\n--\r\n"),
        std::string("Subject: =?utf-8?q?\r\n\r\n"),
        std::string("Subject: =?utf-8?b?=?=\r\n\r\n")}) {
    EXPECT_EQ(parse_mail(raw).raw, raw);
  }
}

TEST(MailStoreTest, DecodesWords) {
  const std::pair<std::string, std::string> rows[] = {
      {"plain", "plain"},
      {"=?utf-8?Q?a_b?= c", "a b c"},
      {"=?utf-8?Q?a?=  =?utf-8?Q?b?=", "ab"},
      {"x =?utf-8?Q?a?= y =?utf-8?B?Yg==?= z", "x a y b z"},
      {"=?iso-8859-1?Q?=FC?=", "ü"},
      {"=?broken", "=?broken"},
  };
  for (const auto& [encoded, decoded] : rows) EXPECT_EQ(decode_words(encoded), decoded);
}

}  // namespace
}  // namespace sandbox::mail
