#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "providers/stripe/stripe.h"

namespace providers::stripe {

// Form fields with Stripe's bracketed names ("line_items[0][quantity]").
class Form {
 public:
  Form& add(std::string name, std::string value) {
    fields_.push_back({std::move(name), std::move(value)});
    return *this;
  }
  Form& add(std::string name, std::int64_t value) {
    return add(std::move(name), std::to_string(value));
  }
  Form& add_if(bool wanted, std::string name, std::string value) {
    return wanted ? add(std::move(name), std::move(value)) : *this;
  }
  std::string encoded() const { return base::form_encode(fields_); }
  bool empty() const { return fields_.empty(); }

 private:
  std::vector<base::FormField> fields_;
};

struct Call {
  net::Method method = net::Method::get;  // get or post
  std::string path;                       // "/v1/…"
  Form form;                              // the query of a GET, the body of a POST
  std::string idempotency_key;            // of every POST
};

// Sends calls: limiter, headers, bounded repetition, classification. Owned by the provider.
class Api {
 public:
  Api(base::Runtime& runtime, net::HttpClient& http, Options options)
      : runtime_(runtime), http_(http), options_(options), limiter_(runtime, options.limiter) {}

  // The JSON of a 2xx answer, or an error as in payment.h.
  Awaitable<Result<boost::json::value>> send(PaymentAccount account, Call call);
  // "<prefix>_<random>": for a POST that has no id of ours, one for all tries of one call.
  std::string one_time_key(std::string prefix);

 private:
  net::ClientRequest request_of(const PaymentAccount& account, const Call& call) const;
  base::Duration backoff(int tries, std::optional<base::Duration> retry_after);

  base::Runtime& runtime_;
  net::HttpClient& http_;
  const Options options_;
  Limiter limiter_;
};

// An object's id as it may stand in a path: 1 to 255 of A-Z a-z 0-9 _ -.
bool is_ref(std::string_view text);

}  // namespace providers::stripe
