#include "templates/defaults.h"

#include <string_view>

namespace templates {

namespace {

using domain::Channel;
using domain::MessageKind;

// The words of one email in one language; the frame around them is the same everywhere.
struct Words {
  MessageKind kind;
  const char* locale;
  const char* name;
  const char* subject;
  const char* greeting;
  const char* intro;
  const char* amount;
  const char* purpose;
  const char* reference;
  const char* date;    // of the due or paid day
  const char* button;  // "" for none
  const char* link_hint;
  const char* closing;
  const char* reply;
  const char* footer;
};

constexpr Words kEnglish[] = {
    {MessageKind::request, "en", "Payment request (email)",
     "Payment request from {{merchant.name}}: {{request.amount}}", "Hello {{client.first_name}},",
     "{{merchant.name}} asks you for the payment below. You can pay it online in a minute, by card "
     "or "
     "another method that you choose.",
     "Amount", "For", "Reference", "Due", "Pay {{request.amount}}",
     "If the button does not work, open this address:", "Thank you!", "Questions? Write to",
     "You get this message because {{merchant.name}} sent you a payment request. You pay on the "
     "secure page of the payment "
     "provider; nobody will ever ask for your card number by email."},
    {MessageKind::reminder, "en", "Payment reminder (email)",
     "Reminder: {{request.amount}} to {{merchant.name}}", "Hello {{client.first_name}},",
     "this payment to {{merchant.name}} is still open. If you have paid in the meantime, please "
     "take this "
     "message as settled.",
     "Amount", "For", "Reference", "Due", "Pay {{request.amount}}",
     "If the button does not work, open this address:", "Thank you!", "Questions? Write to",
     "You get this message because {{merchant.name}} sent you a payment request. You pay on the "
     "secure page of the payment "
     "provider; nobody will ever ask for your card number by email."},
    {MessageKind::receipt, "en", "Receipt (email)",
     "Thank you for your payment to {{merchant.name}}", "Hello {{client.first_name}},",
     "your payment to {{merchant.name}} has arrived. Thank you!", "Paid", "For", "Reference",
     "Paid on", "", "", "Please keep this message for your records.", "Questions? Write to",
     "You get this message because you paid a payment request of {{merchant.name}}."},
};

constexpr Words kGerman[] = {
    {MessageKind::request, "de", "Zahlungsanforderung (E-Mail)",
     "Zahlungsanforderung von {{merchant.name}}: {{request.amount}}", "Guten Tag {{client.name}},",
     "{{merchant.name}} bittet Sie um die folgende Zahlung. Sie können sie in einer Minute online "
     "begleichen, mit Karte oder einer "
     "anderen Zahlungsart Ihrer Wahl.",
     "Betrag", "Für", "Zeichen", "Fällig am", "{{request.amount}} bezahlen",
     "Falls die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse:", "Vielen Dank!",
     "Fragen? Schreiben Sie an",
     "Sie erhalten diese Nachricht, weil {{merchant.name}} Ihnen eine Zahlungsanforderung gesendet "
     "hat. Bezahlt wird auf der sicheren "
     "Seite des Zahlungsdienstes; nach Ihrer Kartennummer fragt niemand per E-Mail."},
    {MessageKind::reminder, "de", "Zahlungserinnerung (E-Mail)",
     "Erinnerung: {{request.amount}} an {{merchant.name}}", "Guten Tag {{client.name}},",
     "diese Zahlung an {{merchant.name}} ist noch offen. Sollten Sie inzwischen bezahlt haben, "
     "betrachten "
     "Sie diese Nachricht bitte als erledigt.",
     "Betrag", "Für", "Zeichen", "Fällig am", "{{request.amount}} bezahlen",
     "Falls die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse:", "Vielen Dank!",
     "Fragen? Schreiben Sie an",
     "Sie erhalten diese Nachricht, weil {{merchant.name}} Ihnen eine Zahlungsanforderung gesendet "
     "hat. Bezahlt wird auf der sicheren "
     "Seite des Zahlungsdienstes; nach Ihrer Kartennummer fragt niemand per E-Mail."},
    {MessageKind::receipt, "de", "Zahlungsbestätigung (E-Mail)",
     "Vielen Dank für Ihre Zahlung an {{merchant.name}}", "Guten Tag {{client.name}},",
     "Ihre Zahlung an {{merchant.name}} ist eingegangen. Vielen Dank!", "Bezahlt", "Für", "Zeichen",
     "Bezahlt am", "", "", "Bitte bewahren Sie diese Nachricht für Ihre Unterlagen auf.",
     "Fragen? Schreiben Sie an",
     "Sie erhalten diese Nachricht, weil Sie eine Zahlungsanforderung von {{merchant.name}} "
     "bezahlt haben."},
};

// Readable without pictures and style sheets; colours of its own for dark screens.
constexpr std::string_view kHead = R"(<!doctype html>
<html lang="@locale">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>@title</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #15181c !important; }
  .card { background: #1f2429 !important; }
  .ink { color: #f1f3f5 !important; }
  .soft { color: #a9b2bb !important; }
  .line { border-color: #39414a !important; }
}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f3f5f7;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="page"
 style="background:#f3f5f7;">
<tr><td align="center" style="padding:24px 12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="card"
 style="max-width:560px;background:#ffffff;border-radius:12px;
 border-top:6px solid {{merchant.color}};">
<tr><td class="ink" style="padding:28px 28px 0;font:700 18px/1.4 Arial,Helvetica,sans-serif;
 color:#1b1f24;">{{merchant.name}}</td></tr>
<tr><td class="ink" style="padding:20px 28px 0;font:400 16px/1.55 Arial,Helvetica,sans-serif;
 color:#1b1f24;">
<p style="margin:0 0 12px;">@greeting</p>
<p style="margin:0;">@intro</p>
</td></tr>
<tr><td style="padding:20px 28px 0;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="line"
 style="border:1px solid #d8dee4;border-radius:8px;">
<tr><td class="soft" style="padding:16px 18px 0;font:400 13px/1.4 Arial,Helvetica,sans-serif;
 color:#5b6570;">@amount</td></tr>
<tr><td class="ink" style="padding:2px 18px 14px;font:700 28px/1.25 Arial,Helvetica,sans-serif;
 color:#1b1f24;">{{request.amount}}</td></tr>
)";

constexpr std::string_view kRow =
    R"(<tr><td class="line ink" style="padding:12px 18px;border-top:1px solid #d8dee4;
 font:400 15px/1.45 Arial,Helvetica,sans-serif;color:#1b1f24;">
<span class="soft" style="color:#5b6570;">@label:</span> @value</td></tr>
)";

constexpr std::string_view kButton = R"(<tr><td align="center" style="padding:24px 28px 0;">
<a href="{{link.url}}" style="display:inline-block;padding:14px 28px;border-radius:8px;
 background:{{merchant.color}};color:#ffffff;font:700 17px/1.2 Arial,Helvetica,sans-serif;
 text-decoration:none;">@button</a>
</td></tr>
<tr><td class="soft" style="padding:16px 28px 0;font:400 13px/1.5 Arial,Helvetica,sans-serif;
 color:#5b6570;">@link_hint<br>
<a href="{{link.url}}" class="ink" style="color:#1b1f24;
 word-break:break-all;">{{link.url}}</a></td></tr>
)";

constexpr std::string_view kFoot =
    R"(<tr><td class="ink" style="padding:20px 28px 0;
 font:400 16px/1.55 Arial,Helvetica,sans-serif;color:#1b1f24;">@closing</td></tr>
<tr><td class="ink" style="padding:16px 28px 28px;font:400 14px/1.5 Arial,Helvetica,sans-serif;
 color:#1b1f24;">{{merchant.name}}{{#merchant.reply_to}}<br>
@reply <a href="mailto:{{merchant.reply_to}}" class="ink"
 style="color:#1b1f24;">{{merchant.reply_to}}</a>{{/merchant.reply_to}}</td></tr>
</table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;">
<tr><td class="soft" style="padding:16px 28px;font:400 12px/1.5 Arial,Helvetica,sans-serif;
 color:#5b6570;">@footer</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
)";

void replace(std::string& text, std::string_view mark, std::string_view value) {
  for (std::size_t at = text.find(mark); at != std::string::npos;
       at = text.find(mark, at + value.size())) {
    text.replace(at, mark.size(), value);
  }
}

std::string row(std::string_view label, std::string_view name, bool optional) {
  std::string out(kRow);
  replace(out, "@label", label);
  replace(out, "@value", "{{" + std::string(name) + "}}");
  if (!optional) return out;
  return "{{#" + std::string(name) + "}}\n" + out + "{{/" + std::string(name) + "}}\n";
}

std::string date_name(const Words& w) {
  return w.kind == MessageKind::receipt ? "request.paid_date" : "request.due_date";
}

std::string html_of(const Words& w) {
  std::string out(kHead);
  out += row(w.purpose, "request.description", false);
  out += row(w.reference, "request.reference", true);
  out += row(w.date, date_name(w), true);
  out += "</table>\n</td></tr>\n";
  if (*w.button) out += kButton;
  out += kFoot;
  replace(out, "@locale", w.locale);
  replace(out, "@title", w.subject);
  replace(out, "@greeting", w.greeting);
  replace(out, "@intro", w.intro);
  replace(out, "@amount", w.amount);
  replace(out, "@button", w.button);
  replace(out, "@link_hint", w.link_hint);
  replace(out, "@closing", w.closing);
  replace(out, "@reply", w.reply);
  replace(out, "@footer", w.footer);
  return out;
}

std::string text_line(std::string_view label, const std::string& name) {
  return "{{#" + name + "}}\n" + std::string(label) + ": {{" + name + "}}\n{{/" + name + "}}\n";
}

std::string text_of(const Words& w) {
  std::string out = std::string(w.greeting) + "\n\n" + w.intro + "\n\n";
  out += std::string(w.amount) + ": {{request.amount}}\n";
  out += std::string(w.purpose) + ": {{request.description}}\n";
  out += text_line(w.reference, "request.reference");
  out += text_line(w.date, date_name(w));
  if (*w.button) out += "\n" + std::string(w.button) + ":\n{{link.url}}\n";
  out += "\n" + std::string(w.closing) + "\n{{merchant.name}}\n";
  out += "{{#merchant.reply_to}}\n" + std::string(w.reply) +
         " {{merchant.reply_to}}\n{{/merchant.reply_to}}\n";
  out += "\n-- \n" + std::string(w.footer) + "\n";
  return out;
}

DefaultText email(const Words& w) {
  return {w.name, Channel::email, w.kind, w.locale, w.subject, html_of(w), text_of(w)};
}

DefaultText sms(MessageKind kind, const char* locale, const char* name, const char* text) {
  return {name, Channel::sms, kind, locale, std::nullopt, std::nullopt, text};
}

}  // namespace

const std::vector<DefaultText>& default_texts() {
  static const std::vector<DefaultText> texts = [] {
    std::vector<DefaultText> out;
    for (const Words& w : kEnglish) out.push_back(email(w));
    for (const Words& w : kGerman) out.push_back(email(w));
    // Letters of GSM 03.38 only, so that a usual text fits one segment of 160.
    out.push_back(sms(MessageKind::request, "en", "Payment request (SMS)",
                      "{{merchant.name}}: please pay {{request.amount_sms}} here: {{link.url}}"));
    out.push_back(
        sms(MessageKind::receipt, "en", "Receipt (SMS)",
            "{{merchant.name}}: your payment of {{request.amount_sms}} has arrived. Thank you!"));
    out.push_back(
        sms(MessageKind::request, "de", "Zahlungsanforderung (SMS)",
            "{{merchant.name}}: bitte {{request.amount_sms}} hier bezahlen: {{link.url}}"));
    out.push_back(sms(MessageKind::receipt, "de", "Zahlungsbestätigung (SMS)",
                      "{{merchant.name}}: Ihre Zahlung von {{request.amount_sms}} ist eingegangen. "
                      "Vielen Dank!"));
    return out;
  }();
  return texts;
}

}  // namespace templates
