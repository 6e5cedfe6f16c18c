#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "domain/ids.h"
#include "domain/money.h"
#include "domain/timezone.h"
#include "identity/logo.h"
#include "identity/recent.h"
#include "store/store.h"

namespace identity {

using base::Result;
using base::Status;
using base::Time;

struct Tenant {
  domain::TenantId id;
  std::string name;
  std::string brand_color;  // "#rrggbb"
  std::string accent_color;
  std::optional<std::string> sender_name;  // absent: the name
  std::optional<std::string> sms_sender_name;
  std::optional<std::string> reply_to;
  std::string locale;
  std::string time_zone;
  domain::Currency currency;
  std::string country;            // of phone numbers without +
  std::string allowed_countries;  // "AT,DE", sorted; empty: none may be texted
  std::int64_t daily_message_cap = 0;
  std::optional<domain::AssetId> logo_asset_id;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(Tenant, (),
                      (id, name, brand_color, accent_color, sender_name, sms_sender_name, reply_to,
                       locale, time_zone, currency, country, allowed_countries, daily_message_cap,
                       logo_asset_id, version, created_at, updated_at))

// What may be given or changed; absent stays as it is (on creation: the default). The inner
// optional of a nullable field absent: cleared.
struct TenantChange {
  std::optional<std::string> name;
  std::optional<std::string> brand_color;
  std::optional<std::string> accent_color;
  std::optional<std::optional<std::string>> sender_name;
  std::optional<std::optional<std::string>> sms_sender_name;
  std::optional<std::optional<std::string>> reply_to;
  std::optional<std::string> locale;
  std::optional<std::string> time_zone;
  std::optional<domain::Currency> currency;
  std::optional<std::string> country;
  std::optional<std::vector<std::string>> allowed_countries;
  std::optional<std::int64_t> daily_message_cap;
};

struct Asset {
  domain::TenantId tenant_id;
  domain::AssetId id;
  std::string media_type;
  store::Blob sha256;
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t size_bytes = 0;
  store::Blob bytes;
  Time created_at;
};
BOOST_DESCRIBE_STRUCT(Asset, (),
                      (tenant_id, id, media_type, sha256, width, height, size_bytes, bytes,
                       created_at))

// An image without its bytes.
struct AssetFacts {
  domain::AssetId id;
  std::string media_type;
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t size_bytes = 0;
  Time created_at;
};
BOOST_DESCRIBE_STRUCT(AssetFacts, (), (id, media_type, width, height, size_bytes, created_at))

struct TenantHooks {
  // In the transaction that made the tenant: its default templates.
  std::function<Status(store::Tx&, domain::TenantId)> created;
  // The days of the totals belong to the zone.
  std::function<Status(store::Tx&, const Tenant&)> zone_changed;
};

inline constexpr std::int64_t kDailyMessageCapDefault = 1000;
inline constexpr std::int64_t kDailyMessageCapMax = 1'000'000;

// Tenants as they were a moment ago, for readers that need one in every transaction: at most 2 s
// old, at once when the change was made in this process. Thread-safe; owned by app.
class TenantCache {
 public:
  TenantCache(const base::Clock& clock, domain::TimeZones& zones) : recent_(clock), zones_(zones) {}
  // not_found for an unknown tenant. No statement when warm.
  Result<std::shared_ptr<const Tenant>> find(store::Tx& tx, domain::TenantId tenant);
  Result<std::shared_ptr<const domain::TimeZone>> find_zone(store::Tx& tx, domain::TenantId tenant);
  void forget() { recent_.forget(); }
  domain::TimeZones& zones() { return zones_; }

 private:
  Recent<domain::TenantId, Tenant> recent_;
  domain::TimeZones& zones_;
};

// The tenants' own rows and their logos. Immutable after construction; inside a transaction, on a
// database thread.
class Tenants {
 public:
  Tenants(base::Ids& ids, const base::Clock& clock, TenantCache& cache, TenantHooks hooks);

  // Checks every field of `change`: invalid_argument naming all that are wrong. Texts come back
  // trimmed, countries sorted.
  Status check(TenantChange& change) const;
  // `change` was checked; name and currency are needed.
  Result<Tenant> create(store::Tx& tx, const TenantChange& change);
  Result<Tenant> find(store::Tx& tx, domain::TenantId id) const;  // not_found
  Result<std::vector<Tenant>> list(store::Tx& tx, std::optional<domain::TenantId> cursor,
                                   std::int64_t limit) const;
  // `version`: what the caller has seen; absent for any. precondition_failed when it is another.
  Result<Tenant> update(store::Tx& tx, domain::TenantId id, std::optional<std::int64_t> version,
                        const TenantChange& change);

  // Replaces the logo. `bytes` are those that `facts` were read from.
  Result<AssetFacts> set_logo(store::Tx& tx, domain::TenantId id, const ImageFacts& facts,
                              const std::string& bytes);
  Status delete_logo(store::Tx& tx, domain::TenantId id);  // fine when there is none
  Result<std::optional<AssetFacts>> logo_facts(store::Tx& tx, const Tenant& tenant) const;
  Result<std::optional<Asset>> logo(store::Tx& tx, domain::TenantId id) const;
  Result<std::optional<Asset>> asset(store::Tx& tx, domain::TenantId tenant,
                                     domain::AssetId id) const;

 private:
  Result<Tenant> lock(store::Tx& tx, domain::TenantId id) const;
  Status save(store::Tx& tx, Tenant& tenant) const;
  base::Ids& ids_;
  const base::Clock& clock_;
  TenantCache& cache_;
  TenantHooks hooks_;
};

// "AT,DE" as a list.
std::vector<std::string> split_countries(std::string_view joined);

}  // namespace identity
