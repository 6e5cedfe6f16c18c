#include "net/url.h"

#include "net/text.h"

namespace net {
namespace {

base::Error bad_url(std::string detail) {
  return base::field_error("url", "malformed", std::move(detail));
}

}  // namespace

base::Result<UrlParts> split_url(std::string_view url) {
  for (const char c : url) {
    if (c <= 0x20 || c >= 0x7f) return bad_url("a URL is visible ASCII");
  }
  UrlParts parts;
  const auto colon = url.find("://");
  if (colon == url.npos) return bad_url("not an absolute URL");
  const auto scheme = url.substr(0, colon);
  parts.https = equal_ignoring_case(scheme, "https");
  if (!parts.https && !equal_ignoring_case(scheme, "http")) return bad_url("not http or https");
  const auto rest = url.substr(colon + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.empty() || authority.front() == ':') return bad_url("a URL needs a host");
  // User info in a URL would be a secret in a text that is logged.
  if (authority.find('@') != authority.npos) return bad_url("a URL must not hold a user");
  parts.authority = authority;
  parts.origin = url.substr(0, colon + 3 + authority.size());
  const auto tail = rest.substr(authority.size());
  parts.target = tail.substr(0, tail.find('#'));
  if (!parts.target.starts_with('/')) parts.target.insert(0, 1, '/');
  return parts;
}

}  // namespace net
