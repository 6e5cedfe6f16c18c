#include "net/mime.h"

#include <chrono>
#include <set>

#include "base/crypto.h"
#include "base/encoding.h"
#include "net/mail_address.h"
#include "net/mime_encode.h"
#include "net/text.h"

namespace net {
namespace {

using base::Result;
using base::Status;

constexpr std::size_t kHeaderValueMax = 2000;
constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

Status check_value(const std::string& field, std::string_view value) {
  if (contains_control(value)) {
    return base::field_error(field, "control_character", field + " must be a single line");
  }
  if (!base::is_valid_utf8(value))
    return base::field_error(field, "not_utf8", field + " is not UTF-8");
  if (value.size() > kHeaderValueMax)
    return base::field_error(field, "too_long", field + " is too long");
  return {};
}

Status check_address(const std::string& field, std::string_view address) {
  TRY_STATUS(check_value(field, address));
  if (!is_mail_address(address)) {
    return base::field_error(field, "malformed", field + " is not a mail address");
  }
  return {};
}

// Message ids and URLs go between angle brackets.
Status check_bracketed(const std::string& field, std::string_view value) {
  TRY_STATUS(check_value(field, value));
  if (value.find_first_of("<> ") != value.npos || !is_ascii(value)) {
    return base::field_error(field, "malformed", field + " holds a bracket, a space or non-ASCII");
  }
  return {};
}

bool is_ours(std::string_view name) {
  constexpr std::string_view ours[] = {
      "From", "To",           "Reply-To",         "Subject",      "Message-ID",
      "Date", "MIME-Version", "List-Unsubscribe", "Content-Type", "Content-Transfer-Encoding"};
  return std::any_of(std::begin(ours), std::end(ours),
                     [&](auto own) { return equal_ignoring_case(own, name); });
}

Status check_extra(const std::string& name, const std::string& value) {
  const bool token = !name.empty() && name.size() <= 60 &&
                     std::all_of(name.begin(), name.end(),
                                 [](char c) { return c > 0x20 && c < 0x7f && c != ':'; });
  if (!token || is_ours(name)) {
    return base::field_error("extra_headers", "malformed", "not a header name to be added");
  }
  return check_value("extra_headers." + name, value);
}

Status check_images(const MimeMessage& m) {
  constexpr std::string_view types[] = {"image/png", "image/jpeg", "image/gif"};
  const auto wrong = [](const char* code, const char* detail) {
    return base::field_error("inline_images", code, detail);
  };
  if (m.inline_images.empty()) return {};
  if (m.html.empty()) return wrong("unused", "pictures without HTML that shows them");
  if (m.inline_images.size() > kInlineImagesMax) return wrong("too_many", "too many pictures");
  std::set<std::string_view> cids;
  std::size_t bytes = 0;
  for (const InlineImage& image : m.inline_images) {
    TRY_STATUS(check_bracketed("inline_images", image.cid));
    if (!is_mail_address(image.cid)) return wrong("malformed", "a cid is left@right");
    if (!cids.insert(image.cid).second) return wrong("repeated", "each cid once");
    if (std::find(std::begin(types), std::end(types), image.media_type) == std::end(types))
      return wrong("unsupported", "not a picture that every mail program shows");
    bytes += image.bytes.size();
  }
  if (bytes > kInlineBytesMax)
    return base::error(base::Code::too_large, "the pictures of the mail are too large");
  return {};
}

Status check(const MimeMessage& m) {
  TRY_STATUS(check_value("from.name", m.from.name));
  TRY_STATUS(check_address("from.address", m.from.address));
  TRY_STATUS(check_value("to.name", m.to.name));
  TRY_STATUS(check_address("to.address", m.to.address));
  if (!m.reply_to.empty()) TRY_STATUS(check_address("reply_to", m.reply_to));
  TRY_STATUS(check_value("subject", m.subject));
  TRY_STATUS(check_bracketed("message_id", m.message_id));
  if (!is_mail_address(m.message_id)) {
    return base::field_error("message_id", "malformed", "a message id is left@right");
  }
  TRY_STATUS(check_bracketed("list_unsubscribe_url", m.list_unsubscribe_url));
  for (const auto& [name, value] : m.extra_headers) TRY_STATUS(check_extra(name, value));
  if (!base::is_valid_utf8(m.text))
    return base::field_error("text", "not_utf8", "text is not UTF-8");
  if (!base::is_valid_utf8(m.html))
    return base::field_error("html", "not_utf8", "html is not UTF-8");
  if (m.text.find('\0') != m.text.npos) {
    return base::field_error("text", "control_character", "text holds a zero byte");
  }
  if (m.html.find('\0') != m.html.npos) {
    return base::field_error("html", "control_character", "html holds a zero byte");
  }
  return check_images(m);
}

std::string two_digits(long number) {
  std::string out = std::to_string(number);
  return out.size() < 2 ? "0" + out : out;
}

// "Mon, 23 Nov 2026 09:00:00 +0000" (RFC 5322, section 3.3).
std::string date_text(base::Time time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(second - day);
  std::string out(kDays[std::chrono::weekday(day).c_encoding()]);
  out += ", " + two_digits(static_cast<unsigned>(date.day())) + " ";
  out += kMonths[static_cast<unsigned>(date.month()) - 1];
  out += " " + std::to_string(static_cast<int>(date.year())) + " ";
  out += two_digits(clock.hours().count()) + ":" + two_digits(clock.minutes().count()) + ":" +
         two_digits(clock.seconds().count()) + " +0000";
  return out;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

void append_mailbox(std::string& out, std::string_view name, const Mailbox& mailbox) {
  const std::size_t used = name.size() + 2;
  std::string value;
  if (!mailbox.name.empty()) {
    value = header_phrase(mailbox.name, used);
    const auto last_line = value.size() - std::min(value.size(), value.rfind('\n') + 1);
    const bool fits = last_line + mailbox.address.size() + 3 + used <= 76;
    value += fits ? " " : "\r\n ";
  }
  append_header(out, name, value + "<" + mailbox.address + ">");
}

void append_part(std::string& out, std::string_view type, std::string_view encoded) {
  append_header(out, "Content-Type", std::string(type) + "; charset=utf-8");
  append_header(out, "Content-Transfer-Encoding", "quoted-printable");
  out += "\r\n";
  out += encoded;
  if (!encoded.ends_with("\r\n")) out += "\r\n";
}

// RFC 2045, section 6.8: lines of 76 characters.
void append_image(std::string& out, const InlineImage& image) {
  constexpr std::size_t kLine = 76;
  append_header(out, "Content-Type", image.media_type);
  append_header(out, "Content-ID", "<" + image.cid + ">");
  append_header(out, "Content-Disposition", "inline");
  append_header(out, "Content-Transfer-Encoding", "base64");
  out += "\r\n";
  const std::string text = base::to_base64(image.bytes);
  for (std::size_t at = 0; at < text.size(); at += kLine) {
    out.append(text, at, kLine);
    out += "\r\n";
  }
}

enum class Level : std::uint8_t { outer, inner };

// Quoted-printable and base64 never hold "=_", so no part can contain this; the hash makes nested
// forwards differ. Neither level's boundary begins with the other's.
std::string boundary_for(const MimeMessage& message, Level level) {
  const auto digest = base::sha256(message.message_id);
  constexpr std::size_t kBytes = 12;
  return "=_" + base::to_hex(std::span(digest).subspan(level == Level::outer ? 0 : kBytes, kBytes));
}

void append_html(std::string& out, const MimeMessage& message) {
  const std::string html = quoted_printable(message.html);
  if (message.inline_images.empty()) {
    append_part(out, "text/html", html);
    return;
  }
  const std::string boundary = boundary_for(message, Level::inner);
  append_header(out, "Content-Type",
                "multipart/related; type=\"text/html\";\r\n boundary=\"" + boundary + "\"");
  out += "\r\n--" + boundary + "\r\n";
  append_part(out, "text/html", html);
  for (const InlineImage& image : message.inline_images) {
    out += "--" + boundary + "\r\n";
    append_image(out, image);
  }
  out += "--" + boundary + "--\r\n";
}

std::size_t size_of(const MimeMessage& message) {
  std::size_t bytes = 1024 + message.text.size() * 2 + message.html.size() * 2;
  for (const InlineImage& image : message.inline_images) bytes += 256 + image.bytes.size() * 3 / 2;
  return bytes;
}

}  // namespace

Result<std::string> build_mime(const MimeMessage& message) {
  TRY_STATUS(check(message));
  std::string out;
  out.reserve(size_of(message));
  append_mailbox(out, "From", message.from);
  append_mailbox(out, "To", message.to);
  if (!message.reply_to.empty()) append_header(out, "Reply-To", "<" + message.reply_to + ">");
  append_header(out, "Subject", header_text(message.subject, 9));
  append_header(out, "Date", date_text(message.date));
  append_header(out, "Message-ID", "<" + message.message_id + ">");
  if (!message.list_unsubscribe_url.empty()) {
    append_header(out, "List-Unsubscribe", "<" + message.list_unsubscribe_url + ">");
    append_header(out, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  }
  for (const auto& [name, value] : message.extra_headers) {
    append_header(out, name, header_text(value, name.size() + 2));
  }
  append_header(out, "MIME-Version", "1.0");
  const std::string text = quoted_printable(message.text);
  if (message.html.empty()) {
    append_part(out, "text/plain", text);
    return out;
  }
  const std::string boundary = boundary_for(message, Level::outer);
  append_header(out, "Content-Type", "multipart/alternative; boundary=\"" + boundary + "\"");
  out += "\r\n--" + boundary + "\r\n";
  append_part(out, "text/plain", text);
  out += "--" + boundary + "\r\n";
  append_html(out, message);
  out += "--" + boundary + "--\r\n";
  return out;
}

}  // namespace net
