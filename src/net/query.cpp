#include "base/encoding.h"
#include "net/http.h"

namespace net {
namespace {

constexpr std::size_t kQueryItemsMax = 100;

base::Error bad_query(std::string detail) {
  return base::field_error("query", "malformed", std::move(detail));
}

Result<std::string> decode(std::string_view text) {
  TRY(auto decoded, base::percent_decode(text, true));
  if (!base::is_valid_utf8(decoded)) return bad_query("the query is not UTF-8");
  return decoded;
}

}  // namespace

Result<Query> Query::parse(std::string_view query) {
  Query out;
  while (!query.empty()) {
    const auto item = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), item.size() + 1));
    if (item.empty()) continue;
    if (out.items_.size() == kQueryItemsMax) return bad_query("too many query parameters");
    const auto equals = item.find('=');
    auto name = decode(item.substr(0, equals));
    auto value = decode(equals == item.npos ? std::string_view() : item.substr(equals + 1));
    if (!name || !value) return bad_query("the query has a bad percent encoding");
    out.items_.emplace_back(*std::move(name), *std::move(value));
  }
  return out;
}

std::optional<std::string> Query::get(std::string_view name) const {
  for (const auto& [item_name, value] : items_) {
    if (item_name == name) return value;
  }
  return std::nullopt;
}

}  // namespace net
