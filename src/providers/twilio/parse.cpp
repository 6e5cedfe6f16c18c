#include "providers/twilio/parse.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/json.h"
#include "domain/money.h"

namespace providers::twilio {

using base::Code;
using base::FormField;
using base::json::find;
using base::json::find_string;
using boost::json::value;

namespace {

constexpr std::size_t kBodyBytesMax = 64 * 1024;

base::Error lacks(std::string_view what) {
  return base::error(Code::corrupt, "bad_answer", "twilio's answer lacks " + std::string(what));
}

std::optional<int> digits(std::string_view text) {
  int number = 0;
  if (text.empty() || text.size() > 4) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

// What we pay is written as a negative number; absent and "0" differ: a free message has a price.
base::Status read_price(const value& message, SmsSnapshot& out) {
  out.price_currency = upper(find_string(message, "price_unit").value_or(std::string_view{}));
  const auto text = find_string(message, "price");
  if (!text || text->empty()) return {};
  const auto price = domain::parse_micros(*text);
  if (!price || price->value > 0) return lacks("a price that is not positive");
  if (!domain::Currency::parse(out.price_currency)) return lacks("the price's currency");
  out.price_micros = -price->value;
  return {};
}

// Numbers come as JSON numbers or as texts, depending on the field.
std::string number_text(const value& message, std::string_view name) {
  const value* found = find(message, name);
  if (found == nullptr) return {};
  if (const auto number = base::json::find_int(message, name)) return std::to_string(*number);
  return found->is_string() ? std::string(found->get_string()) : std::string{};
}

std::string field(std::span<const FormField> form, std::string_view name) {
  for (const auto& item : form) {
    if (item.name == name) return item.value;
  }
  return {};
}

std::string first_of(std::span<const FormField> form, std::string_view name,
                     std::string_view old_name) {
  auto text = field(form, name);
  return text.empty() ? field(form, old_name) : text;
}

base::Result<std::string> sid_of(std::span<const FormField> form) {
  auto sid = first_of(form, "MessageSid", "SmsSid");
  if (sid.empty()) return base::field_error("MessageSid", "required", "is missing");
  if (!is_sid(sid)) return base::field_error("MessageSid", "malformed", "is not an id of Twilio");
  return sid;
}

// Letters and digits only: they end up in logs and columns of ASCII.
bool is_word(std::string_view text, std::size_t size_max) {
  if (text.size() > size_max) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

base::Result<SmsPrice> read_price_list(const value& list) {
  SmsPrice out;
  out.currency = upper(find_string(list, "price_unit").value_or(std::string_view{}));
  if (!domain::Currency::parse(out.currency)) return lacks("the prices' currency");
  const value* carriers = find(list, "outbound_sms_prices");
  if (!carriers || !carriers->is_array()) return lacks("the prices");
  bool found = false;
  for (const value& carrier : carriers->as_array()) {
    const value* prices = find(carrier, "prices");
    if (!prices || !prices->is_array()) continue;
    for (const value& one : prices->as_array()) {
      const auto kind = find_string(one, "number_type").value_or(std::string_view{});
      if (kind == "shortcode" || kind == "short_code") continue;
      const auto text = find_string(one, "current_price");
      const auto micros = domain::parse_micros(text.value_or(""));
      if (!micros || micros->value < 0) return lacks("a price");
      out.segment_micros = std::max(out.segment_micros, micros->value);
      found = true;
    }
  }
  if (!found) return lacks("any price");
  return out;
}

base::Result<SmsSnapshot> read_message(const value& message) {
  SmsSnapshot out;
  out.provider_ref = std::string(find_string(message, "sid").value_or(std::string_view{}));
  if (!is_sid(out.provider_ref)) return lacks("sid");
  out.status = std::string(find_string(message, "status").value_or(std::string_view{}));
  if (out.status.empty() || !is_word(out.status, 40)) return lacks("status");
  out.to = std::string(find_string(message, "to").value_or(std::string_view{}));
  out.body = std::string(find_string(message, "body").value_or(std::string_view{}));
  out.error_code = number_text(message, "error_code");
  if (!is_word(out.error_code, 10)) return lacks("a known error_code");
  out.segments = digits(number_text(message, "num_segments")).value_or(0);
  out.created_at = read_date(find_string(message, "date_created").value_or(std::string_view{}));
  TRY_STATUS(read_price(message, out));
  return out;
}

std::optional<base::Time> read_date(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() < 6 || text[3] != ',' || text[4] != ' ') return std::nullopt;
  text.remove_prefix(5);
  if (text.size() == 25) text = text.substr(0, 25);
  const std::size_t day_size = text.size() == 26 ? 2 : 1;  // "24 Aug 2023 05:01:45 +0000"
  if (text.size() != 24 + day_size) return std::nullopt;
  const auto day = digits(text.substr(0, day_size));
  text.remove_prefix(day_size);  // " Aug 2023 05:01:45 +0000"
  const auto month = kMonths.find(text.substr(1, 3));
  const auto year = digits(text.substr(5, 4));
  const auto hour = digits(text.substr(10, 2));
  const auto minute = digits(text.substr(13, 2));
  const auto second = digits(text.substr(16, 2));
  const auto zone = digits(text.substr(20, 4));
  const bool shaped = text[0] == ' ' && text[4] == ' ' && text[9] == ' ' && text[12] == ':' &&
                      text[15] == ':' && text[18] == ' ' && (text[19] == '+' || text[19] == '-');
  if (!shaped || !day || !year || !hour || !minute || !second || !zone) return std::nullopt;
  if (month == kMonths.npos || month % 3 != 0) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 60 || *zone % 100 > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(month / 3 + 1)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const auto offset = std::chrono::minutes(*zone / 100 * 60 + *zone % 100);
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) - (text[19] == '-' ? -offset : offset);
}

bool is_sid(std::string_view text) {
  return !text.empty() && is_word(text, 64) && text.find('_') == text.npos;
}

base::Result<SmsStatus> read_status(std::span<const FormField> form) {
  SmsStatus out;
  TRY(out.provider_ref, sid_of(form));
  out.status = first_of(form, "MessageStatus", "SmsStatus");
  if (out.status.empty()) return base::field_error("MessageStatus", "required", "is missing");
  if (!is_word(out.status, 40)) {
    return base::field_error("MessageStatus", "malformed", "is not a status");
  }
  out.error_code = field(form, "ErrorCode");
  if (!is_word(out.error_code, 10)) {
    return base::field_error("ErrorCode", "malformed", "is not an error code");
  }
  out.account_sid = field(form, "AccountSid");
  if (!is_sid(out.account_sid)) {
    return base::field_error("AccountSid", "malformed", "is not an id of Twilio");
  }
  return out;
}

base::Result<SmsInbound> read_inbound(std::span<const FormField> form) {
  SmsInbound out;
  TRY(out.provider_ref, sid_of(form));
  out.from = field(form, "From");
  out.to = field(form, "To");
  out.body = field(form, "Body");
  if (out.from.empty()) return base::field_error("From", "required", "is missing");
  if (out.to.empty()) return base::field_error("To", "required", "is missing");
  if (out.from.size() > 64) return base::field_error("From", "too_long", "is too long");
  if (out.to.size() > 64) return base::field_error("To", "too_long", "is too long");
  if (out.body.size() > kBodyBytesMax) return base::field_error("Body", "too_long", "is too long");
  for (const auto& [name, text] :
       {std::pair{"From", &out.from}, {"To", &out.to}, {"Body", &out.body}}) {
    if (!base::is_valid_utf8(*text)) return base::field_error(name, "invalid_utf8", "is not UTF-8");
  }
  const auto type = upper(field(form, "OptOutType"));
  if (type == "STOP" || type == "START" || type == "HELP") out.opt_out_type = type;
  return out;
}

}  // namespace providers::twilio
