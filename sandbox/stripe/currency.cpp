#include "sandbox/stripe/currency.h"

#include <string>

namespace sandbox::stripe {
namespace {

constexpr std::string_view kCurrencies =
    " usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp "
    "byn"
    " bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd "
    "gnf"
    " gtq gyd hkd hnl hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak "
    "lbp"
    " lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr "
    "pab"
    " pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb "
    "tjs"
    " tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw ";

bool in(std::string_view list, std::string_view currency) {
  return currency.size() == 3 && list.find(" " + std::string(currency) + " ") != list.npos;
}

}  // namespace

bool is_supported_currency(std::string_view currency) { return in(kCurrencies, currency); }

std::int64_t amount_step(std::string_view currency) {
  if (in(" bhd jod kwd omr tnd ", currency)) return 10;
  return in(" isk ugx ", currency) ? 100 : 1;
}

std::int64_t amount_min(std::string_view currency) {
  if (currency == "gbp") return 30;
  if (currency == "huf") return 17'500;
  if (currency == "czk") return 1'500;
  if (in(" bgn pln ", currency)) return currency == "bgn" ? 100 : 200;
  if (in(" dkk ", currency)) return 250;
  if (in(" nok sek ", currency)) return 300;
  if (currency == "hkd") return 400;
  if (currency == "mxn" || currency == "thb") return 1'000;
  return 50;
}

}  // namespace sandbox::stripe
