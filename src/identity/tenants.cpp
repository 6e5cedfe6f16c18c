#include "identity/tenants.h"

#include <algorithm>

#include "base/crypto.h"
#include "base/encoding.h"
#include "domain/client.h"
#include "domain/locale_tag.h"
#include "domain/phone.h"
#include "identity/sql.gen.h"

namespace identity {

namespace {

constexpr std::size_t kCountriesMax = 250;

struct TenantKey {
  domain::TenantId id;
};
BOOST_DESCRIBE_STRUCT(TenantKey, (), (id))
struct TenantPage {
  domain::TenantId cursor;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(TenantPage, (), (cursor, limit))
struct AssetKey {
  domain::TenantId tenant_id;
  domain::AssetId id;
};
BOOST_DESCRIBE_STRUCT(AssetKey, (), (tenant_id, id))

constexpr store::Query<Tenant> kInsert{sql::insert_tenant};
constexpr store::Query<TenantKey, Tenant> kFind{sql::find_tenant};
constexpr store::Query<TenantKey, Tenant> kLock{sql::lock_tenant};
constexpr store::Query<TenantPage, Tenant> kList{sql::list_tenants};
constexpr store::Query<Tenant> kUpdate{sql::update_tenant};
constexpr store::Query<Asset> kInsertAsset{sql::insert_asset};
constexpr store::Query<AssetKey, Asset> kFindAsset{sql::find_asset};
constexpr store::Query<AssetKey, AssetFacts> kFindAssetFacts{sql::find_asset_facts};
constexpr store::Query<AssetKey> kDeleteAsset{sql::delete_asset};

base::Error no_tenant() { return base::error(base::Code::not_found, "no such tenant"); }

bool is_color(std::string_view text) {
  return text.size() == 7 && text[0] == '#' &&
         text.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

bool is_sms_sender(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const auto good = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == ' '; };
  return !text.empty() && text.size() <= 11 && letter(text.front()) && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), good);
}

// The country whose phone numbers a tenant of this currency most likely means: ISO 4217 codes begin
// with it, except for the euro.
std::string country_of(domain::Currency currency) {
  const std::string region(currency.view().substr(0, 2));
  return domain::is_known_region(region) ? region : "DE";
}

class Errors {
 public:
  void add(std::string field, std::string code, std::string detail) {
    error_.fields.push_back({std::move(field), std::move(code), std::move(detail)});
  }
  void add(const base::Error& error) {
    for (const auto& field : error.fields) error_.fields.push_back(field);
  }
  void text(std::optional<std::string>& value, std::string_view field, std::size_t chars_max) {
    if (!value) return;
    auto checked = domain::checked_text(*value, {.field = field, .chars_max = chars_max});
    if (checked)
      value = *std::move(checked);
    else
      add(checked.error());
  }
  void email(std::optional<std::string>& value, std::string_view field) {
    if (!value) return;
    auto checked = domain::checked_email(*value, field);
    if (checked)
      value = *std::move(checked);
    else
      add(checked.error());
  }
  Status status() {
    if (error_.fields.empty()) return {};
    error_.code = base::Code::invalid_argument;
    error_.detail = "fields of the tenant are wrong";
    return error_;
  }

 private:
  base::Error error_;
};

void check_countries(Errors& errors, std::vector<std::string>& countries) {
  if (countries.size() > kCountriesMax)
    errors.add("allowed_countries", "too_many", "at most 250 countries");
  for (std::size_t i = 0; i < countries.size(); ++i) {
    if (!domain::is_known_region(countries[i])) {
      errors.add("allowed_countries[" + std::to_string(i) + "]", "unknown",
                 "not an ISO 3166 country");
    }
  }
  std::sort(countries.begin(), countries.end());
  if (std::adjacent_find(countries.begin(), countries.end()) != countries.end()) {
    errors.add("allowed_countries", "repeated", "each country once");
  }
}

std::string join(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
  return out;
}

void apply(Tenant& t, const TenantChange& change) {
  if (change.name) t.name = *change.name;
  if (change.brand_color) t.brand_color = *change.brand_color;
  if (change.accent_color) t.accent_color = *change.accent_color;
  if (change.sender_name) t.sender_name = *change.sender_name;
  if (change.sms_sender_name) t.sms_sender_name = *change.sms_sender_name;
  if (change.reply_to) t.reply_to = *change.reply_to;
  if (change.locale) t.locale = *change.locale;
  if (change.time_zone) t.time_zone = *change.time_zone;
  if (change.currency) t.currency = *change.currency;
  if (change.country) t.country = *change.country;
  if (change.allowed_countries) t.allowed_countries = join(*change.allowed_countries);
  if (change.daily_message_cap) t.daily_message_cap = *change.daily_message_cap;
}

}  // namespace

