#include "scenario/world.h"

#include "app/sandbox_link.h"

namespace scenario {

namespace {

app::Options options() {
  app::Options o;
  app::targets_from("all", o.targets);
  o.public_url = kProduct;
  o.callback_url = kProduct;
  o.sandbox_url = kSandbox;
  o.demo_password = "correct horse battery";
  o.requests_per_second = 100'000;
  o.payers_per_second = 100'000;
  o.message_content_days = 1;
  o.link_keys.emplace(1, base::Secret<std::string>(std::string(32, 'l')));
  o.seal_keys.emplace(1, base::Secret<std::string>(std::string(32, 's')));
  return o;
}

sandbox::Options sandbox_options() {
  sandbox::Options o;
  o.public_url = kSandbox;
  return o;
}

base::Awaitable<void> exchange(net::HttpClient& client, net::ClientRequest request, Reply& reply) {
  auto answer = co_await client.send(std::move(request));
  if (!answer) co_return;
  reply.status = answer->status;
  reply.headers = std::move(answer->headers);
  reply.body = std::move(answer->body);
  if (auto json = base::json::parse(reply.body, 32)) reply.json = std::move(*json);
}

base::Awaitable<void> register_with(base::Runtime& runtime, net::HttpClient& http, app::Options o,
                                    app::DemoAccounts demo, bool& registered) {
  auto done = co_await app::register_demo(runtime, http, o, demo);
  registered = done.has_value();
}

}  // namespace

World::World() : db_(store::testing::Kind::sqlite_memory) {
  box_ = std::make_unique<sandbox::Sandbox>(sim(), network_, sandbox_options());
  network_.attach(kSandbox, box_->router());
  inbox_ = std::make_unique<InboxMail>(*box_);
  payment_ = providers::stripe::payment_provider(sim(), network_);
  sms_ = providers::twilio::sms_provider(sim(), network_);
  mail_ = providers::smtp::mail_provider(*inbox_);
  auto core = app::Core::make(options(), {sim(), db_.store(), *payment_, *sms_, *mail_, compiler_});
  if (!core) throw std::runtime_error(core.error().detail);
  core_ = *std::move(core);
  people_ = std::make_unique<app::People>(*core_);
  metrics_ = std::make_unique<api::Metrics>();
  web_ = app::make_web(*core_, *people_, *metrics_);
  network_.attach(kProduct, web_.router);
  auto demo = people_->seed_demo(core_->options);
  if (!demo) throw std::runtime_error(demo.error().detail);
  demo_ = *demo;
  bool registered = false;
  sim().run(register_with(sim(), network_, core_->options, demo_, registered));
  if (!registered) throw std::runtime_error("the sandbox did not take the demo");
  core_->start(core_->options.targets);
  people_->start();
}

World::~World() { sim().stop(); }

Reply World::call(net::Method method, const std::string& target, const std::string& body,
                  const std::string& key) {
  net::ClientRequest request;
  request.method = method;
  request.url = target.starts_with("http") ? target : kProduct + target;
  if (!target.starts_with("http"))
    request.headers.set("Authorization", "Bearer " + (key.empty() ? demo_.api_key : key));
  if (!body.empty())
    request.headers.set("Content-Type",
                        body.starts_with("\x89PNG") ? "image/png" : "application/json");
  if (method == net::Method::patch || target.ends_with("/publish"))
    request.headers.set("If-Match", "*");
  request.body = body;
  Reply reply;
  sim().run(exchange(network_, std::move(request), reply));
  return reply;
}

Reply World::page(net::Method method, const std::string& path) {
  net::ClientRequest request;
  request.method = method;
  request.url = kProduct + path;
  Reply reply;
  sim().run(exchange(network_, std::move(request), reply));
  return reply;
}

std::string World::new_client(const std::string& email, const std::string& phone) {
  const auto reply = post("/v1/clients", R"({"name":"Anna Beispiel","email":")" + email +
                                             R"(","phone":")" + phone + R"("})");
  EXPECT_EQ(reply.status, 201) << reply.body;
  return reply.text("id");
}

std::string World::new_request(const std::string& client_id, std::int64_t amount_minor) {
  const auto reply =
      post("/v1/payment-requests",
           R"({"client_id":")" + client_id + R"(","amount_minor":)" + std::to_string(amount_minor) +
               R"(,"currency":"EUR","description":"Portrait session","channels":["email","sms"]})");
  EXPECT_EQ(reply.status, 201) << reply.body;
  return reply.text("id");
}

std::string World::link_path(const std::string& request_id) {
  const std::string link = get("/v1/payment-requests/" + request_id).text("link");
  return link.starts_with(kProduct) ? link.substr(kProduct.size()) : "/p/none";
}

std::string World::press_pay(const std::string& path) {
  const auto reply = page(net::Method::post, path);
  EXPECT_EQ(reply.status, 303) << reply.body;
  const std::string location(reply.headers.get("Location"));
  const std::size_t at = location.rfind("/c/pay/");
  return at == std::string::npos ? "" : location.substr(at + 7);
}

}  // namespace scenario
