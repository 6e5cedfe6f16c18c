#pragma once
#include <string>

#include "domain/locale.h"
#include "domain/timezone.h"

namespace domain {

// A day as people read it: en "24 December 2026", de "24.12.2026". The only form that payers see,
// in messages as on the pay page; its letters are all in GSM 03.38.
std::string day_text(Day day, Locale locale);

}  // namespace domain
