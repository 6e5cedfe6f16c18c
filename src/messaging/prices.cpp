#include "messaging/prices.h"

#include "base/log.h"
#include "messaging/sql.gen.h"

namespace messaging {

namespace {

struct PriceKey {
  domain::TenantId tenant_id;
  domain::ConnectionId connection_id;
  std::string country;
};
BOOST_DESCRIBE_STRUCT(PriceKey, (), (tenant_id, connection_id, country))
struct Kept {
  std::int64_t segment_micros = 0;
  std::string currency;
  Time fetched_at;
};
BOOST_DESCRIBE_STRUCT(Kept, (), (segment_micros, currency, fetched_at))
struct PriceRow {
  domain::TenantId tenant_id;
  domain::ConnectionId connection_id;
  std::string country;
  std::int64_t segment_micros = 0;
  std::string currency;
  Time fetched_at;
};
BOOST_DESCRIBE_STRUCT(PriceRow, (),
                      (tenant_id, connection_id, country, segment_micros, currency, fetched_at))

constexpr store::Query<PriceKey, Kept> kFind{sql::find_sms_price};
constexpr store::Query<PriceRow> kKeep{sql::keep_sms_price};

struct Known {
  std::optional<providers::SmsAccount> account;
  std::optional<Kept> price;
};

std::optional<SegmentPrice> told(const std::optional<Kept>& kept) {
  if (!kept) return std::nullopt;
  return SegmentPrice{kept->segment_micros, kept->currency};
}

}  // namespace

base::Awaitable<Result<std::optional<SegmentPrice>>> SmsPrices::find(domain::TenantId tenant_id,
                                                                     bool livemode,
                                                                     std::string country) {
  auto look = [&](store::Tx& tx) -> Result<Known> {
    Message asked;
    asked.tenant_id = tenant_id;
    asked.channel = domain::Channel::sms;
    asked.livemode = livemode;
    auto accounts = find_accounts_(tx, asked);
    if (!accounts && accounts.error().code == base::Code::not_found) return Known{};
    if (!accounts) return accounts.error();
    Known known{std::move(accounts->sms), std::nullopt};
    TRY(known.price, tx.one(kFind, {tenant_id, known.account->connection_id, country}));
    return known;
  };
  CO_TRY(auto known, co_await store_.with_snapshot(look));
  const Time now = clock_.now();
  const bool fresh = known.price && now - known.price->fetched_at < kPriceAge;
  if (!known.account || fresh) co_return told(known.price);
  const domain::ConnectionId connection_id = known.account->connection_id;
  auto asked = co_await sms_.price(*std::move(known.account), country);
  if (!asked) {
    base::log::warn("a price list could not be read",
                    {{"country", country}, {"detail", asked.error().detail}});
    co_return told(known.price);
  }
  const PriceRow row{tenant_id, connection_id, country, asked->segment_micros, asked->currency,
                     now};
  auto keep = [&row](store::Tx& tx) -> Status {
    TRY_STATUS(tx.exec(kKeep, row));
    return {};
  };
  CO_TRY_STATUS(co_await store_.with_transaction(keep));
  co_return SegmentPrice{row.segment_micros, row.currency};
}

}  // namespace messaging
