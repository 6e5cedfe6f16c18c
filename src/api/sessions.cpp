#include "api/sessions.h"

#include "api/check.h"
#include "domain/client.h"

namespace api {

namespace {

using base::Time;

struct SignInBody {
  std::string email;
  std::string password;
};
BOOST_DESCRIBE_STRUCT(SignInBody, (), (email, password))
struct PasswordBody {
  std::string current_password;
  std::string new_password;
};
BOOST_DESCRIBE_STRUCT(PasswordBody, (), (current_password, new_password))

struct SessionUserView {
  domain::UserId id;
  std::string email;
  std::string name;
  bool platform_admin = false;
};
BOOST_DESCRIBE_STRUCT(SessionUserView, (), (id, email, name, platform_admin))
struct SessionTenantView {
  domain::TenantId id;
  std::string name;
  identity::Role role = identity::Role::viewer;
};
BOOST_DESCRIBE_STRUCT(SessionTenantView, (), (id, name, role))
struct SessionView {
  domain::SessionId id;
  SessionUserView user;
  std::optional<domain::TenantId> tenant_id;
  std::optional<identity::Role> role;
  std::vector<SessionTenantView> tenants;
  Time created_at;
  Time expires_at;
};
BOOST_DESCRIBE_STRUCT(SessionView, (), (id, user, tenant_id, role, tenants, created_at, expires_at))
struct TokenView {
  std::string token;
};
BOOST_DESCRIBE_STRUCT(TokenView, (), (token))
struct SessionCreatedView : TokenView, SessionView {};
BOOST_DESCRIBE_STRUCT(SessionCreatedView, (TokenView, SessionView), ())

SessionView view_of(const identity::SessionRow& session, const identity::User& user,
                    const std::vector<identity::Membership>& memberships) {
  SessionView out;
  out.id = session.id;
  out.user = {user.id, user.email, user.name, user.platform_admin};
  for (const auto& m : memberships) out.tenants.push_back({m.tenant_id, m.name, m.role});
  out.created_at = session.created_at;
  out.expires_at = session.expires_at;
  return out;
}

// 1 to 128 characters of anything: what was accepted when the password was set is not asked here.
void check_given(Check& check, const std::string& value, const char* field, std::size_t chars_max) {
  if (value.empty()) check.add(field, "required", "must not be empty");
  if (domain::count_chars(value) > chars_max) check.add(field, "too_long", "is too long");
}

class SessionRoutes {
 public:
  explicit SessionRoutes(SessionDeps deps) : d_(deps) {}

  Awaitable<Result<net::Response>> sign_in(net::Request request) {
    CO_TRY(auto body, read_body<SignInBody>(request));
    Check check;
    check_given(check, body.email, "email", 254);
    check_given(check, body.password, "password", 128);
    CO_TRY_STATUS(check.status());
    base::Secret<std::string> password(std::move(body.password));
    CO_TRY(const auto in,
           co_await d_.sessions.sign_in(std::move(body.email), std::move(password), request.peer));
    SessionCreatedView view;
    static_cast<SessionView&>(view) = view_of(in.session, in.user, in.memberships);
    view.token = in.token.reveal();
    if (!in.memberships.empty()) {
      view.tenant_id = in.memberships.front().tenant_id;
      view.role = in.memberships.front().role;
    }
    co_return json_response(201, view);
  }

  Awaitable<Result<net::Response>> read(Call call) {
    CO_TRY_STATUS(needs_session(call.who));
    const auto who = call.who;
    auto body = [this, who](store::Tx& tx) -> Result<SessionView> {
      TRY(const auto session, d_.sessions.find(tx, *who.session_id));
      TRY(const auto user, d_.users.find(tx, *who.user_id));
      TRY(const auto memberships, d_.users.memberships(tx, user.id));
      return view_of(session, user, memberships);
    };
    CO_TRY(auto view, co_await d_.store.with_snapshot(body));
    if (!who.tenant_id.is_nil()) view.tenant_id = who.tenant_id;
    view.role = who.role;
    co_return json_response(200, view);
  }

  Awaitable<Result<net::Response>> sign_out(Call call) {
    CO_TRY_STATUS(needs_session(call.who));
    const domain::SessionId id = *call.who.session_id;
    auto body = [this, id](store::Tx& tx) { return d_.sessions.sign_out(tx, id); };
    CO_TRY_STATUS(co_await d_.store.with_transaction(body));
    co_return no_content();
  }

  Awaitable<Result<net::Response>> change_password(Call call) {
    CO_TRY_STATUS(needs_session(call.who));
    CO_TRY(auto body, read_body<PasswordBody>(call.request));
    Check check;
    check_given(check, body.current_password, "current_password", 128);
    check.take(identity::check_password(body.new_password, "new_password"));
    CO_TRY_STATUS(check.status());
    base::Secret<std::string> current(std::move(body.current_password));
    base::Secret<std::string> next(std::move(body.new_password));
    CO_TRY_STATUS(co_await d_.sessions.change_password(*call.who.user_id, *call.who.session_id,
                                                       std::move(current), std::move(next)));
    co_return no_content();
  }

 private:
  static Status needs_session(const identity::Principal& who) {
    if (who.session_id && who.user_id) return {};
    return base::error(base::Code::forbidden, "session_needed", "an API key has no session");
  }
  SessionDeps d_;
};

}  // namespace

void add_session_routes(Routes& routes, SessionDeps deps) {
  auto self = std::make_shared<SessionRoutes>(deps);
  routes.add_public(Method::post, "/v1/sessions",
                    [self](net::Request request) { return self->sign_in(std::move(request)); });
  routes.add(Method::get, "/v1/sessions/current", Need::signed_in,
             [self](Call call) { return self->read(std::move(call)); });
  routes.add(Method::delete_, "/v1/sessions/current", Need::signed_in,
             [self](Call call) { return self->sign_out(std::move(call)); });
  routes.add(Method::put, "/v1/users/current/password", Need::signed_in,
             [self](Call call) { return self->change_password(std::move(call)); });
}

}  // namespace api
