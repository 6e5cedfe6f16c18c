// Goal: the parsers of outside bytes give the same result however the bytes are cut.
#include "net/request_parser.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/address.h"
#include "net/response_head.h"
#include "net/trace.h"
#include "net/url.h"

namespace net {
namespace {

TEST(RequestParser, SplitsTargets) {
  struct Case {
    std::string target;
    bool good;
    std::string path;
    std::string query;
  };
  const Case cases[] = {
      {"/", true, "/", ""},           {"/a/b?x=1?y", true, "/a/b", "x=1?y"},
      {"/?", true, "/", ""},          {"http://a", true, "/", ""},
      {"http://a?x", true, "/", "x"}, {"https://a:1/b", true, "/b", ""},
      {"/%00", true, "/%00", ""},     {"*", false, "", ""},
      {"a/b", false, "", ""},         {"ftp://a/", false, "", ""},
      {"/a#b", false, "", ""},        {"/\x80", false, "", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.target);
    Request request;
    const auto parsed = parse_head("GET " + c.target + " HTTP/1.1\r\nHost: a\r\n\r\n", request);
    EXPECT_EQ(parsed.status, c.good ? 0 : 400);
    if (!c.good) continue;
    EXPECT_EQ(request.path, c.path);
    EXPECT_EQ(request.query, c.query);
    EXPECT_EQ(request.target, c.target);
  }
  Request request;
  EXPECT_EQ(parse_head("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", request).status, 0);
}

TEST(ChunkedDecoder, ResultDoesNotDependOnTheCuts) {
  const std::string streams[] = {
      "0\r\n\r\n",
      "5\r\nhello\r\n0\r\n\r\n",
      "5;a=b\r\nhello\r\n00A\r\n0123456789\r\n0;x\r\nT: v\r\n\r\nGET /next",
      "5\r\nhelloX",
      "5\r\nhello\r\n0\r\nT: v\n\r\n",
      "g\r\n",
      ";\r\n",
      "8\r\ntoolarge\r\n0\r\n\r\n",
      "ffffffffffffffff\r\n",
      "0\r\n\rX",
  };
  for (const auto& stream : streams) {
    SCOPED_TRACE(stream);
    ChunkedDecoder whole;
    std::string body;
    const auto used = whole.feed(stream, body, 16);
    for (std::size_t cut = 1; cut <= stream.size(); ++cut) {
      ChunkedDecoder decoder;
      std::string other;
      std::size_t total = 0;
      for (std::size_t at = 0; at < stream.size() && decoder.state() == ChunkedDecoder::State::more;
           at += cut) {
        total += decoder.feed(std::string_view(stream).substr(at, cut), other, 16);
      }
      EXPECT_EQ(decoder.state(), whole.state());
      EXPECT_EQ(other, body);
      EXPECT_EQ(total, used);
    }
  }
}

TEST(ChunkedDecoder, BoundsExtensionsAndTrailers) {
  std::string body;
  ChunkedDecoder extension;
  extension.feed("1;" + std::string(10000, 'x'), body, 16);
  EXPECT_EQ(extension.state(), ChunkedDecoder::State::malformed);
  ChunkedDecoder trailer;
  std::string stream = "0\r\n";
  for (int i = 0; i < 2000; ++i) stream += "A: b\r\n";
  trailer.feed(stream, body, 16);
  EXPECT_EQ(trailer.state(), ChunkedDecoder::State::malformed);
  // Extensions of many small chunks add up.
  ChunkedDecoder drip;
  stream.clear();
  for (int i = 0; i < 2000; ++i) stream += "1;abcdef\r\nx\r\n";
  drip.feed(stream, body, 1 << 20);
  EXPECT_EQ(drip.state(), ChunkedDecoder::State::malformed);
}

TEST(Trace, ReadsOnlyWhatTheStandardAllows) {
  const std::string id = "0af7651916cd43dd8448eb211c80319c";
  struct Case {
    std::string header;
    bool good;
  };
  const Case cases[] = {
      {"00-" + id + "-b7ad6b7169203331-01", true},
      {" 00-" + id + "-b7ad6b7169203331-01 ", true},
      {"cc-" + id + "-b7ad6b7169203331-01", true},
      {"cc-" + id + "-b7ad6b7169203331-01-more", true},
      {"00-" + id + "-b7ad6b7169203331-01-more", false},
      {"cc-" + id + "-b7ad6b7169203331-01more", false},
      {"ff-" + id + "-b7ad6b7169203331-01", false},
      {"00-" + id + "-0000000000000000-01", false},
      {"00-" + std::string(32, '0') + "-b7ad6b7169203331-01", false},
      {"00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
      {"00-" + id + "-b7ad6b7169203331", false},
      {"00_" + id + "-b7ad6b7169203331-01", false},
      {"", false},
  };
  for (const auto& c : cases) EXPECT_EQ(trace_id_from(c.header), c.good ? id : "") << c.header;
  EXPECT_EQ(make_trace_id(0, 0), std::string(31, '0') + "1");
  EXPECT_EQ(make_trace_id(0x0123456789abcdef, 15), "0123456789abcdef000000000000000f");
}

TEST(Address, OnlyTheInternetIsPublic) {
  for (const auto* ip :
       {"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "11.0.0.1", "192.167.1.1",
        "223.255.255.255", "198.20.0.1", "2606:4700::1111", "2a00:1450:4001::1", "3fff:1000::1"}) {
    EXPECT_TRUE(is_public_address(ip)) << ip;
  }
  for (const auto* ip : {"127.0.0.1",
                         "127.255.0.1",
                         "0.0.0.0",
                         "10.1.2.3",
                         "172.16.0.1",
                         "172.31.255.255",
                         "192.168.0.1",
                         "169.254.169.254",
                         "100.64.0.1",
                         "192.0.2.1",
                         "198.18.0.1",
                         "198.19.1.1",
                         "203.0.113.1",
                         "224.0.0.1",
                         "240.0.0.1",
                         "255.255.255.255",
                         "::",
                         "::1",
                         "::ffff:8.8.8.8",
                         "::ffff:127.0.0.1",
                         "64:ff9b::7f00:1",
                         "fc00::1",
                         "fd12::1",
                         "fe80::1",
                         "ff02::1",
                         "2001:db8::1",
                         "2001::1",
                         "2002:7f00:1::",
                         "3fff::1",
                         "100::1",
                         "",
                         "localhost",
                         "8.8.8",
                         "8.8.8.8.8",
                         "0x7f000001"}) {
    EXPECT_FALSE(is_public_address(ip)) << ip;
  }
}

TEST(Url, CutsOrRefuses) {
  const auto url = split_url("HTTPS://Api.test:8443/a/b?c#d").value();
  EXPECT_TRUE(url.https);
  EXPECT_EQ(url.origin, "HTTPS://Api.test:8443");
  EXPECT_EQ(url.authority, "Api.test:8443");
  EXPECT_EQ(url.target, "/a/b?c");
  EXPECT_EQ(split_url("http://a?x=1")->target, "/?x=1");
  EXPECT_EQ(split_url("http://a")->target, "/");
}

TEST(DateLine, IsHttpsOwnFormat) {
  DateLine line;
  // RFC 9110's own example.
  EXPECT_EQ(line.at(base::from_micros(784111777999999)), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(line.at(base::from_micros(784111778000000)), "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
}

TEST(ResponseHead, KeepsTheFramingToItself) {
  Response response;
  response.status = 201;
  response.headers.add("Content-Length", "999");
  response.headers.add("connection", "upgrade");
  response.headers.add("Transfer-Encoding", "chunked");
  response.headers.add("X-A", "b");
  HeadOptions options;
  options.body_size = 3;
  std::string out;
  append_head(out, response, options);
  EXPECT_EQ(out, "HTTP/1.1 201 Created\r\nContent-Length: 3\r\nX-A: b\r\n\r\n");
  response.status = 304;
  out.clear();
  append_head(out, response, options);
  EXPECT_EQ(out, "HTTP/1.1 304 Not Modified\r\nX-A: b\r\n\r\n");
}

}  // namespace
}  // namespace net
