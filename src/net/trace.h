#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace net {

// The trace-id of a W3C Trace Context `traceparent` header (32 lowercase hex digits), or "" when it
// is absent or invalid; a higher version is read as far as version 00 defines it.
std::string_view trace_id_from(std::string_view traceparent);

// 32 hex digits from two random numbers; never all zeros.
std::string make_trace_id(std::uint64_t high, std::uint64_t low);

}  // namespace net
