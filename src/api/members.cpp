#include "api/check.h"
#include "api/users.h"
#include "api/views.h"
#include "domain/client.h"

namespace api {

namespace {

struct MemberBody {
  std::string email;
  std::string name;
  identity::Role role = identity::Role::viewer;
  std::string password;
};
BOOST_DESCRIBE_STRUCT(MemberBody, (), (email, name, role, password))
struct RoleBody {
  identity::Role role = identity::Role::viewer;
};
BOOST_DESCRIBE_STRUCT(RoleBody, (), (role))

// Members have no id of their own: the cursor is the user's.
net::Response members_page(const std::vector<identity::Member>& rows, std::int64_t limit) {
  Page page(limit);
  for (const auto& row : rows) {
    if (!page.has_room()) break;
    page.add(row.user_id, row);
  }
  return std::move(page).response();
}

class MemberRoutes {
 public:
  explicit MemberRoutes(PeopleDeps deps) : d_(deps) {}

  Awaitable<Result<net::Response>> list(Call call) {
    CO_TRY(const auto params, Params::read(call.request, {"limit", "cursor"}));
    CO_TRY(const std::int64_t limit, params.integer("limit", 50, 1, 100));
    CO_TRY(const auto cursor, params.id<domain::UserId>("cursor"));
    const domain::TenantId tenant = call.who.tenant_id;
    auto body = [this, tenant, cursor, limit](store::Tx& tx) {
      return d_.users.list_members(tx, tenant, cursor, limit);
    };
    CO_TRY(auto rows, co_await d_.store.with_snapshot(body));
    co_return members_page(rows, limit);
  }

  Awaitable<Result<net::Response>> add(Call call) {
    CO_TRY(auto body, read_body<MemberBody>(call.request));
    Check check;
    identity::NewMember order;
    order.role = body.role;
    if (auto email = check.take(identity::checked_account_email(body.email)))
      order.user.email = *email;
    const domain::TextRule rule{.field = "name", .chars_max = 120};
    if (auto name = check.take(domain::checked_text(body.name, rule))) order.user.name = *name;
    check.take(identity::check_password(body.password, "password"));
    CO_TRY_STATUS(check.status());
    base::Secret<std::string> password(std::move(body.password));
    order.user.password_hash =
        base::Secret<std::string>(co_await d_.sessions.hash(std::move(password)));
    const domain::TenantId tenant = call.who.tenant_id;
    Effect effect = [this, tenant, &order](store::Tx& tx) -> Result<Answer> {
      TRY(const auto member, d_.users.add_member(tx, tenant, order));
      return Answer{201, base::json::write(member)};
    };
    const Call compared = without_password(call);
    co_return co_await d_.creator.run(compared, std::move(effect));
  }

  Awaitable<Result<net::Response>> read(Call call) {
    CO_TRY(const auto id, path_id<domain::UserId>(call.request));
    const domain::TenantId tenant = call.who.tenant_id;
    auto body = [this, tenant, id](store::Tx& tx) { return d_.users.find_member(tx, tenant, id); };
    CO_TRY(const auto member, co_await d_.store.with_snapshot(body));
    co_return json_response(200, member);
  }

  Awaitable<Result<net::Response>> update(Call call) {
    CO_TRY(const auto id, path_id<domain::UserId>(call.request));
    CO_TRY(const auto body, read_body<RoleBody>(call.request));
    const domain::TenantId tenant = call.who.tenant_id;
    const identity::Role role = body.role;
    auto effect = [this, tenant, id, role](store::Tx& tx) {
      return d_.users.set_role(tx, tenant, id, role);
    };
    CO_TRY(const auto member, co_await d_.store.with_transaction(effect));
    co_return json_response(200, member);
  }

  Awaitable<Result<net::Response>> remove(Call call) {
    CO_TRY(const auto id, path_id<domain::UserId>(call.request));
    const domain::TenantId tenant = call.who.tenant_id;
    auto effect = [this, tenant, id](store::Tx& tx) {
      return d_.users.remove_member(tx, tenant, id);
    };
    CO_TRY_STATUS(co_await d_.store.with_transaction(effect));
    co_return no_content();
  }

 private:
  PeopleDeps d_;
};

}  // namespace

void add_member_routes(Routes& routes, PeopleDeps deps) {
  auto self = std::make_shared<MemberRoutes>(deps);
  const Need owner = Need::tenant_owner;
  routes.add(Method::get, "/v1/members", owner,
             [self](Call call) { return self->list(std::move(call)); });
  routes.add(Method::post, "/v1/members", owner,
             [self](Call call) { return self->add(std::move(call)); });
  routes.add(Method::get, "/v1/members/{id}", owner,
             [self](Call call) { return self->read(std::move(call)); });
  routes.add(Method::patch, "/v1/members/{id}", owner,
             [self](Call call) { return self->update(std::move(call)); });
  routes.add(Method::delete_, "/v1/members/{id}", owner,
             [self](Call call) { return self->remove(std::move(call)); });
}

}  // namespace api
