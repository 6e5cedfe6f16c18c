#pragma once
#include "api/idempotent.h"
#include "api/routes.h"
#include "store/store.h"
#include "templates/templates.h"

namespace api {

// /v1/templates: what messages say, their drafts and versions.
struct TemplateDeps {
  store::Store& store;
  Creator& creator;
  templates::Templates& templates;
  text::Compiler& compiler;
};
void add_template_routes(Routes& routes, TemplateDeps deps);

}  // namespace api
