#include "app/sandbox_link.h"

#include "base/log.h"

namespace app {

namespace {

constexpr base::Duration kClockPoll = std::chrono::milliseconds(500);
constexpr int kTriesMax = 60;

base::Awaitable<base::Result<net::ClientResponse>> post_json(net::HttpClient& http, std::string url,
                                                             std::string body) {
  net::ClientRequest request;
  request.method = net::Method::post;
  request.url = std::move(url);
  request.headers.set("Content-Type", "application/json");
  request.body = std::move(body);
  request.timeout = std::chrono::seconds(5);
  CO_TRY(auto response, co_await http.send(std::move(request)));
  if (response.status / 100 != 2) {
    co_return base::error(base::Code::refused,
                          "the sandbox answered " + std::to_string(response.status));
  }
  co_return response;
}

}  // namespace

base::Awaitable<void> follow_clock(base::Runtime& runtime, net::HttpClient& http,
                                   std::string sandbox_url,
                                   std::shared_ptr<base::OffsetClock> clock) {
  while (!runtime.stopping()) {
    net::ClientRequest request;
    request.url = sandbox_url + "/control/clock";
    request.timeout = std::chrono::seconds(2);
    auto response = co_await http.send(std::move(request));
    if (response && response->status == 200) {
      const auto tree = base::json::parse(response->body);
      const auto offset = tree ? base::json::find_int(*tree, "offset_ms") : std::nullopt;
      const base::Duration wanted = std::chrono::milliseconds(offset.value_or(0));
      if (offset && clock->offset() != wanted) clock->set_offset(wanted);
    }
    if (!co_await runtime.sleep(kClockPoll)) co_return;
  }
}

base::Awaitable<base::Status> register_demo(base::Runtime& runtime, net::HttpClient& http,
                                            const Options& options, const DemoAccounts& accounts) {
  const std::string& box = options.sandbox_url;
  const std::string stripe = base::json::write(std::map<std::string, std::string>{
      {"key", accounts.stripe_key},
      {"webhook_url",
       options.callback_url + "/callbacks/stripe/" + accounts.stripe_connection.text()},
      {"webhook_secret", accounts.stripe_webhook_secret}});
  const std::string twilio = base::json::write(std::map<std::string, std::string>{
      {"account_sid", accounts.twilio_account_sid}, {"auth_token", accounts.twilio_auth_token}});
  const std::string number = base::json::write(std::map<std::string, std::string>{
      {"phone", accounts.twilio_from},
      {"account_sid", accounts.twilio_account_sid},
      {"sms_url",
       options.callback_url + "/callbacks/twilio/inbound/" + accounts.twilio_connection.text()}});
  for (int tries = 0; tries < kTriesMax; ++tries) {
    auto first = co_await post_json(http, box + "/control/accounts", stripe);
    if (first) {
      CO_TRY_STATUS(co_await post_json(http, box + "/control/twilio/accounts", twilio));
      CO_TRY_STATUS(co_await post_json(http, box + "/control/twilio/numbers", number));
      co_return base::Status{};
    }
    if (first.error().code == base::Code::refused) co_return first.error();
    if (!co_await runtime.sleep(std::chrono::milliseconds(500))) break;
  }
  co_return base::error(base::Code::unavailable, "the sandbox does not answer at " + box);
}

}  // namespace app
