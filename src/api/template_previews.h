#pragma once
#include <functional>

#include "api/routes.h"
#include "api/templates.h"
#include "messaging/prices.h"
#include "messaging/render.h"
#include "net/mime.h"
#include "store/store.h"
#include "templates/content.h"

namespace api {

// Whose data a preview shows: a payment request's, a client's, or else a sample's.
struct PreviewSubject {
  domain::TenantId tenant_id;
  templates::Purpose purpose;
  std::string locale;
  std::optional<domain::ClientId> client_id;
  std::optional<domain::RequestId> payment_request_id;
};

// A test on its way to the person who asked for it, and to nobody else: who that is, `to`, `from`
// and the id are filled in by send_test.
struct TestMail {
  domain::TenantId tenant_id;
  domain::UserId user_id;
  bool livemode = false;
  net::MimeMessage mail;
};

struct TemplatePreviewDeps {
  store::Store& store;
  base::Runtime& runtime;
  text::Compiler& compiler;
  std::string public_url;
  // not_found: no such client or payment request.
  std::function<Result<messaging::SendContext>(store::Tx&, const PreviewSubject&)> context;
  KnownImages images;
  // Of one segment; absent when nobody knows.
  std::function<Awaitable<Result<std::optional<messaging::SegmentPrice>>>(
      domain::TenantId, bool livemode, std::string country)>
      sms_price;
  // The address it went to. conflict "no_connection" when the tenant has no mail relay in that
  // mode, unavailable "relay_failed" when the relay did not take it.
  std::function<Awaitable<Result<std::string>>(TestMail)> send_test;
};
// /v1/template-previews, /v1/template-tests and /v1/template-placeholders.
void add_template_preview_routes(Routes& routes, TemplatePreviewDeps deps);

}  // namespace api
