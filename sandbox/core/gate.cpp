#include "sandbox/core/gate.h"

namespace sandbox {
namespace {

std::optional<Fault> take_fault(World& world, const Operation& operation,
                                const net::Request& request) {
  auto& faults = world.faults();
  if (faults.empty()) return std::nullopt;
  std::string headers;
  for (const auto& header : request.headers.all()) {
    headers += header.name + ": " + header.value + "\n";
  }
  return faults.take(operation.provider, operation.name, {request.target, request.body, headers});
}

net::Response cut(net::Response::Cut where) {
  net::Response response;
  response.status = 500;
  response.cut = where;
  return response;
}

std::int64_t log_request(World& world, const Operation& operation, const net::Request& request) {
  LoggedRequest entry;
  entry.at = world.now();
  entry.provider = operation.provider;
  entry.operation = operation.name;
  entry.method = request.method;
  entry.target = request.target;
  entry.headers = request.headers;
  entry.body = request.body;
  return world.requests().add(std::move(entry));
}

// Answers before the operation runs: an idempotency key in flight, a refusal asked for.
std::optional<net::Response> answer_early(const Operation& operation, const net::Request& request,
                                          const std::optional<Fault>& fault) {
  if (fault && fault->mode == FaultMode::refuse) return cut(net::Response::Cut::before_reply);
  if (fault && fault->mode == FaultMode::status) {
    return operation.refuse(static_cast<int>(fault->status));
  }
  return operation.begin ? operation.begin(request) : std::nullopt;
}

base::Awaitable<net::Response> pass(World& world, std::shared_ptr<const Operation> operation,
                                    net::Request request) {
  std::optional<Fault> fault;
  std::optional<net::Response> early;
  std::int64_t seq = 0;
  {
    const std::lock_guard lock(world.mutex());
    seq = log_request(world, *operation, request);
    fault = take_fault(world, *operation, request);
    early = answer_early(*operation, request, fault);
    if (early) {
      if (early->cut == net::Response::Cut::none) world.requests().set_status(seq, early->status);
      co_return std::move(*early);
    }
  }
  if (fault && fault->mode == FaultMode::delay_ms) {
    co_await world.runtime().sleep(std::chrono::milliseconds(fault->delay_ms));
  }
  net::Response response;
  {
    const std::lock_guard lock(world.mutex());
    response = operation->handle(request);
    world.requests().set_status(seq, response.status);
  }
  if (fault && fault->mode == FaultMode::close_mid_reply) {
    response.cut = net::Response::Cut::mid_reply;
  }
  if (fault && fault->mode == FaultMode::lose_reply_but_done) {
    response.cut = net::Response::Cut::before_reply;
  }
  co_return response;
}

base::Awaitable<net::Response> pass_plain(World& world, std::shared_ptr<const PlainHandler> handler,
                                          net::Request request) {
  const std::lock_guard lock(world.mutex());
  co_return (*handler)(request);
}

}  // namespace

void add_route(net::Router& router, World& world, net::Method method, std::string pattern,
               Operation operation, std::size_t body_bytes_max) {
  auto shared = std::make_shared<const Operation>(std::move(operation));
  const auto handler = [&world, shared](net::Request request) {
    return pass(world, shared, std::move(request));
  };
  router.add(method, std::move(pattern), handler, body_bytes_max);
}

void add_plain_route(net::Router& router, World& world, net::Method method, std::string pattern,
                     PlainHandler handler, std::size_t body_bytes_max) {
  auto shared = std::make_shared<const PlainHandler>(std::move(handler));
  const auto route = [&world, shared](net::Request request) {
    return pass_plain(world, shared, std::move(request));
  };
  router.add(method, std::move(pattern), route, body_bytes_max);
}

}  // namespace sandbox
