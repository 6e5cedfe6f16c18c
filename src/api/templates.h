#pragma once
#include <functional>
#include <span>

#include "api/idempotent.h"
#include "api/routes.h"
#include "messaging/render.h"
#include "store/store.h"
#include "templates/templates.h"

namespace api {

// Of the names, those that the tenant's library has.
using KnownImages = std::function<Result<std::vector<messaging::ImageAddress>>(
    store::Tx&, domain::TenantId, std::span<const std::string>)>;

// /v1/templates: what messages say, their drafts and versions.
struct TemplateDeps {
  store::Store& store;
  Creator& creator;
  templates::Templates& templates;
  text::Compiler& compiler;
  KnownImages images;
};
void add_template_routes(Routes& routes, TemplateDeps deps);

}  // namespace api
