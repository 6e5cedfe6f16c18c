#include "app/core.h"

#include <fstream>
#include <sstream>

#include "base/log.h"
#include "reads/pages.h"

namespace app {

namespace {

constexpr std::string_view kReceipts = "messaging.receipts";

domain::TimeZones::Load zone_loader(const std::string& folder) {
  return [folder](const std::string& name) -> base::Result<std::string> {
    std::ifstream file(folder + "/" + name, std::ios::binary);
    if (!file) return base::error(base::Code::not_found, "no such time zone");
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  };
}

std::optional<base::Duration> content_kept(std::int64_t days) {
  if (days == 0) return std::nullopt;
  return std::chrono::hours(24 * days);
}

}  // namespace

std::vector<store::Subscription> subscriptions() { return {{kReceipts, "payment_request.paid"}}; }

base::Result<std::unique_ptr<Core>> Core::make(const Options& options, Outside outside) {
  TRY(auto links, domain::LinkKeys::make(options.link_keys));
  TRY(auto seals, identity::SealKeys::make(options.seal_keys));
  return std::unique_ptr<Core>(new Core(options, outside, std::move(links), std::move(seals)));
}

Core::Core(const Options& given, Outside from_outside, domain::LinkKeys link_keys,
           identity::SealKeys seal_keys)
    : options(given),
      outside(from_outside),
      ids(outside.runtime.clock(), outside.runtime.random()),
      links(std::move(link_keys)),
      seals(std::move(seal_keys)),
      zones(zone_loader(options.time_zones_folder)),
      bus(bus::memory_bus(outside.runtime)),
      outbox(ids, outside.runtime.clock(), subscriptions(),
             [this](std::string_view consumer) { bus->wake(consumer); }),
      connections(outside.runtime.clock(), seals),
      tenants(outside.runtime.clock(), zones),
      directory(outside.store, connections, tenants, options.platform_connection),
      templates(ids, outside.runtime.clock()),
      images(ids, outside.runtime.clock(), options.public_url),
      ledger(ids, outside.runtime.clock()),
      requests(ids, outside.runtime.clock(), links, outbox,
               [this](store::Tx& tx, const requests::Counted& c) {
                 return ledger.count(tx, {c.tenant_id, c.livemode, c.created_at, c.change});
               }),
      sessions(
          ids, outside.runtime.clock(),
          [this](store::Tx& tx, const payments::CheckoutSession& s) {
            return on_session_opened(tx, s);
          },
          [this] { commands.wake(); }),
      refunds(ids, outside.runtime.clock(), [this] { commands.wake(); }),
      transactions(
          ids, outside.runtime.clock(), ledger,
          [this](store::Tx& tx, std::span<const tracking::Change> changes) {
            return on_transaction_changes(tx, changes);
          },
          [this] { verifier.wake(); }),
      messages(
          ids, outside.runtime.clock(), content_kept(options.message_content_days),
          [this](store::Tx& tx, const messaging::Message& m, domain::Micros fee,
                 domain::Currency currency) {
            const bool sms = m.channel == domain::Channel::sms;
            const domain::LedgerEntry entry{
                sms ? domain::LedgerKind::sms_fee : domain::LedgerKind::email_fee, currency,
                -fee.value, m.livemode, outside.runtime.clock().now()};
            return ledger.append(
                tx, {m.tenant_id, m.request_id, std::nullopt, m.id, m.id.text() + "/fee"},
                std::span(&entry, 1));
          },
          [this] { sender.wake(); }),
      preparer(ids, outside.runtime.clock(), messages, links,
               messaging::Urls{options.public_url, options.callback_url}, message_hooks()),
      checkout(outside.store, sessions, outside.payment, payment_account()),
      desk(
          requests, options.public_url,
          [this](store::Tx& tx, domain::TenantId t, bool live) {
            return directory.payment_connection(tx, t, live);
          },
          [this](store::Tx& tx, domain::TenantId t) { return tenants.find(tx, t); }),
      creator(outside.store, outside.runtime.clock(), links, options.public_url),
      commands(outside.runtime, outside.store, sessions, refunds, checkout, outside.payment,
               payment_account(), command_hooks()),
      verifier(outside.runtime, outside.store, transactions, outside.payment, payment_account()),
      listing(outside.runtime, outside.store, outside.payment, payment_account(),
              [this] { verifier.wake(); }),
      totals(outside.runtime, outside.store,
             [this](store::Tx& tx,
                    domain::TenantId t) -> base::Result<std::shared_ptr<const domain::TimeZone>> {
               TRY(auto zone, directory.tenant_zone(tx, t));
               return zone.zone;
             }),
      stripe_callbacks(
          outside.runtime, outside.store, outside.payment,
          [this](std::string name) { return directory.payment_endpoint(std::move(name)); },
          [this] { verifier.wake(); }),
      sender(outside.runtime, outside.store, messages, preparer, outside.sms, outside.mail),
      sms_prices(outside.store, outside.runtime.clock(), outside.sms,
                 preparer.hooks().find_accounts),
      twilio_callbacks(
          outside.runtime, outside.store, outside.sms, messages,
          [this](std::string name) { return directory.sms_endpoint(std::move(name)); }),
      retention(outside.runtime, outside.store),
      expiry(outside.runtime, outside.store, requests,
             [this](store::Tx& tx, const requests::PaymentRequest& r) {
               return on_request_expired(tx, r);
             }) {}

void Core::start(const std::set<Target>& targets) {
  if (targets.contains(Target::payments)) commands.start();
  if (targets.contains(Target::tracking)) {
    verifier.start();
    listing.start();
    totals.start();
    expiry.start();
  }
  if (targets.contains(Target::messaging)) {
    sender.start();
    retention.start();
    bus::ConsumerOptions receipts;
    receipts.name = kReceipts;
    receipts.handle = [this](store::Tx& tx, const store::Event& event) {
      return on_request_paid(tx, event);
    };
    bus::start_consumer(outside.runtime, outside.store, *bus, std::move(receipts));
  }
}

}  // namespace app
