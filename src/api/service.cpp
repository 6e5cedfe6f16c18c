#include "api/service.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <shared_mutex>

#include "text/html.h"

namespace api {

namespace {

constexpr std::size_t kSeriesMax = 2000;

struct HealthView {
  std::string status = "ok";
};
BOOST_DESCRIBE_STRUCT(HealthView, (), (status))

struct CheckView {
  std::string name;
  bool ok = true;
  std::optional<std::string> detail;
};
BOOST_DESCRIBE_STRUCT(CheckView, (), (name, ok, detail))

struct ReadinessView {
  std::string status;
  std::vector<CheckView> checks;
};
BOOST_DESCRIBE_STRUCT(ReadinessView, (), (status, checks))

}  // namespace

// Series are looked up by one key under a shared lock; Prometheus' own lookup hashes label maps
// each time.
struct Metrics::State {
  struct Series {
    prometheus::Counter* requests = nullptr;
    prometheus::Histogram* duration = nullptr;
  };
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("quittance_http_requests_total")
                                                          .Help("Answered requests")
                                                          .Register(registry);
  // tidy: float because Prometheus measures seconds as floating point; no money is near.
  prometheus::Family<prometheus::Histogram>& duration =
      prometheus::BuildHistogram()
          .Name("quittance_http_request_duration_seconds")
          .Help("Time to answer")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& work = prometheus::BuildCounter()
                                                      .Name("quittance_work_total")
                                                      .Help("Work done by background services")
                                                      .Register(registry);
  std::shared_mutex mutex;
  std::unordered_map<std::string, Series> series;
  std::unordered_map<std::string, prometheus::Counter*> counters;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::observe(net::Method method, const std::string& pattern, int status,
                      base::Duration took) {
  std::string key(net::to_string(method));
  key += ' ';
  key += pattern;
  key += ' ';
  key += std::to_string(status);
  State::Series found;
  {
    const std::shared_lock lock(state_->mutex);
    const auto at = state_->series.find(key);
    if (at != state_->series.end()) found = at->second;
  }
  if (!found.requests) {
    const std::unique_lock lock(state_->mutex);
    if (state_->series.size() >= kSeriesMax) return;
    const std::map<std::string, std::string> labels{{"method", std::string(net::to_string(method))},
                                                    {"route", pattern},
                                                    {"status", std::to_string(status)}};
    found.requests = &state_->requests.Add(labels);
    const prometheus::Histogram::BucketBoundaries bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                         0.1,   0.25,   0.5,   1,    2.5,   5};
    found.duration = &state_->duration.Add(labels, bounds);
    state_->series[key] = found;
  }
  found.requests->Increment();
  found.duration->Observe(std::chrono::duration<double>(took).count());
}

void Metrics::count(const std::string& name, std::int64_t by) {
  const std::unique_lock lock(state_->mutex);
  auto& counter = state_->counters[name];
  if (!counter) counter = &state_->work.Add({{"kind", name}});
  counter->Increment(static_cast<double>(by));
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

void add_service_routes(Routes& routes, ServiceDeps deps) {
  auto self = std::make_shared<ServiceDeps>(std::move(deps));
  const auto health = [](net::Request) -> Awaitable<Result<net::Response>> {
    co_return json_response(200, HealthView{});
  };
  const auto ready = [self](net::Request) -> Awaitable<Result<net::Response>> {
    ReadinessView view{"ready", {}};
    for (const ReadinessProbe& probe : self->probes) {
      auto answer = co_await probe.ask();
      CheckView check{probe.name, answer.has_value(), std::nullopt};
      if (!answer) check.detail = answer.error().detail;
      if (!answer) view.status = "unready";
      view.checks.push_back(std::move(check));
    }
    const int status = view.status == "ready" ? 200 : 503;
    co_return json_response(status, view);
  };
  const auto metrics = [self](net::Request) -> Awaitable<Result<net::Response>> {
    co_return net::text_response(200, "text/plain; version=0.0.4; charset=utf-8",
                                 self->metrics.text());
  };
  const auto contract = [self](net::Request) -> Awaitable<Result<net::Response>> {
    net::Response response = net::text_response(200, "application/yaml", "");
    response.shared_body = self->openapi_yaml;
    co_return response;
  };
  const auto docs = [self](net::Request) -> Awaitable<Result<net::Response>> {
    std::string page =
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Quittance "
        "API</title><h1>Quittance API</h1>"
        "<p>The contract, as <a href=\"/openapi.yaml\">openapi.yaml</a>:</p><pre>";
    page += text::escape_html(*self->openapi_yaml);
    page += "</pre></html>";
    net::Response response = net::text_response(200, "text/html; charset=utf-8", std::move(page));
    response.headers.set("Content-Security-Policy", "default-src 'none'");
    co_return response;
  };
  routes.add_public(Method::get, "/healthz", health);
  routes.add_public(Method::get, "/readyz", ready);
  routes.add_public(Method::get, "/metrics", metrics);
  routes.add_public(Method::get, "/openapi.yaml", contract);
  routes.add_public(Method::get, "/docs", docs);
}

}  // namespace api
