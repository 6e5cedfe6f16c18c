#pragma once
#include <optional>
#include <string>

#include "api/pay_desk.h"
#include "domain/locale.h"
#include "domain/timezone.h"
#include "net/http.h"

namespace api {

enum class PageState : std::uint8_t {
  open,
  confirming,
  processing,
  paid,
  expired,
  cancelled,
  not_yet
};

struct PageInput {
  const LinkedPage& page;
  PageState state = PageState::open;
  domain::Locale locale = domain::Locale::en;
  const domain::TimeZone& zone;
  std::string token;      // of the link in use; checked by the caller
  std::string nonce;      // of the style sheet, base64
  int refresh_count = 0;  // of the confirming state
  bool trouble = false;   // the last press of Pay failed
};
// Pure: one page, complete. No script, no outside resource.
std::string pay_page_html(const PageInput& input);

enum class NoticeKind : std::uint8_t {
  unknown_link,
  slow_down,
  trouble,
  unsubscribe,
  unsubscribed
};
struct NoticeInput {
  NoticeKind kind = NoticeKind::unknown_link;
  domain::Locale locale = domain::Locale::en;
  std::string nonce;
  std::string merchant_name;  // of unsubscribe and unsubscribed
  std::string action;         // of unsubscribe: where its form goes
};
std::string notice_html(const NoticeInput& input);

// What goes with every page: a strict policy, no referrer, no index, no cache. `checkout_origins`
// are the origins that the Pay form may lead to (browsers check redirects of a form against
// form-action).
struct PagePolicy {
  std::string checkout_origins;  // "https://checkout.stripe.com http://127.0.0.1:12111"
};
void set_page_headers(net::Response& response, const PagePolicy& policy, const std::string& nonce);

}  // namespace api
