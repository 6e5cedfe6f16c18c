#include "net/mime.h"

#include <chrono>

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
  return {};
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

// Quoted-printable never holds "=_", so no part can contain this; the hash makes nested forwards
// differ.
std::string boundary_for(const MimeMessage& message) {
  const auto digest = base::sha256(message.message_id);
  return "=_" + base::to_hex(std::span(digest).first(12));
}

}  // namespace

Result<std::string> build_mime(const MimeMessage& message) {
  TRY_STATUS(check(message));
  std::string out;
  out.reserve(1024 + message.text.size() * 2 + message.html.size() * 2);
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
  const std::string boundary = boundary_for(message);
  append_header(out, "Content-Type", "multipart/alternative; boundary=\"" + boundary + "\"");
  out += "\r\n--" + boundary + "\r\n";
  append_part(out, "text/plain", text);
  out += "--" + boundary + "\r\n";
  append_part(out, "text/html", quoted_printable(message.html));
  out += "--" + boundary + "--\r\n";
  return out;
}

}  // namespace net
