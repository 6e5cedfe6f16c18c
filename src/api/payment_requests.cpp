#include "api/payment_requests.h"

#include "api/check.h"
#include "api/views.h"
#include "domain/client.h"
#include "reads/pages.h"
#include "reads/timeline.h"
#include "store/batch.h"

namespace api {

namespace {

constexpr base::Duration kDay = std::chrono::hours(24);
constexpr base::Duration kDueAfter = 14 * kDay;
constexpr base::Duration kDueMax = 5 * 366 * kDay;
constexpr base::Duration kExpiresAfterDue = 90 * kDay;
constexpr base::Duration kExpiresMax = 6 * 366 * kDay;
constexpr std::size_t kMetadataEntriesMax = 50;

struct TemplateIds {
  std::optional<domain::TemplateId> email;
  std::optional<domain::TemplateId> sms;
};
BOOST_DESCRIBE_STRUCT(TemplateIds, (), (email, sms))

struct CreateBody {
  domain::ClientId client_id;
  std::int64_t amount_minor = 0;
  domain::Currency currency;
  std::string description;
  std::vector<domain::Channel> channels;
  std::optional<Time> due_at;
  std::optional<Time> expires_at;
  std::optional<bool> livemode;
  std::optional<std::string> reference;
  std::optional<TemplateIds> template_ids;
  std::optional<std::map<std::string, std::string>> metadata;
};
BOOST_DESCRIBE_STRUCT(CreateBody, (),
                      (client_id, amount_minor, currency, description, channels, due_at, expires_at,
                       livemode, reference, template_ids, metadata))

struct ResendBody {
  std::vector<domain::Channel> channels;
};
BOOST_DESCRIBE_STRUCT(ResendBody, (), (channels))

struct TimelineView {
  std::vector<reads::TimelineEntry> data;
};
BOOST_DESCRIBE_STRUCT(TimelineView, (), (data))

void check_channels(Check& check, const std::vector<domain::Channel>& channels) {
  if (channels.empty()) check.add("channels", "required", "at least one channel");
  if (channels.size() > 2) check.add("channels", "too_many", "at most two channels");
  if (channels.size() == 2 && channels[0] == channels[1])
    check.add("channels[1]", "repeated", "each channel once");
}

void check_metadata(Check& check, const std::map<std::string, std::string>& metadata) {
  if (metadata.size() > kMetadataEntriesMax)
    check.add("metadata", "too_many", "at most 50 entries");
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
  for (const auto& [key, value] : metadata) {
    const bool good_key =
        !key.empty() && key.size() <= 40 && key.find_first_not_of(kAllowed) == std::string::npos;
    if (!good_key) check.add("metadata", "bad_key", "keys are 1 to 40 letters, digits, _ . or -");
    const domain::TextRule rule{.field = "metadata", .chars_max = 500, .required = false};
    check.take(domain::checked_text(value, rule));
  }
}

// Times: absent and null differ for due_at, so the tree is asked for what was present.
void check_times(Check& check, CreateBody& body, const boost::json::value& tree, Time now) {
  const bool due_given = tree.as_object().contains("due_at");
  if (!due_given) body.due_at = now + kDueAfter;
  if (due_given && body.due_at) {
    const bool fits = *body.due_at >= now && *body.due_at <= now + kDueMax;
    if (!fits) check.add("due_at", "out_of_range", "not past and at most 5 years ahead");
  }
  if (!body.expires_at) {
    const Time from = body.due_at ? *body.due_at : now;
    body.expires_at = from + kExpiresAfterDue;
    return;
  }
  const bool after_due = !due_given || !body.due_at || *body.expires_at >= *body.due_at;
  const bool fits = *body.expires_at > now && *body.expires_at <= now + kExpiresMax;
  if (!fits) check.add("expires_at", "out_of_range", "in the future and at most 6 years ahead");
  if (fits && !after_due) check.add("expires_at", "before_due_at", "not before due_at");
  if (fits && !due_given && *body.expires_at < *body.due_at) body.due_at = body.expires_at;
}

Result<CreateBody> read_create(const net::Request& request, Time now) {
  TRY(auto read, read_body_with_tree<CreateBody>(request));
  CreateBody& body = read.value;
  Check check;
  if (const auto amount = domain::check_amount({body.amount_minor, body.currency}); !amount)
    check.add(amount.error());
  if (auto text = check.take(
          domain::checked_text(body.description, {.field = "description", .chars_max = 255}))) {
    body.description = *text;
  }
  if (body.reference) {
    const domain::TextRule rule{.field = "reference", .chars_max = 120};
    if (auto text = check.take(domain::checked_text(*body.reference, rule))) body.reference = *text;
  }
  check_channels(check, body.channels);
  if (body.metadata) check_metadata(check, *body.metadata);
  check_times(check, body, read.tree, now);
  TRY_STATUS(check.status());
  return std::move(body);
}

std::string join_channels(const std::vector<domain::Channel>& channels) {
  const auto has = [&](domain::Channel c) {
    return std::find(channels.begin(), channels.end(), c) != channels.end();
  };
  if (has(domain::Channel::email) && has(domain::Channel::sms)) return "email,sms";
  return has(domain::Channel::email) ? "email" : "sms";
}

class PaymentRequestRoutes {
 public:
  explicit PaymentRequestRoutes(PaymentRequestDeps deps)
      : d_(deps),
        details_(d_.runtime, d_.store,
                 {.name = "payment_requests.read",
                  .access = store::Access::reads,
                  .items_max = domain::kEight},
                 [](store::Tx& tx, std::span<const domain::RequestKey> keys) {
                   return reads::find_requests(tx, keys);
                 }) {}

