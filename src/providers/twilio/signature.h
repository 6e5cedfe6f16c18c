#pragma once
#include <span>
#include <string_view>

#include "base/encoding.h"
#include "base/result.h"
#include "base/secret.h"

namespace providers::twilio {

// Checks X-Twilio-Signature: base64 of HMAC-SHA-1 under the auth token over the URL that Twilio
// called, followed by every field's name and value, sorted by name (equal pairs count once). Twilio
// signs the URL sometimes with and sometimes without its port, so both forms are tried.
// Source: twilio.com/docs/usage/security and the check in Twilio's own packages.
// Code::unauthenticated; Error::reason is missing or mismatch.
base::Status verify_form(std::string_view url, std::span<const base::FormField> form,
                         std::string_view signature, const base::Secret<std::string>& auth_token);

// For a body that is no form: only the URL is signed, and it carries the body's SHA-256 in hex.
// Error::reason also body_hash.
base::Status verify_body(std::string_view url, std::string_view body, std::string_view signature,
                         const base::Secret<std::string>& auth_token);

}  // namespace providers::twilio
