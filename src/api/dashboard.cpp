#include "api/dashboard.h"

#include <map>

#include "reads/dashboard.h"

namespace api {

namespace {

using base::Time;

// How old the attention counts may be; they are the dashboard's only reads that grow with what is
// open.
constexpr base::Duration kAttentionAge = std::chrono::seconds(5);

struct RowView {
  domain::Day day;
  domain::RequestStatus status = domain::RequestStatus::open;
  domain::Currency currency;
  std::int64_t count = 0;
  std::int64_t amount_minor = 0;
};
BOOST_DESCRIBE_STRUCT(RowView, (), (day, status, currency, count, amount_minor))

struct SumsView {
  domain::Currency currency;
  std::int64_t charged_micros = 0;
  std::int64_t provider_fee_micros = 0;
  std::int64_t sms_fee_micros = 0;
  std::int64_t email_fee_micros = 0;
  std::int64_t refunded_micros = 0;
  std::int64_t disputed_micros = 0;
  std::int64_t adjusted_micros = 0;
  std::int64_t net_micros = 0;
};
BOOST_DESCRIBE_STRUCT(SumsView, (),
                      (currency, charged_micros, provider_fee_micros, sms_fee_micros,
                       email_fee_micros, refunded_micros, disputed_micros, adjusted_micros,
                       net_micros))
struct DayView {
  domain::Day day;
};
BOOST_DESCRIBE_STRUCT(DayView, (), (day))
struct MoneyView : DayView, SumsView {};
BOOST_DESCRIBE_STRUCT(MoneyView, (DayView, SumsView), ())

struct DashboardView {
  std::int64_t days = 0;
  std::string time_zone;
  bool livemode = false;
  std::vector<RowView> rows;
  std::vector<MoneyView> money;
  std::vector<SumsView> totals;
  reads::Attention attention;
};
BOOST_DESCRIBE_STRUCT(DashboardView, (),
                      (days, time_zone, livemode, rows, money, totals, attention))

Result<SumsView> sums_of(const domain::Totals& t, domain::Currency currency) {
  TRY(const auto net, domain::net(t));
  return SumsView{currency,          t.charged_micros,   t.provider_fee_micros,
                  t.sms_fee_micros,  t.email_fee_micros, t.refunded_micros,
                  t.disputed_micros, t.adjusted_micros,  net.value};
}

bool has_money(const domain::Totals& t) {
  return t.charged_micros != 0 || t.provider_fee_micros != 0 || t.sms_fee_micros != 0 ||
         t.email_fee_micros != 0 || t.refunded_micros != 0 || t.disputed_micros != 0 ||
         t.adjusted_micros != 0;
}

void add_rows(std::vector<RowView>& rows, const reads::DashboardDay& d) {
  using S = domain::RequestStatus;
  const auto add = [&](S status, std::int64_t count, std::int64_t micros) {
    if (count == 0) return;
    rows.push_back({d.day, status, d.currency, count,
                    domain::round_for_display(domain::Micros{micros}, d.currency).amount_minor});
  };
  add(S::draft, d.draft_count, d.draft_micros);
  add(S::scheduled, d.scheduled_count, d.scheduled_micros);
  add(S::open, d.open_count, d.open_micros);
  add(S::processing, d.processing_count, d.processing_micros);
  add(S::paid, d.paid_count, d.paid_micros);
  add(S::expired, d.expired_count, d.expired_micros);
  add(S::cancelling, d.cancelling_count, d.cancelling_micros);
  add(S::cancelled, d.cancelled_count, d.cancelled_micros);
}

Status fill(DashboardView& view, const std::vector<reads::DashboardDay>& days,
            std::optional<domain::Currency> only) {
  std::map<domain::Currency, domain::Totals> totals;
  for (const auto& day : days) {
    if (only && day.currency != *only) continue;
    add_rows(view.rows, day);
    if (!has_money(day)) continue;
    MoneyView money;
    money.day = day.day;
    TRY(static_cast<SumsView&>(money), sums_of(day, day.currency));
    view.money.push_back(std::move(money));
    TRY_STATUS(domain::add(totals[day.currency], day));
  }
  for (const auto& [currency, sum] : totals) {
    TRY(auto sums, sums_of(sum, currency));
    view.totals.push_back(std::move(sums));
  }
  return {};
}

class DashboardRoute {
 public:
  DashboardRoute(store::Store& store, const base::Clock& clock, FindTenantZone find_zone)
      : store_(store), clock_(clock), find_zone_(std::move(find_zone)) {}

