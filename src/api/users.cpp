#include "api/users.h"

#include "api/check.h"
#include "api/views.h"
#include "domain/client.h"

namespace api {

namespace {

struct UserView {
  domain::UserId id;
  std::string email;
  std::string name;
  bool platform_admin = false;
  std::optional<Time> disabled_at;
  std::optional<Time> locked_until;
  Time created_at;
  Time updated_at;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(UserView, (),
                      (id, email, name, platform_admin, disabled_at, locked_until, created_at,
                       updated_at, version))

struct CreateUserBody {
  std::string email;
  std::string name;
  std::string password;
  std::optional<bool> platform_admin;
};
BOOST_DESCRIBE_STRUCT(CreateUserBody, (), (email, name, password, platform_admin))
struct UpdateUserBody {
  std::optional<std::string> name;
  std::optional<std::string> password;
  std::optional<bool> platform_admin;
  std::optional<bool> disabled;
};
BOOST_DESCRIBE_STRUCT(UpdateUserBody, (), (name, password, platform_admin, disabled))

UserView view_of(const identity::User& user, Time now) {
  UserView out{user.id,          user.email,        user.name,       user.platform_admin,
               user.disabled_at, user.locked_until, user.created_at, user.updated_at,
               user.version};
  if (out.locked_until && *out.locked_until <= now) out.locked_until.reset();
  return out;
}

class UserRoutes {
 public:
  explicit UserRoutes(PeopleDeps deps) : d_(deps) {}

  Awaitable<Result<net::Response>> list(Call call) {
    CO_TRY(const auto params, Params::read(call.request, {"limit", "cursor"}));
    CO_TRY(const std::int64_t limit, params.integer("limit", 50, 1, 100));
    CO_TRY(const auto cursor, params.id<domain::UserId>("cursor"));
    auto body = [this, cursor, limit](store::Tx& tx) { return d_.users.list(tx, cursor, limit); };
    CO_TRY(auto rows, co_await d_.store.with_snapshot(body));
    const Time now = d_.clock.now();
    co_return page_response(std::move(rows), limit,
                            [now](const identity::User& row) { return view_of(row, now); });
  }

  Awaitable<Result<net::Response>> create(Call call) {
    CO_TRY(auto body, read_body<CreateUserBody>(call.request));
    Check check;
    identity::NewUser order;
    order.platform_admin = body.platform_admin.value_or(false);
    if (auto email = check.take(identity::checked_account_email(body.email))) order.email = *email;
    const domain::TextRule rule{.field = "name", .chars_max = 120};
    if (auto name = check.take(domain::checked_text(body.name, rule))) order.name = *name;
    check.take(identity::check_password(body.password, "password"));
    CO_TRY_STATUS(check.status());
    base::Secret<std::string> password(std::move(body.password));
    order.password_hash = base::Secret<std::string>(co_await d_.sessions.hash(std::move(password)));
    const Time now = d_.clock.now();
    Effect effect = [this, &order, now](store::Tx& tx) -> Result<Answer> {
      TRY(const auto user, d_.users.create(tx, order));
      return Answer{201, base::json::write(view_of(user, now))};
    };
    const Call compared = without_password(call);
    co_return co_await d_.creator.run(compared, std::move(effect));
  }

  Awaitable<Result<net::Response>> read(Call call) {
    CO_TRY(const auto id, path_id<domain::UserId>(call.request));
    auto body = [this, id](store::Tx& tx) { return d_.users.find(tx, id); };
    CO_TRY(const auto user, co_await d_.store.with_snapshot(body));
    co_return tagged(user);
  }

  Awaitable<Result<net::Response>> update(Call call) {
    CO_TRY(const auto id, path_id<domain::UserId>(call.request));
    CO_TRY(const auto version, if_match(call.request));
    CO_TRY(auto body, read_body<UpdateUserBody>(call.request));
    Check check;
    identity::UserChange change;
    change.platform_admin = body.platform_admin;
    change.disabled = body.disabled;
    const domain::TextRule rule{.field = "name", .chars_max = 120};
    if (body.name) change.name = check.take(domain::checked_text(*body.name, rule));
    if (body.password) check.take(identity::check_password(*body.password, "password"));
    CO_TRY_STATUS(check.status());
    if (body.password) {
      base::Secret<std::string> password(*std::move(body.password));
      change.password_hash =
          base::Secret<std::string>(co_await d_.sessions.hash(std::move(password)));
    }
    const auto by = call.who.user_id;
    auto effect = [this, id, version, &change, by](store::Tx& tx) {
      return d_.users.update(tx, id, version, change, by);
    };
    CO_TRY(const auto user, co_await d_.store.with_transaction(effect));
    co_return tagged(user);
  }

 private:
  net::Response tagged(const identity::User& user) const {
    net::Response response = json_response(200, view_of(user, d_.clock.now()));
    set_etag(response, user.version);
    return response;
  }
  PeopleDeps d_;
};

}  // namespace

Call without_password(const Call& call) {
  Call out = call;
  auto tree = base::json::parse(call.request.body);
  if (tree && tree->is_object() && tree->as_object().erase("password") > 0) {
    out.request.body = boost::json::serialize(*tree);
  }
  return out;
}

void add_user_routes(Routes& routes, PeopleDeps deps) {
  auto self = std::make_shared<UserRoutes>(deps);
  const Need admin = Need::platform_admin;
  routes.add(Method::get, "/v1/users", admin,
             [self](Call call) { return self->list(std::move(call)); });
  routes.add(Method::post, "/v1/users", admin,
             [self](Call call) { return self->create(std::move(call)); });
  routes.add(Method::get, "/v1/users/{id}", admin,
             [self](Call call) { return self->read(std::move(call)); });
  routes.add(Method::patch, "/v1/users/{id}", admin,
             [self](Call call) { return self->update(std::move(call)); });
}

}  // namespace api
