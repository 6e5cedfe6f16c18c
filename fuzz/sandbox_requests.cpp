// The sandbox's doors. The first byte chooses: '0' requests to a whole sandbox under a simulated
// clock, '1' the lines of an SMTP client, '2' a mail, '3' form fields. Never a crash, never a 5xx
// that nobody asked for.
#include "base/assert.h"
#include "base/encoding.h"
#include "base/json.h"
#include "net/http.h"
#include "net/request_parser.h"
#include "sandbox/core/params.h"
#include "sandbox/mail/dialogue.h"
#include "sandbox/sandbox.h"

namespace {

base::Awaitable<void> exchange(const net::Handler& handler, net::Request request,
                               net::Response& response) {
  response = co_await handler(std::move(request));
}

// "METHOD target", then the body, up to the byte 0xfe. A dollar sign stands for the id in the
// answer before, so that a session can be made and then used.
struct Visitor {
  std::unique_ptr<base::SimRuntime> runtime =
      base::sim_runtime(7, base::Time{std::chrono::seconds(1'795'000'000)});
  net::MemoryNetwork network;
  sandbox::Sandbox box{*runtime, network};
  std::string last_id = "none";
  bool faults_asked = false;

  void send(std::string_view text) {
    std::string filled;
    for (const char c : text) {
      c == '$' ? filled += last_id : filled += c;
    }
    const auto line = std::string_view(filled).substr(0, filled.find('\n'));
    net::Request request;
    const bool twilio = line.find("/2010-04-01/") != line.npos;
    const std::string credential =
        twilio ? "Basic " + base::to_base64("AC0123456789abcdef0123456789abcdef:token")
               : "Bearer sk_test_fuzz";
    const std::string head =
        std::string(line) + " HTTP/1.1\r\nHost: a\r\nAuthorization: " + credential + "\r\n\r\n";
    if (net::parse_head(head, request).status != 0) return;
    request.body = filled.substr(std::min(filled.size(), line.size() + 1));
    const auto match = box.router()->match(request.method, request.path);
    if (!match.handler) {
      box.router()->fallback(request, match.status, match.allow);
      return;
    }
    request.path_params = match.params;
    const bool own_fault = request.path.starts_with("/control/faults");
    net::Response response;
    runtime->run(exchange(*match.handler, std::move(request), response));
    faults_asked = faults_asked || own_fault;
    QT_ASSERT(response.status < 500 || faults_asked);
    const auto json = base::json::parse(response.body, 32);
    if (!json) return;
    if (const auto id = base::json::find_string(*json, "id")) last_id = *id;
  }
};

void check_requests(std::string_view bytes) {
  constexpr int kRequestsMax = 12;
  Visitor visitor;
  for (int i = 0; i < kRequestsMax && !bytes.empty(); ++i) {
    const auto end = bytes.find('\xfe');
    visitor.send(bytes.substr(0, end));
    bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
  }
  visitor.runtime->advance(std::chrono::seconds(10));
}

void check_dialogue(std::string_view bytes) {
  sandbox::mail::DialogueServices services;
  services.sign_in = [](const std::string& user, const std::string&) { return user != "no"; };
  services.accept = [](const sandbox::mail::Envelope& envelope, std::string data) {
    QT_ASSERT(!envelope.to.empty());
    sandbox::mail::parse_mail(std::move(data));
    return std::int64_t{1};
  };
  sandbox::mail::Dialogue dialogue(services, true);
  dialogue.greet();
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto step = dialogue.feed(std::string(bytes.substr(0, end)));
    QT_ASSERT(step.reply.empty() || step.reply.ends_with("\r\n"));
    if (step.close) return;
    if (step.start_tls) dialogue.tls_started();
    bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
  }
}

void check_mail(std::string_view bytes) {
  const auto mail = sandbox::mail::parse_mail(std::string(bytes));
  QT_ASSERT(mail.raw == bytes);
  static_cast<void>(sandbox::mail::decode_words(bytes));
}

void check_params(std::string_view bytes) {
  const auto mark = bytes.find('\n');
  const auto name = bytes.substr(0, mark);
  const auto form = mark == bytes.npos ? bytes : bytes.substr(mark + 1);
  sandbox::glob_match(name, form);
  auto params = sandbox::Params::parse(form);
  if (!params) return;
  params->text(name);
  params->map(name);
  params->list(name);
  params->accept(name);
  const auto left = params->unknown();
  QT_ASSERT(!left || *left != name);
  const std::string canonical = params->canonical();
  QT_ASSERT(sandbox::Params::parse(canonical)->canonical() == canonical);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr void (*kChecks[])(std::string_view) = {check_requests, check_dialogue, check_mail,
                                                   check_params};
  if (size == 0) return 0;
  const std::size_t choice = data[0] - std::size_t{'0'};
  if (choice >= std::size(kChecks)) return 0;
  kChecks[choice](std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
