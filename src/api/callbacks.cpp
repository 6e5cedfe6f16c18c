#include "api/callbacks.h"

namespace api {

namespace {

constexpr std::size_t kEventBytesMax = 512 * 1024;
constexpr std::size_t kFormBytesMax = 64 * 1024;

struct ReceiptView {
  bool received = true;
  bool duplicate = false;
};
BOOST_DESCRIBE_STRUCT(ReceiptView, (), (received, duplicate))

// The contract answers a bad signature of Stripe with 400 and one of Twilio with 403: neither asks
// for credentials.
base::Error signature_error(base::Error error, base::Code code) {
  if (error.code == base::Code::unauthenticated) {
    error.code = code;
    error.fields.clear();
    error.reason = "bad_signature";
  }
  return error;
}

Awaitable<Result<net::Response>> take_stripe(tracking::Callbacks& callbacks, net::Request request,
                                             std::string endpoint) {
  const std::string signature(request.headers.get("Stripe-Signature"));
  auto taken = co_await callbacks.take(std::move(endpoint), std::move(request.body), signature);
  if (!taken) {
    base::Error error = signature_error(taken.error(), base::Code::invalid_argument);
    if (error.code == base::Code::invalid_argument && error.reason.empty())
      error.reason = "bad_request";
    co_return error;
  }
  const ReceiptView receipt{true, *taken == tracking::EventOutcome::duplicate};
  co_return json_response(200, receipt);
}

messaging::Callbacks::Post post_of(net::Request request, const std::string& public_url) {
  messaging::Callbacks::Post post;
  post.endpoint = request.path_params.at(0);
  if (request.path_params.size() > 1) post.attempt = request.path_params[1];
  post.url = public_url + request.target;
  post.signature = request.headers.get("X-Twilio-Signature");
  post.body = std::move(request.body);
  return post;
}

base::Error twilio_error(base::Error error) {
  error = signature_error(std::move(error), base::Code::forbidden);
  if (error.code == base::Code::invalid_argument) error.reason = "bad_request";
  return error;
}

}  // namespace

void add_stripe_callback_routes(Routes& routes, tracking::Callbacks& callbacks) {
  const auto platform = [&callbacks](net::Request request) {
    return take_stripe(callbacks, std::move(request), "");
  };
  const auto tenant = [&callbacks](net::Request request) {
    std::string endpoint = request.path_params.at(0);
    return take_stripe(callbacks, std::move(request), std::move(endpoint));
  };
  routes.add_public(Method::post, "/callbacks/stripe", platform, kEventBytesMax);
  routes.add_public(Method::post, "/callbacks/stripe/{endpoint}", tenant, kEventBytesMax);
}

void add_twilio_callback_routes(Routes& routes, messaging::Callbacks& callbacks,
                                std::string public_url) {
  const auto status = [&callbacks,
                       public_url](net::Request request) -> Awaitable<Result<net::Response>> {
    auto post = post_of(std::move(request), public_url);
    auto done = co_await callbacks.status(std::move(post));
    if (!done) co_return twilio_error(done.error());
    co_return no_content();
  };
  const auto inbound = [&callbacks,
                        public_url](net::Request request) -> Awaitable<Result<net::Response>> {
    auto post = post_of(std::move(request), public_url);
    auto done = co_await callbacks.inbound(std::move(post));
    if (!done) co_return twilio_error(done.error());
    co_return net::text_response(200, "text/xml",
                                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response></Response>");
  };
  routes.add_public(Method::post, "/callbacks/twilio/status/{endpoint}/{attempt}", status,
                    kFormBytesMax);
  routes.add_public(Method::post, "/callbacks/twilio/inbound/{endpoint}", inbound, kFormBytesMax);
}

}  // namespace api