  Awaitable<Result<net::Response>> create(Call call) {
    CO_TRY(const auto body, read_create(call.request, d_.runtime.clock().now()));
    CO_TRY(const bool livemode, livemode_of(call.who, body.livemode));
    const domain::TenantId tenant_id = call.who.tenant_id;
    Effect effect = [this, tenant_id, livemode, &body](store::Tx& tx) {
      return create_in(tx, tenant_id, livemode, body);
    };
    co_return co_await d_.creator.run(call, std::move(effect));
  }

  Awaitable<Result<net::Response>> list(Call call) {
    CO_TRY(const auto params,
           Params::read(call.request, {"status", "client_id", "livemode", "limit", "cursor"}));
    reads::RequestFilter filter;
    filter.tenant_id = call.who.tenant_id;
    CO_TRY(filter.status, params.choice<domain::RequestStatus>("status"));
    CO_TRY(filter.client_id, params.id<domain::ClientId>("client_id"));
    CO_TRY(filter.cursor, params.id<domain::RequestId>("cursor"));
    CO_TRY(filter.limit, params.integer("limit", 50, 1, 100));
    CO_TRY(const auto asked, params.boolean("livemode"));
    CO_TRY(filter.livemode, livemode_of(call.who, asked));
    auto body = [this, filter](store::Tx& tx) { return page_of(tx, filter); };
    CO_TRY(auto page, co_await d_.store.with_reads(body));
    co_return std::move(page).response();
  }

  Awaitable<Result<net::Response>> read(Call call) {
    CO_TRY(const auto id, path_id<domain::RequestId>(call.request));
    const domain::RequestKey key{call.who.tenant_id, id};
    CO_TRY(auto found, co_await details_.run(key));
    const bool visible = found && (!call.who.livemode || *call.who.livemode == found->livemode);
    if (!visible) co_return base::error(base::Code::not_found, "no such payment request");
    RequestDetailView view;
    view.client = {found->client_id, found->client_name, found->client_email, found->client_phone};
    for (auto& row : found->transactions) view.transactions.push_back(view_of(std::move(row)));
    std::string link = d_.creator.link_of(found->link_key_version, id);
    reads::RequestRow& row = *found;
    static_cast<RequestView&>(view) =
        view_of(std::move(row), std::move(link), d_.runtime.clock().now());
    net::Response response = json_response(200, view);
    set_etag(response, view.version);
    co_return response;
  }

