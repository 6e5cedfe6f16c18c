#include "api/money.h"

#include "api/views.h"

namespace api {

namespace {

enum class RefundReason : std::uint8_t { duplicate, fraudulent, requested_by_customer };
BOOST_DESCRIBE_ENUM(RefundReason, duplicate, fraudulent, requested_by_customer)

struct RefundBody {
  std::optional<std::int64_t> amount_minor;
  std::optional<RefundReason> reason;
};
BOOST_DESCRIBE_STRUCT(RefundBody, (), (amount_minor, reason))

bool sees(const identity::Principal& who, bool livemode) {
  return !who.livemode || *who.livemode == livemode;
}

class MoneyRoutes {
 public:
  explicit MoneyRoutes(MoneyDeps deps) : d_(deps) {}

  Awaitable<Result<net::Response>> transactions(Call call, bool quarantined_only) {
    reads::TransactionFilter filter;
    filter.tenant_id = call.who.tenant_id;
    CO_TRY(const auto params, quarantined_only
                                  ? Params::read(call.request, {"livemode", "limit", "cursor"})
                                  : Params::read(call.request, {"status", "request_id", "livemode",
                                                                "limit", "cursor"}));
    CO_TRY(filter.status, params.choice<domain::TransactionStatus>("status"));
    if (quarantined_only) filter.status = domain::TransactionStatus::quarantined;
    CO_TRY(filter.request_id, params.id<domain::RequestId>("request_id"));
    CO_TRY(filter.cursor, params.id<domain::TransactionId>("cursor"));
    CO_TRY(filter.limit, params.integer("limit", 50, 1, 100));
    CO_TRY(const auto asked, params.boolean("livemode"));
    CO_TRY(filter.livemode, livemode_of(call.who, asked));
    auto body = [filter](store::Tx& tx) { return reads::list_transactions(tx, filter); };
    CO_TRY(auto rows, co_await d_.store.with_reads(body));
    co_return page_response(std::move(rows), filter.limit,
                            [](reads::TransactionRow row) { return view_of(std::move(row)); });
  }

  Awaitable<Result<net::Response>> transaction(Call call) {
    CO_TRY(const auto id, path_id<domain::TransactionId>(call.request));
    const auto who = call.who;
    auto body = [who, id](store::Tx& tx) { return find_visible(tx, who, id); };
    CO_TRY(auto row, co_await d_.store.with_reads(body));
    co_return json_response(200, view_of(std::move(row)));
  }

  Awaitable<Result<net::Response>> refunds(Call call) {
    CO_TRY(const auto id, path_id<domain::TransactionId>(call.request));
    CO_TRY(const auto params, Params::read(call.request, {"limit", "cursor"}));
    reads::RefundFilter filter{call.who.tenant_id, id, std::nullopt, 50};
    CO_TRY(filter.cursor, params.id<domain::RefundId>("cursor"));
    CO_TRY(filter.limit, params.integer("limit", 50, 1, 100));
    const auto who = call.who;
    auto body = [who, id, filter](store::Tx& tx) -> Result<std::vector<reads::RefundRow>> {
      TRY_STATUS(find_visible(tx, who, id));
      return reads::list_refunds(tx, filter);
    };
    CO_TRY(auto rows, co_await d_.store.with_reads(body));
    co_return page_response(std::move(rows), filter.limit,
                            [](reads::RefundRow row) { return view_of(std::move(row)); });
  }

  Awaitable<Result<net::Response>> refund(Call call) {
    CO_TRY(const auto id, path_id<domain::TransactionId>(call.request));
    CO_TRY(const auto body, read_body<RefundBody>(call.request));
    const auto who = call.who;
    const std::string reason(body.reason ? base::enum_name(*body.reason) : std::string_view{});
    Effect effect = [this, who, id, body, reason](store::Tx& tx) -> Result<Answer> {
      TRY(const auto row, d_.transactions.lock(tx, who.tenant_id, id));
      if (!sees(who, row.livemode))
        return base::error(base::Code::not_found, "no such transaction");
      if (row.status != domain::TransactionStatus::succeeded || !row.payment_intent) {
        return base::error(base::Code::conflict, "not_refundable",
                           "only a verified payment can be given back");
      }
      TRY(const auto refund, d_.refunds.ask(tx, refundable_of(row), body.amount_minor, reason));
      return Answer{201, base::json::write(view_of(refund))};
    };
    co_return co_await d_.creator.run(call, std::move(effect));
  }

