// A callback as anybody can send it: the header's parser, and the event's behind a good signature.
#include "base/assert.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"
#include "providers/stripe/parse.h"
#include "providers/stripe/signature.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using providers::stripe::verify_signature;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const base::Secret<std::string> secrets[] = {base::Secret<std::string>("whsec_fuzz")};
  const base::Time now{std::chrono::seconds(1'795'000'000)};
  // Nobody but the fuzzer knows the secret, and it does not look.
  const auto mark = bytes.find('\n');
  const auto header = bytes.substr(0, mark);
  const auto body = mark == bytes.npos ? std::string_view{} : bytes.substr(mark + 1);
  QT_ASSERT(!verify_signature(body, header, secrets, now));

  const std::string signed_text = "1795000000." + std::string(bytes);
  const std::string good =
      "t=1795000000,v1=" + base::to_hex(base::hmac_sha256("whsec_fuzz", signed_text));
  QT_ASSERT(verify_signature(bytes, good, secrets, now));
  const auto json = base::json::parse(bytes, 48);
  if (!json) return 0;
  const auto event = providers::stripe::read_event(*json);
  QT_ASSERT(!event || !event->provider_event_id.empty());
  const auto session = providers::stripe::read_checkout(*json);
  QT_ASSERT(!session || !session->currency.empty());
  return 0;
}
