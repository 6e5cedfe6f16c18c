#pragma once
#include <functional>
#include <optional>
#include <string_view>

#include "net/http.h"
#include "sandbox/core/world.h"

namespace sandbox {

// One operation of a fake. All functions run under the world's lock and never wait.
struct Operation {
  std::string_view provider;  // literals: they are kept in the log
  std::string_view name;
  std::function<net::Response(const net::Request&)> handle;
  // How this provider words an error that it was told to answer.
  std::function<net::Response(int status)> refuse;
  // Runs before a requested delay; a response ends the request there (idempotency keys in flight).
  std::function<std::optional<net::Response>(const net::Request&)> begin;
};

// Serves `operation` at `pattern`: logs the request, applies its fault, then handles it under the
// lock. `world` outlives the router.
void add_route(net::Router& router, World& world, net::Method method, std::string pattern,
               Operation operation, std::size_t body_bytes_max = 256 * 1024);

// Pages and control calls: under the lock, without faults and without a log entry.
using PlainHandler = std::function<net::Response(const net::Request&)>;
void add_plain_route(net::Router& router, World& world, net::Method method, std::string pattern,
                     PlainHandler handler, std::size_t body_bytes_max = 256 * 1024);

}  // namespace sandbox
