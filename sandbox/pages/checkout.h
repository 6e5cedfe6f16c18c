#pragma once
#include "net/http.h"
#include "sandbox/stripe/stripe.h"

namespace sandbox {

// The hosted checkout page that Stripe would serve: plain forms, no script. Owned by Sandbox.
class Checkout {
 public:
  Checkout(World& world, stripe::Stripe& stripe) : world_(world), stripe_(stripe) {}
  void add_routes(net::Router& router);

 private:
  using Handler = net::Response (Checkout::*)(const net::Request&, stripe::Session&);
  void route(net::Router& router, net::Method method, std::string path, std::string_view name,
             Handler handler);
  net::Response view(const net::Request& request, stripe::Session& session);
  net::Response pay(const net::Request& request, stripe::Session& session);
  net::Response view_challenge(const net::Request& request, stripe::Session& session);
  net::Response finish_challenge(const net::Request& request, stripe::Session& session);
  net::Response settle(const net::Request& request, stripe::Session& session);
  net::Response finish(const stripe::Session& session, stripe::PayOutcome outcome);

  World& world_;
  stripe::Stripe& stripe_;
};

}  // namespace sandbox
