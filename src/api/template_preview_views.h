#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/ids.h"
#include "domain/message.h"
#include "domain/sms.h"
#include "templates/content.h"
#include "templates/placeholders.h"

// The JSON of /v1/template-previews, /v1/template-tests and /v1/template-placeholders; described in
// api/openapi.yaml.
namespace api {

enum class ColorScheme : std::uint8_t { light, dark };
BOOST_DESCRIBE_ENUM(ColorScheme, light, dark)

// A content, and whose data it is shown with.
struct ShownBody {
  domain::MessageKind kind = domain::MessageKind::request;
  std::string locale;
  templates::SourceKind source_kind = templates::SourceKind::pug;
  std::optional<std::string> subject;
  std::string source;
  std::optional<std::string> body_text;
  std::optional<domain::ImageMode> image_mode;
  std::optional<domain::ClientId> client_id;
  std::optional<domain::RequestId> payment_request_id;
  std::optional<bool> livemode;
};
BOOST_DESCRIBE_STRUCT(ShownBody, (),
                      (kind, locale, source_kind, subject, source, body_text, image_mode, client_id,
                       payment_request_id, livemode))
struct PreviewBody : ShownBody {
  domain::Channel channel = domain::Channel::email;
  std::optional<ColorScheme> color_scheme;
};
BOOST_DESCRIBE_STRUCT(PreviewBody, (ShownBody), (channel, color_scheme))
struct TestView {
  std::string sent_to;
};
BOOST_DESCRIBE_STRUCT(TestView, (), (sent_to))

struct Ucs2CharView {
  std::string character;
  std::int64_t position = 0;  // in the rendered text, from 1, in UTF-16 units
  std::optional<std::string> replacement;
};
BOOST_DESCRIBE_STRUCT(Ucs2CharView, (), (character, position, replacement))
// What it costs at most, by the price list of the destination.
struct CostView {
  std::string country;
  std::int64_t segment_micros = 0;
  std::int64_t amount_micros = 0;
  std::string currency;
};
BOOST_DESCRIBE_STRUCT(CostView, (), (country, segment_micros, amount_micros, currency))
struct SmsView {
  std::string text;
  domain::SmsEncoding encoding = domain::SmsEncoding::gsm7;
  std::int64_t units = 0;
  std::int64_t segments = 0;
  std::vector<Ucs2CharView> ucs2_characters;
  std::optional<std::string> rewritten_source;
  std::optional<CostView> cost;
};
BOOST_DESCRIBE_STRUCT(SmsView, (),
                      (text, encoding, units, segments, ucs2_characters, rewritten_source, cost))
struct MailView {
  std::string subject;
  std::string preheader;
  std::optional<std::string> html;
  std::string text;
  std::int64_t size_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(MailView, (), (subject, preheader, html, text, size_bytes))
struct PreviewView {
  bool sendable = false;
  std::vector<templates::Problem> problems;
  std::vector<std::string> unused_placeholders;
  std::optional<MailView> email;
  std::optional<SmsView> sms;
};
BOOST_DESCRIBE_STRUCT(PreviewView, (), (sendable, problems, unused_placeholders, email, sms))

struct PlaceholderView {
  std::string name;
  std::string description;
  std::string example;
  bool may_be_empty = false;
  bool is_url = false;
};
BOOST_DESCRIBE_STRUCT(PlaceholderView, (), (name, description, example, may_be_empty, is_url))
struct PlaceholdersView {
  std::int64_t data_version = templates::kDataVersion;
  std::vector<PlaceholderView> data;
};
BOOST_DESCRIBE_STRUCT(PlaceholdersView, (), (data_version, data))

}  // namespace api