  Awaitable<Result<net::Response>> get(Call call) {
    CO_TRY(const auto params, Params::read(call.request, {"days", "livemode", "currency"}));
    CO_TRY(const auto days, params.integer("days", 30, 1, 366));
    CO_TRY(const auto asked, params.boolean("livemode"));
    CO_TRY(const bool livemode, livemode_of(call.who, asked));
    std::optional<domain::Currency> currency;
    if (const auto text = params.text("currency")) {
      auto parsed = domain::Currency::parse(*text);
      if (!parsed)
        co_return Params::bad_param("currency", "unknown_value", "not an ISO 4217 currency");
      currency = *parsed;
    }
    const Ask ask{call.who.tenant_id, livemode, days, currency, clock_.now()};
    const auto known = kept(ask);
    auto body = [this, ask, known](store::Tx& tx) { return read(tx, ask, known.get()); };
    CO_TRY(auto found, co_await store_.with_reads(body));
    if (found.same) co_return answer(known->json);
    DashboardView view;
    view.days = days;
    view.time_zone = found.state.zone_name;
    view.livemode = livemode;
    view.attention = found.state.attention;
    CO_TRY_STATUS(fill(view, found.days, currency));
    found.state.json = std::make_shared<const std::string>(base::json::write(view));
    auto json = found.state.json;
    keep(ask, std::move(found.state));
    co_return answer(std::move(json));
  }

 private:
  struct Ask {
    domain::TenantId tenant_id;
    bool livemode = false;
    std::int64_t days = 30;
    std::optional<domain::Currency> currency;
    Time now;
  };
  // An answer and what it was made from.
  struct Kept {
    domain::Day since;
    std::string zone_name;
    reads::TotalsVersion totals;
    reads::Attention attention;
    Time counted_at;  // the attention
    std::shared_ptr<const std::string> json;
  };
  struct Found {
    Kept state;
    std::vector<reads::DashboardDay> days;
    bool same = false;  // the known answer still holds
  };
  static constexpr std::size_t kKeptBytesMax = 8 * 1024 * 1024;

  Result<Found> read(store::Tx& tx, const Ask& ask, const Kept* known) {
    Found out;
    Kept& state = out.state;
    TRY(const auto zone, find_zone_(tx, ask.tenant_id));
    state.zone_name = zone.name;
    state.since = zone.zone->day_of(ask.now);
    state.since.since_1970 -= static_cast<std::int32_t>(ask.days - 1);
    TRY(state.totals, reads::totals_version(tx, ask.tenant_id, ask.livemode));
    const bool counted = known && ask.now - known->counted_at <= kAttentionAge;
    out.same = counted && !state.totals.unfolded && !known->totals.unfolded &&
               state.totals.version == known->totals.version && state.since == known->since &&
               state.zone_name == known->zone_name;
    if (out.same) return out;
    TRY(out.days, reads::dashboard_days(tx, ask.tenant_id, ask.livemode, state.since, *zone.zone));
    if (counted) {
      state.attention = known->attention;
      state.counted_at = known->counted_at;
      return out;
    }
    TRY(state.attention, reads::attention(tx, ask.tenant_id, ask.livemode,
                                          zone.zone->day_start(state.since), ask.now));
    state.counted_at = ask.now;
    return out;
  }

  static net::Response answer(std::shared_ptr<const std::string> json) {
    net::Response response = net::text_response(200, "application/json", "");
    response.shared_body = std::move(json);
    response.headers.set("Cache-Control", "no-store");
    return response;
  }

  static std::string key_of(const Ask& ask) {
    return ask.tenant_id.text() + (ask.livemode ? "/live/" : "/test/") + std::to_string(ask.days) +
           "/" + (ask.currency ? ask.currency->text() : "");
  }
  std::shared_ptr<const Kept> kept(const Ask& ask) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(key_of(ask));
    return found == kept_.end() ? nullptr : found->second;
  }
  void keep(const Ask& ask, Kept state) {
    auto fresh = std::make_shared<const Kept>(std::move(state));
    const std::lock_guard lock(mutex_);
    // Starting anew is simpler than choosing a victim, and costs each dashboard one full read.
    if (kept_bytes_ + fresh->json->size() > kKeptBytesMax) {
      kept_.clear();
      kept_bytes_ = 0;
    }
    auto& place = kept_[key_of(ask)];
    if (place) kept_bytes_ -= place->json->size();
    kept_bytes_ += fresh->json->size();
    place = std::move(fresh);
  }

  store::Store& store_;
  const base::Clock& clock_;
  FindTenantZone find_zone_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Kept>> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace

void add_dashboard_route(Routes& routes, store::Store& store, const base::Clock& clock,
                         FindTenantZone find_zone) {
  auto self = std::make_shared<DashboardRoute>(store, clock, std::move(find_zone));
  routes.add(Method::get, "/v1/dashboard", Need::tenant_viewer,
             [self](Call call) { return self->get(std::move(call)); });
}

}  // namespace api
