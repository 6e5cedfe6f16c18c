#include "providers/stripe/signature.h"

#include <charconv>
#include <optional>
#include <vector>

#include "base/crypto.h"
#include "base/encoding.h"

namespace providers::stripe {

using base::Code;

namespace {

struct Header {
  std::string_view time_text;
  std::int64_t seconds = 0;
  std::vector<std::string_view> signatures;  // of scheme v1
};

base::Error bad(std::string reason) {
  return base::error(Code::unauthenticated, std::move(reason),
                     "the callback's signature is not valid");
}

std::optional<std::int64_t> read_seconds(std::string_view text) {
  std::int64_t seconds = 0;
  if (text.empty() || text.size() > 12 || text.front() < '0' || text.front() > '9') return {};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (fault != std::errc{} || end != text.data() + text.size()) return {};
  return seconds;
}

std::optional<Header> read_header(std::string_view text) {
  Header header;
  while (true) {
    const auto comma = text.find(',');
    const auto item = text.substr(0, comma);
    const auto equals = item.find('=');
    if (equals == item.npos || equals == 0) return {};
    const auto name = item.substr(0, equals);
    const auto value = item.substr(equals + 1);
    if (name == "t") {
      const auto seconds = read_seconds(value);
      // Two times would leave open which of them was signed.
      if (!seconds || !header.time_text.empty()) return {};
      header.time_text = value;
      header.seconds = *seconds;
    } else if (name == "v1") {
      header.signatures.push_back(value);
    }
    if (comma == text.npos) break;
    text.remove_prefix(comma + 1);
  }
  if (header.time_text.empty() || header.signatures.empty()) return {};
  return header;
}

}  // namespace

base::Status verify_signature(std::string_view body, std::string_view text,
                              std::span<const base::Secret<std::string>> secrets, base::Time now) {
  if (text.empty()) return bad("missing");
  if (text.size() > kSignatureHeaderBytesMax) return bad("too_long");
  const auto header = read_header(text);
  if (!header) return bad("malformed");

  std::string signed_text(header->time_text);
  signed_text += '.';
  signed_text += body;
  bool matches = false;
  for (const auto& secret : secrets) {
    if (secret.reveal().empty()) continue;  // anybody could sign with it
    const auto expected = base::to_hex(base::hmac_sha256(secret.reveal(), signed_text));
    for (const auto& signature : header->signatures) {
      if (base::equal_constant_time(signature, expected)) matches = true;
    }
  }
  if (!matches) return bad("mismatch");

  const base::Time signed_at{std::chrono::seconds(header->seconds)};
  const auto age = now - signed_at;
  if (age > kSignatureTolerance || age < -kSignatureTolerance) return bad("stale");
  return {};
}

}  // namespace providers::stripe
