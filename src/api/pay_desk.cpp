#include "api/pay_desk.h"

#include "domain/locale.h"

namespace api {

PayDesk::PayDesk(requests::Requests& requests, std::string public_url,
                 FindConnection find_connection, FindMerchant find_merchant)
    : requests_(requests),
      public_url_(std::move(public_url)),
      find_connection_(std::move(find_connection)),
      find_merchant_(std::move(find_merchant)) {}

Result<std::optional<LinkedPage>> PayDesk::page(store::Tx& tx, const std::string& token) {
  TRY(auto found, pages(tx, std::span(&token, 1)));
  return std::move(found.front());
}

Result<std::vector<std::optional<LinkedPage>>> PayDesk::pages(store::Tx& tx,
                                                              std::span<const std::string> tokens) {
  TRY(auto rows, reads::pay_pages(tx, tokens));
  std::vector<std::optional<LinkedPage>> out(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i]) continue;
    TRY(auto merchant, find_merchant_(tx, rows[i]->tenant_id));
    out[i] = LinkedPage{*std::move(rows[i]), std::move(merchant)};
  }
  return out;
}

std::string locale_of(const LinkedPage& page) {
  const auto own = page.client_locale ? domain::locale_from_tag(*page.client_locale) : std::nullopt;
  const auto merchant = domain::locale_from_tag(page.merchant->locale);
  return std::string(base::enum_name(own ? *own : merchant.value_or(domain::Locale::en)));
}

Result<payments::PayOrder> PayDesk::order_for(store::Tx& tx, const std::string& token) {
  TRY(const auto found, page(tx, token));
  if (!found) return base::error(base::Code::not_found, "no such link");
  // Locked, so that a cancel or a verified payment and this press see each other.
  TRY(const auto request, requests_.lock(tx, found->tenant_id, found->request_id));
  if (!domain::takes_payments(request.status)) {
    return base::error(base::Code::conflict, "closed", "the request takes no payments");
  }
  TRY_STATUS(requests_.mark_opened(tx, found->tenant_id, token));
  TRY(const auto connection_id, find_connection_(tx, request.tenant_id, request.livemode));
  payments::SessionOrder session{request.tenant_id, request.id,       connection_id,
                                 found->message_id, request.livemode, request.amount()};
  return fill(std::move(session), *found, token);
}

Result<payments::PayOrder> PayDesk::order_again(store::Tx& tx,
                                                const payments::CheckoutSession& session) {
  TRY(const auto request, requests_.find(tx, session.tenant_id, session.request_id));
  if (!request) return base::error(base::Code::corrupt, "a checkout session without its request");
  TRY(const std::string token, requests_.token(*request, session.message_id));
  TRY(const auto found, page(tx, token));
  if (!found) return base::error(base::Code::corrupt, "a request without its link");
  payments::SessionOrder order{session.tenant_id,  session.request_id, session.connection_id,
                               session.message_id, session.livemode,   session.amount()};
  return fill(std::move(order), *found, token);
}

std::string PayDesk::link_of(const std::string& token) const { return public_url_ + "/p/" + token; }

payments::PayOrder PayDesk::fill(payments::SessionOrder session, const LinkedPage& page,
                                 const std::string& token) const {
  const std::string link = link_of(token);
  payments::PayOrder order;
  order.session = std::move(session);
  order.description = page.description;
  order.payer_email = page.client_email.value_or("");
  order.locale = locale_of(page);
  order.success_url = link + "?from=checkout";
  order.cancel_url = link;
  return order;
}

}  // namespace api