std::vector<std::string> split_countries(std::string_view joined) {
  std::vector<std::string> out;
  while (!joined.empty()) {
    const std::size_t comma = joined.find(',');
    out.emplace_back(joined.substr(0, comma));
    joined = comma == std::string_view::npos ? std::string_view{} : joined.substr(comma + 1);
  }
  return out;
}

Result<std::shared_ptr<const Tenant>> TenantCache::find(store::Tx& tx, domain::TenantId tenant) {
  auto seen = recent_.look(tenant);
  if (seen.value) return seen.value;
  TRY(auto row, tx.one(kFind, {tenant}));
  if (!row) return no_tenant();
  auto shared = std::make_shared<const Tenant>(*std::move(row));
  recent_.keep(tenant, shared, seen.generation);
  return shared;
}

Result<std::shared_ptr<const domain::TimeZone>> TenantCache::find_zone(store::Tx& tx,
                                                                       domain::TenantId tenant) {
  TRY(const auto found, find(tx, tenant));
  return zones_.find(found->time_zone);
}

Tenants::Tenants(base::Ids& ids, const base::Clock& clock, TenantCache& cache, TenantHooks hooks)
    : ids_(ids), clock_(clock), cache_(cache), hooks_(std::move(hooks)) {}

Status Tenants::check(TenantChange& c) const {
  Errors errors;
  errors.text(c.name, "name", 120);
  if (c.brand_color && !is_color(*c.brand_color))
    errors.add("brand_color", "invalid", "like #1a2b3c");
  if (c.accent_color && !is_color(*c.accent_color))
    errors.add("accent_color", "invalid", "like #1a2b3c");
  if (c.sender_name) errors.text(*c.sender_name, "sender_name", 120);
  if (c.sms_sender_name && *c.sms_sender_name && !is_sms_sender(**c.sms_sender_name)) {
    errors.add("sms_sender_name", "invalid",
               "at most 11 letters, digits and spaces, a letter first");
  }
  if (c.reply_to) errors.email(*c.reply_to, "reply_to");
  if (c.locale && !domain::is_locale_tag(*c.locale))
    errors.add("locale", "invalid", "like en or de-AT");
  if (c.time_zone && !cache_.zones().find(*c.time_zone))
    errors.add("time_zone", "unknown", "not an IANA time zone");
  if (c.country && !domain::is_known_region(*c.country))
    errors.add("country", "unknown", "not an ISO 3166 country");
  if (c.allowed_countries) check_countries(errors, *c.allowed_countries);
  if (c.daily_message_cap &&
      (*c.daily_message_cap < 0 || *c.daily_message_cap > kDailyMessageCapMax)) {
    errors.add("daily_message_cap", "out_of_range", "0 to 1000000");
  }
  return errors.status();
}

Result<Tenant> Tenants::create(store::Tx& tx, const TenantChange& change) {
  Tenant t;
  t.id = ids_.make<domain::TenantId>();
  t.brand_color = "#1f4f8f";
  t.accent_color = "#0f7b5f";
  t.locale = "en";
  t.time_zone = "UTC";
  t.daily_message_cap = kDailyMessageCapDefault;
  apply(t, change);
  if (t.country.empty()) t.country = country_of(t.currency);
  t.created_at = t.updated_at = clock_.now();
  TRY_STATUS(tx.exec(kInsert, t));
  if (hooks_.created) TRY_STATUS(hooks_.created(tx, t.id));
  return t;
}

