#pragma once
#include "api/routes.h"
#include "identity/sessions.h"
#include "identity/users.h"
#include "store/store.h"

namespace api {

// /v1/sessions and /v1/users/current/password: signing in and out with a local account.
struct SessionDeps {
  store::Store& store;
  identity::Users& users;
  identity::Sessions& sessions;
};
void add_session_routes(Routes& routes, SessionDeps deps);

}  // namespace api