  Awaitable<Result<net::Response>> cancel(Call call) {
    CO_TRY(const auto id, path_id<domain::RequestId>(call.request));
    const auto who = call.who;
    auto body = [this, who, id](store::Tx& tx) -> Result<requests::PaymentRequest> {
      TRY(auto request, lock_visible(tx, who, id));
      using S = domain::RequestStatus;
      if (request.status == S::cancelled || request.status == S::cancelling) return request;
      if (request.status == S::expired)
        return base::error(base::Code::conflict, "already_expired", "the request has expired");
      // Asked first, so that a refused command leaves the session alone.
      TRY_STATUS(domain::next(request.status, request.flags, domain::RequestEvent::cancel));
      TRY(const bool session_open, d_.sessions.end_open(tx, request.tenant_id, request.id));
      const auto event = session_open ? domain::RequestEvent::cancel_with_open_session
                                      : domain::RequestEvent::cancel;
      TRY_STATUS(d_.requests.apply(tx, request, event, d_.runtime.clock().now()));
      return request;
    };
    CO_TRY(const auto request, co_await d_.store.with_transaction(body));
    const std::string link = d_.creator.link_of(request.link_key_version, request.id);
    net::Response response = json_response(200, view_of(request, link, d_.runtime.clock().now()));
    set_etag(response, request.version);
    co_return response;
  }

  Awaitable<Result<net::Response>> resend(Call call) {
    CO_TRY(const auto id, path_id<domain::RequestId>(call.request));
    CO_TRY(const auto body, read_body<ResendBody>(call.request));
    Check check;
    check_channels(check, body.channels);
    CO_TRY_STATUS(check.status());
    const auto who = call.who;
    Effect effect = [this, who, id, &body](store::Tx& tx) -> Result<Answer> {
      TRY(const auto request, lock_visible(tx, who, id));
      if (!domain::takes_payments(request.status)) {
        return base::error(base::Code::conflict, "not_open",
                           "only an open request can be sent again");
      }
      TRY(const auto sent, enqueue(tx, request, body.channels, TemplateIds{}));
      return Answer{201, base::json::write(sent)};
    };
    co_return co_await d_.creator.run(call, std::move(effect));
  }

  Awaitable<Result<net::Response>> timeline(Call call) {
    CO_TRY(const auto id, path_id<domain::RequestId>(call.request));
    const auto who = call.who;
    auto body = [this, who, id](store::Tx& tx) -> Result<TimelineView> {
      TRY(const auto request, d_.requests.find(tx, who.tenant_id, id));
      if (!request || !sees(who, *request))
        return base::error(base::Code::not_found, "no such payment request");
      TRY(auto entries, reads::timeline(tx, who.tenant_id, id));
      return TimelineView{std::move(entries)};
    };
    CO_TRY(const auto view, co_await d_.store.with_reads(body));
    co_return json_response(200, view);
  }

 private:
  // Written row by row as they arrive: the list is what merchants ask for most.
  Result<Page> page_of(store::Tx& tx, const reads::RequestFilter& filter) {
    Page page(filter.limit);
    const Time now = d_.runtime.clock().now();
    RequestView view;
    const auto add = [&](reads::RequestRow& row) -> Status {
      if (!page.has_room()) return {};
      fill(view, row, now);
      view.link.clear();
      d_.creator.append_link(view.link, row.link_key_version, row.id);
      page.add(row.id, view);
      return {};
    };
    TRY_STATUS(reads::each_request(tx, filter, add));
    return page;
  }

  static bool sees(const identity::Principal& who, const requests::PaymentRequest& request) {
    return !who.livemode || *who.livemode == request.livemode;
  }

  Result<requests::PaymentRequest> lock_visible(store::Tx& tx, const identity::Principal& who,
                                                domain::RequestId id) {
    TRY(auto request, d_.requests.lock(tx, who.tenant_id, id));
    if (!sees(who, request)) return base::error(base::Code::not_found, "no such payment request");
    return request;
  }

  Result<Answer> create_in(store::Tx& tx, domain::TenantId tenant_id, bool livemode,
                           const CreateBody& body) {
    requests::NewRequest order;
    order.tenant_id = tenant_id;
    order.client_id = body.client_id;
    order.livemode = livemode;
    order.amount = {body.amount_minor, body.currency};
    order.description = body.description;
    order.reference = body.reference;
    order.channels = join_channels(body.channels);
    if (body.metadata) order.metadata.text = base::json::write(*body.metadata);
    order.due_at = body.due_at;
    order.expires_at = body.expires_at;
    TRY(const auto recipient, reads::recipient_of_client(tx, tenant_id, body.client_id));
    if (!recipient) return base::field_error("client_id", "unknown", "no such client");
    if (recipient->archived_at)
      return base::field_error("client_id", "archived", "the client is archived");
    TRY_STATUS(check_addresses(*recipient, body.channels));
    TRY_STATUS(check_templates(tx, tenant_id, *recipient, body));
    TRY(const auto request, d_.requests.create(tx, order));
    TRY_STATUS(enqueue_to(tx, request, *recipient, body.channels,
                          body.template_ids.value_or(TemplateIds{})));
    const auto link = Creator::link_placeholder(request.link_key_version, request.id);
    return Answer{201, base::json::write(view_of(request, link, request.created_at))};
  }

