#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"
#include "net/http.h"
#include "sandbox/core/params.h"
#include "sandbox/sandbox.h"

// Test support: a sandbox and a product that only listens, in one process under a simulated clock.
namespace sandbox::testing {

inline constexpr std::string_view kKey = "sk_test_merchant_one";
inline constexpr std::string_view kSecret = "whsec_first";
inline const std::string kSandboxUrl = "http://sandbox.test";
inline const std::string kProductUrl = "http://product.test";

struct Reply {
  int status = 0;  // 0: no answer
  net::Headers headers;
  std::string body;
  boost::json::value json;
  base::Code error = base::Code::internal;

  std::string text(std::string_view path) const {
    const auto found = base::json::find_string(json, path);
    return found ? std::string(*found) : "";
  }
  std::int64_t number(std::string_view path) const {
    return base::json::find_int(json, path).value_or(-1);
  }
  bool truth(std::string_view path) const {
    return base::json::find_bool(json, path).value_or(false);
  }
  std::size_t size(std::string_view path) const {
    const auto* found = base::json::find(json, path);
    return found && found->is_array() ? found->as_array().size() : 0;
  }
};

struct Ask {
  net::Method method = net::Method::get;
  std::string path;
  std::string body;
  std::string authorization;
  std::vector<net::Header> headers = {};
};

inline base::Awaitable<void> exchange(net::HttpClient& client, net::ClientRequest request,
                                      Reply& reply, bool& done) {
  auto answer = co_await client.send(std::move(request));
  if (answer) {
    reply.status = answer->status;
    reply.headers = std::move(answer->headers);
    reply.body = std::move(answer->body);
    if (auto json = base::json::parse(reply.body, 32)) reply.json = std::move(*json);
  } else {
    reply.error = answer.error().code;
  }
  done = true;
}

class Lab : public ::testing::Test {
 protected:
  Lab() : runtime_(base::sim_runtime(7, start())), box_(*runtime_, network_, options()) {
    network_.attach(kSandboxUrl, box_.router());
    auto product = std::make_shared<net::Router>();
    product->add(
        net::Method::post, "/hook/{name}",
        [this](net::Request request) { return hook(*this, std::move(request)); }, 1024 * 1024);
    network_.attach(kProductUrl, product);
  }

  static base::Time start() { return *base::from_rfc3339("2026-11-23T09:00:00Z"); }
  static Options options() {
    Options options;
    options.public_url = kSandboxUrl;
    return options;
  }
  static base::Awaitable<net::Response> hook(Lab& lab, net::Request request) {
    lab.hooks_.push_back(std::move(request));
    const int status = lab.hook_status_;
    co_return net::text_response(status, "text/plain", "");
  }

  net::ClientRequest request_for(const Ask& ask) const {
    net::ClientRequest request;
    request.method = ask.method;
    request.url = kSandboxUrl + ask.path;
    request.body = ask.body;
    if (!ask.authorization.empty()) request.headers.set("Authorization", ask.authorization);
    for (const auto& header : ask.headers) request.headers.set(header.name, header.value);
    return request;
  }
  Reply call(Ask ask) {
    Reply reply;
    bool done = false;
    runtime_->run(exchange(network_, request_for(ask), reply, done));
    return reply;
  }
  static std::string bearer() { return "Bearer " + std::string(kKey); }
  Reply stripe_get(std::string path) {
    return call({net::Method::get, "/v1/" + std::move(path), "", bearer()});
  }
  Reply stripe_post(std::string path, std::string form, std::vector<net::Header> headers = {}) {
    return call({net::Method::post, "/v1/" + std::move(path), std::move(form), bearer(),
                 std::move(headers)});
  }
  Reply control(std::string path, std::string json) {
    return call({net::Method::post, "/control/" + std::move(path), std::move(json), ""});
  }
  Reply page(std::string path) { return call({net::Method::get, std::move(path), "", ""}); }
  Reply submit(std::string path, std::string form) {
    return call({net::Method::post, std::move(path), std::move(form), ""});
  }

  void register_account() {
    const auto reply = control("accounts", R"({"key":"sk_test_merchant_one","webhook_url":)"
                                           R"("http://product.test/hook/stripe",)"
                                           R"("webhook_secrets":["whsec_first"]})");
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  static std::string session_form(std::int64_t amount = 1250, std::string currency = "eur") {
    return "mode=payment&line_items[0][price_data][currency]=" + currency +
           "&line_items[0][price_data][product_data][name]=Invoice+7"
           "&line_items[0][price_data][unit_amount]=" +
           std::to_string(amount) +
           "&line_items[0][quantity]=1&client_reference_id=pr_1&metadata[tenant]=t1"
           "&success_url=http://product.test/done?s={CHECKOUT_SESSION_ID}"
           "&cancel_url=http://product.test/p/token";
  }
  std::string new_session(std::int64_t amount = 1250) {
    const auto reply = stripe_post("checkout/sessions", session_form(amount));
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.text("id");
  }
  // Lets what is due happen: webhooks, timers.
  void settle(base::Duration by = std::chrono::milliseconds(1)) { runtime_->advance(by); }
  std::vector<std::string> hook_types() const {
    std::vector<std::string> types;
    for (const auto& hook : hooks_) {
      const auto json = base::json::parse(hook.body, 32);
      types.emplace_back(base::json::find_string(*json, "type").value_or("?"));
    }
    return types;
  }

  std::unique_ptr<base::SimRuntime> runtime_;
  net::MemoryNetwork network_;
  std::vector<net::Request> hooks_;  // what the product was told
  int hook_status_ = 200;
  Sandbox box_;
};

}  // namespace sandbox::testing
