// Goal: a scenario over the memory network sees what it would see over sockets.
#include <gtest/gtest.h>

#include "net/http.h"

namespace net {
namespace {

using base::Code;

class MemoryNetworkTest : public ::testing::Test {
 protected:
  MemoryNetworkTest() : runtime_(base::sim_runtime(1, base::Time{})) {
    auto router = std::make_shared<Router>();
    router->add(
        Method::post, "/things/{id}", [this](Request r) { return handle(std::move(r)); }, 10);
    router->add(Method::get, "/things/{id}", [this](Request r) { return handle(std::move(r)); });
    router->add(Method::get, "/throw", &MemoryNetworkTest::throwing);
    network_.attach("http://stripe.test", router);
  }

  base::Awaitable<Response> handle(Request request) {
    ++handled_;
    seen_ = request;
    co_await runtime_->sleep(std::chrono::milliseconds(5));
    auto response = text_response(status_, "text/plain", "id=" + request.path_params.at(0));
    response.cut = cut_;
    co_return response;
  }
  static base::Awaitable<Response> throwing(Request) {
    throw std::runtime_error("bug");
    co_return Response();
  }

  base::Awaitable<void> run(ClientRequest request, std::optional<Result<ClientResponse>>& result) {
    result = co_await network_.send(std::move(request));
  }
  std::string send(ClientRequest request) {
    std::optional<Result<ClientResponse>> result;
    runtime_->run(run(std::move(request), result));
    if (!*result) return std::string(base::to_string(result->error().code));
    return std::to_string((*result)->status) + " " + (*result)->body;
  }
  static ClientRequest post(const std::string& url, std::string body = "a=b") {
    ClientRequest request;
    request.method = Method::post;
    request.url = url;
    request.body = std::move(body);
    return request;
  }

  std::unique_ptr<base::SimRuntime> runtime_;
  MemoryNetwork network_;
  Request seen_;
  int handled_ = 0;
  int status_ = 200;
  Response::Cut cut_ = Response::Cut::none;
};

TEST_F(MemoryNetworkTest, DeliversAsTheServerWould) {
  auto request = post("http://stripe.test/things/a%20b?x=1#frag");
  request.bearer = base::Secret<std::string>("key");
  EXPECT_EQ(send(request), "200 id=a b");
  EXPECT_EQ(seen_.path, "/things/a%20b");
  EXPECT_EQ(seen_.query, "x=1");
  EXPECT_EQ(seen_.body, "a=b");
  EXPECT_EQ(seen_.headers.get("host"), "stripe.test");
  EXPECT_EQ(seen_.headers.get("authorization"), "Bearer key");
  EXPECT_EQ(seen_.headers.get("content-length"), "3");
  EXPECT_EQ(seen_.trace_id.size(), 32U);
}

TEST_F(MemoryNetworkTest, RefusesAsTheServerWould) {
  EXPECT_TRUE(send(post("http://stripe.test/nope")).starts_with("404 "));
  EXPECT_TRUE(send(post("http://stripe.test/things/%zz")).starts_with("400 "));
  EXPECT_TRUE(send(post("http://stripe.test/things/1", std::string(11, 'x'))).starts_with("413 "));
  auto other = post("http://stripe.test/things/1");
  other.method = Method::put;
  EXPECT_TRUE(send(other).starts_with("405 "));
  ClientRequest get;
  get.url = "http://stripe.test/throw";
  EXPECT_TRUE(send(get).starts_with("500 "));
  EXPECT_EQ(send(post("http://twilio.test/things/1")), "unavailable");
  EXPECT_EQ(send(post("stripe.test")), "invalid_argument");
  EXPECT_EQ(handled_, 0);
}

TEST_F(MemoryNetworkTest, HeadAndNoContentHaveNoBody) {
  ClientRequest head;
  head.method = Method::head;
  head.url = "http://stripe.test/things/1";
  EXPECT_EQ(send(head), "200 ");
  status_ = 204;
  EXPECT_EQ(send(post("http://stripe.test/things/1")), "204 ");
}

TEST_F(MemoryNetworkTest, FaultsSayWhatWasDone) {
  struct Case {
    MemoryNetwork::Fault fault;
    std::string expected;
    int handled;
  };
  using Fault = MemoryNetwork::Fault;
  const Case cases[] = {
      {Fault::none, "200 id=1", 1},           {Fault::refuse, "unavailable", 0},
      {Fault::lose_reply, "ambiguous", 1},    {Fault::time_out, "deadline", 0},
      {Fault::time_out_after, "deadline", 1},
  };
  for (const auto& c : cases) {
    handled_ = 0;
    network_.set_fault([&](const ClientRequest&) { return c.fault; });
    EXPECT_EQ(send(post("http://stripe.test/things/1")), c.expected);
    EXPECT_EQ(handled_, c.handled);
  }
  network_.set_fault(nullptr);
  cut_ = Response::Cut::before_reply;
  EXPECT_EQ(send(post("http://stripe.test/things/1")), "ambiguous");
  cut_ = Response::Cut::mid_reply;
  EXPECT_EQ(send(post("http://stripe.test/things/1")), "ambiguous");
  cut_ = Response::Cut::none;
  auto small = post("http://stripe.test/things/1");
  small.response_bytes_max = 3;
  EXPECT_EQ(send(small), "ambiguous");
}

}  // namespace
}  // namespace net
