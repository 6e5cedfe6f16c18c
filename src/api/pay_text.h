#pragma once
#include "domain/locale.h"

namespace api {

// Every word of the pay page in one language; UTF-8, no HTML.
struct PayText {
  const char* html_lang;
  const char* title;  // behind the merchant's name
  const char* asks;   // "{merchant} asks you to pay"
  const char* pay;    // button, before the amount
  const char* due;
  const char* for_what;
  const char* reference;
  const char* secure;
  const char* confirming_head;
  const char* confirming_text;
  const char* processing_head;
  const char* processing_text;
  const char* paid_head;
  const char* paid_text;
  const char* paid_on;
  const char* receipt;
  const char* print_hint;
  const char* expired_head;
  const char* expired_text;
  const char* cancelled_head;
  const char* cancelled_text;
  const char* not_yet_head;
  const char* not_yet_text;
  const char* unknown_head;
  const char* unknown_text;
  const char* trouble_head;
  const char* trouble_text;
  const char* slow_head;
  const char* slow_text;
  const char* question;
  const char* test_mode;
  const char* unsubscribe_head;
  const char* unsubscribe_text;
  const char* unsubscribe_button;
  const char* unsubscribed_head;
  const char* unsubscribed_text;
};

const PayText& pay_text(domain::Locale locale);

}  // namespace api
