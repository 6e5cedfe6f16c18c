#include "api/page.h"

namespace api {

net::Response Page::response() && {
  body_ += "],\"next_cursor\":";
  base::json::append(body_, more_ ? std::optional<std::string>(std::move(last_)) : std::nullopt);
  body_ += '}';
  net::Response out = net::text_response(200, "application/json", std::move(body_));
  out.headers.set("Cache-Control", "no-store");
  return out;
}

}  // namespace api
