#pragma once
#include <memory>
#include <string>

#include "app/core.h"
#include "clients/clients.h"
#include "identity/api_keys.h"
#include "identity/authenticator.h"
#include "identity/connections.h"
#include "identity/sessions.h"
#include "identity/tenants.h"
#include "identity/users.h"

namespace app {

// What the demo tenant is connected to; the sandbox is told the same.
struct DemoAccounts {
  domain::ConnectionId stripe_connection;
  domain::ConnectionId twilio_connection;
  std::string api_key;
  std::string stripe_key;
  std::string stripe_webhook_secret;
  std::string twilio_account_sid;
  std::string twilio_auth_token;
  std::string twilio_from;
};

// Users, tenants, credentials and connections, wired once beside the core. Owned by the process.
class People {
 public:
  explicit People(Core& core);
  // Background work of the credentials: uses, expired sessions.
  void start();

  // The demo tenant with its sign-in, API key and sandbox connections; a second call changes
  // nothing. Blocking; at start only.
  base::Result<DemoAccounts> seed_demo(const Options& options);

  Core& core;
  identity::Users users;
  identity::Tenants tenants;
  identity::ApiKeys api_keys;
  std::unique_ptr<identity::StoredCredentials> credentials;
  identity::Sessions sessions;
  identity::Connections connections;
  clients::Clients clients;

 private:
  base::Result<DemoAccounts> seed_rows(store::Tx& tx, const Options& options,
                                       const std::string& password_hash);
};

inline constexpr const char* kDemoEmail = "demo@quittance.example";

}  // namespace app
