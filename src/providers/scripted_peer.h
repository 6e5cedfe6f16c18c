#pragma once
// For this module's tests: a provider whose answers are scripted, behind the memory network, and
// the simulated runtime to wait in.
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "base/encoding.h"
#include "base/runtime.h"
#include "net/http.h"

namespace providers::testing {

using Fault = net::MemoryNetwork::Fault;

struct Answer {
  int status = 200;
  std::string body;
  std::vector<net::Header> headers;
  Fault fault = Fault::none;  // decided before the peer sees the request, except lose_reply
};

class ScriptedPeer {
 public:
  ScriptedPeer(std::string origin, std::vector<std::string> patterns) {
    auto router = std::make_shared<net::Router>();
    for (const auto& pattern : patterns) {
      for (const auto method : {net::Method::get, net::Method::post}) {
        router->add(method, pattern,
                    [this](net::Request request) { return answer(std::move(request)); });
      }
    }
    network.attach(std::move(origin), router);
    network.set_fault([this](const net::ClientRequest&) {
      const Fault fault = script.empty() ? Fault::none : script.front().fault;
      if (fault == Fault::refuse || fault == Fault::time_out) {
        ++lost;
        script.pop_front();
      }
      return fault;
    });
  }

  net::MemoryNetwork network;
  std::deque<Answer> script;
  std::vector<net::Request> seen;  // what reached the peer
  int lost = 0;                    // what did not

 private:
  base::Awaitable<net::Response> answer(net::Request request) {
    seen.push_back(std::move(request));
    net::Response response;
    if (script.empty()) {
      response.status = 599;
      response.body = "the script has ended";
      co_return response;
    }
    Answer next = std::move(script.front());
    script.pop_front();
    response.status = next.status;
    response.body = std::move(next.body);
    for (auto& header : next.headers) response.headers.add(header.name, header.value);
    co_return response;
  }
};

// Runs a call to its end in simulated time.
template <class T>
T wait_for(base::SimRuntime& runtime, base::Awaitable<T> call) {
  std::optional<T> out;
  auto body = [](base::Awaitable<T> inner, std::optional<T>& into) -> base::Awaitable<void> {
    into.emplace(co_await std::move(inner));
  };
  runtime.run(body(std::move(call), out));
  return std::move(*out);
}

inline std::vector<std::string> form_lines(std::string_view body) {
  std::vector<std::string> lines;
  auto fields = base::form_decode(body, 1000);
  if (!fields) return {"not a form"};
  for (const auto& field : *fields) lines.push_back(field.name + "=" + field.value);
  return lines;
}

// A file of tests/golden, found from the build folder upwards.
inline std::optional<std::string> golden_file(const std::string& name) {
  for (auto at = std::filesystem::current_path(); at.has_relative_path(); at = at.parent_path()) {
    std::ifstream file(at / "tests" / "golden" / name, std::ios::binary);
    if (!file) continue;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  return std::nullopt;
}

}  // namespace providers::testing
