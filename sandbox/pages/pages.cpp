#include "sandbox/pages/pages.h"

#include "base/encoding.h"
#include "sandbox/core/html.h"
#include "sandbox/core/params.h"

namespace sandbox {
namespace {

constexpr std::size_t kRowsMax = 200;

net::Response not_found(base::Time now) {
  return html_page("Not found", nav(now) + "<main><h1>Not found</h1></main>", 404);
}

std::string list_row(std::string_view link, std::string_view title, std::string_view below) {
  return "<li><a href=\"" + escape_html(link) + "\"><b>" + escape_html(title) +
         "</b><span class=\"soft\">" + escape_html(below) + "</span></a></li>";
}

std::string preview(std::string_view text) {
  constexpr std::size_t kMax = 90;
  if (text.size() <= kMax) return std::string(text);
  auto cut = kMax;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
  return std::string(text.substr(0, cut)) + "…";
}

std::string bubble(const twilio::Message& message) {
  const bool mine = message.direction == "inbound";
  const std::string side = mine ? " mine" : "";
  auto status = message.status;
  if (message.error_code != 0) status += " (" + std::to_string(message.error_code) + ")";
  return "<div class=\"bubble" + side + "\" data-sid=\"" + escape_html(message.sid) + "\">" +
         linkify(message.body) + "</div><p class=\"meta" + side + "\">" +
         escape_html((mine ? "to " + message.to : "from " + message.from) + " · " +
                     show_time(message.created) + " · " + status) +
         "</p>";
}

std::string reply_form(std::string_view phone, std::string_view sender) {
  return "<form method=\"post\" action=\"/phone/" + base::percent_encode(phone) +
         "\"><input type=\"hidden\" name=\"to\" value=\"" + escape_html(sender) +
         "\"><label for=\"body\">Reply to " + escape_html(sender) +
         "</label><div class=\"row\"><input type=\"text\" id=\"body\" name=\"body\" "
         "maxlength=\"1600\" "
         "placeholder=\"STOP, START, HELP or anything\" required><button "
         "type=\"submit\">Send</button>"
         "</div></form>";
}

// Links of a mail open outside the frame that shows it.
std::string with_top_links(std::string html) {
  const auto head = html.find("<head");
  const auto end = head == html.npos ? html.npos : html.find('>', head);
  html.insert(end == html.npos ? 0 : end + 1, "<base target=\"_top\">");
  return html;
}

// "cid:…" of a picture that came with the mail, as the address where this page's own reader has it.
std::string with_pictures(std::string html, const mail::Mail& mail) {
  for (std::size_t i = 0; i < mail.pictures.size(); ++i) {
    const auto& id = mail.pictures[i].content_id;
    if (id.empty()) continue;
    const std::string named = "cid:" + id;
    const std::string address =
        "/inbox/" + std::to_string(mail.n) + "/picture-" + std::to_string(i);
    for (auto at = html.find(named); at != html.npos; at = html.find(named, at)) {
      const char next = at + named.size() < html.size() ? html[at + named.size()] : '"';
      const bool whole = next == '"' || next == '\'' || next == ')' || next == '>' || next == ' ';
      if (whole) html.replace(at, named.size(), address);
      at += whole ? address.size() : named.size();
    }
  }
  return html;
}

// Absent unless `part` is "picture-N" of the mail, in a format that holds no script.
const mail::Picture* picture_of(const mail::Mail& mail, std::string_view part) {
  constexpr std::string_view kPrefix = "picture-";
  if (!part.starts_with(kPrefix)) return nullptr;
  const auto i = parse_integer(std::string(part.substr(kPrefix.size())));
  if (!i || *i < 0 || static_cast<std::size_t>(*i) >= mail.pictures.size()) return nullptr;
  const auto& picture = mail.pictures[static_cast<std::size_t>(*i)];
  const auto& type = picture.media_type;
  const bool harmless = type == "image/png" || type == "image/jpeg" || type == "image/gif";
  return harmless ? &picture : nullptr;
}

bool reached_handset(const twilio::Message& message) {
  return message.status == "delivered" || message.status == "sent" || message.status == "received";
}

}  // namespace

std::string show_time(base::Time time) {
  auto text = base::to_rfc3339(time).substr(0, 19);
  text[10] = ' ';
  return text + " UTC";
}

std::string nav(base::Time now) {
  return "<nav><a href=\"/\">Sandbox</a><a href=\"/phone\">Phone</a><a href=\"/inbox\">Inbox</a>"
         "<a href=\"/rollbar\">Rollbar</a><span>" +
         show_time(now) + "</span></nav>";
}

void Pages::add_routes(net::Router& router) {
  using net::Method;
  const auto add = [&](Method method, std::string path, auto member) {
    const auto handler = [this, member](const net::Request& request) {
      return (this->*member)(request);
    };
    add_plain_route(router, world_, method, std::move(path), handler);
  };
  add(Method::get, "/", &Pages::index);
  add(Method::get, "/phone", &Pages::phones);
  add(Method::get, "/phone/{number}", &Pages::phone);
  add(Method::post, "/phone/{number}", &Pages::reply);
  add(Method::get, "/inbox", &Pages::inbox);
  add(Method::get, "/inbox/{n}", &Pages::mail);
  add(Method::get, "/inbox/{n}/{part}", &Pages::mail_part);
  add(Method::get, "/rollbar", &Pages::rollbar);
  add(Method::get, "/rollbar/{n}", &Pages::rollbar_item);
}

net::Response Pages::index(const net::Request&) {
  std::string html =
      nav(world_.now()) +
      "<main><h1>Provider sandbox</h1><p>Stripe, Twilio, mail and "
      "Rollbar as the product sees them, with nothing real behind.</p><ul class=\"rows\">";
  html += list_row("/phone", "Phone", std::to_string(twilio_.messages().size()) + " text messages");
  html += list_row("/inbox", "Inbox", std::to_string(mails_.all().size()) + " mails");
  html += list_row("/rollbar", "Rollbar", std::to_string(rollbar_.items().size()) + " items");
  html +=
      list_row("/control/requests?limit=50", "Requests", "what the product asked the providers");
  html +=
      list_row("/control/callbacks?limit=50", "Callbacks", "what the providers told the product");
  return html_page("Sandbox", html + "</ul></main>");
}

net::Response Pages::phones(const net::Request&) {
  std::string html = nav(world_.now()) + "<main><h1>Phones</h1>";
  if (twilio_.handsets().empty()) html += "<p>No text message yet.</p>";
  html += "<ul class=\"rows\">";
  std::size_t rows = 0;
  for (const auto& [number, messages] : twilio_.handsets()) {
    if (++rows > kRowsMax) break;
    html += list_row("/phone/" + base::percent_encode(number), number,
                     std::to_string(messages.size()) + " · " + preview(messages.back()->body));
  }
  return html_page("Phones", html + "</ul></main>");
}

net::Response Pages::phone(const net::Request& request) {
  const auto& number = request.path_params[0];
  const auto messages = twilio_.conversation(number);
  std::string html =
      nav(world_.now()) + "<main><div class=\"phone\"><h1>" + escape_html(number) + "</h1>";
  if (messages.empty()) html += "<p>No text message yet.</p>";
  std::string sender;
  const auto from = messages.size() > kRowsMax ? messages.size() - kRowsMax : 0;
  for (auto i = from; i < messages.size(); ++i) {
    const auto& message = *messages[i];
    if (message.direction != "inbound") sender = message.from;
    if (reached_handset(message)) {
      html += bubble(message);
    } else {
      html += "<p class=\"meta\">a message is " + escape_html(message.status) + "</p>";
    }
  }
  if (!sender.empty()) html += reply_form(number, sender);
  return html_page("Phone " + number, html + "</div></main>");
}

net::Response Pages::reply(const net::Request& request) {
  const auto& number = request.path_params[0];
  auto params = Params::parse(request.body);
  const auto to = params ? params->text("to") : std::nullopt;
  const auto body = params ? params->text("body") : std::nullopt;
  if (!to || !body || body->empty() || twilio_.receive(number, *to, *body).empty()) {
    return html_page("Not sent",
                     nav(world_.now()) +
                         "<main><h1>Not sent</h1><p>Nobody owns that "
                         "number, or the text was empty.</p></main>",
                     422);
  }
  return see_other("/phone/" + base::percent_encode(number));
}

net::Response Pages::inbox(const net::Request&) {
  std::string html = nav(world_.now()) + "<main><h1>Inbox</h1>";
  const auto& mails = mails_.all();
  if (mails.empty()) html += "<p>No mail yet.</p>";
  html += "<ul class=\"rows\">";
  std::size_t rows = 0;
  for (auto it = mails.rbegin(); it != mails.rend() && rows < kRowsMax; ++it, ++rows) {
    html += list_row("/inbox/" + std::to_string(it->n),
                     it->subject.empty() ? "(no subject)" : it->subject,
                     it->to + " · from " + it->from + " · " + show_time(it->received));
  }
  return html_page("Inbox", html + "</ul></main>");
}

net::Response Pages::mail(const net::Request& request) {
  const auto n = parse_integer(request.path_params[0]);
  const auto* mail = n ? mails_.find(*n) : nullptr;
  if (!mail) return not_found(world_.now());
  const auto path = "/inbox/" + std::to_string(mail->n);
  std::string recipients;
  for (const auto& to : mail->envelope.to) recipients += (recipients.empty() ? "" : ", ") + to;
  const auto line = [](std::string_view name, std::string_view value) {
    return "<tr><th>" + std::string(name) + "</th><td>" + escape_html(value) + "</td></tr>";
  };
  std::string html = nav(world_.now()) + "<main><h1>" + escape_html(mail->subject) +
                     "</h1><div class=\"card\"><table>";
  html += line("From", mail->from) + line("To", mail->to) + line("Delivered to", recipients) +
          line("Received", show_time(mail->received));
  html += "</table><p><a href=\"" + path + "/html\">HTML alone</a> · <a href=\"" + path +
          "/text\">Text alone</a> · <a href=\"" + path + "/raw\">Raw</a></p></div>";
  if (!mail->html.empty()) {
    html += "<iframe title=\"HTML\" src=\"" + path +
            "/html\" sandbox=\"allow-popups allow-popups-to-escape-sandbox "
            "allow-top-navigation-by-user-activation\"></iframe>";
  }
  html +=
      "<h2>Text</h2><div class=\"card\"><pre id=\"text\">" + linkify(mail->text) + "</pre></div>";
  return html_page("Mail: " + mail->subject, html + "</main>");
}

net::Response Pages::mail_part(const net::Request& request) {
  const auto n = parse_integer(request.path_params[0]);
  const auto& part = request.path_params[1];
  const auto* mail = n ? mails_.find(*n) : nullptr;
  if (const auto* picture = mail ? picture_of(*mail, part) : nullptr) {
    auto response = net::text_response(200, picture->media_type, picture->bytes);
    response.headers.set("X-Content-Type-Options", "nosniff");
    return response;
  }
  if (!mail || (part != "html" && part != "text" && part != "raw")) return not_found(world_.now());
  const bool html = part == "html";
  auto response =
      net::text_response(200, html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8",
                         html             ? with_top_links(with_pictures(mail->html, *mail))
                         : part == "text" ? mail->text
                                          : mail->raw);
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "no-referrer");
  // A mail's HTML is from outside: no script, no forms, nothing loaded but images and its own
  // style.
  response.headers.set("Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; "
                       "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox "
                       "allow-popups allow-popups-to-escape-sandbox "
                       "allow-top-navigation-by-user-activation");
  return response;
}

net::Response Pages::rollbar(const net::Request&) {
  std::string html = nav(world_.now()) + "<main><h1>Rollbar items</h1>";
  const auto& items = rollbar_.items();
  if (items.empty()) html += "<p>Nothing was reported.</p>";
  html += "<ul class=\"rows\">";
  std::size_t rows = 0;
  for (auto it = items.rbegin(); it != items.rend() && rows < kRowsMax; ++it, ++rows) {
    html +=
        list_row("/rollbar/" + std::to_string(it->n), it->title.empty() ? "(no title)" : it->title,
                 it->level + " · " + show_time(it->at));
  }
  return html_page("Rollbar", html + "</ul></main>");
}

net::Response Pages::rollbar_item(const net::Request& request) {
  const auto n = parse_integer(request.path_params[0]);
  for (const auto& item : rollbar_.items()) {
    if (!n || item.n != *n) continue;
    return html_page("Rollbar item", nav(world_.now()) + "<main><h1>" + escape_html(item.title) +
                                         "</h1><div class=\"card\"><pre>" + escape_html(item.json) +
                                         "</pre></div></main>");
  }
  return not_found(world_.now());
}

}  // namespace sandbox
