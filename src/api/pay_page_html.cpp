#include "api/pay_page_html.h"

#include <array>

#include "api/pay_text.h"
#include "domain/day_text.h"
#include "text/html.h"

namespace api {

namespace {

constexpr const char* kStyle =
    "*{box-sizing:border-box;margin:0}"
    "body{font:16px/1.5 system-ui,-apple-system,'Segoe "
    "UI',Roboto,Helvetica,Arial,sans-serif;color:#1c2024;"
    "background:#f4f5f7;min-height:100vh;display:flex;flex-direction:column;align-items:center;"
    "padding:0 16px 32px}"
    ".band{position:fixed;inset:0 0 auto 0;height:180px;background:var(--brand);z-index:-1}"
    ".head{width:100%;max-width:460px;padding:32px 4px "
    "20px;display:flex;align-items:center;gap:12px;color:var(--on-brand)}"
    ".head img{max-height:44px;max-width:160px;background:#fff;border-radius:8px;padding:4px}"
    ".head strong{font-size:1.1rem;font-weight:650;overflow-wrap:anywhere}"
    "main{width:100%;max-width:460px;background:#fff;border-radius:16px;padding:28px 24px;"
    "box-shadow:0 1px 2px rgba(0,0,0,.06),0 12px 32px rgba(15,23,42,.10)}"
    "h1{font-size:1rem;font-weight:500;color:#5a626c;overflow-wrap:anywhere}h1.big{font-size:1."
    "4rem;font-weight:680;color:#1c2024}"
    ".amount{font-size:2.5rem;line-height:1.2;font-weight:720;letter-spacing:-.02em;margin:4px 0 "
    "20px;font-variant-numeric:tabular-nums}"
    ".lead{margin:8px 0 20px;color:#424a53}"
    "dl{border-top:1px solid #e6e8eb;margin:0 0 20px}"
    "dl div{display:flex;justify-content:space-between;gap:16px;padding:12px 0;border-bottom:1px "
    "solid #e6e8eb}"
    "dt{color:#5a626c;flex:none}dd{text-align:right;overflow-wrap:anywhere;font-weight:500}"
    "button,.button{display:block;width:100%;border:0;border-radius:12px;padding:15px "
    "16px;font:inherit;font-size:1.06rem;font-weight:650;"
    "background:var(--action);color:var(--on-action);cursor:pointer;text-align:center}"
    "button:hover{filter:brightness(1.08)}button:focus-visible,a:focus-visible{outline:3px solid "
    "var(--action);outline-offset:3px}"
    ".small{font-size:.86rem;color:#5a626c;margin-top:14px}"
    ".note{border-radius:10px;padding:12px 14px;margin:0 0 18px;background:#fff4e5;color:#6b3d00}"
    ".mark{width:52px;height:52px;border-radius:50%;display:grid;place-items:center;font-size:1."
    "6rem;margin:0 0 12px;background:#e8f6ee;color:#116b3a}"
    ".mark.quiet{background:#eef0f3;color:#4b5563}"
    ".spin{width:44px;height:44px;border-radius:50%;border:4px solid "
    "#e3e6ea;border-top-color:var(--action);margin:0 0 14px;"
    "animation:s 1s linear infinite}@keyframes s{to{transform:rotate(360deg)}}"
    "footer{max-width:460px;width:100%;padding:18px 4px "
    "0;font-size:.86rem;color:#5a626c;overflow-wrap:anywhere}footer a{color:inherit}"
    "@media(prefers-color-scheme:dark){body{background:#101316;color:#eceef0}main{background:#"
    "1a1e22;box-shadow:none}"
    "h1,dt,.small,footer{color:#a3abb5}h1.big{color:#eceef0}.lead{color:#c3c9d0}dl,dl "
    "div{border-color:#2b3138}"
    ".note{background:#3a2a12;color:#ffd9a1}.mark{background:#12331f;color:#7ddba4}.mark.quiet{"
    "background:#2b3138;color:#c3c9d0}"
    ".spin{border-color:#2b3138;border-top-color:#a3abb5}}"
    "@media(prefers-reduced-motion:reduce){.spin{animation:none}}"
    "@media "
    "print{body{background:#fff}.band,footer{display:none}.head{color:#000}main{box-shadow:none}}";

constexpr int kRefreshesMax = 20;

struct Rgb {
  int r = 0x1f;
  int g = 0x29;
  int b = 0x37;
};

int hex(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

// Only "#rrggbb" reaches the style sheet; anything else becomes the default.
Rgb color_of(const std::string& text, Rgb fallback) {
  if (text.size() != 7 || text[0] != '#') return fallback;
  std::array<int, 6> d{};
  for (std::size_t i = 0; i < 6; ++i) {
    d[i] = hex(text[i + 1]);
    if (d[i] < 0) return fallback;
  }
  return {d[0] * 16 + d[1], d[2] * 16 + d[3], d[4] * 16 + d[5]};
}

std::string css(Rgb c) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string out = "#";
  for (int v : {c.r, c.g, c.b}) {
    out += kDigits[v / 16];
    out += kDigits[v % 16];
  }
  return out;
}

// Black or white, whichever reads better: perceived brightness after ITU-R BT.601, in thousandths.
const char* text_on(Rgb c) {
  return (299 * c.r + 587 * c.g + 114 * c.b) / 1000 > 150 ? "#111418" : "#ffffff";
}

void open_document(std::string& out, const char* lang, const std::string& title,
                   const std::string& nonce, Rgb brand, Rgb action) {
  out += "<!doctype html><html lang=\"";
  out += lang;
  out +=
      "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\">"
      "<meta name=\"robots\" content=\"noindex\"><meta name=\"color-scheme\" content=\"light "
      "dark\"><title>";
  text::append_escaped(out, title);
  out += "</title><style nonce=\"" + nonce + "\">:root{--brand:" + css(brand) +
         ";--on-brand:" + text_on(brand) + ";--action:" + css(action) +
         ";--on-action:" + text_on(action) + "}";
  out += kStyle;
  out += "</style>";
}

void add_line(std::string& out, const char* term, const std::string& value) {
  if (value.empty()) return;
  out += "<div><dt>";
  out += term;
  out += "</dt><dd>";
  text::append_escaped(out, value);
  out += "</dd></div>";
}

void add_details(std::string& out, const PageInput& in, const PayText& t) {
  out += "<dl>";
  add_line(out, t.for_what, in.page.description);
  if (in.page.reference) add_line(out, t.reference, *in.page.reference);
  if (in.page.due_at && in.state == PageState::open)
    add_line(out, t.due, domain::day_text(in.zone.day_of(*in.page.due_at), in.locale));
  if (in.page.paid_at)
    add_line(out, t.paid_on, domain::day_text(in.zone.day_of(*in.page.paid_at), in.locale));
  if (in.state == PageState::paid) add_line(out, t.receipt, in.page.request_id.text());
  out += "</dl>";
}

void add_amount(std::string& out, const PageInput& in) {
  out += "<p class=\"amount\">";
  text::append_escaped(out, domain::format({in.page.amount_minor, in.page.currency}, in.locale));
  out += "</p>";
}

struct StateText {
  const char* head;
  const char* lead;
  const char* mark;  // class and sign; null: none
};

StateText text_of(PageState state, const PayText& t) {
  switch (state) {
    case PageState::open: return {nullptr, nullptr, nullptr};
    case PageState::confirming:
      return {t.confirming_head, t.confirming_text, "<div class=\"spin\"></div>"};
    case PageState::processing:
      return {t.processing_head, t.processing_text,
              "<div class=\"mark quiet\" aria-hidden=\"true\">&#8230;</div>"};
    case PageState::paid:
      return {t.paid_head, t.paid_text, "<div class=\"mark\" aria-hidden=\"true\">&#10003;</div>"};
    case PageState::expired:
      return {t.expired_head, t.expired_text,
              "<div class=\"mark quiet\" aria-hidden=\"true\">&#8211;</div>"};
    case PageState::cancelled:
      return {t.cancelled_head, t.cancelled_text,
              "<div class=\"mark quiet\" aria-hidden=\"true\">&#10005;</div>"};
    case PageState::not_yet:
      return {t.not_yet_head, t.not_yet_text,
              "<div class=\"mark quiet\" aria-hidden=\"true\">&#8230;</div>"};
  }
  return {nullptr, nullptr, nullptr};
}

void add_main(std::string& out, const PageInput& in, const PayText& t) {
  out += "<main>";
  if (in.trouble) out += std::string("<p class=\"note\" role=\"alert\">") + t.trouble_text + "</p>";
  const StateText state = text_of(in.state, t);
  if (state.head) {
    out += state.mark;
    out += std::string("<h1 class=\"big\">") + state.head + "</h1><p class=\"lead\">" + state.lead +
           "</p>";
  } else {
    out += "<h1>";
    text::append_escaped(out, in.page.merchant->name);
    out += std::string(" ") + t.asks + "</h1>";
  }
  add_amount(out, in);
  add_details(out, in, t);
  if (in.state == PageState::open) {
    out += "<form method=\"post\" action=\"/p/" + in.token + "\"><button type=\"submit\">";
    out += std::string(t.pay) + " ";
    text::append_escaped(out, domain::format({in.page.amount_minor, in.page.currency}, in.locale));
    out += std::string("</button></form><p class=\"small\">") + t.secure + "</p>";
  }
  if (in.state == PageState::paid)
    out += std::string("<p class=\"small\">") + t.print_hint + "</p>";
  if (!in.page.livemode) out += std::string("<p class=\"small\">") + t.test_mode + "</p>";
  out += "</main>";
}

}  // namespace

std::string pay_page_html(const PageInput& in) {
  const PayText& t = pay_text(in.locale);
  const Rgb brand = color_of(in.page.merchant->brand_color, Rgb{});
  std::string out;
  out.reserve(8 * 1024);
  open_document(out, t.html_lang, in.page.merchant->name + " \xc2\xb7 " + t.title, in.nonce, brand,
                color_of(in.page.merchant->accent_color, brand));
  if (in.state == PageState::confirming && in.refresh_count < kRefreshesMax) {
    out += "<meta http-equiv=\"refresh\" content=\"2;url=/p/" + in.token +
           "?from=checkout&amp;n=" + std::to_string(in.refresh_count + 1) + "\">";
  }
  out += "</head><body><div class=\"band\"></div><header class=\"head\">";
  if (in.page.merchant->logo_asset_id) out += "<img src=\"/p/" + in.token + "/logo\" alt=\"\">";
  out += "<strong>";
  text::append_escaped(out, in.page.merchant->name);
  out += "</strong></header>";
  add_main(out, in, t);
  if (in.page.merchant->reply_to && !in.page.merchant->reply_to->empty()) {
    out += std::string("<footer>") + t.question + " <a href=\"mailto:";
    text::append_escaped(out, *in.page.merchant->reply_to);
    out += "\">";
    text::append_escaped(out, *in.page.merchant->reply_to);
    out += "</a></footer>";
  }
  out += "</body></html>";
  return out;
}

std::string notice_html(const NoticeInput& in) {
  const PayText& t = pay_text(in.locale);
  const char* head = t.unknown_head;
  std::string lead = t.unknown_text;
  switch (in.kind) {
    case NoticeKind::unknown_link: break;
    case NoticeKind::slow_down:
      head = t.slow_head;
      lead = t.slow_text;
      break;
    case NoticeKind::trouble:
      head = t.trouble_head;
      lead = t.trouble_text;
      break;
    case NoticeKind::unsubscribe:
      head = t.unsubscribe_head;
      lead = in.merchant_name + " " + t.unsubscribe_text;
      break;
    case NoticeKind::unsubscribed:
      head = t.unsubscribed_head;
      lead = std::string(t.unsubscribed_text) + " " + in.merchant_name + ".";
      break;
  }
  std::string out;
  open_document(out, t.html_lang, head, in.nonce, Rgb{}, Rgb{});
  out += "</head><body><div class=\"band\"></div><header class=\"head\"></header><main>";
  out += std::string("<h1 class=\"big\">") + head + "</h1><p class=\"lead\">";
  text::append_escaped(out, lead);
  out += "</p>";
  if (!in.action.empty()) {
    out += "<form method=\"post\" action=\"";
    text::append_escaped(out, in.action);
    out += std::string("\"><button type=\"submit\">") + t.unsubscribe_button + "</button></form>";
  }
  out += "</main></body></html>";
  return out;
}

void set_page_headers(net::Response& response, const PagePolicy& policy, const std::string& nonce) {
  response.headers.set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-" + nonce +
                                                      "'; img-src 'self'; form-action 'self' " +
                                                      policy.checkout_origins +
                                                      "; base-uri 'none'; frame-ancestors 'none'");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("X-Robots-Tag", "noindex, nofollow");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("X-Frame-Options", "DENY");
  response.headers.set("Cache-Control", "no-store");
}

}  // namespace api
