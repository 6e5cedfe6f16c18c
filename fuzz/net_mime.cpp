// Everything that a tenant or a payer can put into a mail: never a header or part that is not ours.
#include "base/assert.h"
#include "net/mime.h"

namespace {

std::string next_piece(std::string_view& bytes) {
  const auto end = bytes.find('\xfe');  // never part of UTF-8
  std::string piece(bytes.substr(0, end));
  bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
  return piece;
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  net::MimeMessage message;
  message.from.name = next_piece(bytes);
  message.from.address = "shop@example.com";
  message.to.name = next_piece(bytes);
  message.to.address = next_piece(bytes);
  message.subject = next_piece(bytes);
  message.message_id = "id@example.com";
  message.list_unsubscribe_url = next_piece(bytes);
  message.text = next_piece(bytes);
  message.html = next_piece(bytes);
  if (!bytes.empty()) {
    net::InlineImage image;
    image.cid = next_piece(bytes);
    image.media_type = "image/png";
    image.bytes = std::string(bytes);
    message.inline_images.push_back(std::move(image));
  }
  const auto built = net::build_mime(message);
  if (!built) return 0;
  const auto head = "\r\n" + built->substr(0, built->find("\r\n\r\n") + 2);
  for (const auto* name : {"\r\nFrom: ", "\r\nTo: ", "\r\nSubject: ", "\r\nContent-Type: "}) {
    QT_ASSERT(count(head, name) == 1);
  }
  QT_ASSERT(count(head, "\r\nBcc") == 0);
  QT_ASSERT(count(*built, "\n") == count(*built, "\r\n") &&
            count(*built, "\r") == count(*built, "\r\n"));
  const std::size_t marks = message.html.empty() ? 0 : message.inline_images.empty() ? 3 : 6;
  QT_ASSERT(count(*built, "\r\n--=_") == marks);
  return 0;
}
