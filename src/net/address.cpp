#include "net/address.h"

#include <boost/asio/ip/address.hpp>

namespace net {
namespace {

namespace ip = boost::asio::ip;

struct Range4 {
  std::uint32_t first;
  int bits;
};

// https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast.
constexpr Range4 kSpecial4[] = {
    {0x00000000, 8},   // this network
    {0x0a000000, 8},   // private
    {0x64400000, 10},  // shared (carrier-grade NAT)
    {0x7f000000, 8},   // loopback
    {0xa9fe0000, 16},  // link-local, cloud metadata
    {0xac100000, 12},  // private
    {0xc0000000, 24},  // protocol assignments
    {0xc0000200, 24},  // documentation
    {0xc0586300, 24},  // 6to4 relays
    {0xc0a80000, 16},  // private
    {0xc6120000, 15},  // benchmarking
    {0xc6336400, 24},  // documentation
    {0xcb007100, 24},  // documentation
    {0xe0000000, 3},   // multicast, reserved, broadcast
};

bool is_public(const ip::address_v4& address) {
  for (const auto& range : kSpecial4) {
    if ((address.to_uint() ^ range.first) >> (32 - range.bits) == 0) return false;
  }
  return true;
}

// Global unicast is 2000::/3; within it Teredo, ORCHID and documentation (2001::/23,
// 2001:db8::/32), 6to4 (2002::/16) and 3fff::/20 are special. Everything outside of it, mapped IPv4
// included, is refused.
bool is_public(const ip::address_v6& address) {
  const auto b = address.to_bytes();
  if ((b[0] & 0xe0) != 0x20) return false;
  if (b[0] == 0x20 && b[1] == 0x01) {
    if (b[2] < 0x02 || (b[2] == 0x0d && b[3] == 0xb8)) return false;
  }
  if (b[0] == 0x20 && b[1] == 0x02) return false;
  return !(b[0] == 0x3f && b[1] == 0xff && b[2] < 0x10);
}

}  // namespace

bool is_public_address(std::string_view text) {
  boost::system::error_code ec;
  const auto address = ip::make_address(text, ec);
  if (ec) return false;
  return address.is_v4() ? is_public(address.to_v4()) : is_public(address.to_v6());
}

}  // namespace net
