// URLs, queries, IP addresses and mail addresses as people type them.
#include "base/assert.h"
#include "base/encoding.h"
#include "net/address.h"
#include "net/http.h"
#include "net/mail_address.h"
#include "net/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  net::is_public_address(text);
  if (net::is_mail_address(text)) {
    QT_ASSERT(text.find_first_of(std::string_view("\r\n\0<> ,;:\"", 10)) == text.npos ||
              text.find('[') != text.npos);
  }
  const auto url = net::split_url(text);
  if (url) {
    QT_ASSERT(url->target.starts_with('/') && !url->authority.empty());
    QT_ASSERT(url->target.find_first_of(" \r\n#") == std::string::npos);
  }
  if (const auto query = net::Query::parse(text)) {
    for (const auto& [name, value] : query->all()) {
      QT_ASSERT(query->get(name) && base::is_valid_utf8(name) && base::is_valid_utf8(value));
    }
  }
  return 0;
}
