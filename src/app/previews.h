#pragma once
#include "api/template_previews.h"
#include "app/core.h"
#include "app/people.h"

namespace app {

// The pictures of a tenant's library by name.
api::KnownImages known_images(Core& core);

// Where previews of templates get their data from.
api::TemplatePreviewDeps preview_deps(Core& core, People& people);

}  // namespace app
