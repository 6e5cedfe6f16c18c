#include "app/operator.h"

#include "app/people.h"
#include "domain/client.h"
#include "identity/tokens.h"

namespace app {

namespace {

constexpr std::int64_t kPage = 100;
constexpr std::size_t kMadePasswordChars = 20;  // of base62: 119 bits

std::string line_of(const identity::User& user, base::Time now) {
  std::string state = "active";
  if (user.locked_until && *user.locked_until > now) {
    state = "locked until " + base::to_rfc3339(*user.locked_until);
  }
  if (user.disabled_at) state = "disabled since " + base::to_rfc3339(*user.disabled_at);
  return user.email + "\t" + user.name + "\t" + (user.platform_admin ? "administrator" : "user") +
         "\t" + state + "\n";
}

base::Result<std::string> list(People& people) {
  const base::Time now = people.core.outside.runtime.clock().now();
  std::string out;
  std::optional<domain::UserId> cursor;
  for (bool more = true; more;) {
    auto body = [&people, &cursor](store::Tx& tx) { return people.users.list(tx, cursor, kPage); };
    TRY(auto page, people.core.outside.store.snapshot_blocking(body));
    more = std::ssize(page) > kPage;  // the list brings one more than it was asked for
    if (more) page.pop_back();
    for (const identity::User& user : page) out += line_of(user, now);
    if (!page.empty()) cursor = page.back().id;
  }
  return out;
}

// Nobody in particular asks (the last parameter of update): an operator needs no account.
base::Status edit(People& people, const std::string& email, const identity::UserChange& change) {
  auto body = [&people, &email, &change](store::Tx& tx) -> base::Status {
    TRY(const auto known, people.users.find_by_email(tx, email));
    if (!known) return base::error(base::Code::not_found, "nobody has this address");
    TRY_STATUS(people.users.update(tx, known->id, std::nullopt, change, std::nullopt));
    return {};
  };
  return people.core.outside.store.transact_blocking(body);
}

base::Status save_administrator(People& people, const AdminOrder& order, const std::string& email,
                                const base::Secret<std::string>& hash) {
  const domain::TextRule rule{.field = "name", .chars_max = 120};
  TRY(const std::string name, domain::checked_text(order.name, rule));
  auto body = [&people, &name, &email, &hash](store::Tx& tx) -> base::Status {
    TRY(const auto known, people.users.find_by_email(tx, email));
    if (!known) {
      TRY_STATUS(people.users.create(tx, {email, name, hash, true}));
      return {};
    }
    const identity::UserChange change{std::nullopt, hash, true, false};
    TRY_STATUS(people.users.update(tx, known->id, std::nullopt, change, std::nullopt));
    return {};
  };
  return people.core.outside.store.transact_blocking(body);
}

base::Result<std::string> set_password(People& people, const AdminOrder& order,
                                       const std::string& email) {
  base::Random& random = people.core.outside.runtime.random();
  std::string password = order.password.reveal();
  std::string answer = "password saved\n";
  if (password.empty()) {
    password = identity::make_token("", random).substr(0, kMadePasswordChars);
    answer = "password: " + password + "\n";
  }
  TRY_STATUS(identity::check_password(password, "password"));
  const base::Secret<std::string> hash(base::hash_password(password, random));
  if (order.action == AdminAction::create) {
    TRY_STATUS(save_administrator(people, order, email, hash));
    return "platform administrator saved\n" + answer;
  }
  TRY_STATUS(edit(people, email, {.password_hash = hash}));
  return answer;
}

}  // namespace

base::Result<std::string> operate(People& people, const AdminOrder& order) {
  if (order.action == AdminAction::list) return list(people);
  TRY(const std::string email, identity::checked_account_email(order.email));
  switch (order.action) {
    case AdminAction::create:
    case AdminAction::password: return set_password(people, order, email);
    case AdminAction::disable:
      TRY_STATUS(edit(people, email, {.disabled = true}));
      return "disabled\n";
    case AdminAction::enable:
      TRY_STATUS(edit(people, email, {.disabled = false}));
      return "enabled\n";
    case AdminAction::list: break;
  }
  return base::error(base::Code::internal, "an action without a meaning");
}

}  // namespace app
