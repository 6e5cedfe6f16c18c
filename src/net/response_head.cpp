#include "net/response_head.h"

#include <charconv>

#include "net/problem.h"
#include "net/text.h"

namespace net {
namespace {

constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void append_padded(std::string& out, unsigned number) {
  out += static_cast<char>('0' + number / 10 % 10);
  out += static_cast<char>('0' + number % 10);
}

bool is_framing(std::string_view name) {
  switch (name.size()) {
    case 4: return equal_ignoring_case(name, "date");
    case 10: return equal_ignoring_case(name, "connection");
    case 14: return equal_ignoring_case(name, "content-length");
    case 17: return equal_ignoring_case(name, "transfer-encoding");
    default: return false;
  }
}

}  // namespace

std::string_view DateLine::at(base::Time now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (second == second_ && !line_.empty()) return line_;
  second_ = second;
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(second - day);
  line_ = "Date: ";
  line_ += kDays[std::chrono::weekday(day).c_encoding()];
  line_ += ", ";
  append_padded(line_, static_cast<unsigned>(date.day()));
  line_ += ' ';
  line_ += kMonths[static_cast<unsigned>(date.month()) - 1];
  line_ += ' ';
  append_number(line_, static_cast<std::size_t>(static_cast<int>(date.year())));
  line_ += ' ';
  append_padded(line_, static_cast<unsigned>(time.hours().count()));
  line_ += ':';
  append_padded(line_, static_cast<unsigned>(time.minutes().count()));
  line_ += ':';
  append_padded(line_, static_cast<unsigned>(time.seconds().count()));
  line_ += " GMT\r\n";
  return line_;
}

void append_head(std::string& out, const Response& response, const HeadOptions& options) {
  if (response.status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
  } else {
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::size_t>(response.status));
    out += ' ';
    out += reason_phrase(response.status);
    out += "\r\n";
  }
  out += options.date_line;
  if (!has_no_body(response.status)) {
    out += "Content-Length: ";
    append_number(out, options.body_size);
    out += "\r\n";
  }
  if (!options.keep_alive) {
    out += "Connection: close\r\n";
  } else if (!options.http_1_1) {
    out += "Connection: keep-alive\r\n";
  }
  for (const auto& header : response.headers.all()) {
    if (is_framing(header.name)) continue;
    out += header.name;
    out += ": ";
    out += header.value;
    out += "\r\n";
  }
  out += "\r\n";
}

}  // namespace net
