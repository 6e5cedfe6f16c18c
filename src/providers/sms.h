#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "base/runtime.h"
#include "base/secret.h"
#include "domain/ids.h"

// What the product needs of an SMS provider. Implemented by twilio/.
namespace providers {

struct SmsAccount {
  domain::ConnectionId connection_id;
  domain::TenantId tenant_id;
  bool livemode = false;
  std::string base_url;     // "https://api.twilio.com"
  std::string pricing_url;  // "https://pricing.twilio.com"
  std::string account_sid;
  base::Secret<std::string> auth_token;
  std::string from;  // E.164 or alphanumeric sender; used when messaging_service_sid is empty
  std::string messaging_service_sid;
};

struct SmsMessage {
  std::string to;  // E.164
  std::string body;
  std::string status_callback_url;  // carries the attempt's id; empty: none
};

// A message as the provider tells it now.
struct SmsSnapshot {
  std::string provider_ref;  // "SM…"
  std::string to;
  std::string body;
  std::string
      status;  // accepted, queued, sending, sent, delivered, undelivered, failed, canceled …
  std::int64_t segments = 0;
  std::optional<std::int64_t> price_micros;  // positive cost; absent until the provider knows it
  std::string price_currency;                // upper case
  std::string error_code;                    // "30003"; empty: none
  std::optional<base::Time> created_at;
};

// What one segment to a country costs at most: carriers within it differ.
struct SmsPrice {
  std::int64_t segment_micros = 0;
  std::string currency;  // upper case
};

struct SmsStatus {  // a status callback's content
  std::string provider_ref;
  std::string status;
  std::string error_code;
  std::string account_sid;
};
struct SmsInbound {  // a text from a phone
  std::string provider_ref;
  std::string from;  // E.164
  std::string to;
  std::string body;
  std::string opt_out_type;  // STOP, START, HELP when the provider classified it; else empty
};

// Errors as in payment.h; `refused` carries the provider's code in Error::reason ("21610" is an
// opt-out). send(): never repeated by the adapter, for the provider has no idempotency key.
// ambiguous means: it may be on its way.
class SmsProvider {
 public:
  virtual ~SmsProvider() = default;
  virtual base::Awaitable<base::Result<SmsSnapshot>> send(SmsAccount account,
                                                          SmsMessage message) = 0;
  virtual base::Awaitable<base::Result<SmsSnapshot>> fetch(SmsAccount account,
                                                           std::string provider_ref) = 0;
  // All messages to that number created at or after `since` (all pages, at most 500).
  virtual base::Awaitable<base::Result<std::vector<SmsSnapshot>>> list(SmsAccount account,
                                                                       std::string to,
                                                                       base::Time since) = 0;
  virtual base::Awaitable<base::Result<std::string>> check(SmsAccount account) = 0;
  // `country`: ISO 3166-1 alpha-2. refused: the provider sends nothing there.
  virtual base::Awaitable<base::Result<SmsPrice>> price(SmsAccount account,
                                                        std::string country) = 0;

  // X-Twilio-Signature over the public URL and the form's fields, tried with and without the port.
  // Pure.
  virtual base::Status verify_callback(std::string_view url, std::span<const base::FormField> form,
                                       std::string_view signature,
                                       const base::Secret<std::string>& auth_token) const = 0;
  // The same for a callback whose body is no form: its SHA-256 stands in the URL (bodySHA256).
  virtual base::Status verify_body_callback(std::string_view url, std::string_view body,
                                            std::string_view signature,
                                            const base::Secret<std::string>& auth_token) const = 0;
  virtual base::Result<SmsStatus> read_status(std::span<const base::FormField> form) const = 0;
  virtual base::Result<SmsInbound> read_inbound(std::span<const base::FormField> form) const = 0;
};

}  // namespace providers