  static Status check_addresses(const reads::ClientRecipient& recipient,
                                const std::vector<domain::Channel>& channels) {
    Check check;
    for (std::size_t i = 0; i < channels.size(); ++i) {
      const bool known = channels[i] == domain::Channel::email ? recipient.email.has_value()
                                                               : recipient.phone.has_value();
      if (!known)
        check.add("channels[" + std::to_string(i) + "]", "no_address",
                  "the client has no address for this channel");
    }
    return check.status();
  }

  static Status check_templates(store::Tx& tx, domain::TenantId tenant_id,
                                const reads::ClientRecipient& recipient, const CreateBody& body) {
    for (const domain::Channel channel : body.channels) {
      const auto named = !body.template_ids                  ? std::optional<domain::TemplateId>{}
                         : channel == domain::Channel::email ? body.template_ids->email
                                                             : body.template_ids->sms;
      const std::string field = "template_ids." + std::string(base::enum_name(channel));
      TRY(const auto found,
          reads::template_for(tx, {tenant_id, channel, domain::MessageKind::request,
                                   recipient.locale, recipient.merchant_locale, named}));
      if (!found) return base::field_error(field, "unknown", "no template fits this channel");
    }
    return {};
  }

  Result<MessageListView> enqueue(store::Tx& tx, const requests::PaymentRequest& request,
                                  const std::vector<domain::Channel>& channels,
                                  const TemplateIds& templates) {
    TRY(const auto recipient, reads::recipient_of_client(tx, request.tenant_id, request.client_id));
    if (!recipient) return base::error(base::Code::corrupt, "a request without its client");
    TRY_STATUS(check_addresses(*recipient, channels));
    return enqueue_to(tx, request, *recipient, channels, templates);
  }

  Result<MessageListView> enqueue_to(store::Tx& tx, const requests::PaymentRequest& request,
                                     const reads::ClientRecipient& recipient,
                                     const std::vector<domain::Channel>& channels,
                                     const TemplateIds& templates) {
    MessageListView out;
    for (const domain::Channel channel : channels) {
      const bool email = channel == domain::Channel::email;
      messaging::NewMessage order;
      order.tenant_id = request.tenant_id;
      order.request_id = request.id;
      order.client_id = request.client_id;
      order.livemode = request.livemode;
      order.channel = channel;
      order.template_id = email ? templates.email : templates.sms;
      order.link_key_version = request.link_key_version;
      order.to_address = (email ? recipient.email : recipient.phone).value_or("");
      order.country = email ? "" : recipient.country;
      TRY(const auto message, d_.messages.enqueue(tx, order));
      TRY_STATUS(d_.requests.add_message_link(tx, request, message.id));
      out.data.push_back(view_of(message));
    }
    return out;
  }

  PaymentRequestDeps d_;
  // Requests that are asked for together are read together.
  store::Batch<domain::RequestKey, std::optional<reads::RequestDetail>> details_;
};

}  // namespace

void add_payment_request_routes(Routes& routes, PaymentRequestDeps deps) {
  auto self = std::make_shared<PaymentRequestRoutes>(deps);
  const std::string root = "/v1/payment-requests";
  routes.add(Method::post, root, Need::tenant_member,
             [self](Call call) { return self->create(std::move(call)); });
  routes.add(Method::get, root, Need::tenant_viewer,
             [self](Call call) { return self->list(std::move(call)); });
  routes.add(Method::get, root + "/{id}", Need::tenant_viewer,
             [self](Call call) { return self->read(std::move(call)); });
  routes.add(Method::post, root + "/{id}/cancel", Need::tenant_member,
             [self](Call call) { return self->cancel(std::move(call)); });
  routes.add(Method::post, root + "/{id}/resend", Need::tenant_member,
             [self](Call call) { return self->resend(std::move(call)); });
  routes.add(Method::get, root + "/{id}/timeline", Need::tenant_viewer,
             [self](Call call) { return self->timeline(std::move(call)); });
}

}  // namespace api
