#include "api/pay_page.h"

#include <charconv>

#include "base/encoding.h"
#include "base/log.h"
#include "images/qr.h"
#include "store/batch.h"

namespace api {

namespace {

constexpr std::size_t kIgnoredBodyMax = 4 * 1024;
constexpr int kConfirmingMax = 20;  // refreshes before the Pay button comes back

PageState state_of(const LinkedPage& page) {
  using S = domain::RequestStatus;
  switch (page.status) {
    case S::draft:
    case S::scheduled: return PageState::not_yet;
    case S::open: return PageState::open;
    case S::processing: return PageState::processing;
    case S::paid: return PageState::paid;
    case S::expired: return PageState::expired;
    case S::cancelling:
    case S::cancelled: return PageState::cancelled;
  }
  return PageState::expired;
}

class PayPageRoutes {
 public:
  explicit PayPageRoutes(PayPageDeps deps)
      : d_(std::move(deps)),
        pages_(
            d_.runtime, d_.store,
            {.name = "pay_page", .access = store::Access::reads, .items_max = reads::kPagesAtOnce},
            [this](store::Tx& tx, std::span<const std::string> tokens) {
              return d_.desk.pages(tx, tokens);
            }),
        limiter_(d_.runtime.clock(), d_.requests_per_second, d_.requests_per_second * 5) {}

  Awaitable<Result<net::Response>> show(net::Request request) {
    if (!limiter_.take(request.peer).allowed) co_return notice(request, 429, NoticeKind::slow_down);
    const std::string token = request.path_params.at(0);
    const int returns = returns_of(request);
    auto page = co_await pages_.run(token);
    if (!page) co_return trouble(request, page.error());
    if (!*page) co_return notice(request, 404, NoticeKind::unknown_link);
    PageState state = state_of(**page);
    if (state == PageState::open && returns >= 0 && returns < kConfirmingMax) {
      state = PageState::confirming;
      co_await ask_provider(**page);
    }
    co_return html(request, **page, state, token, std::max(returns, 0), false);
  }

  Awaitable<Result<net::Response>> press(net::Request request) {
    if (!limiter_.take(request.peer).allowed) co_return notice(request, 429, NoticeKind::slow_down);
    const std::string token = request.path_params.at(0);
    payments::Checkout::Prepare prepare = [this, token](store::Tx& tx) {
      return d_.desk.order_for(tx, token);
    };
    auto url = co_await d_.checkout.hand_over(prepare);
    // Two devices made the intent at the same moment: the second finds the first one's.
    if (!url && url.error().code == base::Code::conflict && url.error().reason != "closed") {
      url = co_await d_.checkout.hand_over(prepare);
    }
    if (url) co_return see_other(*url);
    if (url.error().code == base::Code::not_found && url.error().reason.empty()) {
      co_return notice(request, 404, NoticeKind::unknown_link);
    }
    if (url.error().code == base::Code::conflict) co_return see_other("/p/" + token);
    base::log::warn("payer could not be handed over", {{"trace_id", request.trace_id},
                                                       {"code", base::to_string(url.error().code)},
                                                       {"reason", url.error().reason}});
    auto body = [this, token](store::Tx& tx) { return d_.desk.page(tx, token); };
    auto page = co_await d_.store.with_reads(body);
    if (!page || !*page) co_return notice(request, 503, NoticeKind::trouble);
    net::Response response = html(request, **page, state_of(**page), token, 0, true);
    response.status = 503;
    response.headers.set("Retry-After", "10");
    co_return response;
  }

  Awaitable<Result<net::Response>> logo(net::Request request) {
    if (!limiter_.take(request.peer).allowed) {
      co_return base::error(base::Code::rate_limited, "too many requests from this address");
    }
    const std::string token = request.path_params.at(0);
    auto body = [this, token](store::Tx& tx) -> Result<reads::Logo> {
      TRY(const auto page, d_.desk.page(tx, token));
      if (!page) return base::error(base::Code::not_found, "no such link");
      TRY(auto found, reads::logo(tx, page->tenant_id));
      if (!found) return base::error(base::Code::not_found, "no logo");
      return *std::move(found);
    };
    CO_TRY(auto image, co_await d_.store.with_reads(body));
    const std::string etag = "\"" + base::to_base32(image.id.value) + "\"";
    if (request.headers.get("If-None-Match") == etag) {
      net::Response same;
      same.status = 304;
      same.headers.set("ETag", etag);
      co_return same;
    }
    net::Response response =
        net::text_response(200, image.media_type, std::move(image.bytes.bytes));
    response.headers.set("ETag", etag);
    response.headers.set("Cache-Control", "private, max-age=86400");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Content-Security-Policy", "default-src 'none'");
    co_return response;
  }

  // The link as a picture, for whoever reads the mail on another device. It is as secret as the
  // link, and looking at it is not opening it.
  Awaitable<Result<net::Response>> qr_code(net::Request request) {
    if (!limiter_.take(request.peer).allowed) {
      co_return base::error(base::Code::rate_limited, "too many requests from this address");
    }
    const std::string token = request.path_params.at(0);
    CO_TRY(const auto page, co_await pages_.run(token));
    if (!page) co_return base::error(base::Code::not_found, "no such link");
    auto draw = [link = d_.desk.link_of(token)] { return images::qr_code_png(link); };
    CO_TRY(auto png, co_await base::run_blocking(d_.runtime, std::move(draw)));
    net::Response response = net::text_response(200, "image/png", std::move(png));
    response.headers.set("Cache-Control", "private, no-store");
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("X-Robots-Tag", "noindex, nofollow");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Content-Security-Policy", "default-src 'none'");
    co_return response;
  }

