#include <cstdio>
#include <cstdlib>
#include <new>

#include "base/assert.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"
#include "base/runtime.h"
#include "figures.h"
#include "messaging/render.h"
#include "templates/starters.h"
#include "text/mustache.h"

namespace {

// Of this program alone: nothing else counts what it allocates.
std::size_t allocation_count = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocation_count;
  void* out = std::malloc(size);
  QT_ASSERT(out != nullptr);
  return out;
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }

namespace bench {

namespace {

constexpr int kEmails = 100'000;
constexpr int kPasses = 3;

const templates::Starter& starter() {
  for (const templates::Starter& one : templates::starters()) {
    if (one.html && one.kind == domain::MessageKind::request && one.locale == "en") return one;
  }
  QT_ASSERT(false);
}

messaging::SendContext context_of(int number, std::shared_ptr<const domain::TimeZone> zone,
                                  base::Time now) {
  const std::string n = std::to_string(number);
  messaging::SendContext out;
  out.amount = {1000 + number, domain::Currency::parse("EUR").value()};
  out.description = "Invoice " + n + " & more";
  out.reference = "R-" + n;
  out.due_at = now + std::chrono::hours(number % 1000);
  out.client_name = "Ada Example " + n;
  out.client_email = "c" + n + "@client.example";
  out.client_custom_fields = R"({"room":")" + n + R"("})";
  out.merchant_name = "Merchant & Co";
  out.reply_to = "hello@merchant.example";
  out.brand_color = "#1f3a5f";
  out.zone = std::move(zone);
  return out;
}

std::shared_ptr<const domain::TimeZone> berlin() {
  const auto load = [](const std::string& name) -> base::Result<std::string> {
    return file_text("/usr/share/zoneinfo/" + name);
  };
  domain::TimeZones zones(load);
  return zones.find("Europe/Berlin").value();
}

}  // namespace

void measure_emails() {
  const templates::Starter& from = starter();
  const auto parsed =
      messaging::parse_template({from.subject, from.html, from.text, domain::ImageMode::linked});
  QT_ASSERT(parsed);
  const auto clock = base::system_clock();
  const auto zone = berlin();
  const base::Time now = clock->now();
  std::vector<messaging::SendContext> contexts;
  for (int i = 0; i < kEmails; ++i) contexts.push_back(context_of(i, zone, now));
  std::vector<base::Duration> passes;
  std::size_t bytes = 0;
  const std::size_t allocated = allocation_count;
  for (int pass = 0; pass < kPasses; ++pass) {
    const base::Duration began = clock->steady();
    for (int i = 0; i < kEmails; ++i) {
      const std::string link = "https://pay.example/" + std::to_string(i);
      const auto data = messaging::template_data(contexts[i], {link, link + "/stop"}, now);
      const auto mail = messaging::render_mail(*parsed, data);
      QT_ASSERT(mail);
      bytes += mail->html.size() + mail->text.size();
    }
    passes.push_back(clock->steady() - began);
  }
  constexpr double kMicroseconds = 1000.0 / kEmails;
  tell("email_us", percentile_ms(passes, 50) * kMicroseconds);
  tell("email_best_us", percentile_ms(passes, 0) * kMicroseconds);
  tell("email_bytes", static_cast<double>(bytes) / kPasses / kEmails);
  tell("email_allocations", static_cast<double>(allocation_count - allocated) / kPasses / kEmails);
}

void measure_rendering(const std::string& template_file, const std::string& data_file,
                       int seconds) {
  const auto parsed = text::Mustache::parse(file_text(template_file), text::Escape::html);
  const auto data = base::json::parse(file_text(data_file));
  QT_ASSERT(parsed && data);
  const auto clock = base::system_clock();
  const base::Duration began = clock->steady();
  int count = 0;
  std::string last;
  while (clock->steady() - began < std::chrono::seconds(seconds)) {
    for (int i = 0; i < 100; ++i) last = parsed->render(*data).value();
    count += 100;
  }
  tell("rate", count / (milliseconds(clock->steady() - began) / 1000));
  std::printf("hash %s\n", base::to_hex(base::sha256(last)).c_str());
}

}  // namespace bench
