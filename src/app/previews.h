#pragma once
#include "api/template_previews.h"
#include "app/core.h"
#include "app/people.h"

namespace app {

// Where previews of templates get their data from.
api::TemplatePreviewDeps preview_deps(Core& core, People& people);

}  // namespace app