Result<Tenant> Tenants::find(store::Tx& tx, domain::TenantId id) const {
  TRY(auto row, tx.one(kFind, {id}));
  if (!row) return no_tenant();
  return *std::move(row);
}

Result<Tenant> Tenants::lock(store::Tx& tx, domain::TenantId id) const {
  TRY(auto row, tx.one(kLock, {id}));
  if (!row) return no_tenant();
  return *std::move(row);
}

Result<std::vector<Tenant>> Tenants::list(store::Tx& tx, std::optional<domain::TenantId> cursor,
                                          std::int64_t limit) const {
  domain::TenantId newest;
  newest.value.bytes.fill(0xff);
  return tx.all(kList, {cursor.value_or(newest), limit + 1});
}

Status Tenants::save(store::Tx& tx, Tenant& t) const {
  t.updated_at = clock_.now();
  TRY(const std::int64_t updated, tx.exec(kUpdate, t));
  if (updated != 1)
    return base::error(base::Code::precondition_failed, "the tenant was changed meanwhile");
  t.version += 1;
  cache_.forget();
  tx.after_commit([cache = &cache_] { cache->forget(); });
  return {};
}

Result<Tenant> Tenants::update(store::Tx& tx, domain::TenantId id,
                               std::optional<std::int64_t> version, const TenantChange& change) {
  TRY(auto t, lock(tx, id));
  if (version && *version != t.version) {
    return base::error(base::Code::precondition_failed, "the tenant was changed meanwhile");
  }
  const std::string zone = t.time_zone;
  apply(t, change);
  TRY_STATUS(save(tx, t));
  if (zone != t.time_zone && hooks_.zone_changed) TRY_STATUS(hooks_.zone_changed(tx, t));
  return t;
}

Result<AssetFacts> Tenants::set_logo(store::Tx& tx, domain::TenantId id, const ImageFacts& facts,
                                     const std::string& bytes) {
  TRY(auto t, lock(tx, id));
  Asset asset;
  asset.tenant_id = id;
  asset.id = ids_.make<domain::AssetId>();
  asset.media_type = facts.media_type;
  asset.sha256.bytes = std::string(base::as_chars(base::sha256(bytes)));
  asset.width = facts.width;
  asset.height = facts.height;
  asset.size_bytes = static_cast<std::int64_t>(bytes.size());
  asset.bytes.bytes = bytes;
  asset.created_at = clock_.now();
  if (t.logo_asset_id) TRY_STATUS(tx.exec(kDeleteAsset, {id, *t.logo_asset_id}));
  TRY_STATUS(tx.exec(kInsertAsset, asset));
  t.logo_asset_id = asset.id;
  TRY_STATUS(save(tx, t));
  return AssetFacts{asset.id,     asset.media_type, asset.width,
                    asset.height, asset.size_bytes, asset.created_at};
}

Status Tenants::delete_logo(store::Tx& tx, domain::TenantId id) {
  TRY(auto t, lock(tx, id));
  if (!t.logo_asset_id) return {};
  TRY_STATUS(tx.exec(kDeleteAsset, {id, *t.logo_asset_id}));
  t.logo_asset_id.reset();
  return save(tx, t);
}

Result<std::optional<AssetFacts>> Tenants::logo_facts(store::Tx& tx, const Tenant& tenant) const {
  if (!tenant.logo_asset_id) return std::optional<AssetFacts>{};
  return tx.one(kFindAssetFacts, {tenant.id, *tenant.logo_asset_id});
}

Result<std::optional<Asset>> Tenants::logo(store::Tx& tx, domain::TenantId id) const {
  TRY(const auto t, find(tx, id));
  if (!t.logo_asset_id) return std::optional<Asset>{};
  return asset(tx, id, *t.logo_asset_id);
}

Result<std::optional<Asset>> Tenants::asset(store::Tx& tx, domain::TenantId tenant,
                                            domain::AssetId id) const {
  return tx.one(kFindAsset, {tenant, id});
}

}  // namespace identity
