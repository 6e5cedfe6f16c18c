#pragma once
#include <cstdint>
#include <string>

#include "base/describe.h"
#include "base/result.h"
#include "base/secret.h"

namespace app {

class People;

enum class AdminAction : std::uint8_t { create, list, password, disable, enable };
BOOST_DESCRIBE_ENUM(AdminAction, create, list, password, disable, enable)

// One task of `quittance admin`.
struct AdminOrder {
  AdminAction action = AdminAction::create;
  std::string email;  // of the account; not for list
  std::string name;   // create only
  // create and password; empty: one is made and told.
  base::Secret<std::string> password;
};

// Does it, and returns what the operator should read. What takes a right away ends the account's
// sessions; other processes notice within identity::kRecentFor. Blocking.
base::Result<std::string> operate(People& people, const AdminOrder& order);

}  // namespace app