  // GET only asks: link scanners open every address in a mail.
  Awaitable<Result<net::Response>> unsubscribe(net::Request request, bool confirmed) {
    if (!limiter_.take(request.peer).allowed) co_return notice(request, 429, NoticeKind::slow_down);
    const std::string token = request.path_params.at(0);
    auto body = [this, token, confirmed](store::Tx& tx) -> Result<std::optional<LinkedPage>> {
      TRY(auto page, d_.desk.page(tx, token));
      if (!page || !confirmed || !page->client_email) return page;
      TRY_STATUS(d_.messages.opt_out(tx, page->tenant_id, domain::Channel::email,
                                     *page->client_email, messaging::OptOutSource::unsubscribe));
      return page;
    };
    auto page = co_await d_.store.with_transaction(body);
    if (!page) co_return trouble(request, page.error());
    if (!*page) co_return notice(request, 404, NoticeKind::unknown_link);
    NoticeInput input;
    input.kind = confirmed ? NoticeKind::unsubscribed : NoticeKind::unsubscribe;
    input.locale = payer_locale(request, &**page);
    input.merchant_name = (*page)->merchant->name;
    if (!confirmed) input.action = "/u/" + token;
    co_return notice_response(200, std::move(input));
  }

 private:
  // -1: not back from the checkout; else how often the page renewed itself since.
  static int returns_of(const net::Request& request) {
    const auto query = net::Query::parse(request.query);
    if (!query || query->get("from") != "checkout") return -1;
    const std::string n = query->get("n").value_or("0");
    int out = 0;
    const auto [end, error] = std::from_chars(n.data(), n.data() + n.size(), out);
    return error == std::errc{} && end == n.data() + n.size() && out >= 0 ? out : 0;
  }

  Awaitable<void> ask_provider(const LinkedPage& page) {
    const domain::TenantId tenant_id = page.tenant_id;
    const domain::RequestId request_id = page.request_id;
    auto hint = [this, tenant_id, request_id](store::Tx& tx) {
      return d_.transactions.payer_returned(tx, tenant_id, request_id);
    };
    auto done = co_await d_.store.with_transaction(hint);
    if (!done) base::log::warn("return could not be recorded", {{"detail", done.error().detail}});
  }

  static domain::Locale payer_locale(const net::Request& request, const LinkedPage* page) {
    if (page && page->client_locale) {
      if (const auto own = domain::locale_from_tag(*page->client_locale)) return *own;
    }
    const auto merchant = page ? domain::locale_from_tag(page->merchant->locale) : std::nullopt;
    return domain::locale_from_accept_language(request.headers.get("Accept-Language"),
                                               merchant.value_or(domain::Locale::en));
  }

  std::string make_nonce() {
    std::array<std::uint8_t, 16> bytes{};
    d_.runtime.random().fill(bytes);
    return base::to_base64(base::as_chars(bytes));
  }

  net::Response html(const net::Request& request, const LinkedPage& page, PageState state,
                     const std::string& token, int refresh_count, bool trouble) {
    const auto zone = d_.zones.find(page.merchant->time_zone);
    const domain::TimeZone fallback = domain::TimeZone::utc();
    const std::string nonce = make_nonce();
    const PageInput input{
        page,          state,  payer_locale(request, &page), zone ? **zone : fallback, token, nonce,
        refresh_count, trouble};
    net::Response response =
        net::text_response(200, "text/html; charset=utf-8", pay_page_html(input));
    set_page_headers(response, d_.policy, nonce);
    return response;
  }

  net::Response notice(const net::Request& request, int status, NoticeKind kind) {
    NoticeInput input;
    input.kind = kind;
    input.locale = payer_locale(request, nullptr);
    return notice_response(status, std::move(input));
  }

  net::Response notice_response(int status, NoticeInput input) {
    input.nonce = make_nonce();
    net::Response response =
        net::text_response(status, "text/html; charset=utf-8", notice_html(input));
    set_page_headers(response, d_.policy, input.nonce);
    if (status == 429 || status == 503) response.headers.set("Retry-After", "5");
    return response;
  }

  net::Response trouble(const net::Request& request, const base::Error& error) {
    base::log::error("pay page failed", {{"trace_id", request.trace_id}, {"detail", error.detail}});
    return notice(request, error.code == base::Code::unavailable ? 503 : 500, NoticeKind::trouble);
  }

  static net::Response see_other(std::string location) {
    net::Response response;
    response.status = 303;
    response.headers.set("Location", std::move(location));
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("Cache-Control", "no-store");
    return response;
  }

  PayPageDeps d_;
  // Links are opened by many at once: pages that are asked for together are read together.
  store::Batch<std::string, std::optional<LinkedPage>> pages_;
  RateLimiter limiter_;
};

}  // namespace

void add_pay_page_routes(Routes& routes, PayPageDeps deps) {
  auto self = std::make_shared<PayPageRoutes>(std::move(deps));
  routes.add_public(Method::get, "/p/{token}",
                    [self](net::Request r) { return self->show(std::move(r)); });
  routes.add_public(
      Method::post, "/p/{token}", [self](net::Request r) { return self->press(std::move(r)); },
      kIgnoredBodyMax);
  routes.add_public(Method::get, "/p/{token}/logo",
                    [self](net::Request r) { return self->logo(std::move(r)); });
  routes.add_public(Method::get, "/p/{token}/qr.png",
                    [self](net::Request r) { return self->qr_code(std::move(r)); });
  routes.add_public(Method::get, "/u/{token}",
                    [self](net::Request r) { return self->unsubscribe(std::move(r), false); });
  routes.add_public(
      Method::post, "/u/{token}",
      [self](net::Request r) { return self->unsubscribe(std::move(r), true); }, kIgnoredBodyMax);
}

}  // namespace api