  Awaitable<Result<net::Response>> disputes(Call call) {
    CO_TRY(const auto params,
           Params::read(call.request, {"transaction_id", "livemode", "limit", "cursor"}));
    reads::DisputeFilter filter;
    filter.tenant_id = call.who.tenant_id;
    CO_TRY(filter.transaction_id, params.id<domain::TransactionId>("transaction_id"));
    CO_TRY(filter.cursor, params.id<domain::DisputeId>("cursor"));
    CO_TRY(filter.limit, params.integer("limit", 50, 1, 100));
    CO_TRY(const auto asked, params.boolean("livemode"));
    CO_TRY(filter.livemode, livemode_of(call.who, asked));
    auto body = [filter](store::Tx& tx) { return reads::list_disputes(tx, filter); };
    CO_TRY(auto rows, co_await d_.store.with_reads(body));
    co_return page_response(std::move(rows), filter.limit,
                            [](reads::DisputeRow row) { return row; });
  }

  Awaitable<Result<net::Response>> messages(Call call) {
    CO_TRY(const auto params,
           Params::read(call.request, {"status", "request_id", "livemode", "limit", "cursor"}));
    reads::MessageFilter filter;
    filter.tenant_id = call.who.tenant_id;
    CO_TRY(filter.status, params.choice<domain::MessageStatus>("status"));
    CO_TRY(filter.request_id, params.id<domain::RequestId>("request_id"));
    CO_TRY(filter.cursor, params.id<domain::MessageId>("cursor"));
    CO_TRY(filter.limit, params.integer("limit", 50, 1, 100));
    CO_TRY(const auto asked, params.boolean("livemode"));
    CO_TRY(filter.livemode, livemode_of(call.who, asked));
    auto body = [filter](store::Tx& tx) { return reads::list_messages(tx, filter); };
    CO_TRY(auto rows, co_await d_.store.with_reads(body));
    co_return page_response(std::move(rows), filter.limit,
                            [](reads::MessageRow row) { return view_of(std::move(row)); });
  }

  Awaitable<Result<net::Response>> message(Call call) {
    CO_TRY(const auto id, path_id<domain::MessageId>(call.request));
    const auto who = call.who;
    auto body = [who, id](store::Tx& tx) -> Result<reads::MessageDetail> {
      TRY(auto row, reads::find_message(tx, who.tenant_id, id));
      if (!row || !sees(who, row->livemode))
        return base::error(base::Code::not_found, "no such message");
      return *std::move(row);
    };
    CO_TRY(auto row, co_await d_.store.with_reads(body));
    MessageDetailView view;
    view.body = std::move(row.body);
    reads::MessageRow& head = row;
    static_cast<MessageView&>(view) = view_of(std::move(head));
    co_return json_response(200, view);
  }

 private:
  static Result<reads::TransactionRow> find_visible(store::Tx& tx, const identity::Principal& who,
                                                    domain::TransactionId id) {
    TRY(auto row, reads::find_transaction(tx, who.tenant_id, id));
    if (!row || !sees(who, row->livemode))
      return base::error(base::Code::not_found, "no such transaction");
    return *std::move(row);
  }

  MoneyDeps d_;
};

}  // namespace

payments::Refundable refundable_of(const tracking::Transaction& t) {
  return {t.tenant_id,
          t.id,
          t.request_id,
          t.livemode,
          {t.amount_minor, t.currency},
          t.refunded_minor,
          t.disputed_minor};
}

void add_money_routes(Routes& routes, MoneyDeps deps) {
  auto self = std::make_shared<MoneyRoutes>(deps);
  const Need viewer = Need::tenant_viewer;
  routes.add(Method::get, "/v1/transactions", viewer,
             [self](Call call) { return self->transactions(std::move(call), false); });
  routes.add(Method::get, "/v1/quarantine", viewer,
             [self](Call call) { return self->transactions(std::move(call), true); });
  routes.add(Method::get, "/v1/transactions/{id}", viewer,
             [self](Call call) { return self->transaction(std::move(call)); });
  routes.add(Method::get, "/v1/transactions/{id}/refunds", viewer,
             [self](Call call) { return self->refunds(std::move(call)); });
  routes.add(Method::post, "/v1/transactions/{id}/refunds", Need::tenant_member,
             [self](Call call) { return self->refund(std::move(call)); });
  routes.add(Method::get, "/v1/disputes", viewer,
             [self](Call call) { return self->disputes(std::move(call)); });
  routes.add(Method::get, "/v1/messages", viewer,
             [self](Call call) { return self->messages(std::move(call)); });
  routes.add(Method::get, "/v1/messages/{id}", viewer,
             [self](Call call) { return self->message(std::move(call)); });
}

}  // namespace api
