#pragma once
#include <string_view>

namespace net {

// Whether an IP address literal is one of the public Internet: false for loopback, private,
// link-local, shared, benchmarking, documentation, multicast and reserved ranges (IANA
// special-purpose registries), for IPv6 forms that embed an IPv4 address, and for anything that is
// not an IP address.
bool is_public_address(std::string_view ip);

}  // namespace net
