// A callback form, an answer and an address as anybody can send them to the Twilio adapter.
#include "base/assert.h"
#include "base/json.h"
#include "providers/twilio/parse.h"
#include "providers/twilio/signature.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const base::Secret<std::string> token("fuzz");
  const auto mark = bytes.find('\n');
  const auto url = bytes.substr(0, mark);
  const auto body = mark == bytes.npos ? std::string_view{} : bytes.substr(mark + 1);
  QT_ASSERT(!providers::twilio::verify_body(url, body, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", token));
  if (const auto form = base::form_decode(body, 100)) {
    QT_ASSERT(!providers::twilio::verify_form(url, *form, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", token));
    const auto status = providers::twilio::read_status(*form);
    QT_ASSERT(!status || providers::twilio::is_sid(status->provider_ref));
    const auto inbound = providers::twilio::read_inbound(*form);
    QT_ASSERT(!inbound || base::is_valid_utf8(inbound->body));
  }
  (void)providers::twilio::read_date(bytes);
  if (const auto json = base::json::parse(bytes)) {
    const auto message = providers::twilio::read_message(*json);
    QT_ASSERT(!message || !message->price_micros || *message->price_micros >= 0);
  }
  return 0;
}
