#pragma once
#include <string>

#include "base/result.h"

namespace sandbox::mail {

struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
};

// Self-signed, for localhost and 127.0.0.1, an EC key, valid for a year from the machine's time.
base::Result<Certificate> make_certificate();

}  // namespace sandbox::mail
