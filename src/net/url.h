#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace net {

// An absolute http or https URL, cut where clients need it.
struct UrlParts {
  bool https = false;
  std::string origin;     // "https://api.example.test:8443", as written, without user info
  std::string authority;  // host and port: the Host header
  std::string target;     // path and query; "/" when there is none; without fragment
};

// invalid_argument for other schemes, an empty host, user info, or anything but visible ASCII.
base::Result<UrlParts> split_url(std::string_view url);

}  // namespace net
