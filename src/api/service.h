#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/routes.h"

namespace api {

// Counters and histograms of one process, in Prometheus' text format. Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  // One answered request; `pattern` is the route, never the raw path.
  void observe(net::Method method, const std::string& pattern, int status, base::Duration took);
  // Work done by the background services, by name ("messages_sent").
  void count(const std::string& name, std::int64_t by = 1);
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One dependency that readiness asks.
struct ReadinessProbe {
  std::string name;
  std::function<Awaitable<Status>()> ask;
};

// /healthz, /readyz, /metrics, /openapi.yaml, /docs. Every target serves them.
struct ServiceDeps {
  Metrics& metrics;
  std::vector<ReadinessProbe> probes;
  std::shared_ptr<const std::string> openapi_yaml;
};
void add_service_routes(Routes& routes, ServiceDeps deps);

}  // namespace api
