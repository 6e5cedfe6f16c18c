#pragma once
#include "api/idempotent.h"
#include "api/routes.h"
#include "assets/images.h"
#include "store/store.h"

namespace api {

// /v1/images: the tenant's library; /images/{id}/{file}: its files, for anybody.
struct ImageDeps {
  base::Runtime& runtime;
  store::Store& store;
  Creator& creator;
  assets::Images& images;
  std::uint32_t readers_per_second = 100;  // per address, of files
};
void add_image_routes(Routes& routes, ImageDeps deps);

}  // namespace api
