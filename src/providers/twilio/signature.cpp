#include "providers/twilio/signature.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/crypto.h"

namespace providers::twilio {

using base::Code;
using base::FormField;

namespace {

base::Error bad(std::string reason) {
  return base::error(Code::unauthenticated, std::move(reason),
                     "the callback's signature is not valid");
}

// The URL without its port, and with one (its own or the scheme's).
std::array<std::string, 2> port_variants(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == url.npos) return {std::string(url), std::string(url)};
  const auto authority = scheme_end + 3;
  const auto path = std::min(url.find_first_of("/?#", authority), url.size());
  const auto user_end = url.substr(0, path).rfind('@');
  const auto host = user_end != url.npos && user_end >= authority ? user_end + 1 : authority;
  const auto bracket = url.substr(0, path).rfind(']');  // of an IPv6 address
  const auto colon = url.find(':', bracket != url.npos && bracket > host ? bracket : host);
  const auto port = std::min(colon, path);
  const std::string before(url.substr(0, port));
  const std::string rest(url.substr(path));
  std::string own_port(url.substr(port, path - port));
  if (own_port.empty()) own_port = url.starts_with("https:") ? ":443" : ":80";
  return {before + rest, before + own_port + rest};
}

base::Status verify_text(std::string_view url, const std::string& fields,
                         std::string_view signature, const base::Secret<std::string>& auth_token) {
  // An empty token would let anybody sign.
  if (signature.empty() || auth_token.reveal().empty()) return bad("missing");
  bool matches = false;
  for (const auto& variant : port_variants(url)) {
    const auto mac = base::hmac_sha1(auth_token.reveal(), variant + fields);
    const auto expected = base::to_base64(base::as_chars(mac));
    if (base::equal_constant_time(signature, expected)) matches = true;
  }
  if (!matches) return bad("mismatch");
  return {};
}

std::string_view query_value(std::string_view url, std::string_view name) {
  auto query = url.substr(std::min(url.find('?'), url.size()));
  query = query.substr(0, query.find('#'));
  while (!query.empty()) {
    query.remove_prefix(1);  // '?' or '&'
    const auto item = query.substr(0, query.find('&'));
    const auto equals = item.find('=');
    if (equals != item.npos && item.substr(0, equals) == name) return item.substr(equals + 1);
    query.remove_prefix(item.size());
  }
  return {};
}

}  // namespace

base::Status verify_form(std::string_view url, std::span<const FormField> form,
                         std::string_view signature, const base::Secret<std::string>& auth_token) {
  std::vector<const FormField*> sorted;
  sorted.reserve(form.size());
  for (const auto& field : form) sorted.push_back(&field);
  std::sort(sorted.begin(), sorted.end(), [](const FormField* a, const FormField* b) {
    return std::tie(a->name, a->value) < std::tie(b->name, b->value);
  });
  std::string fields;
  const FormField* last = nullptr;
  for (const FormField* field : sorted) {
    if (last != nullptr && last->name == field->name && last->value == field->value) continue;
    fields += field->name;
    fields += field->value;
    last = field;
  }
  return verify_text(url, fields, signature, auth_token);
}

base::Status verify_body(std::string_view url, std::string_view body, std::string_view signature,
                         const base::Secret<std::string>& auth_token) {
  TRY_STATUS(verify_text(url, {}, signature, auth_token));
  const auto expected = base::to_hex(base::sha256(body));
  if (!base::equal_constant_time(query_value(url, "bodySHA256"), expected)) return bad("body_hash");
  return {};
}

}  // namespace providers::twilio
