#pragma once
#include <memory>

#include "api/idempotent.h"
#include "api/pay_desk.h"
#include "api/service.h"
#include "app/directory.h"
#include "app/options.h"
#include "assets/images.h"
#include "bus/bus.h"
#include "identity/connections.h"
#include "identity/tenants.h"
#include "messaging/prices.h"
#include "messaging/retention.h"
#include "messaging/sender.h"
#include "net/smtp.h"
#include "payments/commands.h"
#include "reads/pages.h"
#include "requests/expiry.h"
#include "store/outbox.h"
#include "templates/templates.h"
#include "text/compiler.h"
#include "tracking/listing.h"
#include "tracking/totals.h"
#include "tracking/verifier.h"

namespace app {

// Everything behind the routes, wired once. Members stand in the order of their making; each lives
// as long as the process. The provider adapters, the store and the runtime come from outside, so
// that scenarios and the simulation put their own in.
struct Outside {
  base::Runtime& runtime;
  store::Store& store;
  providers::PaymentProvider& payment;
  providers::SmsProvider& sms;
  providers::MailProvider& mail;
  text::Compiler& compiler;
};

class Core {
 public:
  static base::Result<std::unique_ptr<Core>> make(const Options& options, Outside outside);

  // What a message about this request says, but for its template.
  base::Result<messaging::SendContext> context_of(reads::MessageContext row,
                                                  domain::Channel channel);

  // Where the reader of a message gets an image from.
  std::string image_url(const assets::Image& image) const;

  // Starts the background services of these targets.
  void start(const std::set<Target>& targets);

  Options options;
  Outside outside;
  base::Ids ids;
  domain::LinkKeys links;
  identity::SealKeys seals;
  domain::TimeZones zones;
  std::unique_ptr<bus::Bus> bus;
  store::Outbox outbox;
  identity::ConnectionCache connections;
  identity::TenantCache tenants;
  Directory directory;
  templates::Templates templates;
  assets::Images images;

  tracking::Ledger ledger;
  requests::Requests requests;
  payments::Sessions sessions;
  payments::Refunds refunds;
  tracking::Transactions transactions;
  messaging::Messages messages;
  messaging::Preparer preparer;
  payments::Checkout checkout;
  api::PayDesk desk;
  api::Creator creator;

  payments::Commands commands;
  tracking::Verifier verifier;
  tracking::Listing listing;
  tracking::TotalsFolder totals;
  tracking::Callbacks stripe_callbacks;
  messaging::Sender sender;
  messaging::SmsPrices sms_prices;
  messaging::Callbacks twilio_callbacks;
  messaging::Retention retention;
  requests::Expiry expiry;

 private:
  Core(const Options& options, Outside outside, domain::LinkKeys links, identity::SealKeys seals);

  // What one slice's change means for the others, in the same transaction.
  base::Status on_transaction_changes(store::Tx& tx, std::span<const tracking::Change> changes);
  base::Status settle_paid(store::Tx& tx, std::span<const tracking::Change* const> changes);
  base::Status carry_on(store::Tx& tx, const tracking::Change& change,
                        requests::PaymentRequest& request);
  base::Status on_session_opened(store::Tx& tx, const payments::CheckoutSession& session);
  base::Status on_session_ended(store::Tx& tx, const payments::CheckoutSession& session);
  base::Status on_request_expired(store::Tx& tx, const requests::PaymentRequest& request);
  base::Status on_request_paid(store::Tx& tx, const store::Event& event);
  base::Result<messaging::SendContext> load_context(store::Tx& tx,
                                                    const messaging::Message& message);
  base::Result<std::vector<messaging::MessageImage>> load_images(store::Tx& tx,
                                                                 domain::TenantId tenant_id,
                                                                 std::span<const std::string> names,
                                                                 domain::ImageMode mode);
  messaging::Hooks message_hooks();
  tracking::FindAccount payment_account();
  payments::Commands::Hooks command_hooks();
};

// Event kinds and who is told; docs/operating.md lists them.
std::vector<store::Subscription> subscriptions();

}  // namespace app
