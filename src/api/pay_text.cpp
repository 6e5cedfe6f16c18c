#include "api/pay_text.h"

namespace api {

namespace {

constexpr PayText kEnglish = {
    .html_lang = "en",
    .title = "Payment request",
    .asks = "asks you to pay",
    .pay = "Pay",
    .due = "Due",
    .for_what = "For",
    .reference = "Reference",
    .secure =
        "You pay on the secure page of our payment provider. Your card details never reach us.",
    .confirming_head = "Confirming your payment",
    .confirming_text =
        "We are asking the payment provider. This page renews itself; you may also close it.",
    .processing_head = "Your payment is on its way",
    .processing_text = "Your bank needs a little longer. There is nothing left for you to do.",
    .paid_head = "Paid. Thank you!",
    .paid_text = "Your payment has arrived.",
    .paid_on = "Paid on",
    .receipt = "Receipt",
    .print_hint = "You can print or save this page as your receipt.",
    .expired_head = "This request has expired",
    .expired_text = "It no longer takes payments. Please ask for a new one.",
    .cancelled_head = "This request was cancelled",
    .cancelled_text = "You do not need to pay.",
    .not_yet_head = "Not open yet",
    .not_yet_text = "This request does not take payments yet. Please come back later.",
    .unknown_head = "We do not know this link",
    .unknown_text = "Please check that you opened it completely, or ask the sender for a new one.",
    .trouble_head = "That did not work",
    .trouble_text =
        "The payment provider cannot be reached right now. Nothing was charged. Please try again "
        "in a moment.",
    .slow_head = "Too many tries",
    .slow_text = "Please wait a moment and try again.",
    .question = "Questions?",
    .test_mode = "Test mode: no real money moves.",
    .unsubscribe_head = "No more emails?",
    .unsubscribe_text =
        "will no longer write to this address. The payment request itself stays as it is.",
    .unsubscribe_button = "Unsubscribe",
    .unsubscribed_head = "Unsubscribed",
    .unsubscribed_text = "You will get no more emails from",
};

constexpr PayText kGerman = {
    .html_lang = "de",
    .title = "Zahlungsanforderung",
    .asks = "bittet um Zahlung",
    .pay = "Jetzt zahlen:",
    .due = "Fällig",
    .for_what = "Wofür",
    .reference = "Referenz",
    .secure =
        "Sie zahlen auf der sicheren Seite unseres Zahlungsanbieters. Ihre Kartendaten erreichen "
        "uns nie.",
    .confirming_head = "Ihre Zahlung wird bestätigt",
    .confirming_text =
        "Wir fragen beim Zahlungsanbieter nach. Die Seite erneuert sich selbst; Sie können sie "
        "auch schließen.",
    .processing_head = "Ihre Zahlung ist unterwegs",
    .processing_text = "Ihre Bank braucht noch etwas Zeit. Sie müssen nichts weiter tun.",
    .paid_head = "Bezahlt. Vielen Dank!",
    .paid_text = "Ihre Zahlung ist eingegangen.",
    .paid_on = "Bezahlt am",
    .receipt = "Beleg",
    .print_hint = "Sie können diese Seite als Beleg drucken oder speichern.",
    .expired_head = "Diese Anforderung ist abgelaufen",
    .expired_text = "Sie nimmt keine Zahlungen mehr an. Bitte fordern Sie eine neue an.",
    .cancelled_head = "Diese Anforderung wurde storniert",
    .cancelled_text = "Sie müssen nichts bezahlen.",
    .not_yet_head = "Noch nicht offen",
    .not_yet_text =
        "Diese Anforderung nimmt noch keine Zahlungen an. Bitte kommen Sie später wieder.",
    .unknown_head = "Diesen Link kennen wir nicht",
    .unknown_text =
        "Bitte prüfen Sie, ob er vollständig ist, oder bitten Sie den Absender um einen neuen.",
    .trouble_head = "Das hat nicht geklappt",
    .trouble_text =
        "Der Zahlungsanbieter ist gerade nicht erreichbar. Es wurde nichts abgebucht. Bitte "
        "versuchen Sie es gleich noch einmal.",
    .slow_head = "Zu viele Versuche",
    .slow_text = "Bitte warten Sie einen Moment und versuchen Sie es noch einmal.",
    .question = "Fragen?",
    .test_mode = "Testbetrieb: Es fließt kein echtes Geld.",
    .unsubscribe_head = "Keine E-Mails mehr?",
    .unsubscribe_text =
        "schreibt nicht mehr an diese Adresse. Die Zahlungsanforderung selbst bleibt bestehen.",
    .unsubscribe_button = "Abmelden",
    .unsubscribed_head = "Abgemeldet",
    .unsubscribed_text = "Sie erhalten keine E-Mails mehr von",
};

}  // namespace

const PayText& pay_text(domain::Locale locale) {
  return locale == domain::Locale::de ? kGerman : kEnglish;
}

}  // namespace api
