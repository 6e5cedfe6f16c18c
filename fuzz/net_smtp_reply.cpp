// What a mail server says, in two pieces; and the data that we send to it.
#include "base/assert.h"
#include "net/smtp_reply.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto stuffed = net::dot_stuffed(bytes);
  QT_ASSERT(stuffed.ends_with("\r\n"));
  QT_ASSERT(("\r\n" + stuffed).find("\r\n.\r\n") == std::string::npos);
  net::SmtpReplyParser parser;
  while (!bytes.empty() && parser.state() == net::SmtpReplyParser::State::more) {
    const auto used = parser.feed(bytes.substr(0, (bytes.size() + 1) / 2));
    QT_ASSERT(used > 0 && used <= bytes.size());
    bytes.remove_prefix(used);
    if (parser.state() != net::SmtpReplyParser::State::done) continue;
    const auto reply = parser.take();
    QT_ASSERT(reply.code >= 200 && reply.code < 600);
    net::extensions_from(reply);
    for (const char c : reply.text()) QT_ASSERT(c >= 0x20 && c < 0x7f);
  }
  return 0;
}
