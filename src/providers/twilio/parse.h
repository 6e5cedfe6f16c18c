#pragma once
#include <boost/json/value.hpp>
#include <optional>
#include <span>
#include <string_view>

#include "base/encoding.h"
#include "base/result.h"
#include "base/time.h"
#include "providers/sms.h"

// From Twilio's JSON and forms to ours. Pure.
namespace providers::twilio {

// Code::corrupt when it is no Message.
base::Result<SmsSnapshot> read_message(const boost::json::value& message);

// Of a country's price list (twilio.com/docs/messaging/api/pricing): the dearest carrier's current
// price of a text from a usual number. Code::corrupt when it is none.
base::Result<SmsPrice> read_price_list(const boost::json::value& list);

// "Thu, 24 Aug 2023 05:01:45 +0000" (RFC 2822 with a four-digit year and a numeric zone).
std::optional<base::Time> read_date(std::string_view text);

// A message's or account's id as it may stand in a path: 1 to 64 of A-Z a-z 0-9.
bool is_sid(std::string_view text);

// Code::invalid_argument naming the field that is missing or malformed.
base::Result<SmsStatus> read_status(std::span<const base::FormField> form);
base::Result<SmsInbound> read_inbound(std::span<const base::FormField> form);

}  // namespace providers::twilio
