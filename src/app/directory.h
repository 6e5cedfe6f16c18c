#pragma once
#include <memory>
#include <string>

#include "api/dashboard.h"
#include "base/runtime.h"
#include "domain/timezone.h"
#include "identity/connections.h"
#include "identity/tenants.h"
#include "messaging/callbacks.h"
#include "messaging/prepare.h"
#include "providers/mail.h"
#include "providers/payment.h"
#include "providers/sms.h"
#include "tracking/callbacks.h"

namespace app {

using base::Awaitable;
using base::Result;

// Turns a tenant's stored connections into what the providers' adapters take. Backed by identity's
// cache, so that a warm call needs no statement. Thread-safe.
class Directory {
 public:
  Directory(store::Store& store, identity::ConnectionCache& connections,
            identity::TenantCache& tenants, std::string platform_connection);

  Result<providers::PaymentAccount> payment_account(store::Tx& tx, domain::TenantId tenant_id,
                                                    domain::ConnectionId id);
  Result<domain::ConnectionId> payment_connection(store::Tx& tx, domain::TenantId tenant_id,
                                                  bool livemode);
  Result<messaging::Accounts> message_accounts(store::Tx& tx, const messaging::Message& message);
  Awaitable<Result<tracking::Endpoint>> payment_endpoint(std::string name);
  Awaitable<Result<messaging::Callbacks::Endpoint>> sms_endpoint(std::string name);
  Result<api::TenantZone> tenant_zone(store::Tx& tx, domain::TenantId tenant_id);

 private:
  Awaitable<Result<identity::ConnectionCache::Opened>> find(std::string name,
                                                            identity::ConnectionKind kind);

  store::Store& store_;
  identity::ConnectionCache& connections_;
  identity::TenantCache& tenants_;
  std::string platform_connection_;
};

// Of an opened connection; exposed for the connection check.
Result<providers::PaymentAccount> to_payment_account(const identity::OpenedConnection& connection);
Result<providers::SmsAccount> to_sms_account(const identity::OpenedConnection& connection);
Result<providers::MailAccount> to_mail_account(const identity::OpenedConnection& connection);

}  // namespace app
