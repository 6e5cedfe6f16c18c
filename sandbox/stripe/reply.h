#pragma once
#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"
#include "sandbox/core/params.h"

namespace sandbox::stripe {

// An error in Stripe's shape: {"error": {type, code, param, message, …}}.
// Source: docs.stripe.com/api/errors and /error-codes.
struct Refusal {
  int status = 400;
  std::string type = "invalid_request_error";
  std::string code;
  std::string param;
  std::string message;
  std::string decline_code;
};

[[noreturn]] void throw_exception_from_error(const Refusal& refusal,
                                             const boost::source_location& where);

template <class T>
using Answer = boost::system::result<T, Refusal>;

Refusal invalid(std::string param, std::string message, std::string code = "");
Refusal missing(std::string param);
Refusal unknown_parameter(std::string param);
// `noun` as Stripe words it: "checkout.session", "charge".
Refusal no_such(std::string_view noun, std::string_view id, std::string param);

std::string error_body(const Refusal& refusal);
net::Response error_response(const Refusal& refusal);
// The generic errors that faults ask for: 429, 5xx, 401, 409 …
Refusal refusal_for_status(int status);

// What the caller wants to see whole. Paths as in `expand[]`; in lists they start with "data".
class Expand {
 public:
  Expand() = default;
  static Answer<Expand> from(Params& params);
  bool has(std::string_view name) const;
  Expand under(std::string_view name) const;

 private:
  std::vector<std::string> paths_;
};

}  // namespace sandbox::stripe
