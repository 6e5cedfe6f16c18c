#include "sandbox/core/html.h"

#include "sandbox/core/style.h"

namespace sandbox {

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string linkify(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto start = text.size();
    for (std::string_view scheme : {"https://", "http://"}) {
      start = std::min(start, text.find(scheme));
    }
    out += escape_html(text.substr(0, start));
    if (start == text.size()) break;
    text.remove_prefix(start);
    auto end = text.find_first_of(" \t\r\n<>\"'");
    if (end == text.npos) end = text.size();
    while (end > 0 && std::string_view(".,;:!?)").find(text[end - 1]) != std::string_view::npos) {
      --end;  // punctuation after a link belongs to the sentence
    }
    const auto link = escape_html(text.substr(0, end));
    out += "<a href=\"" + link + "\" rel=\"noreferrer\">" + link + "</a>";
    text.remove_prefix(end);
  }
  return out;
}

net::Response html_page(std::string_view title, std::string_view body, int status) {
  std::string html =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<meta name=\"robots\" content=\"noindex\"><title>";
  html += escape_html(title);
  html += "</title><style>";
  html += kStyle;
  html += "</style></head><body>";
  html += body;
  html += "</body></html>";
  auto response = net::text_response(status, "text/html; charset=utf-8", std::move(html));
  // No form-action: the checkout's form ends with a redirect to the merchant, which it would
  // forbid.
  response.headers.set("Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; "
                       "img-src data:; base-uri 'none'; frame-ancestors 'none'");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Cache-Control", "no-store");
  return response;
}

net::Response json_response(std::string body, int status) {
  return net::text_response(status, "application/json", std::move(body));
}

net::Response see_other(std::string location) {
  net::Response response;
  response.status = 303;
  response.headers.set("Location", std::move(location));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

std::string show_amount(std::int64_t amount_minor, std::string_view currency) {
  static constexpr std::string_view kZero =
      " bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf ";
  static constexpr std::string_view kThree = " bhd jod kwd omr tnd ";
  const auto key = " " + std::string(currency) + " ";
  const std::size_t exponent = kZero.find(key) != kZero.npos     ? 0
                               : kThree.find(key) != kThree.npos ? 3
                                                                 : 2;
  auto digits = std::to_string(amount_minor < 0 ? -amount_minor : amount_minor);
  if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
  if (exponent > 0) digits.insert(digits.size() - exponent, 1, '.');
  std::string upper(currency);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return (amount_minor < 0 ? "-" : "") + digits + " " + upper;
}

}  // namespace sandbox
