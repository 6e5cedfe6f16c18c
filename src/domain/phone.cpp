#include "domain/phone.h"

#include <phonenumbers/phonenumberutil.h>

#include <set>

#include "base/encoding.h"

namespace domain {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

base::Error refuse(const char* code, const char* detail) {
  return base::field_error("phone", code, detail);
}

PhoneKind kind_of(const PhoneNumberUtil& util, const PhoneNumber& number) {
  switch (util.GetNumberType(number)) {
    case PhoneNumberUtil::MOBILE: return PhoneKind::mobile;
    case PhoneNumberUtil::FIXED_LINE: return PhoneKind::fixed_line;
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE: return PhoneKind::fixed_or_mobile;
    default: return PhoneKind::other;
  }
}

base::Status parse_into(const PhoneNumberUtil& util, std::string_view text,
                        std::string_view default_region, PhoneNumber& number) {
  // "ZZ" is the library's word for "no region": only numbers with a country code are read.
  const std::string region(default_region.empty() ? "ZZ" : default_region);
  switch (util.Parse(std::string(text), region, &number)) {
    case PhoneNumberUtil::NO_PARSING_ERROR: return {};
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
      return refuse("unknown_country", "the number needs a known country code such as +49");
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN: return refuse("too_short", "the number is too short");
    case PhoneNumberUtil::TOO_LONG_NSN: return refuse("too_long", "the number is too long");
    default: return refuse("not_a_number", "this is not a phone number");
  }
}

base::Status check(const PhoneNumberUtil& util, const PhoneNumber& number) {
  if (number.has_extension())
    return refuse("invalid", "a number with an extension can't be texted");
  switch (util.IsPossibleNumberWithReason(number)) {
    case PhoneNumberUtil::INVALID_COUNTRY_CODE:
      return refuse("unknown_country", "the number needs a known country code such as +49");
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
    case PhoneNumberUtil::TOO_SHORT: return refuse("too_short", "the number is too short");
    case PhoneNumberUtil::TOO_LONG: return refuse("too_long", "the number is too long");
    default: break;
  }
  if (!util.IsValidNumber(number)) return refuse("invalid", "no such number can exist");
  return {};
}

}  // namespace

base::Result<Phone> parse_phone(std::string_view text, std::string_view default_region) {
  if (text.size() > kPhoneTextMax) return refuse("too_long", "the number is too long");
  if (!base::is_valid_utf8(text)) return refuse("not_a_number", "this is not a phone number");
  if (text.find_first_not_of(" \t") == std::string_view::npos) {
    return refuse("required", "a phone number is required");
  }
  // Only what people write in numbers: the library would also read letters and find numbers in
  // text.
  if (text.find_first_not_of("0123456789+-()./ \t\u00A0") != std::string_view::npos) {
    return refuse("not_a_number", "this is not a phone number");
  }
  const auto& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  TRY_STATUS(parse_into(util, text, default_region, number));
  TRY_STATUS(check(util, number));
  Phone phone;
  phone.kind = kind_of(util, number);
  util.Format(number, PhoneNumberUtil::E164, &phone.e164);
  // Some countries' plans go further than E.164 does; no provider texts such a number.
  constexpr std::size_t kE164DigitsMax = 15;
  if (phone.e164.size() > 1 + kE164DigitsMax) return refuse("too_long", "the number is too long");
  util.GetRegionCodeForNumber(number, &phone.country);
  return phone;
}

bool is_known_region(std::string_view region) {
  static const auto regions = [] {
    std::set<std::string> names;
    PhoneNumberUtil::GetInstance()->GetSupportedRegions(&names);
    return names;
  }();
  return regions.contains(std::string(region));
}

}  // namespace domain
