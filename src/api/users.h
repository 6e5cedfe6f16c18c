#pragma once
#include "api/idempotent.h"
#include "api/routes.h"
#include "identity/sessions.h"
#include "identity/users.h"
#include "store/store.h"

namespace api {

// /v1/users: accounts of people, for platform administrators. /v1/members: the people of a tenant,
// for its owners.
struct PeopleDeps {
  store::Store& store;
  const base::Clock& clock;
  Creator& creator;
  identity::Users& users;
  identity::Sessions& sessions;  // hashes passwords
};
void add_user_routes(Routes& routes, PeopleDeps deps);
void add_member_routes(Routes& routes, PeopleDeps deps);

// What the Idempotency-Key is compared with: the body without its password, whose quick hash must
// not be stored anywhere.
Call without_password(const Call& call);

}  // namespace api
